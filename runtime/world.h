/* A world and its images. Everything here that is not said to be lock-free wants the world's lock,
 * which the thread that opens or closes an image holds from rt_world_enter to rt_world_leave. */
#ifndef RUNTIME_WORLD_H
#define RUNTIME_WORLD_H

#include "runtime/heap.h"
#include "runtime/internal.h"
#include "runtime/map.h"
#include "runtime/ranges.h"
#include "runtime/sys.h"

struct pkgimg_world {
	struct pkgimg_host host;
	struct rt_mutex mutex;
	uintptr_t owner; /* atomic: the thread that holds the lock; 0: none */
	unsigned depth;  /* how often it does */
	struct rt_ranges ranges;
	struct rt_map names;               /* of package and uuid -> struct pkgimg_image */
	struct rt_map types;               /* of name -> struct rt_type */
	struct rt_map interned;            /* of content -> struct rt_unique */
	struct pkgimg_image *first, *last; /* in the order of their opens */
	struct rt_opening *chain;          /* opens that are under way, the innermost first */
	size_t nfolders;
	char *folders[];
};

/* What an image is to its world; NULL for one that is in none. */
struct rt_member {
	struct pkgimg_world *world;
	bool private;    /* the world was made for its open: it goes with the last image */
	bool named;      /* others can find it */
	bool shown;      /* callbacks of the host have seen it */
	uint32_t ntypes; /* of its heap types are in world->types */
	uint64_t holds;  /* opens by the host and images that use it; 0: it goes */
	struct pkgimg_image *previous, *next;
	struct pkgimg_image **used; /* [nused] images it holds: dependencies, owners of objects */
	size_t nused, used_room;
	/* bitcode: [methods, then globals] what the host compiled, atomic; NULL: not yet */
	void **compiled;
	bool variables_set; /* those of the bitcode */
	enum img_form form; /* of the code of it and all below it */
	void *file;         /* mapped read-only: the metadata of one without code, scratch */
	size_t file_size;
	struct rt_heap heap;
	/* [ndependencies], behind the others: those of the options, which the host keeps open */
	const struct pkgimg_image **given;
	size_t ndependencies;
	struct pkgimg_image *dependencies[]; /* NULL: none of this world */
};

/* One open under way. */
struct rt_opening {
	const char *path;
	const struct pkgimg_options *opt; /* not NULL */
	struct pkgimg_error *err;
	const struct img_view *checked; /* of the file */
	const struct rt_file *file;
	const void *file_bytes; /* all of it; mapped at least as long as the image is open */
	uint64_t heap_at;       /* where its heap is in the file */
	struct pkgimg_world *world;
	struct rt_member *member; /* until the image has it */
	bool private;             /* the world was made for this open */
	struct rt_opening *up;    /* the open that wanted this one */
};

/* Recursive: callbacks of the host may open images. */
void rt_world_lock(struct pkgimg_world *w);
void rt_world_unlock(struct pkgimg_world *w);

/* Begin the open of a checked file: take the lock, look whether it is open already, and open what
 * it depends on. o->world NULL: it gets one of its own. *open    the image that is this build, held
 * once more: nothing is left to do but rt_world_leave; or NULL: then o->member is to be given to
 * the image returns  PKGIMG_OK or an error; the lock is held in both cases if o->world is not NULL
 * then */
int rt_world_enter(struct rt_opening *o, struct pkgimg_image **open);
/* An image whose load has that form so far takes in another one: do they go together? */
int rt_check_form(struct pkgimg_error *err, const char *path, enum img_form mine,
	const struct pkgimg_image *other);
/* Load the heap of an image whose member and view are in place, and make it known; an error leaves
 * the rest to rt_member_drop. */
int rt_world_add(struct rt_opening *o, struct pkgimg_image *image);
/* The end of an open, whatever came of it: undoes rt_world_enter.
 * failed   the image, if there is one and the open has failed: it goes; NULL if all is well */
void rt_world_leave(struct rt_opening *o, struct pkgimg_image *failed);

/* One hold less; at 0 it goes, and gives back what it held. Takes the lock. */
void rt_world_close(struct pkgimg_image *image);
/* All of an image but its code: also of one that never became complete. Wants the lock. It does not
 * free the member. */
void rt_member_drop(struct pkgimg_image *image);
/* the image holds another one: once, however often this is said; itself: nothing happens
 * returns false: out of memory */
bool rt_member_use(struct rt_member *m, struct pkgimg_image *other);

/* ---- open.c */

/* its code and itself; not its member */
void rt_image_free(struct pkgimg_image *image);

/* ---- heap_types.c */

/* Add the types of an image's heap to the world's, or find that they are the same. */
int rt_types_join(struct rt_opening *o, struct pkgimg_image *image);
void rt_types_leave(struct pkgimg_image *image); /* as many as have joined */
void rt_heap_type(const struct pkgimg_image *image, uint32_t index, struct pkgimg_heap_type *out);

/* ---- find.c */

/* Index of the method or global with that linkage name; O(1) but for the first call of an image,
 * of any world or none. Any thread, without a lock.
 * returns PKGIMG_OK, PKGIMG_E_NOT_FOUND, PKGIMG_E_MEMORY */
int rt_symbol_find(
	const struct pkgimg_image *image, const char *symbol, bool global, uint32_t *out);
void rt_symbols_free(struct pkgimg_image *image);

/* ---- imports.c */

/* Let the pointers of a loaded image lead to what its code refers to in its dependencies. Bitcode
 * has none: then find out whether all of it is there.
 * segments  [nsegments] of the library: where pages are read-only
 * returns   PKGIMG_OK, PKGIMG_E_DEPENDENCY (not there), PKGIMG_E_CONFLICT (the library was loaded
 *           before, and leads elsewhere), PKGIMG_E_LOAD, PKGIMG_E_MEMORY; nothing was changed then,
 *           but for PKGIMG_E_LOAD */
int rt_imports_fill(struct rt_opening *o, struct pkgimg_image *image,
	const struct rt_segment segments[], size_t nsegments);

/* ---- heap_bind.c */

/* Have the host compile the variables of bitcode that lead to heaps, and set them: before any of
 * its code can run. returns false if the host cannot */
bool rt_variables_compiled(const struct pkgimg_image *image);

#endif
