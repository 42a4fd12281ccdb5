#include "workspace/options.h"

#include <string.h>

#include "base/str.h"

void option_add(struct option_list *l, const char *name, const char *value)
{
	if (!value)
		return;
	arena_push_room(l->mem, l->v, l->n, l->cap);
	l->v[l->n++] = (struct pkgimg_cache_option) { name, value };
}

/* in the order given: "a, b"; a file by its base name, its content is a source */
static const char *joined(struct arena *a, const struct job_words *w)
{
	struct strbuf b = { .mem = a };

	for (size_t i = 0; i < w->n; i++)
		strbuf_fmt(&b, "%s%s", i ? ", " : "", path_base(w->v[i].text));
	return strbuf_text(&b);
}

static void add_words(
	struct option_list *l, const char *name, bool given, const struct job_words *w)
{
	if (given || w->n)
		option_add(l, name, joined(l->mem, w));
}

static void add_hex(struct option_list *l, const char *name, const uint8_t *bytes, size_t n)
{
	struct strbuf b = { .mem = l->mem };

	strbuf_hex(&b, bytes, n);
	option_add(l, name, strbuf_text(&b));
}

/* a target "base" or "sysimage"; base(1) is an option of other targets */
static bool takes_targets_of_base(const char *cpus)
{
	while (cpus && *cpus) {
		size_t n = strcspn(cpus, ",;");

		if ((n == 4 && str_starts(cpus, "base")) ||
			(n == 8 && str_starts(cpus, "sysimage")))
			return true;
		cpus += strcspn(cpus, ";");
		cpus += *cpus == ';';
	}
	return false;
}

void options_add(struct option_list *l, const struct image_options *o)
{
	option_add(l, "opt-level", o->opt_level);
	option_add(l, "output", o->output);
	add_words(l, "exports", o->exports_given, o->exports);
	option_add(l, "native-exports", o->native ? "yes" : NULL);
	option_add(l, "soname", o->soname);
	add_words(l, "needs", o->needs_given, o->needs);
	add_words(l, "host-symbols", false, o->host);
	option_add(l, "target", o->target);
	option_add(l, "platform", o->platform ? path_base(o->platform) : NULL);
	option_add(l, "strip", o->strip ? "yes" : NULL);
	if (o->cpus && strstr(o->cpus, "native")) /* this machine's CPU by another word */
		option_add(l, "host-cpu", o->cpu_features);
	if (o->base_build_id && takes_targets_of_base(o->cpus))
		add_hex(l, "base-image", o->base_build_id, 16);
}

void preferences_add(struct option_list *l, const struct manifest_preferences *p)
{
	for (size_t i = 0; i < p->n; i++)
		option_add(l, p->v[i].name, p->v[i].value);
}

const char *source_name(struct arena *a, const char *folder, const char *path)
{
	size_t n = strlen(folder);

	if (str_eq(folder, ".") && *path != '/')
		n = 0;
	else if (!strncmp(folder, path, n) && path[n] == '/')
		n++;
	else
		return path_base(path);
	while (path[n] == '.' && path[n + 1] == '/')
		n += 2;
	if (strstr(path + n, "../") || strstr(path + n, "/./") || strstr(path + n, "//"))
		return path_base(path);
	return str_fmt(a, "workspace:%s", path + n);
}
