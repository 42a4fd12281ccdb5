/* LLD's rules (MinGW/Driver.cpp): all folders in order, in each all names in order; under -Bstatic
 * only those of static libraries. */
#include "driver/pelibs.h"

#include <dirent.h>
#include <strings.h>

#include "base/file.h"
#include "base/str.h"

/* before and behind NAME */
static const struct {
	const char *before, *behind;
	bool is_static;
} patterns[] = {
	{ "lib", ".dll.a", false },
	{ "", ".dll.a", false },
	{ "lib", ".a", true },
	{ "", ".lib", true },
	{ "lib", ".dll", false },
	{ "", ".dll", false },
};

struct search {
	struct arena *a;
	struct diags *d;
	const struct argv *argv;
	const char **dirs;
	size_t ndirs, dirs_cap;
	bool static_only;
	const char **found;
	const char **missing; /* names that were told already */
	size_t nmissing, missing_cap;
};

/* the entry of a folder that is `name` but for upper and lower case */
static const char *any_case(struct arena *a, const char *folder, const char *name)
{
	DIR *dir = opendir(folder);
	const char *best = NULL;

	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (strcasecmp(e->d_name, name) == 0 && (!best || strcmp(e->d_name, best) < 0))
			best = str_dup(a, e->d_name);
	}
	if (dir)
		closedir(dir);
	return best ? path_join(a, folder, best) : NULL;
}

static const char *find_exact(struct search *s, const char *folder, const char *name)
{
	const char *path = path_join(s->a, folder, name);

	return file_exists(path) ? path : NULL;
}

static const char *find_any_case(struct search *s, const char *folder, const char *name)
{
	return any_case(s->a, folder, name);
}

/* in every folder by every name that -l stands for */
static const char *find(struct search *s, const char *name,
	const char *(*look)(struct search *, const char *folder, const char *name))
{
	for (size_t i = 0; i < s->ndirs; i++) {
		const char *path = NULL;

		if (*name == ':')
			path = look(s, s->dirs[i], name + 1);
		for (size_t k = 0;
			*name != ':' && !path && k < sizeof(patterns) / sizeof(*patterns); k++) {
			if (s->static_only && !patterns[k].is_static)
				continue;
			path = look(s, s->dirs[i],
				str_fmt(s->a, "%s%s%s", patterns[k].before, name,
					patterns[k].behind));
		}
		if (path)
			return path;
	}
	return NULL;
}

static void report(struct search *s, size_t at, const char *name)
{
	for (size_t i = 0; i < s->nmissing; i++)
		if (str_eq(s->missing[i], name))
			return;
	arena_push_room(s->a, s->missing, s->nmissing, s->missing_cap);
	s->missing[s->nmissing++] = name;
	diag_err(s->d, s->argv->why[at].at, "library '-l%s' is not there%s", name,
		s->static_only ? " (static ones only, by -Bstatic)" : "");
}

static void find_library(struct search *s, size_t at, const char *name)
{
	const char *path;

	if (find(s, name, find_exact))
		return;
	path = find(s, name, find_any_case);
	if (path)
		s->found[at] = path;
	else
		report(s, at, name);
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(word, *list))
			return true;
	return false;
}

/* -L and -l in one word or two; returns the value, NULL: another word */
static const char *value(const struct argv *v, size_t *i, const char *option)
{
	if (!str_starts(v->v[*i], option))
		return NULL;
	if (v->v[*i][strlen(option)])
		return v->v[*i] + strlen(option);
	return *i + 1 < v->n ? v->v[++*i] : NULL;
}

static void find_folders(struct search *s)
{
	for (size_t i = 0; i < s->argv->n; i++) {
		const char *dir = value(s->argv, &i, "-L");

		if (!dir)
			continue;
		arena_push_room(s->a, s->dirs, s->ndirs, s->dirs_cap);
		s->dirs[s->ndirs++] = dir;
	}
}

/* start files that were found have a folder */
static void check_start_file(struct search *s, size_t i)
{
	const char *rule = s->argv->why[i].rule, *word = s->argv->v[i];

	if (!rule || (!str_eq(rule, "start-files") && !str_eq(rule, "end-files")) ||
		file_exists(word))
		return;
	diag_err(s->d, s->argv->why[i].at, "start file '%s' is not there", word);
}

static void find_all(struct search *s)
{
	static const char *const to_static[] = { "-Bstatic", "--Bstatic", "-static", "-dn",
		"-non_shared", NULL };
	static const char *const to_any[] = { "-Bdynamic", "--Bdynamic", "-dy", "-call_shared",
		NULL };

	for (size_t i = 0; i < s->argv->n; i++) {
		const char *word = s->argv->v[i], *name;
		size_t at = i;

		if (is_one_of(word, to_static) || is_one_of(word, to_any)) {
			s->static_only = is_one_of(word, to_static);
			continue;
		}
		if (value(s->argv, &i, "-L") || str_eq(word, "-o")) {
			i += str_eq(word, "-o");
			continue;
		}
		name = value(s->argv, &i, "-l");
		if (name && at == i)
			find_library(s, at, name);
		check_start_file(s, at);
	}
}

static void tell_search(struct search *s)
{
	struct strbuf b = { .mem = s->a };

	if (s->nmissing) {
		for (size_t k = 0; k < sizeof(patterns) / sizeof(*patterns); k++)
			strbuf_fmt(&b, "%s%sNAME%s", k ? ", " : "", patterns[k].before,
				patterns[k].behind);
		diag_note(s->d, NOWHERE,
			"-lNAME is one of %s, in upper or lower case (of static ones libNAME.a, "
			"NAME.lib); -l:FILE is FILE",
			strbuf_text(&b));
		b = (struct strbuf) { .mem = s->a };
	}
	for (size_t i = 0; i < s->ndirs; i++)
		strbuf_fmt(&b, "%s'%s'%s", i ? ", " : "", s->dirs[i],
			file_is_dir(s->dirs[i]) ? "" : " (no such folder)");
	diag_note(s->d, NOWHERE,
		"looked in %s; name MinGW's sysroot with --sysroot, or a folder with -L",
		s->ndirs ? strbuf_text(&b) : "no folder");
}

/* what only LLD can read: response files behind -Wl,@, long spellings */
static bool is_plain(const struct argv *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->v[i][0] == '@' || str_starts(v->v[i], "--library"))
			return false;
	}
	return true;
}

int pelibs_find(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *const **found)
{
	struct search s = { .a = a, .d = d, .argv = &plan->argv };
	unsigned before = d->errors;

	*found = NULL;
	if (plan->flavor != PLAN_MINGW || plan->kind == JOB_IMAGE || !is_plain(&plan->argv))
		return 0;
	s.found = arena_array(a, const char *, plan->argv.n + 1);
	find_folders(&s);
	find_all(&s);
	*found = s.found;
	if (d->errors == before)
		return 0;
	tell_search(&s);
	return -1;
}
