/* host CORE TOP: open CORE, then TOP, which was built with it, and call its functions. */
#include <stdio.h>
#include <string.h>

#include "pkgimg/runtime.h"

static int fail(const char *text)
{
	printf("%s\n", text);
	return 1;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "call", "count", "count", "letter", "by_value",
		"variadic", "by_table", "same", "through" };
	struct pkgimg_options o = { .size = sizeof(o) };
	struct pkgimg_image *core, *top;
	struct pkgimg_error e;

	if (argc != 3 || pkgimg_open(argv[1], &o, &core, &e))
		return fail(e.text);
	o.dependencies = (const struct pkgimg_image *const *)&core;
	o.ndependencies = 1;
	if (pkgimg_open(argv[2], &o, &top, &e))
		return fail(e.text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pkgimg_method m;
		int (*f)(int), code = pkgimg_find(top, names[i], NULL, &m, &e);

		if (code == PKGIMG_E_NOT_FOUND)
			continue; /* another one than Inputs/top.c */
		if (code)
			return fail(e.text);
		memcpy(&f, &m.address, sizeof(f));
		printf("%s %d\n", names[i], f(4));
	}
	pkgimg_close(top);
	pkgimg_close(core);
	puts("closed");
	return 0;
}
