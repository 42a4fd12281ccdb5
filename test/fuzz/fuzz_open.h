/* What fuzz-open and the writer of its seeds agree on. */
#ifndef FUZZ_OPEN_H
#define FUZZ_OPEN_H

enum { FUZZ_PART = 8192 }; /* bytes of each 64 KiB of the heap that an input has */

#endif
