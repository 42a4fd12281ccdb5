/* What an image takes from outside: every undefined symbol of its objects has a provider, one of
 * the libraries or the host program. */
#ifndef FRONTEND_NEEDS_H
#define FRONTEND_NEEDS_H

#include "frontend/code/compile.h"
#include "frontend/code/modules.h"

struct need {
	const char *name;     /* a library as the loader knows it, or a symbol of the host */
	struct job_word word; /* libraries: as it was asked for */
	bool used;   /* something strong refers to it: the image is not loaded without it */
	bool linked; /* something refers to it, maybe only weakly */
};

struct imports;
struct provider; /* a library's symbols */

struct needs {
	struct need *libraries, *host; /* in the order given */
	size_t nlibraries, nhost;
	struct provider *providers; /* [nlibraries] */
	struct names *wanted;       /* linkage names that the package's code leaves open; NULL: not
				     * resolved, or it has no dependencies */
};

/* Find the libraries of the manifest, or the platform's. returns 0, or -1 with each reported that
 * is not known */
int needs_open(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	struct needs *out);

/* has the host or a library that symbol of an object? */
bool needs_has(const struct needs *n, const char *symbol);

/* Windows: have the merged module take variables of the libraries through the import table. */
void needs_import_data(
	struct arena *a, const struct target *t, const struct modules *m, const struct needs *n);

/* Find a provider for every symbol that the objects leave open: the host, a library, a dependency,
 * whose are noted in `imports`. `objects` are the emitted code of m->merged, which is still there
 * to be asked who uses a symbol. returns 0, or -1 with every symbol reported that is missing */
int needs_resolve(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct modules *m, const struct objects *objects, struct imports *imports,
	struct needs *n);

/* The same for modules of which no code is made: what the merged one leaves open and a library or
 * the host has. The rest is not reported: a compiler may find that nothing needs it. */
void needs_find(struct arena *a, struct diags *d, const struct package *p, const struct target *t,
	const struct modules *m, struct needs *n);

#endif
