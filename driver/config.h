/* The words of a command line before options are looked at: response files, clang's configuration
 * files, CCC_OVERRIDE_OPTIONS. */
#ifndef DRIVER_CONFIG_H
#define DRIVER_CONFIG_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

/* argv[0..n) -> *words; origin[i] is the index in argv of the word that words[i] is or came from.
 * `first` is the number of argv[0] as the user counts. returns 0, or -1 with all reported */
int config_words(struct arena *a, struct diags *d, unsigned first, size_t n,
	const char *const argv[], size_t *out_n, const char *const **words,
	const unsigned **origin);

#endif
