/* LLD's rules (ELF/Driver.cpp and DriverUtils.cpp, wasm/Driver.cpp, MinGW/Driver.cpp,
 * MachO/Driver.cpp): all folders in order, in each all names in order. Where -Bstatic counts, it
 * leaves those of static libraries. */
#include "driver/libraries.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/str.h"

struct pattern {
	const char *before, *behind; /* NAME */
	bool is_static;
};

/* a word of the line that names a library or framework, its value in the word or behind it */
struct option {
	const char *word;
	bool framework;
};

static const struct format {
	struct pattern libraries[7];
	struct option options[8];
	const char *folders[3];           /* that the linker looks in by itself; Darwin */
	const char *framework_folders[3]; /* the same */
	bool any_case;
	const char *any_case_text, *remedy;
} formats[] = {
	[PLAN_GNU] = {
		.libraries = { { "lib", ".so", false }, { "lib", ".a", true } },
		.options = { { "-l", false } },
		.any_case_text = "",
		.remedy = "install the package it is in, or name its folder with -L, or a sysroot "
			  "with --sysroot",
	},
	[PLAN_WASM] = {
		.libraries = { { "lib", ".so", false }, { "lib", ".a", true } },
		.options = { { "-l", false } },
		.any_case_text = "",
		.remedy = "name the WASI sysroot with --sysroot, or a folder with -L",
	},
	[PLAN_MINGW] = {
		.libraries = { { "lib", ".dll.a", false }, { "", ".dll.a", false },
			{ "lib", ".a", true }, { "", ".lib", true }, { "lib", ".dll", false },
			{ "", ".dll", false } },
		.options = { { "-l", false } },
		.any_case = true,
		.any_case_text = ", in upper or lower case",
		.remedy = "name MinGW's sysroot with --sysroot, or a folder with -L",
	},
	[PLAN_DARWIN] = {
		.libraries = { { "lib", ".tbd", false }, { "lib", ".dylib", false },
			{ "lib", ".so", false }, { "lib", ".a", false } },
		.options = { { "-l", false }, { "-weak-l", false }, { "-needed-l", false },
			{ "-reexport-l", false }, { "-framework", true },
			{ "-weak_framework", true }, { "-reexport_framework", true } },
		.folders = { "/usr/lib", "/usr/local/lib" },
		.framework_folders = { "/Library/Frameworks", "/System/Library/Frameworks" },
		.any_case_text = "",
		.remedy = "name the SDK with -isysroot or SDKROOT, or a folder with -L or -F",
	},
};

struct names {
	const char **v;
	size_t n, cap;
};

struct search {
	struct arena *a;
	struct diags *d;
	const struct link_plan *plan;
	const struct argv *argv;
	const struct format *format;
	struct names dirs, framework_dirs;
	bool static_only, pushed[16]; /* -Bstatic; and that of --push-state */
	size_t depth;
	const char **found;
	struct names missing; /* that were told already */
	bool missing_library, missing_framework, missing_file;
	bool only_looking; /* nothing is told yet */
};

static void add_name(struct search *s, struct names *l, const char *name)
{
	arena_push_room(s->a, l->v, l->n, l->cap);
	l->v[l->n++] = name;
}

/* ---- one library */

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

/* in every folder by every name that -l stands for; -l:FILE is FILE, and with Apple's linker
 * -lNAME.o is NAME.o */
static const char *find(struct search *s, const char *name,
	const char *(*look)(struct search *, const char *folder, const char *name))
{
	const char *file = *name == ':' && s->plan->flavor != PLAN_DARWIN ? name + 1 : NULL;

	if (s->plan->flavor == PLAN_DARWIN && str_ends(name, ".o"))
		file = name;
	for (size_t i = 0; i < s->dirs.n; i++) {
		const char *path = file ? look(s, s->dirs.v[i], file) : NULL;

		for (const struct pattern *p = s->format->libraries; !file && !path && p->before;
			p++)
			if (p->is_static || !s->static_only)
				path = look(s, s->dirs.v[i],
					str_fmt(s->a, "%s%s%s", p->before, name, p->behind));
		if (path)
			return path;
	}
	return NULL;
}

