/* `pkgimg run KEY.pki`: what a data-only image of the cache holds, as files. */
#ifndef CLI_DATA_RUN_H
#define CLI_DATA_RUN_H

#include "cli/cli.h"

/* The bitcode of the sidecar at `path`, checked, as a file in a temporary folder.
 * folder   out: for tmpdir_remove, or NULL
 * returns  0 with *bitcode, or an exit code, reported: no sidecar, broken, an image with native
 * code */
int data_run_unpack(
	struct cli *c, const char *path, struct loc at, const char **folder, const char **bitcode);

#endif
