/* Dependents do not take part in the image of what they depend on, only in its interface. So each
 * statement also makes IMAGE.interface, the interface digest, which is not touched while it is the
 * same (`restat`); dependents have that as an input, and the image itself is only to be there
 * first. The file is made again when the workspace file or a package file is newer. */
#include "workspace/ninja.h"

#include <string.h>

#include "base/argv.h"
#include "base/file.h"
#include "base/str.h"
#include "pkgimg/cache.h"
#include "workspace/request.h"

#define INTERFACE_SUFFIX ".interface"

/* a path in a build statement */
static void put_path(struct strbuf *b, const char *path)
{
	strbuf_putc(b, ' ');
	for (; *path; path++) {
		if (strchr("$ :|", *path))
			strbuf_putc(b, '$');
		strbuf_putc(b, *path);
	}
}

/* a command, for the shell and then for ninja */
static void put_command(struct strbuf *b, const char *const v[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct strbuf word = { .mem = b->mem };

		strbuf_shell(&word, v[i]);
		strbuf_puts(b, i ? " " : "");
		for (const char *s = strbuf_text(&word); *s; s++) {
			if (*s == '$')
				strbuf_putc(b, '$');
			strbuf_putc(b, *s);
		}
	}
}

static const char *interface_of(struct arena *a, const char *image)
{
	return str_fmt(a, "%s" INTERFACE_SUFFIX, image);
}

static void put_words(struct strbuf *b, const struct job_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		put_path(b, w->v[i].text);
}

static void put_inputs(struct strbuf *b, const struct ws *ws, const struct ws_package *p,
	const struct ws_host *host)
{
	const char *order = " ||";

	put_words(b, &p->modules);
	strbuf_puts(b, " |");
	put_path(b, host->program);
	if (p->file.text)
		put_path(b, p->file.text);
	for (size_t i = 0; i < p->files.n; i++)
		if (!ws_dependency_at(ws, p, p->files.v[i].text)) /* its interface counts */
			put_path(b, p->files.v[i].text);
	for (const char *const *f = p->platform ? p->platform->files : NULL; f && *f; f++)
		put_path(b, *f);
	for (size_t k = 0; k < p->ndeps; k++)
		put_path(b, p->deps[k].package == WS_OUTSIDE
				    ? p->deps[k].path.text
				    : interface_of(b->mem, ws->v[p->deps[k].package].output.text));
	for (size_t k = 0; k < p->ndeps; k++) {
		if (p->deps[k].package == WS_OUTSIDE)
			continue;
		strbuf_puts(b, order);
		order = "";
		put_path(b, ws->v[p->deps[k].package].output.text);
	}
}

/* a line break would end the statement, and ninja has no way to write one */
static int check_paths(struct diags *d, const struct ws_package *p, const char *command)
{
	if (!strchr(command, '\n'))
		return 0;
	return diag_err(d, p->at,
		"package '%s' has a line break in a name or an option; ninja knows no such words",
		p->name);
}

static int put_package(struct strbuf *b, struct diags *d, const struct ws *ws, size_t i,
	const struct ws_host *host)
{
	const struct ws_package *p = &ws->v[i];
	const char *interface = interface_of(b->mem, p->output.text);
	struct strbuf command = { .mem = b->mem };
	struct argv line = { .mem = b->mem };
	struct argv_why no = { 0 };

	/* what the environment would say is in the line, if it said it now */
	if (!p->settings.cpu_targets.n && !p->has_targets)
		strbuf_puts(&command, "PKGIMG_CPU_TARGET= JULIA_CPU_TARGET= ");
	argv_add(&line, no, host->program);
	ws_line(ws, i, p->output.text, &line);
	argv_addf(&line, no, "--interface-file=%s", interface);
	put_command(&command, line.v, line.n);
	strbuf_puts(b, "\nbuild");
	put_path(b, p->output.text);
	put_path(b, interface);
	strbuf_puts(b, ": package");
	put_inputs(b, ws, p, host);
	if (p->native == PKGIMG_CACHE_NATIVE_EXISTING)
		return diag_err(d, p->settings.native.at,
			"'%s' is to have the form that exists, which is for builds with a cache, "
			"and ninja's have none; say 'yes' or 'no'",
			p->name);
	strbuf_fmt(
		b, "\n  command = %s\n  description = pkgimg %s\n", strbuf_text(&command), p->name);
	return check_paths(d, p, strbuf_text(&command));
}

static void put_head(struct strbuf *b, const struct ws *ws, const char *output,
	const char *const again[], size_t nagain)
{
	strbuf_fmt(b,
		"# Made by pkgimg from %s; changes would be lost.\n"
		"ninja_required_version = 1.8\n\n"
		"rule package\n"
		"  command = $command\n"
		"  description = $description\n"
		"  restat = 1\n\n"
		"rule plan\n"
		"  command = ",
		path_base(ws->path));
	put_command(b, again, nagain);
	strbuf_puts(b, "\n  description = pkgimg --plan\n  generator = 1\n\nbuild");
	put_path(b, output);
	strbuf_puts(b, ": plan");
	put_path(b, ws->path);
	for (size_t i = 0; i < ws->n; i++)
		if (ws->v[i].file.text)
			put_path(b, ws->v[i].file.text);
	strbuf_putc(b, '\n');
}

int ws_ninja(struct arena *a, struct diags *d, const struct ws *ws, const struct ws_host *host,
	const char *output, const char *const again[], size_t nagain)
{
	struct strbuf b = { .mem = a };
	int failed = 0;

	put_head(&b, ws, output, again, nagain);
	for (size_t k = 0; k < ws->n; k++)
		if (ws->v[ws->order[k]].wanted)
			failed |= put_package(&b, d, ws, ws->order[k], host);
	strbuf_puts(&b, "\ndefault");
	for (size_t k = 0; k < ws->n; k++)
		if (ws->v[ws->order[k]].wanted)
			put_path(&b, ws->v[ws->order[k]].output.text);
	strbuf_putc(&b, '\n');
	return failed ? -1 : file_write(a, d, NOWHERE, output, b.s, b.n);
}
