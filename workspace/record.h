/* What the last build left in the folder of the images: which image each file is, and how long it
 * took. Only a help: without it images are copied once more, and nobody knows how long it takes. */
#ifndef WORKSPACE_RECORD_H
#define WORKSPACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

struct ws_record {
	const char *package;
	uint8_t key[32], build_id[16];
	uint64_t size, inode;
	int64_t mtime, ctime; /* ns */
	double ms;            /* of the build that made it, here; 0: not known */
};

struct ws_records {
	const char *path;
	struct ws_record *v; /* [n] sorted by package */
	size_t n, cap;
	bool changed;
};

/* those in `folder`; what cannot be read is not there */
void ws_records_read(struct arena *a, const char *folder, struct ws_records *out);
/* the package's, or NULL */
struct ws_record *ws_records_find(const struct ws_records *r, const char *package);
/* Is the file at `path` the one that the record is about? */
bool ws_record_is(const struct ws_record *r, const char *path);
/* put a record in, about the file at `path` as it is now */
void ws_records_put(
	struct arena *a, struct ws_records *r, const struct ws_record *record, const char *path);
/* if anything has changed. returns 0, or -1 reported */
int ws_records_write(struct arena *a, struct diags *d, struct ws_records *r);

#endif
