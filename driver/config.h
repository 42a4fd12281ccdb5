/* The words of a command line before options are looked at: response files, clang's configuration
 * files, CCC_OVERRIDE_OPTIONS. */
#ifndef DRIVER_CONFIG_H
#define DRIVER_CONFIG_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "driver/override.h"

struct config_line {
	size_t n;
	const char *const *argv; /* [n] */
	unsigned first;          /* the number of argv[0] as the user counts */
	const char *target; /* the triple unless an option says another; NULL: this machine's */
};

/* The words of a line, in out->v; out->origin[i] is the index in argv of the word that out->v[i] is
 * or came from. returns 0, or -1 with all mistakes reported */
int config_words(
	struct arena *a, struct diags *d, const struct config_line *line, struct words *out);

#endif
