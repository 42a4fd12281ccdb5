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

	quote(&b, plan->linker);
	for (size_t i = 0; i < plan->argv.n; i++)
		quote(&b, plan->argv.v[i]);
	diag_text("%s\n", strbuf_text(&b));
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
