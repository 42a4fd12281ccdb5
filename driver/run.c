/* The one place where a link runs: check the inputs, make what the plan asks for in a temporary
 * directory, LLD in this process, check the result, rename. */
#include "driver/driver.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "driver/libraries.h"
#include "driver/spawn.h"
#include "driver/stublists.h"
#include "driver/undefined.h"
#include "stubs/elfstub.h"
#include "llvm/shim.h"

/* Below this many bytes of input LLD is faster on one thread than with its pool (facts/images.md 4)
 */
enum { LARGE_INPUT = 50 * 1024 * 1024 };

/* where LLD finds a file in memory */
#define FD_PATH "/proc/self/fd/"

/* free bytes that any link should find on its disk, beyond its inputs' size */
enum { SHORT_OF_ROOM = 16 * 1024 * 1024 };

/* A file that was made for the link. One in memory spares the disk the making of a directory entry,
 * which takes longer than to link against a stub library. */
struct made {
	const char *path; /* NULL: the word is left out */
	int fd;           /* of a file in memory; -1: it has none */
};

struct run {
	struct arena *a;
	struct diags *d;
	const struct link_plan *plan;
	struct outfile out;
	const char *path; /* what LLD writes: out.path, also for one architecture of several */
	struct argv argv; /* the words as LLD gets them */
	const char *const *found;      /* what stands for words of the plan, or NULL: none does */
	struct stub_list *lists;       /* [nmakes] of stub and import libraries */
	struct made *made;             /* [nmakes] what the words of the plan's makes become */
	const struct link_plan *first; /* whose makes they are; other architectures name them too */
	struct kept *kept;
	bool verbose, one_thread;
	bool about_format;   /* LLD met an input of another format or machine */
	bool too_far;        /* what code or a table leads to is out of its reach */
	struct ll_sums sums; /* of the output */
	const char *missing; /* image: an undefined symbol that only libgcc.a has */
};

/* ---- before */

static off_t input_bytes(const struct link_plan *plan)
{
	off_t total = 0;
	struct stat st;

	for (size_t i = 0; i < plan->ninputs; i++)
		if (!stat(plan->inputs[i].text, &st))
			total += st.st_size;
	return total;
}

/* PLAN_GNU: other linkers go by the name's extension */
static bool make_in_memory(struct run *r, const struct plan_make *m, const void *data, size_t n)
{
	struct made *made = &r->made[m - r->plan->makes];
	char path[64];
	int fd;

	if (r->plan->flavor != PLAN_GNU || r->plan->external.text)
		return false;
	fd = memfd_create(m->name, MFD_CLOEXEC);
	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), FD_PATH "%d", fd);
	if (write(fd, data, n) != (ssize_t)n || !file_exists(path)) {
		close(fd);
		return false;
	}
	*made = (struct made) { str_dup(r->a, path), fd };
	return true;
}

static int make_file(
	struct run *r, const struct plan_make *m, const char *path, const void *data, size_t n)
{
	if (make_in_memory(r, m, data, n))
		return 0;
	return file_write_temporary(r->d, m->at, path, data, n);
}

static int make_text(struct run *r, const struct plan_make *m, const char *path)
{
	return make_file(r, m, path, m->source, strlen(m->source));
}

/* the object is malloc'd */
static int compile_ir(struct run *r, const struct plan_make *m, void **object, size_t *size)
{
	char *text;
	size_t n;

	if (file_read(r->a, r->d, m->at, "start file", m->source, 1 << 20, &text, &n))
		return -1;
	return ll_compile_ir(
		r->d, path_base(m->source), text, r->plan->triple, r->plan->cpu, object, size);
}

/* it was made with the program: its word is that file */
static bool is_ready(struct run *r, const struct plan_make *m)
{
	if (!m->ready || !file_exists(m->ready))
		return false;
	r->made[m - r->plan->makes].path = m->ready;
	return true;
}

