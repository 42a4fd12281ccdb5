/* A host with a cache of its own: cached STORE IMAGE. */
#include <pkgimg/cache.h>
#include <stdio.h>

static int make(void *ctx, struct pkgimg_cache_build *build)
{
	FILE *from = fopen(ctx, "rb"), *to = fopen(pkgimg_cache_build_output(build), "wb");
	int c;

	if (!from || !to)
		return 1;
	while ((c = getc(from)) != EOF)
		putc(c, to);
	fclose(from);
	return fclose(to);
}

int main(int argc, char **argv)
{
	const char *stores[1] = { argv[1] };
	struct pkgimg_cache_options options = { sizeof(options), 0 };
	struct pkgimg_cache_source source = { argv[2], NULL };
	struct pkgimg_cache_request want = { sizeof(want), 0 };
	struct pkgimg_cache_answer *answer;
	struct pkgimg_cache_error error;
	struct pkgimg_cache *cache;

	options.stores = stores;
	options.nstores = 1;
	want.package = "v";
	want.toolchain = "host 1";
	want.abi = "any";
	want.sources = &source;
	want.nsources = 1;
	if (argc != 3 || pkgimg_cache_open(&options, &cache, &error) ||
		pkgimg_cache_get(cache, &want, make, argv[2], &answer, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	printf("%s %s, %d store\n", answer->built ? "built" : "hit", answer->hit.package,
		(pkgimg_cache_store(cache, 0) != NULL) + (pkgimg_cache_store(cache, 1) != NULL));
	pkgimg_cache_answer_free(answer);
	pkgimg_cache_close(cache);
	return 0;
}
