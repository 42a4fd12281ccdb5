/* The libraries of `needs:`: the last words of every family's image line. */
#ifndef TOOLCHAINS_IMAGE_NEEDS_H
#define TOOLCHAINS_IMAGE_NEEDS_H

#include "toolchains/link_job.h"
#include "toolchains/toolchain.h"

/* how a family links against a library of which it has a symbol list and no file */
struct image_needs {
	enum plan_make_kind make;
	const char *suffix;      /* of the file that is made */
	const char *file_wanted; /* what a user may name instead; for the message */
};

/* A real file stays as it is, a name becomes a file made from its symbol list. No list: an error.
 * What the job says replaces what the platform says, if only by an empty list. */
void image_needs_job(struct tc *t, const struct slot *s, const struct image_needs *how);
void image_needs_job_or_platform(struct tc *t, const struct slot *s, const struct image_needs *how);

#endif