/* NAME or NAME,SUFFIX, as a library or as text about one */
static bool find_framework(struct search *s, const char *name)
{
	const char *plain = str_ndup(s->a, name, strcspn(name, ","));

	for (size_t i = 0; i < s->framework_dirs.n; i++) {
		const char *file =
			str_fmt(s->a, "%s/%s.framework/%s", s->framework_dirs.v[i], plain, plain);

		if (file_exists(file) || file_exists(str_fmt(s->a, "%s.tbd", file)))
			return true;
	}
	return false;
}

/* what is there under a name like this one, or NULL */
static const char *near(struct search *s, const char *name)
{
	struct names all = { 0 };

	for (size_t i = 0; i < s->dirs.n; i++) {
		DIR *dir = opendir(s->dirs.v[i]);

		for (struct dirent *e; dir && (e = readdir(dir));)
			for (const struct pattern *p = s->format->libraries; p->before; p++) {
				size_t head = strlen(p->before), tail = strlen(p->behind);
				size_t n = strlen(e->d_name);

				if (s->static_only && !p->is_static)
					continue;
				if (n > head + tail && str_starts(e->d_name, p->before) &&
					str_ends(e->d_name, p->behind))
					add_name(s, &all,
						str_ndup(s->a, e->d_name + head, n - head - tail));
			}
		if (dir)
			closedir(dir);
	}
	return str_nearest(name, all.v, all.n);
}

static bool is_new(struct search *s, const char *word)
{
	for (size_t i = 0; i < s->missing.n; i++)
		if (str_eq(s->missing.v[i], word))
			return false;
	add_name(s, &s->missing, word);
	return true;
}

static void report_library(struct search *s, size_t at, const char *name)
{
	const char *guess;

	if (!is_new(s, str_fmt(s->a, "-l%s", name)))
		return;
	s->missing_library = true;
	if (s->only_looking)
		return;
	guess = near(s, name);
	diag_err(s->d, s->argv->why[at].at, "library '-l%s' is not there%s%s%s%s", name,
		s->static_only ? " (static ones only, by -Bstatic)" : "",
		guess ? "; did you mean '-l" : "", guess ? guess : "", guess ? "'?" : "");
}

static void report_framework(struct search *s, size_t at, const char *name)
{
	if (!is_new(s, str_fmt(s->a, "-framework %s", name)))
		return;
	s->missing_framework = true;
	if (!s->only_looking)
		diag_err(s->d, s->argv->why[at].at, "framework '%s' is not there", name);
}

static void find_library(struct search *s, size_t at, const char *name)
{
	const char *path;

	if (find(s, name, find_exact))
		return;
	path = s->format->any_case ? find(s, name, find_any_case) : NULL;
	if (path)
		s->found[at] = path;
	else
		report_library(s, at, name);
}

/* ---- the words */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(word, *list))
			return true;
	return false;
}

/* an option's value, in its word or the next one; NULL: another word */
static const char *value(const struct argv *v, size_t *i, const char *option)
{
	if (!str_starts(v->v[*i], option))
		return NULL;
	if (v->v[*i][strlen(option)])
		return v->v[*i] + strlen(option);
	return *i + 1 < v->n ? v->v[++*i] : NULL;
}

/* "=DIR" of GNU's is in the sysroot. Apple's linker looks for absolute folders in the SDKs first,
 * and leaves out what is not there. */
static void add_folder(struct search *s, struct names *to, const char *dir)
{
	bool darwin = s->plan->flavor == PLAN_DARWIN, found = false;

	for (size_t i = 0; i < s->argv->n; i++) {
		const char *word = s->argv->v[i], *root = NULL;

		if (darwin && str_eq(word, "-syslibroot") && i + 1 < s->argv->n && *dir == '/')
			root = str_fmt(s->a, "%s%s", s->argv->v[i + 1], dir);
		else if (!darwin && str_starts(word, "--sysroot=") && *dir == '=')
			root = str_fmt(s->a, "%s%s", strchr(word, '=') + 1, dir + 1);
		if (!root || (darwin && !file_exists(root)))
			continue;
		add_name(s, to, root);
		found = true;
	}
	if (!found)
		add_name(s, to, *dir == '=' && !darwin ? dir + 1 : dir);
}

