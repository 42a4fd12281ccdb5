/* PACKAGE.yaml as it is written, before anything in it is looked at. Keys: frontend/PACKAGE.md. The
 * build of one package reads it by this table, and so does the one of a workspace. No LLVM. */
#ifndef FRONTEND_MANIFEST_H
#define FRONTEND_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/yml.h"
#include "toolchains/link_job.h"

struct manifest {
	uint64_t schema;
	struct job_word name, version, uuid, target, platform, output; /* text NULL: not said */
	struct job_word soname, import_library;
	int opt_level; /* index in manifest_opt_levels */
	struct yml_strs modules, cpu_targets, depfiles;
	struct yml_node *exports, *needs, *base, *dependencies, *preferences; /* NULL: not said */
};

extern const struct yml_field manifest_fields[];
extern const char *const manifest_opt_levels[]; /* "0" ... "z", NULL */

/* `base`, or an entry of `dependencies`; path.text is NULL if only a name was written */
struct manifest_dependency {
	struct job_word name, path;
};
/* Read one: a plain name, or a mapping; paths as they are written.
 * what     names it for messages: MANIFEST_BASE, MANIFEST_DEPENDENCY
 * returns  0, or -1 reported */
int manifest_read_dependency(struct arena *a, struct diags *d, const char *what,
	const struct yml_node *node, struct manifest_dependency *out);
#define MANIFEST_BASE       "'base'"
#define MANIFEST_DEPENDENCY "an entry of 'dependencies'"

/* an entry of `needs` that is a mapping */
struct manifest_need {
	struct job_word library;
	struct yml_strs host;
};
extern const struct yml_field manifest_need_fields[];

/* `exports`: `native`; names and globs; or those as { native: [...] } */
struct manifest_exports {
	struct job_words names; /* not given: everything visible */
	bool native;            /* they are ordinary symbols as well */
	struct loc native_at;   /* who said so */
};
/* node may be NULL. Mistakes are reported, and left out of *out */
void manifest_read_exports(struct arena *a, struct diags *d, const struct yml_node *node,
	struct manifest_exports *out);

/* `preferences`: settings by name, which an image is for but not made by pkgimg from */
struct manifest_preferences {
	struct manifest_preference {
		const char *name, *value;
	} *v;
	size_t n;
};
/* node may be NULL. Mistakes are reported, and left out of *out */
void manifest_read_preferences(struct arena *a, struct diags *d, const struct yml_node *node,
	struct manifest_preferences *out);

/* a letter, digit or '_', then '.', '+' and '-' too */
enum { MANIFEST_NAME_MOST = 128 };
bool manifest_is_name(const char *s);

/* "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", any case. returns whether it is one */
bool manifest_uuid(const char *text, uint8_t out[16]);

#endif
