/* One open under way: what opening an image and opening a bundle share. */
#ifndef RUNTIME_OPEN_H
#define RUNTIME_OPEN_H

#include "runtime/world.h"

enum { RT_PATH_SIZE = 4096 };

/* The work of one open; rt_open_end undoes what is in it. Opens may be nested, and some threads
 * have small stacks: it is not on one. */
struct rt_work {
	const char *path;
	struct pkgimg_options opt;
	struct pkgimg_error *err;
	struct rt_file file; /* open during the whole of it: so its inode is nobody else's */
	void *bytes;         /* of `file`, mapped read-only */
	size_t size;
	struct img_view checked; /* of `bytes` */
	bool no_code;            /* an image of data alone */
	struct rt_opening opening;
	struct pkgimg_image *image;
	struct rt_segment segments[RT_MAX_SEGMENTS]; /* of the loaded library */
	size_t nsegments;
	bool was_loaded; /* before this open */
	uint32_t target;
	char loader_said[256]; /* of the first library that could not be loaded */
	char absolute[RT_PATH_SIZE];
};

/* Check the arguments of `call` and begin. returns PKGIMG_OK, PKGIMG_E_ARGUMENT, PKGIMG_E_MEMORY */
int rt_open_begin(const char *call, const char *path, const struct pkgimg_options *opt,
	struct pkgimg_error *err, struct rt_work **out);
void rt_open_end(struct rt_work *w);

/* Map the file, if its owner is trusted. returns PKGIMG_OK or an error */
int rt_open_map(struct rt_work *w);

/* Let the system's loader load the file.
 * why      [size] what it said if it refused: then *refused, and no error is told yet
 * returns  PKGIMG_OK or an error */
int rt_open_library(
	struct rt_work *w, struct rt_library *out, bool *refused, char *why, size_t size);
/* what is loaded at `root` is the file that was checked, by the system's word */
bool rt_open_is_the_file(const struct rt_work *w, const void *root);

/* errors: of the system; the loaded bytes are not those that were checked; the host lacks a symbol
 */
int rt_open_fail_io(struct rt_work *w, const char *problem, int number);
int rt_open_fail_changed(struct rt_work *w);
int rt_open_fail_host(struct rt_work *w, const char *name);
int rt_open_fail_need(struct rt_work *w, const char *name);

#endif