/* PLAN_IR and PLAN_IR_ARCHIVE: its object, or an archive of that one member */
static int make_ir(struct run *r, const struct plan_make *m, const char *path)
{
	void *object;
	size_t size;
	int rc;

	if (is_ready(r, m))
		return 0;
	if (compile_ir(r, m, &object, &size))
		return -1;
	rc = m->kind == PLAN_IR_ARCHIVE
		     ? ll_write_archive(r->d, m->at, path, path_base(m->source), object, size)
		     : make_file(r, m, path, object, size);
	free(object);
	return rc;
}

static int make_elf_stub(struct run *r, const struct plan_make *m, const char *path)
{
	const struct stub_machine *machine = stub_machine_find(r->plan->arch);
	const struct stub_list *list = &r->lists[m - r->plan->makes];
	const void *bytes;
	size_t n;

	if (!list->nsymbols) { /* and it is linked --as-needed */
		r->made[m - r->plan->makes].path = NULL;
		return 0;
	}
	if (!machine)
		return diag_err(r->d, m->at,
			"no stub libraries can be made for the architecture '%s'", r->plan->arch);
	if (stub_elf_write(r->a, list, *machine, &bytes, &n))
		return -1;
	return make_file(r, m, path, bytes, n);
}

static int make_import_library(struct run *r, const struct plan_make *m, const char *path)
{
	const struct stub_list *list = &r->lists[m - r->plan->makes];
	struct ll_import *v = arena_array(r->a, struct ll_import, list->nsymbols + 1);

	if (!list->nsymbols) { /* a DLL of which nothing is used is not named */
		r->made[m - r->plan->makes].path = NULL;
		return 0;
	}
	for (size_t i = 0; i < list->nsymbols; i++) {
		const struct stub_symbol *s = &list->symbols[i];

		v[i] = (struct ll_import) { s->name, s->other, s->kind == STUB_OBJECT, s->stdcall,
			s->args };
	}
	return ll_write_import_library(
		r->d, m->at, path, list->soname, r->plan->triple, v, list->nsymbols);
}

static int make_tbd(struct run *r, const struct plan_make *m, const char *path)
{
	struct strbuf targets = { .mem = r->a };
	struct stub_list list;
	const char *text;

	if (stub_list_read(r->a, r->d, m->at, m->source, &list))
		return -1;
	for (const struct link_plan *p = r->plan; p; p = p->next)
		strbuf_fmt(&targets, "%s%s", targets.n ? ", " : "", p->tbd_target);
	text = stub_tbd_write(r->a, &list, strbuf_text(&targets));
	return file_write_temporary(r->d, m->at, path, text, strlen(text));
}

static void make_files(struct run *r)
{
	static int (*const makers[])(struct run *, const struct plan_make *, const char *) = {
		[PLAN_TEXT] = make_text,
		[PLAN_IR] = make_ir,
		[PLAN_IR_ARCHIVE] = make_ir,
		[PLAN_ELF_STUB] = make_elf_stub,
		[PLAN_IMPORT_LIBRARY] = make_import_library,
		[PLAN_TBD] = make_tbd,
	};

	r->first = r->plan;
	r->made = arena_array(r->a, struct made, r->plan->nmakes);
	for (size_t i = 0; i < r->plan->nmakes; i++)
		r->made[i] =
			(struct made) { path_join(r->a, r->out.dir, r->plan->makes[i].name), -1 };
	if (stublists_read(r->a, r->d, r->plan, r->kept, &r->lists))
		return;
	for (size_t i = 0; i < r->plan->nmakes; i++) {
		const struct plan_make *m = &r->plan->makes[i];

		makers[m->kind](r, m, r->made[i].path);
	}
}

static void close_files(struct run *r)
{
	for (size_t i = 0; i < r->first->nmakes; i++)
		if (r->made[i].path && r->made[i].fd >= 0)
			close(r->made[i].fd);
}

/* the make that a word is about: NAME behind PLAN_TMP */
static const struct made *find_made(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->first->nmakes; i++)
		if (str_eq(r->first->makes[i].name, name))
			return &r->made[i];
	diag_bug("a word of the plan names '%s', which is not made", name);
}

