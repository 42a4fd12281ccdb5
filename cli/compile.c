/* Build systems know one program for compiling and linking. Given a compiler, the link command is
 * that program: it hands on what is the compiler's, and links by itself. */
#include "cli/compile.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/file.h"
#include "base/str.h"
#include "driver/driver.h"
#include "driver/options.h"
#include "frontend/tmpdir.h"

extern char **environ;

struct compile {
	struct cli *c;
	const char *program;
	struct loc program_at;
	const char *const *words; /* [n] with response files put in */
	size_t n;
	const struct ll_arg *args;
	size_t nargs;
	const char **line; /* [n + 1], what the link gets */
	const char *folder;
};

static bool is_input(const struct ll_arg *a)
{
	return !a->id && !a->unknown && !a->missing;
}

/* options of this program that no compiler has, and those that only the link gets */
static bool is_for_link(const struct ll_arg *a)
{
	static const unsigned ids[] = { OPT_compiler_EQ, OPT_driver_mode, OPT_o, OPT_x,
		OPT_platform, OPT_explain, OPT_json, OPT_job, OPT__HASH_HASH_HASH };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (a->id == ids[i])
			return true;
	return is_input(a) || (a->flags & LinkerInput);
}

/* the words of an argument: up to those of the next one */
static size_t end_of(const struct compile *p, size_t i)
{
	return i + 1 < p->nargs ? p->args[i + 1].index : p->n;
}

static bool makes_no_link(const struct compile *p)
{
	bool inputs = false;
	const char *language = NULL;

	for (size_t i = 0; i < p->nargs; i++) {
		const struct ll_arg *a = &p->args[i];

		if (a->id == OPT_x && a->nvalues)
			language = a->values[0];
		if (a->id == OPT_c || a->group == OPT_no_link_Group || a->id == OPT_version)
			return true;
		if (is_input(a) && (driver_is_header(a->spelling) ||
					   (language && str_ends(language, "-header"))))
			return true;
		inputs |= is_input(a) || (a->flags & LinkerInput);
	}
	return !inputs;
}

/* ---- the compiler */

/* This process becomes the compiler, so that its input, output and status are the caller's. */
static int become(struct compile *p)
{
	struct argv v = { .mem = p->c->mem };
	char why[128];

	argv_add(&v, (struct argv_why) { 0 }, p->program);
	for (size_t i = 0; i < p->nargs; i++)
		if (p->args[i].id != OPT_compiler_EQ && p->args[i].id != OPT_driver_mode)
			for (size_t k = p->args[i].index; k < end_of(p, i); k++)
				argv_add(&v, (struct argv_why) { 0 }, p->words[k]);
	fflush(stdout);
	execvp(v.v[0], (char *const *)v.v);
	diag_err(p->c->d, p->program_at, "the compiler '%s' cannot be started: %s", p->program,
		file_error_text(errno, why, sizeof(why)));
	return EXIT_INPUT;
}

static int run_compiler(struct compile *p, const struct argv *v)
{
	char why[128];
	int rc, status;
	pid_t pid;

	rc = posix_spawnp(&pid, v->v[0], NULL, NULL, (char *const *)v->v, environ);
	if (rc) {
		diag_err(p->c->d, p->program_at, "the compiler '%s' cannot be started: %s",
			p->program, file_error_text(rc, why, sizeof(why)));
		return EXIT_INPUT;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_INPUT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* one source to an object, by the options of the whole line */
static int compile_one(struct compile *p, const char *source, const char *language, const char *out)
{
	struct argv v = { .mem = p->c->mem };
	struct argv_why why = { 0 };

	argv_add(&v, why, p->program);
	for (size_t i = 0; i < p->nargs; i++)
		if (!is_for_link(&p->args[i]))
			for (size_t k = p->args[i].index; k < end_of(p, i); k++)
				argv_add(&v, why, p->words[k]);
	if (strstr(path_base(p->program), "clang"))
		argv_add(&v, why, "-Qunused-arguments"); /* -L and its kind */
	if (language) {
		argv_add(&v, why, "-x");
		argv_add(&v, why, language);
	}
	argv_add(&v, why, "-c");
	argv_add(&v, why, source);
	argv_add(&v, why, "-o");
	argv_add(&v, why, out);
	return run_compiler(p, &v);
}

/* ---- the line */

/* NULL or "none": by the name */
static int replace(struct compile *p, const struct ll_arg *a, const char *language)
{
	const char *source = a->spelling, *out;
	int rc;

	if (language && str_eq(language, "none"))
		language = NULL;
	if (!language && !driver_source_language(source))
		return 0; /* an object, an archive, ... */
	if (!str_eq(source, "-") && !file_exists(source))
		return 0; /* the link will tell */
	if (!p->folder && !(p->folder = tmpdir_make(p->c->mem, p->c->d)))
		return EXIT_INPUT;
	out = path_join(
		p->c->mem, p->folder, str_fmt(p->c->mem, "%u-%s.o", a->index, path_base(source)));
	rc = compile_one(p, source, language, out);
	if (!rc && !file_exists(out))
		rc = EXIT_INPUT;
	p->line[a->index] = out;
	return rc;
}

static int compile_all(struct compile *p)
{
	const char *language = NULL;
	int failed = 0;

	for (size_t i = 0; i < p->nargs; i++) {
		const struct ll_arg *a = &p->args[i];
		int rc = 0;

		if (a->id == OPT_x && a->nvalues)
			language = a->values[0];
		if (a->id == OPT_x || a->id == OPT_compiler_EQ)
			for (size_t k = a->index; k < end_of(p, i); k++)
				p->line[k] = ""; /* empty words are no words */
		else if (is_input(a))
			rc = replace(p, a, language);
		failed = failed ? failed : rc;
	}
	return failed;
}

/* the last one said; response files are not looked into, so that a link without pays nothing */
static bool find_program(struct compile *p)
{
	static const char option[] = "--compiler=";
	const char *env = getenv("PKGIMG_COMPILER");

	p->program = env && *env ? env : NULL;
	for (size_t i = 0; i < p->c->n; i++)
		if (str_starts(p->c->argv[i], option)) {
			p->program = p->c->argv[i] + sizeof(option) - 1;
			p->program_at = (struct loc) { .arg = p->c->first + (unsigned)i };
		}
	return p->program != NULL;
}

int compile_sources(struct cli *c, const char **folder)
{
	struct compile p = { .c = c };
	const unsigned *origin;
	int rc;

	*folder = NULL;
	if (!find_program(&p))
		return 0;
	if (c->in_worker) {
		diag_err(c->d, p.program_at, "a worker only links; compile first, without it");
		return EXIT_INPUT;
	}
	if (ll_expand_response(c->mem, c->d, LL_QUOTE_GNU, c->n, c->argv, &p.n, &p.words, &origin))
		return EXIT_INPUT;
	p.args = ll_opts_parse(c->mem, p.n, p.words, LinkOption, &p.nargs);
	if (makes_no_link(&p))
		return become(&p);
	p.line = arena_array(c->mem, const char *, p.n + 2);
	for (size_t i = 0; i < p.n; i++)
		p.line[i] = p.words[i];
	rc = compile_all(&p);
	*folder = p.folder;
	c->argv = p.line;
	c->n = p.n;
	if (strstr(path_base(p.program), "++")) /* clang++, g++-12 */
		p.line[c->n++] = "--driver-mode=g++";
	return rc;
}
