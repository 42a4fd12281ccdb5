/* what C code has that needs the start files: constructors, destructors, atexit, thread-local
 * variables, large frames */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
	int x;
	double y;
};

int order = 5;
_Thread_local int calls = 3;

static void bye1(void) { printf("bye 1\n"); }
static void bye2(void) { printf("bye 2\n"); }

__attribute__((constructor(200))) static void late(void) { order = order * 10 + 1; }
__attribute__((constructor(101))) static void early(void)
{
	order = 7;
	atexit(bye1);
	atexit(bye2);
}
__attribute__((destructor)) static void end(void) { printf("end\n"); }

int area(int a) { return a * a + 6; }
int count(int a) { return a + calls++; }

int large(int n)
{
	volatile char bytes[100000];

	memset((char *)bytes, 1, sizeof(bytes));
	for (unsigned i = 0; i < sizeof(bytes); i++)
		n += bytes[i];
	return n;
}

double norm(struct point *p) { return p->x * p->y; }
__declspec(dllexport) int exported(int a) { return a + 1; }