/* LLD maps its output; on a disk that fills up meanwhile, that ends in SIGBUS and not in an error.
 * So where room is short it is told to write instead, which takes the output's size of memory. */
static bool room_is_short(const struct run *r, off_t bytes)
{
	struct statvfs fs;

	if (r->plan->flavor != PLAN_GNU || statvfs(r->out.dir, &fs))
		return false;
	return (uint64_t)fs.f_bavail * fs.f_frsize < 4 * (uint64_t)bytes + SHORT_OF_ROOM;
}

/* The same input is to give the same bytes on another day; LLD's default is the time of the link,
 * which SOURCE_DATE_EPOCH fixes as well. */
static bool wants_no_timestamp(const struct run *r)
{
	if (r->plan->flavor != PLAN_MINGW || getenv("SOURCE_DATE_EPOCH"))
		return false;
	for (size_t i = 0; i < r->plan->argv.n; i++)
		if (strstr(r->plan->argv.v[i], "insert-timestamp"))
			return false;
	return true;
}

/* word i of the plan: `before` bytes, then a made file */
static void made_word(struct run *r, size_t i, ptrdiff_t before, const char *name)
{
	const struct argv *in = &r->plan->argv;
	const struct made *made = find_made(r, name);

	if (made->path)
		argv_addf(&r->argv, in->why[i], "%.*s%s", (int)before, in->v[i], made->path);
}

/* the plan's words with the temporary directory and the output put in */
static void final_words(struct run *r)
{
	static const char tmp[] = PLAN_TMP;
	const struct argv *in = &r->plan->argv;
	off_t bytes = input_bytes(r->plan);

	r->argv = (struct argv) { .mem = r->a };
	for (size_t i = 0; i < in->n; i++) {
		const char *at = strstr(in->v[i], tmp);

		if (i == r->plan->output_index)
			argv_add(&r->argv, in->why[i], r->path);
		else if (r->found && r->found[i])
			argv_add(&r->argv, in->why[i], r->found[i]);
		else if (at)
			made_word(r, i, at - in->v[i], at + sizeof(tmp) - 1);
		else
			argv_add(&r->argv, in->why[i], in->v[i]);
	}
	if (r->plan->external.text)
		return; /* what follows is for the LLD inside */
	if (room_is_short(r, bytes))
		argv_add(&r->argv, (struct argv_why) { .rule = "room" }, "--no-mmap-output-file");
	if (wants_no_timestamp(r))
		argv_add(&r->argv, (struct argv_why) { .rule = "timestamp" },
			"--no-insert-timestamp");
	if (r->one_thread || bytes < LARGE_INPUT)
		argv_add(&r->argv, (struct argv_why) { .rule = "threads" }, "--threads=1");
	if (r->verbose)
		argv_add(&r->argv, (struct argv_why) { .rule = "verbose" }, "--verbose");
}

/* ---- the link */

/* "/proc/self/fd/7" is "libc.so.6" */
static const char *with_names(struct run *r, const char *line)
{
	const char *at = strstr(line, FD_PATH);
	size_t digits = at ? strspn(at + strlen(FD_PATH), "0123456789") : 0;
	size_t n = strlen(FD_PATH) + digits;

	for (size_t i = 0; digits && i < r->first->nmakes; i++) {
		const struct made *m = &r->made[i];

		if (m->path && m->fd >= 0 && strlen(m->path) == n && !strncmp(at, m->path, n))
			return str_fmt(r->a, "%.*s%s%s", (int)(at - line), line,
				r->first->makes[i].name, with_names(r, at + n));
	}
	return line;
}

/* LLD's lines: messages bear our prefix already; what follows one (">>> referenced by") is part of
 * it; its stdout (--verbose, --trace, -Map=-) goes to ours untouched. */
