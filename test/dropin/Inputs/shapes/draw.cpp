// a program with a library of its own, a thread, an exception from the library, and a plugin
#include <dlfcn.h>
#include <iostream>
#include <stdexcept>
#include <thread>

int checked_area(int, int);

int main(int argc, char **argv)
{
	int got = 0;
	std::thread([&] { got = checked_area(6, 7); }).join();
	try {
		checked_area(-1, 2);
	} catch (const std::domain_error &e) {
		std::cout << "caught " << e.what() << '\n';
	}
	void *so = argc > 1 ? dlopen(argv[1], RTLD_NOW) : nullptr;
	auto twice = so ? (int (*)(int))dlsym(so, "twice") : nullptr;
	std::cout << "area " << got << " twice " << (twice ? twice(got) : 0) << '\n';
}
