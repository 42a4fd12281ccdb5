/* pkgimg: one program, several faces.
 *
 *   pkgimg COMMAND ...        the commands of the table below
 *   pkgld, TRIPLE-pkgld       the clang-style link command
 *   lld, ld.lld, ld64.lld, lld-link, wasm-ld     LLD itself */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "driver/cmdline.h"
#include "driver/options.h"

struct command {
	const char *name, *help;
	int (*run)(struct cli *c);
};

static int cmd_help(struct cli *c);
static int cmd_version(struct cli *c);

static const struct command commands[] = {
	{ "build", "modules and a package description -> package image", cmd_build },
	{ "link", "objects -> program, shared library or image (clang's link options)", cmd_link },
	{ "run", "load an image as a host would and call a function", cmd_run },
	{ "inspect", "show what is inside an image", cmd_inspect },
	{ "diff", "tell what changed between two images", cmd_diff },
	{ "bundle", "join images to one file that loads in one go", cmd_bundle },
	{ "cpus", "this CPU, what a CPU target means, which one of an image runs here", cmd_cpus },
	{ "platforms", "the platforms, or one of them in full", cmd_platforms },
	{ "cache", "the images that were made: list, explain, gc, verify", cmd_cache },
	{ "help", "this text; `pkgimg COMMAND --help` for one command", cmd_help },
	{ "--help", NULL, cmd_help },
	{ "-h", NULL, cmd_help },
	{ "version", "the versions of pkgimg and of the LLVM inside", cmd_version },
	{ "--version", NULL, cmd_version },
};
enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int cmd_help(struct cli *c)
{
	(void)c;
	printf("pkgimg -- package images for every language that produces LLVM bitcode\n\n"
	       "usage: pkgimg COMMAND ...\n\n");
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (commands[i].help)
			printf("  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\nBy other names the same program is the link command (pkgld, TRIPLE-pkgld) or LLD\n"
	      "itself (lld, ld.lld, ld64.lld, lld-link, wasm-ld).\n",
		stdout);
	return EXIT_OK;
}

int cli_version(void)
{
	printf("pkgimg %s (LLVM %s, LLD %s; compatible with GNU ld and LLD)\n", PKGIMG_VERSION,
		ll_version(), ll_version());
	return EXIT_OK;
}

static int cmd_version(struct cli *c)
{
	(void)c;
	return cli_version();
}

const struct ll_arg *cli_parse(struct cli *c, unsigned visibility, size_t *n)
{
	const struct ll_arg *args = ll_opts_parse(c->mem, c->n, c->argv, visibility, n);

	return cmdline_check(c->mem, c->d, args, *n, c->first, NULL) ? NULL : args;
}

struct loc cli_place(const struct cli *c, const struct ll_arg *arg)
{
	return (struct loc) { .arg = c->first + arg->index };
}

int cli_help(struct cli *c, unsigned visibility, const char *usage, const char *title)
{
	fputs(ll_opts_help(c->mem, visibility, usage, title), stdout);
	return EXIT_OK;
}

static int run_command(struct cli *c, int argc, char **argv)
{
	const char *names[NCOMMANDS], *near;

	if (argc < 2) {
		diag_err(c->d, NOWHERE, "a command is wanted; `pkgimg help` lists them");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < NCOMMANDS; i++) {
		names[i] = commands[i].name;
		if (!str_eq(argv[1], names[i]))
			continue;
		c->n = (size_t)argc - 2;
		c->argv = (const char *const *)argv + 2;
		c->first = 2;
		return commands[i].run(c);
	}
	near = str_nearest(argv[1], names, NCOMMANDS);
	diag_err(c->d, (struct loc) { .arg = 1 }, "there is no command '%s'%s%s%s", argv[1],
		near ? "; did you mean '" : "; `pkgimg help` lists them", near ? near : "",
		near ? "'?" : "");
	return EXIT_USAGE;
}

static int run_pkgld(struct cli *c, int argc, char **argv, const char *face)
{
	size_t n = strlen(face) - strlen("pkgld");

	if (n)
		c->target = str_ndup(c->mem, face, n - 1); /* without the '-' */
	c->n = (size_t)argc - 1;
	c->argv = (const char *const *)argv + 1;
	c->first = 1;
	return cmd_link(c);
}

static bool is_lld_face(const char *face)
{
	static const char *const faces[] = { "lld", "ld.lld", "ld64.lld", "lld-link", "wasm-ld" };

	for (size_t i = 0; i < sizeof(faces) / sizeof(faces[0]); i++)
		if (str_eq(face, faces[i]))
			return true;
	return false;
}

/* LLVM's static objects have destructors that nothing here needs: leave without them, but lose no
 * output. Sanitizers report from exit handlers, so there the normal way is taken. */
static _Noreturn void leave(int code)
{
	if (fflush(stdout) || ferror(stdout)) {
		diag_err(&(struct diags) { 0 }, NOWHERE, "standard output could not be written");
		code = code ? code : EXIT_INPUT;
	}
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
	exit(code);
#else
	_exit(code);
#endif
}

int main(int argc, char **argv)
{
	struct arena mem = { 0 };
	struct diags d = { 0 };
	struct cli c = { .mem = &mem, .d = &d };
	const char *face = argc ? path_base(argv[0]) : "pkgimg";
	int code;

	if (is_lld_face(face))
		code = ll_lld_main(argc, argv);
	else if (str_eq(face, "pkgld") || str_ends(face, "-pkgld"))
		code = run_pkgld(&c, argc, argv, face);
	else
		code = run_command(&c, argc, argv);
	arena_free(&mem);
	leave(code);
}
