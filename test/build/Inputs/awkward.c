/* What cannot be taken apart without care. failures() is the number of things that went wrong. */
#include <stdarg.h>
#include <string.h>

#define APART __attribute__((noinline))

/* ---- constructors, in the order of their priorities and then of the source */
static char order[16];
static unsigned norder;

static APART void note(char c)
{
	order[norder++] = c;
}

__attribute__((constructor(300))) static void third(void)
{
	note('c');
}
__attribute__((constructor(200))) static void second(void)
{
	note('b');
}
__attribute__((constructor)) static void fourth(void)
{
	note('d');
}
__attribute__((constructor)) static void fifth(void)
{
	note('e');
}
__attribute__((constructor(101))) static void first(void)
{
	note('a');
}

APART int constructors(void)
{
	return strcmp(order, "abcde") != 0;
}

/* ---- variables that several functions share */
static int shared = 1;
static _Thread_local int per_thread = 5;
static const char tag[] = "tag";
static const int table[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
int common_one;
int common_two[4];

APART void bump(void)
{
	shared += 2;
	per_thread++;
	common_one++;
	common_two[3]--;
}
APART int bumped(void)
{
	return shared * 100 + per_thread * 10 + common_one + common_two[3];
}
APART const char *tag_one(void)
{
	return tag;
}
APART const char *tag_two(void)
{
	return tag;
}
APART int from_table(int i)
{
	return table[i & 7];
}
APART int sum_table(void)
{
	int s = 0;

	for (unsigned i = 0; i < 8; i++)
		s += table[i];
	return s;
}
APART int *counter(void)
{
	static int n;

	n++;
	return &n;
}

APART int variables(void)
{
	bump();
	return bumped() != 360 || tag_one() != tag_two() || from_table(2) != 4 ||
	       sum_table() != 31 || counter() != counter() || *counter() != 3;
}

/* ---- functions by address */
static APART int one(void)
{
	return 1;
}
static APART int two(void)
{
	return 2;
}
typedef int function(void);
static function *const methods[] = { one, two };
APART function *get_one(void)
{
	return one;
}
APART int call(unsigned i)
{
	return methods[i]();
}
APART int addresses(void)
{
	return get_one() != methods[0] || call(1) != 2 || call(0) != 1;
}

/* ---- other names */
int plain(void)
{
	return 7;
}
extern int renamed(void) __attribute__((alias("plain")));
extern int weakly_renamed(void) __attribute__((weak, alias("plain")));
static int value = 11;
extern int value_too __attribute__((alias("value")));
__attribute__((weak)) int weak_one(void)
{
	return 13;
}
extern int nowhere(void) __attribute__((weak));
APART void set_value(void)
{
	value = 12;
}
APART int aliases(void)
{
	set_value();
	return renamed() + weakly_renamed() != 14 || value_too != 12 || weak_one() != 13 ||
	       (nowhere && nowhere());
}

/* ---- labels as values */
APART int labels(void)
{
	static const void *const steps[] = { &&add, &&twice, &&out };
	unsigned at = 0;
	int x = 3;

	goto *steps[at++];
add:
	x += 4;
	goto *steps[at++];
twice:
	x *= 2;
	goto *steps[at++];
out:
	return x != 14;
}

/* ---- variable arguments, large values, tail calls */
struct large {
	long v[9];
};
static APART long add_up(int n, ...)
{
	va_list ap;
	long sum = 0;

	va_start(ap, n);
	while (n--)
		sum += va_arg(ap, int);
	va_end(ap);
	return sum;
}
static APART struct large make_large(long x)
{
	return (struct large) { { x, 0, 0, 0, 0, 0, 0, 0, x } };
}
static APART int down(int n);
static APART int down_too(int n)
{
	__attribute__((musttail)) return down(n);
}
static APART int down(int n)
{
	if (n <= 0)
		return n;
	__attribute__((musttail)) return down_too(n - 1);
}
APART int calls(void)
{
	return add_up(4, 1, 2, 3, 4) != 10 || make_large(5).v[8] != 5 || down(1000000) != 0;
}

/* ---- what nobody calls, and sections that the linker gathers */
struct entry {
	int n;
};
#define ENTRY(name, n)                                                                             \
	__attribute__((used, retain, section("awkward_set"))) static struct entry name = { n }
ENTRY(entry_a, 1);
ENTRY(entry_b, 20);
ENTRY(entry_c, 300);
extern struct entry __start_awkward_set[], __stop_awkward_set[];
__attribute__((always_inline)) static inline int always(int x)
{
	return x * 3;
}
APART int sections(void)
{
	int sum = 0;

	for (struct entry *e = __start_awkward_set; e != __stop_awkward_set; e++)
		sum += e->n;
	return sum != 321 || always(2) != 6;
}
APART int always_too(void)
{
	return always(5) != 15;
}

/* ---- assembly that has names in it, and functions chosen when the image is loaded */
#if defined(__x86_64__) && defined(__linux__)
__attribute__((used)) static int named_in_assembly(void)
{
	return 21;
}
asm(".text\nin_assembly: jmp named_in_assembly\n.globl also_in_assembly\nalso_in_assembly: jmp plain");
extern int in_assembly(void) __attribute__((visibility("hidden")));
extern int also_in_assembly(void) __attribute__((visibility("hidden")));
__attribute__((used)) static int named_in_function(void)
{
	return 22;
}
APART int by_name(void)
{
	int x;

	asm volatile("call named_in_function"
		: "=a"(x)
		:
		: "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
	return x;
}
static int chosen_one(void)
{
	return 31;
}
static function *choose(void)
{
	return chosen_one;
}
int chosen(void) __attribute__((ifunc("choose")));
APART int call_chosen(void)
{
	return chosen();
}
APART int assembly(void)
{
	return in_assembly() != 21 || also_in_assembly() != 7 || by_name() != 22 ||
	       named_in_function() != 22 || call_chosen() + chosen() != 62;
}
#else
APART int assembly(void)
{
	return 0;
}
#endif

int failures(void)
{
	return constructors() + 10 * variables() + 100 * addresses() + 1000 * aliases() +
	       10000 * labels() + 100000 * calls() + 1000000 * (sections() + always_too()) +
	       10000000 * assembly();
}
