/* What another package's code refers to. */
int counter = 5;
const char *const greeting = "hello";
struct wide {
	double a, b, c, d;
};

int core_add(int x)
{
	return x + 1;
}

struct wide core_wide(int x, struct wide y)
{
	y.a += x;
	return y;
}

int core_sum(int n, ...)
{
	__builtin_va_list l;
	int sum = 0;

	__builtin_va_start(l, n);
	while (n--)
		sum += __builtin_va_arg(l, int);
	__builtin_va_end(l);
	return sum;
}
