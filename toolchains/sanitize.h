/* Sanitizers: what -fsanitize= and its kind ask for, and the runtimes that are linked for it
 * (facts/toolchains.md 1.8). */
#ifndef TOOLCHAINS_SANITIZE_H
#define TOOLCHAINS_SANITIZE_H

#include "toolchains/toolchain.h"

/* Read the job's options, report what is unknown, not on this platform, or contradictory. Called
 * once for a plan; t->san afterwards. */
void sanitize_read(struct tc *t, struct sanitize *out);

/* is this one on: "address", "hwaddress", "fuzzer" */
bool sanitize_has(const struct tc *t, const char *name);

/* ELF: -u symbols, runtimes, --dynamic-list or --export-dynamic */
void slot_sanitizers(struct tc *t, const struct slot *s);
/* static runtimes were linked: the platform's sanitizer-libraries follow */
void sanitizer_libraries(struct tc *t, const struct slot *s);

#endif
