/* A plan for people: -### and --explain. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/str.h"
#include "driver/driver.h"

/* as clang -### quotes: every word in double quotes, with \ before " \ and $ */
static void quote(struct strbuf *b, const char *word)
{
	strbuf_puts(b, " \"");
	for (const char *s = word; *s; s++) {
		if (*s == '"' || *s == '\\' || *s == '$')
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
	strbuf_putc(b, '"');
}

void driver_print_plan(const struct link_plan *plan)
{
	struct strbuf b = { .mem = plan->argv.mem };

	if (plan->no_link)
		return;
	quote(&b, plan->external.text ? plan->external.text : plan->linker);
	for (size_t i = 0; i < plan->argv.n; i++)
		quote(&b, plan->argv.v[i]);
	strbuf_putc(&b, '\n');
	for (size_t i = 0; i < plan->post.n; i++)
		quote(&b, plan->post.v[i]);
	if (plan->post.n)
		strbuf_putc(&b, '\n');
	diag_text("%s", strbuf_text(&b));
}

/* ---- JSON */

static void json_text(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			printf("\\u%04x", (unsigned)*s);
		else
			putchar(*s);
	putchar('"');
}

static void json_words(const struct argv *v)
{
	char place[4096];

	for (size_t i = 0; i < v->n; i++) {
		fputs(i ? ",\n  {\"word\": " : "\n  {\"word\": ", stdout);
		json_text(v->v[i]);
		fputs(", \"slot\": ", stdout);
		json_text(v->why[i].rule ? v->why[i].rule : "");
		fputs(", \"from\": ", stdout);
		json_text(loc_text(v->why[i].at, place, sizeof(place)));
		putchar('}');
	}
}

void driver_print_plan_json(const struct link_plan *plan)
{
	static const char *const flavors[] = {
		[PLAN_GNU] = "gnu",
		[PLAN_DARWIN] = "darwin",
		[PLAN_WASM] = "wasm",
	};

	printf("{\"flavor\": \"%s\", \"kind\": \"%s\", \"linker\": ", flavors[plan->flavor],
		job_kind_names[plan->kind]);
	json_text(plan->external.text ? plan->external.text : plan->linker);
	fputs(", \"target\": ", stdout);
	json_text(plan->triple);
	fputs(", \"output\": ", stdout);
	json_text(plan->output);
	fputs(",\n \"inputs\": [", stdout);
	for (size_t i = 0; i < plan->ninputs; i++) {
		fputs(i ? ", " : "", stdout);
		json_text(plan->inputs[i].text);
	}
	fputs("],\n \"argv\": [", stdout);
	json_words(&plan->argv);
	fputs("]", stdout);
	if (plan->post.n) {
		fputs(",\n \"after\": [", stdout);
		json_words(&plan->post);
		fputs("]", stdout);
	}
	puts("}");
}

void driver_explain_plan(const struct link_plan *plan)
{
	char place[4096];

	printf("%s\n", plan->linker);
	for (size_t i = 0; i < plan->argv.n; i++) {
		const struct argv_why *w = &plan->argv.why[i];
		struct strbuf b = { .mem = plan->argv.mem };

		strbuf_shell(&b, plan->argv.v[i]);
		loc_text(w->at, place, sizeof(place));
		printf("  %-48s %-18s %s\n", strbuf_text(&b), w->rule ? w->rule : "",
			place[0] ? place : "always");
	}
}

bool driver_verbose_linking(void)
{
	static const char *const off[] = { "", "0", "false", "no", "off" };
	const char *v = getenv("PKGIMG_VERBOSE_LINKING");

	if (!v)
		v = getenv("JULIA_VERBOSE_LINKING");
	if (!v)
		return false;
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (!strcasecmp(v, off[i]))
			return false;
	return true;
}
