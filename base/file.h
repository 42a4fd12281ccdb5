/* Files: whole reads, and writes that are all there or not there at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

/* The whole of a file (of stdin for "-"), NUL-terminated, in the arena,
 * aligned to 16. A pipe is read to its end.
 * `what` names the thing for messages ("platform file"); `at` is who asked for it.
 * returns 0, or -1 reported: missing, a directory, unreadable, larger than `limit` bytes. */
int file_read(struct arena *a, struct diags *d, struct loc at, const char *what, const char *path,
	size_t limit, char **out, size_t *size);

bool file_exists(const char *path); /* anything, links followed */
bool file_is_dir(const char *path);
bool file_is_regular(const char *path);

/* Check an input before work starts on it: missing, a directory, empty and unreadable are each one
 * reported error that names `what` and the remedy. returns 0 or -1 */
int file_check_input(struct diags *d, struct loc at, const char *what, const char *path);

/* the text of an errno in the style of a message ("permission denied"), made in buf; returns buf */
const char *file_error_text(int err, char *buf, size_t size);

/* An output in the making: a private directory beside the target that holds a file of the target's
 * final base name (Mach-O signatures contain it), then a rename. Nothing waits for the disk, as
 * with any linker: after a loss of power the output is made again; a store of outputs syncs for
 * itself. Leftovers of killed runs are removed by the next run for that target (outdir.c). A target
 * that is no regular file (/dev/null, a pipe) is made in $TMPDIR and copied into: a rename would
 * replace the device. {0} is an outfile that needs no dropping. */
struct outfile {
	struct loc at;      /* who asked for it */
	const char *target; /* as the user spelled it */
	const char *dir;    /* the temporary directory, absolute or relative as target is */
	const char *path;   /* dir/BASENAME: write here */
	int lock;           /* the open directory, or -1 */
};

/* returns 0, or -1 reported: no such folder, not writable, target is a directory; then nothing is
 * left behind and *out is {0} */
int outfile_begin(
	struct arena *a, struct diags *d, struct loc at, const char *target, struct outfile *out);
/* give the file its mode (`mode` with the umask applied: 0666, or 0777 for a program),
 * rename, clean up: the outfile is {0} after it. returns 0 or -1 reported; the old target is intact
 * on error (but one that is copied into, see above) */
int outfile_commit(struct diags *d, struct outfile *o, unsigned mode);
/* remove the temporary directory and the files in it; no error is possible to report */
void outfile_drop(struct outfile *o);

/* data[0..n) as the file `path`, by way of an outfile, mode 0666 less the umask. returns 0 or -1
 * reported */
int file_write(struct arena *a, struct diags *d, struct loc at, const char *path, const void *data,
	size_t n);

/* data[0..n) as the new file `path` in a temporary directory: nothing is waited for, since the file
 * is of no use after a crash. returns 0 or -1 reported */
int file_write_temporary(
	struct diags *d, struct loc at, const char *path, const void *data, size_t n);

/* where this program's data lies, in the arena: PREFIX/share/pkgimg for PREFIX/bin/pkgimg (a build
 * folder has the same shape as an install) and for a library in PREFIX/lib; PKGIMG_DATA_DIR if
 * that is set */
const char *file_data_dir(struct arena *a);
/* the absolute path of the running executable, or NULL */
const char *file_self(struct arena *a);

#endif
