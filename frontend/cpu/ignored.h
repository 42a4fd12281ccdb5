/* LLVM's features that are no instruction sets. */
#ifndef FRONTEND_CPU_IGNORED_H
#define FRONTEND_CPU_IGNORED_H

#include <stdbool.h>

/* arch: name of a struct cpu_arch */
bool cpu_ignored(const char *arch, const char *name);

#endif
