/* The tables of what options do to a link job: which sets which flag, string or list. */
#ifndef DRIVER_RULES_H
#define DRIVER_RULES_H

#include <stddef.h>

#include "driver/options.h"

enum action {
	SET_FLAG,
	CLEAR_FLAG,
	SET_STR,
	CLEAR_STR,
	FIX_STR, /* the string is `choices`: the option has no value */
	ADD_LIST,
	ADD_FIXED,    /* the list gets `choices` */
	ADD_MARKED,   /* each value, with `choices` before it */
	INPUT_LIB,    /* -lNAME at its place */
	INPUT_WORDS,  /* each value is a word at its place */
	INPUT_OPTION, /* the option and its value, two words at their place */
	INPUT_JOINED, /* the option with its value as one word at its place */
	CHOICE,       /* the value must be one of `choices` */
	READ_JOB,
	QUERY, /* `choices` is what is asked; of several the lowest `index` counts, as in clang */
	MODE,
	MODE_WORD, /* a struct job_word of struct link_mode */
	IGNORE,    /* means nothing to a link */
	UNUSED,    /* the same, and worth a warning */
};

struct option_rule {
	enum opt_id id;
	enum action action;
	int index; /* enum job_flag, job_str, job_list; MODE: offset in struct link_mode */
	const char *choices; /* CHOICE: the values that are taken, '|' between them */
};

/* the rows of one file */
struct rule_table {
	const struct option_rule *v;
	size_t n;
};
extern const struct rule_table rules_link;   /* what is linked: kind, inputs, libraries, target */
extern const struct rule_table rules_ask;    /* what is done with it, and questions */
extern const struct rule_table rules_code;   /* what instrumented and optimised code needs */
extern const struct rule_table rules_system; /* of single systems and architectures */

/* NULL: the option has no rule */
const struct option_rule *rule_of(unsigned id);

#endif
