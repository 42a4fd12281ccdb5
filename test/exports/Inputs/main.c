/* A program that is linked against the library: prints what it sees of it, "good" if all is right.
 */
#include <stdio.h>

#include "foo.h"

#define CHECK(x)                                                                                   \
	if (!(x))                                                                                  \
	return printf("line %d: " #x " is not so\n", __LINE__), 1

int main(void)
{
	int v[2] = { 1, 2 };

	CHECK(early == 100 * which() + 14);
	counter = 10; /* its copy, in a program that has one: the library uses that */
	CHECK(sum(v, 2) == 13);
	CHECK(bump() == 13 && counter == 11);
	CHECK(where == &counter && *where == 11);
	CHECK(table[3] == 4);
#ifndef NO_TLS
	CHECK(mine == 3);
#endif
	CHECK(pick(0)() == which() && pick(1)() == 14);
	CHECK(hook(1) == 2);
	printf("good, version %d\n", which());
	return 0;
}
