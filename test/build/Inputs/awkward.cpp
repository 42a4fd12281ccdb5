// The same for C++: what every module has its own copy of, and what is thrown through shards.
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

#define APART __attribute__((noinline))

namespace
{
struct base {
	virtual ~base()
	{
	}
	virtual int kind() const
	{
		return 1;
	}
};
struct derived : base {
	std::string name;
	explicit derived(const char *s) : name(s)
	{
	}
	int kind() const override
	{
		return int(name.size());
	}
};
int alive;
struct counted {
	counted()
	{
		alive++;
	}
	~counted()
	{
		alive--;
	}
};
APART void thrower(int x)
{
	counted c;
	if (x == 1)
		throw std::runtime_error("one");
	if (x == 2)
		throw 2;
	if (x == 3)
		throw derived("three");
}
APART void through(int x)
{
	counted c;
	thrower(x);
}
APART int catcher(int x)
{
	try {
		through(x);
	} catch (const std::exception &e) {
		return e.what()[0];
	} catch (int n) {
		return n;
	} catch (const base &b) {
		return b.kind();
	}
	return 0;
}
} // namespace

// one variable and one guard, in one group of sections
inline APART int &once()
{
	static std::string made = "made";
	static int n = int(made.size());
	return n;
}
template <class T> struct holder {
	static std::vector<T> all;
};
template <class T> std::vector<T> holder<T>::all { T(1), T(2) };
APART int use_one()
{
	return ++once() + int(holder<int>::all.size());
}
APART int use_two()
{
	return ++once() + int(holder<int>::all.size());
}
thread_local std::string late("late");
APART int size_late()
{
	return int(late.size());
}

extern "C" int failures_cxx()
{
	base *b = new derived("abc");
	int failed = b->kind() != 3 || dynamic_cast<derived *>(b) == nullptr ||
		     typeid(*b) != typeid(derived);
	delete b;
	return failed + 10 * (use_one() + use_two() != 15) + 100 * (size_late() != 4);
}
extern "C" int failures_thrown()
{
	return (catcher(0) != 0) + 10 * (catcher(1) != 'o') + 100 * (catcher(2) != 2) +
	       1000 * (catcher(3) != 5) + 10000 * (alive != 0);
}