static void find_folders(struct search *s)
{
	const struct format *f = s->format;

	for (size_t i = 0; i < s->argv->n; i++) {
		const char *dir = value(s->argv, &i, "-L");

		if (dir)
			add_folder(s, &s->dirs, dir);
		else if (f->framework_folders[0] && (dir = value(s->argv, &i, "-F")))
			add_folder(s, &s->framework_dirs, dir);
	}
	for (size_t i = 0; f->folders[i]; i++)
		add_folder(s, &s->dirs, f->folders[i]);
	for (size_t i = 0; f->framework_folders[i]; i++)
		add_folder(s, &s->framework_dirs, f->framework_folders[i]);
}

/* start files that were found have a folder */
static void check_start_file(struct search *s, size_t i)
{
	static const char *const rules[] = { "start-files", "end-files", "start-file", NULL };
	const char *rule = s->argv->why[i].rule, *word = s->argv->v[i];

	if (!rule || *word == '-' || !is_one_of(rule, rules) || file_exists(word) ||
		!is_new(s, word))
		return;
	s->missing_file = true;
	if (!s->only_looking)
		diag_err(s->d, s->argv->why[i].at, "start file '%s' is not there", word);
}

/* -Bstatic and its kind, where they count; returns whether the word was one */
static bool set_state(struct search *s, const char *word)
{
	static const char *const to_static[] = { "-Bstatic", "--Bstatic", "-static", "--static",
		"-dn", "-non_shared", "--non_shared", NULL };
	static const char *const to_any[] = { "-Bdynamic", "--Bdynamic", "-dy", "-call_shared",
		"--call_shared", NULL };
	static const char *const push[] = { "--push-state", "-push-state", NULL };
	static const char *const pop[] = { "--pop-state", "-pop-state", NULL };

	if (s->plan->flavor == PLAN_DARWIN)
		return false;
	if (is_one_of(word, push) && s->depth < sizeof(s->pushed))
		s->pushed[s->depth++] = s->static_only;
	else if (is_one_of(word, pop) && s->depth)
		s->static_only = s->pushed[--s->depth];
	else if (is_one_of(word, to_static) || is_one_of(word, to_any))
		s->static_only = is_one_of(word, to_static);
	else
		return false;
	return true;
}

/* -lNAME and its kind; other options of Apple's linker start with that letter */
static bool look_for(struct search *s, size_t *i)
{
	static const char *const others[] = { "-lto_", "-load_", "-lazy" };
	const char *name;
	size_t at = *i;

	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
		if (s->plan->flavor == PLAN_DARWIN && str_starts(s->argv->v[at], others[k]))
			return false;
	for (const struct option *o = s->format->options; o->word; o++) {
		if (o->framework && !str_eq(s->argv->v[at], o->word))
			continue;
		if (!(name = value(s->argv, i, o->word)))
			continue;
		if (!o->framework)
			find_library(s, at, name);
		else if (!find_framework(s, name))
			report_framework(s, at, name);
		return true;
	}
	return false;
}

static void find_all(struct search *s)
{
	/* the next word is theirs, whatever it looks like */
	static const char *const takes_next[] = { "-o", "-L", "-F", "-install_name", "-soname",
		"-rpath", "-dynamic-linker", "-e", "-u", "-syslibroot", NULL };

	for (size_t i = 0; i < s->argv->n; i++) {
		if (is_one_of(s->argv->v[i], takes_next))
			i++;
		else if (!set_state(s, s->argv->v[i]) && !look_for(s, &i))
			check_start_file(s, i);
	}
}

/* ---- what was done */

