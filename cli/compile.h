/* `pkgimg link --compiler=PROGRAM`: one command for what a compiler does and for the link. */
#ifndef CLI_COMPILE_H
#define CLI_COMPILE_H

#include "cli/cli.h"

/* Look for --compiler= (or PKGIMG_COMPILER) in the command line. With one:
 *
 *   - What makes no link (-c, -E, --version, no inputs, ...) is the compiler's: this process
 *     becomes it, and there is no return but with an error.
 *   - Sources among the inputs are compiled to objects in a temporary folder, and c->argv is
 *     replaced by a line that names these; words keep their numbers.
 *
 * folder   out: the temporary folder, for tmpdir_remove, or NULL
 * returns 0, or the exit code to end with: reported, or the compiler's own */
int compile_sources(struct cli *c, const char **folder);

#endif
