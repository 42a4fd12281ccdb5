/* The commands of the program `pkgimg`: arguments in, exit code out. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "llvm/shim.h"

struct kept;

/* one run of one command */
struct cli {
	struct arena *mem;
	struct diags *d;
	size_t n; /* arguments behind the command's name */
	const char *const *argv;
	unsigned first;     /* number of argv[0] as the user counts */
	const char *target; /* TRIPLE of the face TRIPLE-pkgld, or NULL */
	bool in_worker;     /* this is a warm worker's process, and not its last command */
	struct kept *kept;  /* what this process made of files, or NULL */
	bool spent;         /* LLD must not run again in this process */
};

int cmd_build(struct cli *c);
int cmd_link(struct cli *c);
int cmd_run(struct cli *c);
int cmd_inspect(struct cli *c);
int cmd_bundle(struct cli *c);
int cmd_diff(struct cli *c);
int cmd_platforms(struct cli *c);
int cmd_cpus(struct cli *c);
int cmd_cache(struct cli *c);

/* --worker and --jobs of `pkgimg link` */
struct link_mode;
int link_many(struct cli *c, const struct link_mode *mode);

/* --workspace of `pkgimg build`: args[0..n) as cli_parse returned them */
int build_workspace(struct cli *c, const struct ll_arg *args, size_t n);
int build_help(struct cli *c);

/* parse with LLVM Option and report unknown options and missing values.
 * returns the arguments, or NULL: wrong usage, reported */
const struct ll_arg *cli_parse(struct cli *c, unsigned visibility, size_t *n);

/* the place of an argument that cli_parse returned */
struct loc cli_place(const struct cli *c, const struct ll_arg *arg);

/* the help of a command, on stdout; returns EXIT_OK */
int cli_help(struct cli *c, unsigned visibility, const char *usage, const char *title);

/* "pkgimg 0.1.0 (LLVM 19.1.7)" on stdout; returns EXIT_OK */
int cli_version(void);

#endif