static void tell_folders(struct search *s, const char *what, const struct names *dirs)
{
	struct strbuf b = { .mem = s->a };

	for (size_t i = 0; i < dirs->n; i++)
		strbuf_fmt(&b, "%s'%s'%s", i ? ", " : "", dirs->v[i],
			file_is_dir(dirs->v[i]) ? "" : " (no such folder)");
	diag_note(s->d, NOWHERE, "%s looked for in %s", what,
		dirs->n ? strbuf_text(&b) : "no folder");
}

static void tell_names(struct search *s)
{
	struct strbuf all = { .mem = s->a }, of_static = { .mem = s->a };

	for (const struct pattern *p = s->format->libraries; p->before; p++) {
		strbuf_fmt(&all, "%s%sNAME%s", all.n ? ", " : "", p->before, p->behind);
		if (p->is_static)
			strbuf_fmt(&of_static, "%s%sNAME%s", of_static.n ? ", " : "", p->before,
				p->behind);
	}
	diag_note(s->d, NOWHERE, "-lNAME is one of %s%s%s%s%s%s", strbuf_text(&all),
		s->format->any_case_text, of_static.n ? " (of static ones " : "",
		strbuf_text(&of_static), of_static.n ? ")" : "",
		s->plan->flavor == PLAN_DARWIN ? "" : "; -l:FILE is FILE");
}

static void tell_search(struct search *s)
{
	struct names files = { 0 };

	if (s->missing_library) {
		tell_names(s);
		tell_folders(s, "libraries were", &s->dirs);
	}
	if (s->missing_framework)
		tell_folders(s, "frameworks were", &s->framework_dirs);
	for (size_t i = 0; s->missing_file && i < s->plan->nfile_dirs; i++)
		add_name(s, &files, s->plan->file_dirs[i]);
	if (s->missing_file)
		tell_folders(s, "start files were", &files);
	diag_note(s->d, NOWHERE, "%s", s->format->remedy);
}

/* What only LLD can read may name more folders: linker scripts (SEARCH_DIR), long spellings,
 * response files behind -Wl,. And a line that only asks for LLD's version needs no libraries. */
static bool is_plain(const struct argv *v)
{
	static const char *const words[] = { "-T", "--script", "-script", "-Z", "-dT",
		"--default-script", "--version", "-version", "--help", "-help", NULL };

	for (size_t i = 0; i < v->n; i++)
		if (v->v[i][0] == '@' || str_starts(v->v[i], "--library") ||
			str_starts(v->v[i], "-library") || str_starts(v->v[i], "--script=") ||
			str_starts(v->v[i], "-script=") || is_one_of(v->v[i], words))
			return false;
	return true;
}

/* a linker script among the inputs that has SEARCH_DIR; scripts are short text */
static bool names_folders(const struct link_plan *plan)
{
	char text[16 * 1024];

	for (size_t i = 0; i < plan->ninputs; i++) {
		FILE *f = fopen(plan->inputs[i].text, "r");
		size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

		if (f)
			fclose(f);
		text[n] = '\0';
		if (strlen(text) == n && strstr(text, "SEARCH_DIR"))
			return true;
	}
	return false;
}

const char *libraries_file(struct arena *a, const struct link_plan *plan, const char *name)
{
	struct search s = {
		.a = a, .plan = plan, .argv = &plan->argv, .format = &formats[plan->flavor]
	};

	find_folders(&s);
	return find(&s, name, find_exact);
}

int libraries_find(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *const **found)
{
	struct search s = {
		.a = a, .d = d, .plan = plan, .argv = &plan->argv, .only_looking = true
	};

	*found = NULL;
	if (plan->kind == JOB_IMAGE || plan->external.text || !is_plain(&plan->argv))
		return 0;
	s.format = &formats[plan->flavor];
	s.found = arena_array(a, const char *, plan->argv.n + 1);
	find_folders(&s);
	find_all(&s);
	if (s.format->any_case)
		*found = s.found;
	if (!s.missing.n || (plan->flavor == PLAN_GNU && names_folders(plan)))
		return 0;
	s.only_looking = s.static_only = false;
	s.missing.n = s.depth = 0;
	find_all(&s);
	tell_search(&s);
	return -1;
}
