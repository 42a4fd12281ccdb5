/* Where programs are: -B folders, the folder of this program, PATH (clang's GetProgramPath). */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/toolchain.h"

static const char *try_dir(struct tc *t, const char *dir, const char *name)
{
	const char *path = path_join(t->mem, dir, name);

	return file_is_regular(path) && !access(path, X_OK) ? path : NULL;
}

static const char *search(struct tc *t, const char *name)
{
	const struct job_words *b = &t->job->list[JL_PREFIXES];
	const char *self = file_self(t->mem), *env = getenv("PATH"), *found;

	for (size_t i = 0; i < b->n; i++)
		if ((found = try_dir(t, b->v[i].text, name)))
			return found;
	if (self && (found = try_dir(t, path_dir(t->mem, self), name)))
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
	const char *target = t->job->str[JS_TARGET].text, *found = NULL;

	/* the triple as it was spelled: x86_64-w64-mingw32-ld */
	if (target && *target)
		found = search(t, str_fmt(t->mem, "%s-%s", target, name));
	if (!found)
		found = search(t, name);
	return found ? found : name;
}
