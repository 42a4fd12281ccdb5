/* The command line of one build. A package file is handed on as it is; what the workspace says goes
 * over it, as the command line does. An entry without a file becomes options. */
#include <string.h>

#include "base/argv.h"
#include "base/str.h"
#include "frontend/manifest.h"
#include "workspace/workspace.h"

static struct argv_why from(struct loc at)
{
	return (struct argv_why) { .at = at };
}

static void add_option(struct argv *v, const char *option, const struct job_word *w)
{
	if (w->text)
		argv_addf(v, from(w->at), "%s%s", option, w->text);
}

/* a target may come as a list, or as one string with ';' in it: both are one string then */
static const char *joined(struct arena *a, const struct job_words *w)
{
	struct strbuf b = { .mem = a };

	for (size_t i = 0; i < w->n; i++)
		strbuf_fmt(&b, "%s%s", i ? ";" : "", w->v[i].text);
	return strbuf_text(&b);
}

static void add_settings(struct argv *v, const struct ws_settings *s)
{
	add_option(v, "-O", &s->opt_level);
	add_option(v, "--target=", &s->target);
	add_option(v, "--platform=", &s->platform);
	if (s->cpu_targets.n)
		argv_addf(v, from(s->cpu_targets.v[0].at), "--cpu-target=%s",
			joined(v->mem, &s->cpu_targets));
	if (s->strip)
		argv_add(v, from(NOWHERE), "-s");
}

/* ---- an entry without a file */

static void add_library(struct argv *v, const char *dir, const char *text, struct loc at)
{
	if (strchr(text, '/') && *text != '/' && !str_eq(dir, "."))
		argv_addf(v, from(at), "--needs=%s", path_join(v->mem, dir, text));
	else
		argv_addf(v, from(at), "--needs=%s", text);
}

static void add_need(struct argv *v, const char *dir, const struct yml_node *n)
{
	const struct yml_node *library = yml_get(n, "library"), *host = yml_get(n, "host");

	if (n->kind == YML_SCALAR)
		add_library(v, dir, n->text, n->at);
	if (library)
		add_library(v, dir, library->text, library->at);
	if (host && host->kind == YML_SCALAR)
		argv_addf(v, from(host->at), "--host-symbol=%s", host->text);
	else if (host)
		yml_each (i, host)
			argv_addf(v, from(host->items[i]->at), "--host-symbol=%s",
				host->items[i]->text);
}

static void add_needs(struct argv *v, const char *dir, const struct yml_node *needs)
{
	if (!needs)
		return;
	if (needs->kind != YML_SEQ)
		add_need(v, dir, needs);
	else if (!needs->n)
		argv_add(v, from(needs->at), "--needs=none");
	else
		yml_each (i, needs)
			add_need(v, dir, needs->items[i]);
}

static void add_entry(struct argv *v, const struct ws_package *p)
{
	for (size_t i = 0; i < p->modules.n; i++)
		argv_add(v, from(p->modules.v[i].at), p->modules.v[i].text);
	argv_addf(v, from(p->at), "--name=%s", p->name);
	add_option(v, "--package-version=", &p->version);
	add_option(v, "--uuid=", &p->uuid);
	for (size_t i = 0; i < p->exports.names.n; i++)
		add_option(v, "--export=", &p->exports.names.v[i]);
	if (p->exports.names.given && !p->exports.names.n)
		argv_add(v, from(p->at), "--export=none");
	if (p->exports.native)
		argv_add(v, from(p->exports.native_at), "--exports=native");
	add_option(v, "--soname=", &p->soname);
	add_needs(v, p->dir, p->needs);
}

void ws_line(const struct ws *ws, size_t i, const char *output, struct argv *out)
{
	const struct ws_package *p = &ws->v[i];

	argv_add(out, from(NOWHERE), "build");
	if (p->file.text)
		argv_add(out, from(p->file.at), p->file.text);
	else
		add_entry(out, p);
	add_settings(out, &p->settings);
	if (p->data_only)
		argv_add(out, from(p->settings.native.at), "--pkgimage-native-code=no");
	for (size_t k = 0; k < p->ndeps; k++) {
		const struct ws_dependency *dep = &p->deps[k];
		const char *path = dep->package == WS_OUTSIDE ? dep->path.text
							      : ws->v[dep->package].output.text;

		argv_addf(out, from(dep->at), "--%s=%s=%s", dep->base ? "base" : "dependency",
			dep->name, path);
	}
	argv_add(out, from(p->output.at), "-o");
	argv_add(out, from(p->output.at), output);
}
