#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct point {
	double x, y;
} point;
enum color { RED, GREEN = 5, BLUE };
typedef const char *text;

int answer = 42;
const char *const greeting = "hello";

signed char tiny(signed char a)
{
	return a;
}
unsigned char byte(unsigned char a)
{
	return a;
}
int16_t small(int16_t a)
{
	return (int16_t)(a + 1);
}
int add(int a, int b)
{
	return a + b;
}
unsigned int wrap(unsigned int a)
{
	return a + 1;
}
int64_t wide(int64_t a)
{
	return -a;
}
uint64_t widest(uint64_t a)
{
	return a;
}
float half(float a)
{
	return a / 2;
}
double third(double a)
{
	return a / 3;
}
long double longest(long double a)
{
	return a * 2;
}
bool negate(bool a)
{
	return !a;
}
enum color next(enum color c)
{
	return c == RED ? GREEN : BLUE;
}
text greet(text name)
{
	static char buf[64];

	snprintf(buf, sizeof(buf), "%s, %s", greeting, name);
	return buf;
}
const char *nothing(void)
{
	return NULL;
}
size_t length(const char *s)
{
	return s ? strlen(s) : 0;
}
void *same(void *p)
{
	return p;
}
void shout(const char *s)
{
	puts(s);
}
point move(point p)
{
	return p;
}
double norm(const point *p)
{
	return p->x * p->x + p->y * p->y;
}
int sum(int n, ...)
{
	va_list ap;
	int s = 0;

	va_start(ap, n);
	while (n-- > 0)
		s += va_arg(ap, int);
	va_end(ap);
	return s;
}
_Complex double turn(_Complex double z)
{
	return z;
}
int (*choose(int (*f)(int, int)))(int, int)
{
	return f;
}
