/* Calls, pointers and variables of another image. */
struct wide {
	double a, b, c, d;
};
int core_add(int x);
struct wide core_wide(int x, struct wide y);
int core_sum(int n, ...);
extern int counter;
extern const char *const greeting;

int (*const table[])(int) = { 0, core_add };

int call(int x)
{
	return 2 * core_add(x);
}

/* the variable is the other image's, for all */
int count(int by)
{
	return counter += by;
}

int letter(int i)
{
	return greeting[i];
}

int by_value(int x)
{
	struct wide w = { 1, 2, 3, 4 };

	w = core_wide(x, w);
	return (int)(w.a + w.d);
}

int variadic(int x)
{
	return core_sum(3, x, 20, 30);
}

/* through a stub, as an initialiser has no load that sets it */
int by_table(int x)
{
	return table[1](x);
}

/* it has one address in this image */
int same(int x)
{
	int (*f)(int) = x ? core_add : 0;

	return f == table[x != 0];
}

int through(int x)
{
	struct wide (*wide)(int, struct wide) = x > 2 ? core_wide : 0;
	struct wide w = { 1, 2, 3, 4 };

	return wide ? (int)wide(x, w).a : 0;
}
