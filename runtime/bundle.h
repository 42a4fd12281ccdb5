/* The library that several open images are in: loaded until the last of them goes. */
#ifndef RUNTIME_BUNDLE_H
#define RUNTIME_BUNDLE_H

#include <stddef.h>

#include "runtime/sys.h"

struct rt_bundle {
	size_t holds; /* atomic: its open images, and the open of it while it is under way */
	struct rt_library library;
	void *file; /* mapped read-only: for the scratch of heaps */
	size_t size;
	size_t nneeds;
	struct rt_library needs[]; /* of all members, each once */
};

/* One hold less; at 0 it goes. NULL: nothing happens */
void rt_bundle_drop(struct rt_bundle *b);

#endif
