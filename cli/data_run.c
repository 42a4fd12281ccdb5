#include "cli/data_run.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "frontend/input.h"
#include "frontend/tmpdir.h"
#include "pkgimg/cache.h"

static const struct pkgimg_cache_section *find_bitcode(const struct pkgimg_cache_image *m)
{
	for (uint32_t i = 0; i < m->nsections; i++)
		if (m->sections[i].kind == PKGIMG_SECTION_BITCODE)
			return &m->sections[i];
	return NULL;
}

static int unpack(struct cli *c, const struct pkgimg_cache_image *m, struct loc at,
	const char **folder, const char **bitcode)
{
	const struct pkgimg_cache_section *s = find_bitcode(m);
	char *data;
	size_t size;

	if (m->native || !s) {
		diag_err(c->d, at, "'%s' holds no bitcode; run the library beside it: '%s'",
			m->sidecar, m->library ? m->library : "none");
		return EXIT_INPUT;
	}
	if (input_read(c->mem, c->d, at, "image", m->sidecar, &data, &size))
		return EXIT_INPUT;
	if (s->offset > size || s->size > size - s->offset) {
		diag_err(c->d, at, "'%s' changed while it was read; try again", m->sidecar);
		return EXIT_INPUT;
	}
	*folder = tmpdir_make(c->mem, c->d);
	if (!*folder)
		return EXIT_INPUT;
	*bitcode = tmpdir_write(c->mem, c->d, *folder, str_fmt(c->mem, "%s.bc", m->package),
		data + s->offset, (size_t)s->size);
	return *bitcode ? 0 : EXIT_INPUT;
}

int data_run_unpack(
	struct cli *c, const char *path, struct loc at, const char **folder, const char **bitcode)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	int rc;

	*folder = NULL;
	if (pkgimg_cache_read(path, &a, &e)) {
		diag_err(c->d, at, "%s", e.text);
		return EXIT_INPUT;
	}
	if (a->found) {
		rc = unpack(c, &a->hit, at, folder, bitcode);
	} else {
		const struct pkgimg_cache_rejection *r = a->candidates[0].rejections;

		diag_err(c->d, at, "'%s' is no image of the cache: %s: wanted %s, found %s; %s",
			path, r->field, r->expected, r->found, r->remedy);
		rc = EXIT_INPUT;
	}
	pkgimg_cache_answer_free(a);
	return rc;
}
