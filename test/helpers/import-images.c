/* import-images FOLDER [SYMBOL]: native images made by hand. "base" has three targets; the code of
 * "user" calls its `answer`, or SYMBOL, and knows its `counter`, by pointers that are read-only. */
#include "test/unit/import_images.h"

int main(int argc, char **argv)
{
	struct place p = { 0 };
	struct unit unit = { 0 }, *u = &unit;
	struct import_wish user = user_wish();

	if (argc != 2 && argc != 3)
		return 2;
	snprintf(p.dir, sizeof(p.dir), "%s", argv[1]);
	write_both(u, &p, true);
	if (argc == 3) {
		user.imports[0].symbol = argv[2];
		user.digest = digest_of(u, in(&p, "base"));
		write_importer(u, &p, "user", &user);
	}
	return unit.failed != 0;
}
