/* image-make NAME OUT [DEPENDENCY KIND:SYMBOL...]    an image made by hand (image_maker.h), sealed;
 * with imports from another one, which was made here too: all have the same interface. Imports are
 * sorted by symbol. */
#include "test/unit/image_sealed.h"

static uint64_t digest_of_all(struct unit *u)
{
	struct sealed s = seal(u, NULL);
	uint64_t digest =
		((const struct img_header *)(const void *)(s.file + s.meta_at))->interface_digest;

	free(s.file);
	return digest;
}

int main(int argc, char **argv)
{
	struct maker_import imports[MAKER_MOST_IMPORTS];
	struct unit unit = { 0 }, *u = &unit;
	struct maker_wish wish = { .imports = imports };
	struct sealed s;
	FILE *out;

	if (argc < 3 || argc > 4 + MAKER_MOST_IMPORTS)
		return 2;
	wish.name = argv[1];
	if (argc > 3) {
		wish.dependency = argv[3];
		wish.interface_digest = digest_of_all(u);
	}
	for (int i = 4; i < argc; i++) {
		char *symbol = strchr(argv[i], ':');
		uint32_t kind = IMG_IMPORT_METHOD;

		if (!symbol)
			return 2;
		*symbol++ = 0;
		while (kind <= IMG_IMPORT_GLOBAL && strcmp(argv[i], img_import_kind_name(kind)))
			kind++;
		imports[wish.nimports++] = (struct maker_import) { symbol, kind };
	}
	s = seal(u, &wish);
	out = fopen(argv[2], "wb");
	if (!out || fwrite(s.file, 1, s.size, out) != s.size || fclose(out))
		return 1;
	free(s.file);
	return unit.failed != 0;
}
