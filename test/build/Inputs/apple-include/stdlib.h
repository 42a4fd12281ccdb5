#ifndef TEST_STDLIB_H
#define TEST_STDLIB_H
#include <stddef.h>
void *malloc(size_t n);
void *calloc(size_t count, size_t n);
void *realloc(void *p, size_t n);
void free(void *p);
int abs(int v);
void qsort(void *v, size_t n, size_t size, int (*compare)(const void *, const void *));
#endif
