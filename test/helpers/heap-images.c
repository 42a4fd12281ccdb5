/* heap-images FOLDER ABI: images of data alone for another platform: "base", "left" and "right"
 * that depend on it, "busy". */
#include "test/unit/heap_images.h"

int main(int argc, char **argv)
{
	struct place p = { 0 };
	struct unit unit = { 0 }, *u = &unit;

	if (argc != 3)
		return 2;
	snprintf(p.dir, sizeof(p.dir), "%s", argv[1]);
	hm_abi = argv[2];
	write_family(u, &p, 5000);
	write_busy(u, &p);
	return unit.failed != 0;
}
