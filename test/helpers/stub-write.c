/* stub-write LIST OUT [ARCH]: a symbol list as an ELF stub, as a link would make it, for its own
 * machine or another one. `-t` in place of ARCH times it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "stubs/elfstub.h"

int main(int argc, char **argv)
{
	struct arena a = { 0 };
	struct diags d = { 0 };
	const struct stub_machine *machine;
	bool timed = argc > 3 && !strcmp(argv[3], "-t");
	struct stub_list list;
	const void *bytes;
	size_t n;
	double t0 = clock_ms(), t1;

	if (argc < 3) {
		puts("usage: stub-write LIST OUT [ARCH|-t]");
		return EXIT_USAGE;
	}
	if (stub_list_read(&a, &d, NOWHERE, argv[1], &list))
		return EXIT_INPUT;
	t1 = clock_ms();
	machine = stub_machine_find(argc > 3 && !timed ? argv[3] : list.machine);
	if (!machine || stub_elf_write(&a, &list, *machine, &bytes, &n))
		return EXIT_INPUT;
	if (timed)
		printf("%zu symbols: read %.2f ms, written %.2f ms\n", list.nsymbols, t1 - t0,
			clock_ms() - t1);
	if (file_write(&a, &d, NOWHERE, argv[2], bytes, n))
		return EXIT_INPUT;
	arena_free(&a);
	return 0;
}
