/* A program, and with -DLIBRARY a shared library for it: constructors, destructors, thread-local
 * variables and relocated data in each, and a variable of the library that a program without
 * position independence gets a copy of. */
#include <stdio.h>

#ifdef LIBRARY
#define NAME "library"
#else
#define NAME "program"
#endif

static int state;
static _Thread_local int local = 20;
static int numbers[] = { 1, 2 };
static int *const pointers[] = { &numbers[1], &numbers[0] };

__attribute__((constructor)) static void begin(void)
{
	state = 1;
}

__attribute__((destructor)) static void end(void)
{
	printf("end of " NAME " %d\n", ++state);
}

#ifdef LIBRARY
int library_number = 30;

int library_work(int x)
{
	return x + state + ++local + *pointers[0] + library_number;
}
#else
#ifdef USES_LIBRARY
int library_work(int);
extern int library_number;
#endif

int main(int argc, char **argv)
{
	(void)argv;
	printf("program %d\n", argc + state + ++local + *pointers[0]);
#ifdef USES_LIBRARY
	library_number = 70;
	printf("library %d\n", library_work(100));
#endif
	return 0;
}
#endif