static void lld_line(void *ctx, bool err, const char *line, size_t n)
{
	struct run *r = ctx;
	static const char undefined[] = "pkgimg: error: undefined symbol: ";
	const char *s = with_names(r, str_ndup(r->a, line, n));

	if (r->plan->kind == JOB_IMAGE && str_starts(s, undefined) &&
		stub_libgcc_remedy(s + sizeof(undefined) - 1))
		r->missing = s + sizeof(undefined) - 1;
	r->about_format |= err && driver_is_about_format(s);
	r->too_far |= err && strstr(s, "relocation ") && strstr(s, " out of range: ");
	if (!err)
		diag_output(r->d, s);
	else if (str_starts(s, "pkgimg: error: "))
		diag_line(r->d, DIAG_ERROR, s);
	else if (str_starts(s, "pkgimg: warning: "))
		diag_line(r->d, DIAG_WARNING, s);
	else
		diag_more(r->d, s);
}

/* -Wl,--version and -Wl,--help print and link nothing, which is what build systems ask for */
enum { TEXT_ONLY = 1 };

static bool asks_for_text(const struct link_plan *plan)
{
	static const char *const words[] = { "--version", "-version", "--help", "-help" };

	for (size_t i = 0; i < plan->argv.n; i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (str_eq(plan->argv.v[i], words[k]))
				return true;
	return false;
}

static const char *command(struct run *r)
{
	const char *program = r->plan->external.text;

	return str_fmt(r->a, "%s %s", program ? program : r->plan->linker, argv_shell(&r->argv));
}

/* an external program's line, with our prefix in front of none: it is not ours */
static void other_line(void *ctx, const char *text)
{
	struct run *r = ctx;

	diag_more(r->d, text);
}

/* --ld-path: the same words, another program */
static int link_outside(struct run *r)
{
	struct loc at = r->plan->external.at;
	const char *program = r->plan->external.text;
	struct argv v = { .mem = r->a };
	int code;

	if (spawn_check_linker(r->a, r->d, r->plan, program))
		return DRIVER_FAILED;
	argv_add(&v, (struct argv_why) { at, "ld-path" }, program);
	for (size_t i = 0; i < r->argv.n; i++)
		argv_add(&v, r->argv.why[i], r->argv.v[i]);
	if (r->verbose)
		diag_text("%s\n", command(r));
	code = spawn_run(r->a, r->d, at, v.v, other_line, r, NULL);
	if (!code && file_exists(r->path))
		return 0;
	if (!code && asks_for_text(r->plan))
		return TEXT_ONLY;
	if (code >= 0) {
		diag_err(r->d, r->plan->output_at,
			"the link of '%s' failed, exit status of '%s' is %d", r->plan->output,
			program, code);
		diag_note(r->d, NOWHERE, "the command was: %s", command(r));
	}
	return DRIVER_FAILED;
}

/* a program over the finished output: wasm-opt */
static int run_post(struct run *r)
{
	const struct argv *post = &r->plan->post;
	struct argv v = { .mem = r->a };
	int code;

	if (!post->n)
		return 0;
	for (size_t i = 0; i < post->n; i++)
		argv_add(&v, post->why[i],
			i == r->plan->post_output[0] || i == r->plan->post_output[1] ? r->out.path
										     : post->v[i]);
	if (r->verbose)
		diag_text("%s\n", argv_shell(&v));
	code = spawn_run(r->a, r->d, r->plan->output_at, v.v, other_line, r, NULL);
	if (code > 0)
		diag_err(r->d, r->plan->output_at,
			"'%s' failed on the linked '%s' with exit status %d; --no-wasm-opt leaves "
			"it out",
			post->v[0], r->plan->output, code);
	return code ? DRIVER_FAILED : 0;
}

static int link_once(struct run *r)
{
	static const enum ll_flavor flavors[] = {
		[PLAN_GNU] = LL_GNU,
		[PLAN_DARWIN] = LL_DARWIN,
		[PLAN_WASM] = LL_WASM,
		[PLAN_MINGW] = LL_GNU,
	};
	enum ll_status s;
	int code;

	if (r->plan->external.text)
		return link_outside(r);
	if (r->verbose)
		diag_text("%s\n", command(r));
	s = ll_link(flavors[r->plan->flavor], r->argv.n, r->argv.v, lld_line, r, &code,
		r->first->next ? NULL : &r->sums);
	if (s == LL_OK && file_exists(r->path)) /* LLD's exit code can lie (llvm#66974) */
		return 0;
	if (s == LL_OK && asks_for_text(r->plan))
		return TEXT_ONLY;
	if (r->about_format)
		driver_check_formats(r->a, r->d, r->plan);
	diag_err(r->d, r->plan->output_at, "the link of '%s' failed, LLD's exit status is %d",
		r->plan->output, code);
	if (r->missing)
		diag_note(r->d, NOWHERE, "'%s': %s", r->missing, stub_libgcc_remedy(r->missing));
	if (r->too_far && r->plan->kind == JOB_IMAGE)
		diag_note(r->d, NOWHERE,
			"an image's code and data, and the beginning of what it exports, lie "
			"within 2 GiB; keep large data in a heap, make it static, or allocate it "
			"when it is needed");
	diag_note(r->d, NOWHERE, "the command was: %s", command(r));
	return s == LL_POISONED ? DRIVER_POISONED : DRIVER_FAILED;
}

/* Each architecture by itself, then one file of them. A signature bears the name of the file that
 * is linked, so each is linked under the final one. */
static int link_universal(struct run *r)
{
	const struct link_plan *first = r->plan;
	const char **parts;
	size_t n = 0;
	int rc = 0;

	for (const struct link_plan *p = first; p; p = p->next)
		n++;
	parts = arena_array(r->a, const char *, n);
	n = 0;
	for (const struct link_plan *p = first; p && !rc; p = p->next) {
		r->plan = p;
		final_words(r);
		rc = link_once(r);
		if (!rc && undefined_check(r->a, r->d, p, NULL, r->path))
			rc = -1;
		parts[n] = path_join(r->a, r->out.dir, p->arch);
		if (!rc && rename(r->path, parts[n++]))
			rc = diag_err(r->d, r->plan->output_at, "'%s' cannot be renamed: %s",
				r->path, strerror(errno));
	}
	r->plan = first;
	return rc ? rc : ll_universal(r->d, parts, n, r->out.path);
}

/* Apple's linker leaves out objects of other machines with a warning. Of a link for one machine
 * something would be missing that was asked for. */
static int check_left_out(struct run *r)
{
	unsigned before = r->d->errors;

	if (r->about_format)
		driver_check_formats(r->a, r->d, r->plan);
	return r->d->errors == before ? 0 : -1;
}

static int link_and_check(struct run *r, const struct driver_run_options *o)
{
	int rc = r->plan->next ? link_universal(r) : link_once(r);

	if (!rc && !r->plan->next)
		rc = check_left_out(r);
	if (!rc)
		rc = run_post(r);
	if (rc)
		return rc;
	if (!r->plan->next && undefined_check(r->a, r->d, r->plan, r->lists, r->out.path))
		return -1;
	if (o->before_publish && o->before_publish(o->ctx, r->d, r->out.path, &r->sums))
		return -1;
	return outfile_commit(r->d, &r->out, r->plan->kind == JOB_RELOCATABLE ? 0666 : 0777);
}

int driver_run(struct arena *a, struct diags *d, const struct link_plan *plan,
	const struct driver_run_options *options)
{
	struct run r = {
		.a = a,
		.d = d,
		.plan = plan,
		.verbose = options->verbose,
		.one_thread = options->one_thread,
		.kept = options->kept,
		.sums.mem = a,
	};
	unsigned before = d->errors;
	int rc = -1;

	if (plan->shown_only)
		return diag_err(d, plan->output_at, "'%s' is not linked: %s", plan->output,
			plan->shown_only);
	if (driver_check_inputs(d, plan) | libraries_find(a, d, plan, &r.found))
		return -1;
	if (outfile_begin(a, d, plan->output_at, plan->output, &r.out))
		return -1;
	r.path = r.out.path;
	make_files(&r);
	if (d->errors == before) {
		final_words(&r);
		rc = link_and_check(&r, options);
	}
	close_files(&r);
	if (rc)
		outfile_drop(&r.out);
	return rc == TEXT_ONLY ? 0 : rc;
}
