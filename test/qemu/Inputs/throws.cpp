// Exceptions, static objects and type information, without headers: libstdc++'s are not there for
// every CPU.
extern "C" int printf(const char *, ...), puts(const char *);

namespace {
struct told {
	const char *name;
	told(const char *n) : name(n)
	{
		printf("+%s\n", name);
	}
	~told()
	{
		printf("-%s\n", name);
	}
};
told global("global");

struct shape {
	virtual ~shape()
	{
	}
	virtual int corners() const
	{
		return 0;
	}
};
struct square final : shape {
	int corners() const override
	{
		return 4;
	}
};

__attribute__((noinline)) void raise(int x)
{
	told guard("guard");

	if (x > 3)
		throw x;
	if (x < 0)
		throw square();
}
} // namespace

extern "C" __attribute__((visibility("default"))) int catches(int x)
{
	static told local("local");

	try {
		raise(x);
		return 0;
	} catch (int n) {
		return -n;
	} catch (const shape &s) {
		return s.corners();
	}
}
