// An image with everything that wants start files: static objects, an exception, atexit. (A
// thread-local object with a destructor would keep the library loaded until its thread ends.)
#include <cstdlib>
#include <stdexcept>
#include <string>

extern "C" void note(const char *text); // of the host

struct noisy {
	const char *name;
	explicit noisy(const char *n) : name(n)
	{
		note((std::string("+") + name).c_str());
	}
	~noisy()
	{
		note((std::string("-") + name).c_str());
	}
};

static noisy first("first"), second("second");

static void at_exit()
{
	note("atexit");
}
__attribute__((destructor)) static void destructor()
{
	note("destructor");
}

static void thrower(int n)
{
	noisy guard("guard");
	if (n > 1)
		throw std::out_of_range("n = " + std::to_string(n));
}

extern "C" __attribute__((visibility("default"))) int entry(int n)
{
	static noisy inner("inner");
	std::atexit(at_exit);
	try {
		thrower(n);
	} catch (const std::out_of_range &e) {
		note(e.what());
		return 1;
	}
	return 0;
}
