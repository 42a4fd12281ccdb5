/* The name that a shared library's file gives itself. */
#ifndef FRONTEND_SONAME_H
#define FRONTEND_SONAME_H

#include <stddef.h>

/* DT_SONAME of an ELF file in memory, or the install name of a Mach-O file of 64 bits and one
 * architecture; borrowed from it. NULL if it has none, or is something else, or broken */
const char *soname_find(const void *file, size_t size);

#endif
