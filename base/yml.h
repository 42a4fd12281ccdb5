/* YAML reader over libyaml: a tree with a place at every node, and tables that fill structs.
 *
 * The dialect: one document, a mapping at the top, no anchors, aliases, tags or merge keys, no
 * implicit types (a scalar is text until a field asks for more), keys are scalars and unique.
 * Everything else is an error with file:line:col; one run reports all of them. */
#ifndef BASE_YML_H
#define BASE_YML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

enum yml_kind { YML_SCALAR, YML_SEQ, YML_MAP };

struct yml_node {
	enum yml_kind kind;
	struct loc at;
	const char *text;        /* scalar: NUL-terminated, no NUL inside */
	bool quoted;             /* scalar: written with quotes or as a block */
	size_t n;                /* sequence, mapping: entries */
	struct yml_node **items; /* sequence: [n]; mapping: the values, [n] */
	struct yml_node **keys;  /* mapping: [n] scalars */
};

/* Limits: file 8 MiB, nesting 64, scalar 1 MiB. The tree is the arena's.
 * `what` names the file for messages.
 * returns the top mapping, or NULL, reported, when the text is no YAML or has none. Mistakes that
 * leave a whole tree (a duplicate key, an anchor, a tag) are reported and the tree is returned all
 * the same, so that what is wrong with its meaning is told in the same run: look at d->errors. */
struct yml_node *yml_read(
	struct arena *a, struct diags *d, struct loc asked, const char *what, const char *path);
/* the same from memory; `path` is only for places. Nothing of path and text is kept. */
struct yml_node *yml_parse(
	struct arena *a, struct diags *d, const char *path, const char *text, size_t size);

/* value of a key, or NULL (also if `map` is no mapping) */
struct yml_node *yml_get(const struct yml_node *map, const char *key);

#define yml_each(i, node) for (size_t i = 0; i < (node)->n; i++)

/* "a string", "a list", "a mapping"; "nothing" for `key:` with no value behind it */
const char *yml_kind_name(const struct yml_node *n);

/* ---- tables */

/* A list of strings with a place each. */
struct yml_strs {
	const char **v; /* [n] */
	struct loc *at; /* [n] */
	size_t n;
};

enum yml_type {
	YML_T_STR,  /* const char * */
	YML_T_BOOL, /* bool: true | false */
	YML_T_UINT, /* uint64_t: decimal (no 0 in front) or 0x; up to `max` if not 0 */
	YML_T_ENUM, /* int: index in `names`, NULL-terminated */
	YML_T_STRS, /* struct yml_strs: a list of strings, or one string */
	YML_T_NODE, /* struct yml_node *: taken as it is; the caller reads on */
	YML_T_MAP,  /* struct yml_node *, must be a mapping */
};

enum yml_need { YML_OPTIONAL, YML_REQUIRED };

struct yml_field {
	const char *key;
	enum yml_type type;
	enum yml_need need;
	size_t offset;            /* of the value in the struct */
	size_t at_offset;         /* of a struct loc that takes the value's place; or YML_NO_AT */
	const char *const *names; /* YML_T_ENUM */
	uint64_t max;             /* YML_T_UINT */
};

#define YML_NO_AT ((size_t)-1)

/* Fill `into` from `map` by the table (ended by a row with key NULL). Reports unknown keys with
 * "did you mean", missing and mistyped ones; fields absent from the map, and those with a mistake,
 * are left as they were, so that an inherited struct can be refined. `what` has its article
 * ("a platform"). A value left out (`key:`) is a mistake but for YML_T_NODE. returns 0, or -1 when
 * anything was reported. */
int yml_fill(struct arena *a, struct diags *d, const struct yml_node *map, const char *what,
	const struct yml_field *fields, void *into);

#endif
