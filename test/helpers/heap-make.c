/* heap-make [-data] TRIPLE OUT    an image with a small heap that has everything (heap_host.h) */
#include "test/unit/heap_host.h"

int main(int argc, char **argv)
{
	uint32_t flags = 0;
	struct host h;
	int rc;

	if (argc > 1 && !strcmp(argv[1], "-data")) {
		flags = PKGIMG_BUILD_NO_NATIVE;
		argv++;
		argc--;
	}
	if (argc != 3)
		return 2;
	host_start(&h, 1 << 20);
	rc = host_sample(&h, 0, argv[2], flags, argv[1]);
	fputs(h.text, stderr);
	free(h.room);
	return rc;
}
