/* Link-time optimisation: the words that tell LLD what the compiler would have been told. */
#ifndef TOOLCHAINS_LTO_H
#define TOOLCHAINS_LTO_H

#include "toolchains/toolchain.h"

static inline bool lto_is_on(const struct tc *t)
{
	return t->job->str[JS_LTO].text != NULL;
}
static inline bool lto_is_thin(const struct tc *t)
{
	return lto_is_on(t) && t->job->str[JS_LTO].text[0] == 't';
}

/* the CPU code is made for: -march= or -mcpu= (the platform says which), else the platform's */
const char *lto_cpu(struct tc *t, struct loc *at);

/* the slot: nothing without -flto */
void slot_lto(struct tc *t, const struct slot *s);

#endif
