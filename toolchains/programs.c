/* Where programs are: -B, the folder of this program, that of GCC's binutils, PATH (clang's
 * GetProgramPath); which program links. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/toolchain.h"

static bool can_run(const char *path)
{
	return file_is_regular(path) && !access(path, X_OK);
}

static const char *try_path(const char *path)
{
	return can_run(path) ? path : NULL;
}

static const char *try_dir(struct tc *t, const char *dir, const char *name)
{
	return try_path(path_join(t->mem, dir, name));
}

const char *tc_program_dir(struct tc *t)
{
	const char *self = file_self(t->mem);

	return self ? path_dir(t->mem, self) : "";
}

static const char *search_b(struct tc *t, const char *name)
{
	const struct job_words *b = &t->job->list[JL_PREFIXES];
	const char *found = NULL;

	for (size_t i = 0; !found && i < b->n; i++)
		found = file_is_dir(b->v[i].text)
				? try_dir(t, b->v[i].text, name)
				: try_path(str_fmt(t->mem, "%s%s", b->v[i].text, name));
	return found;
}

static const char *search(struct tc *t, const char *name)
{
	const char *env = getenv("PATH"), *found;

	if ((found = try_dir(t, tc_program_dir(t), name)))
		return found;
	/* programs for the target, that came with its GCC */
	if (t->gcc.dir &&
		(found = try_dir(t,
			 str_fmt(t->mem, "%s%s/../%s/bin", t->gcc.dir, t->gcc.up, t->gcc.triple),
			 name)))
		return found;
	while (env && *env) {
		size_t n = strcspn(env, ":");

		if (n && (found = try_dir(t, str_ndup(t->mem, env, n), name)))
			return found;
		env += n + (env[n] == ':');
	}
	return NULL;
}

const char *tc_find_program(struct tc *t, const char *name)
{
	const char *target = t->job->str[JS_TARGET].text, *found = NULL, *long_name = NULL;

	/* the triple as it was spelled: x86_64-w64-mingw32-ld */
	if (target && *target)
		long_name = str_fmt(t->mem, "%s-%s", target, name);
	if (long_name)
		found = search_b(t, long_name);
	if (!found)
		found = search_b(t, name);
	if (!found && long_name)
		found = search(t, long_name);
	if (!found)
		found = search(t, name);
	return found ? found : name;
}

/* --ld-path=: a name without a folder is looked for like every program */
static struct job_word by_path(struct tc *t, const struct job_word *w)
{
	const char *path = strchr(w->text, '/') ? w->text : tc_find_program(t, w->text);

	if (!can_run(path)) {
		diag_err(t->d, w->at,
			"'--ld-path=%s' is no program that can be run; give the path of a linker",
			w->text);
		return (struct job_word) { 0 };
	}
	return (struct job_word) { path, w->at };
}

/* -fuse-ld=: a path; nothing and `lld` are the LLD inside; `ld` is the system's own; any other name
 * is that of a program ld.NAME (Apple: ld64.NAME). WebAssembly has one linker, whose plain name is
 * `ld` as well. */
static struct job_word by_name(struct tc *t, const struct job_word *w)
{
	bool wasm = t->pf->family == FAMILY_WASM;
	const char *name = w->text, *path;

	if (!*name || str_eq(name, "lld") || str_eq(name, "ld.lld") || (wasm && str_eq(name, "ld")))
		return (struct job_word) { 0 };
	if (*name == '/' && can_run(name))
		return *w;
	if (!str_eq(name, "ld"))
		name = str_fmt(
			t->mem, "%s.%s", t->pf->family == FAMILY_DARWIN ? "ld64" : "ld", name);
	path = wasm || *w->text == '/' ? w->text : tc_find_program(t, name);
	if (!wasm && strchr(path, '/') && can_run(path))
		return (struct job_word) { path, w->at };
	diag_err(t->d, w->at,
		"'-fuse-ld=%s' names no linker that is here (wanted '%s'); -fuse-ld=lld is the LLD "
		"inside, --ld-path=PROGRAM runs another",
		w->text, *w->text == '/' ? w->text : name);
	return (struct job_word) { 0 };
}

struct job_word tc_linker(struct tc *t)
{
	const struct job_word *path = &t->job->str[JS_LD_PATH], *name = &t->job->str[JS_FUSE_LD];

	if (path->text && *path->text)
		return by_path(t, path);
	return name->text ? by_name(t, name) : (struct job_word) { 0 };
}
