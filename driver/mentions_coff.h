/* The same of objects for Windows. */
#ifndef DRIVER_MENTIONS_COFF_H
#define DRIVER_MENTIONS_COFF_H

#include "driver/mentions.h"

/* a symbol's name, and C's name that it may stand for */
void mentions_add_coff(struct arena *a, struct mentions *m, const char *name, size_t n);

/* Collect the names of an object.
 * returns  whether these are all: see mentions_read */
bool mentions_read_coff(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size);

#endif
