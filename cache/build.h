/* An image in the making. */
#ifndef CACHE_BUILD_H
#define CACHE_BUILD_H

#include "cache/internal.h"

struct pkgimg_cache_build {
	struct arena mem;
	struct pkgimg_cache *cache;
	const struct store *store;
	size_t store_number;
	struct files files; /* sources as they were at the beginning */
	struct request r;
	struct workplace *work;
	uint8_t key[32];
	char key_text[2 * 32 + 1];
	const char *folder, *output; /* folder: of the package */
	struct draft d;
	struct use {
		size_t dependency;
		const char *name;
		uint32_t kind;
		bool known; /* the image has its digest; else it is the request's */
		uint64_t digest;
	} *uses;
	size_t nuses, cap_uses;
	bool *named;         /* [ndependencies] uses are known */
	bool *very;          /* [ndependencies] the image refers into that build */
	struct place *found; /* discovered sources */
	size_t nfound, cap_found;
};

const struct pkgimg_cache_request *keep_request(
	struct arena *a, const struct pkgimg_cache_request *q);

#endif
