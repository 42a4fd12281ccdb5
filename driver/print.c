/* A plan for people: -### and --explain. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/json.h"
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

/* The step that is no link: the program's name stands without quotes, so that whoever reads the
 * lines for linkers does not take it for one. */
static void print_lipo(const struct link_plan *plan)
{
	struct strbuf b = { .mem = plan->argv.mem };

	strbuf_puts(&b, " lipo");
	quote(&b, "-create");
	quote(&b, "-output");
	quote(&b, plan->output);
	for (const struct link_plan *p = plan; p; p = p->next)
		quote(&b, p->argv.v[p->output_index]);
	diag_text("%s\n", strbuf_text(&b));
}

void driver_print_plan(const struct link_plan *plan)
{
	for (const struct link_plan *p = plan; p; p = p->next) {
		struct strbuf b = { .mem = p->argv.mem };

		if (p->no_link)
			continue;
		quote(&b, p->external.text ? p->external.text : p->linker);
		for (size_t i = 0; i < p->argv.n; i++)
			quote(&b, p->argv.v[i]);
		if (p->post.n)
			strbuf_putc(&b, '\n');
		for (size_t i = 0; i < p->post.n; i++)
			quote(&b, p->post.v[i]);
		diag_text("%s\n", strbuf_text(&b));
	}
	if (plan->next)
		print_lipo(plan);
}

/* ---- JSON */

static void json_words(struct json *j, const char *key, const struct argv *v)
{
	char place[4096];

	json_array(j, key);
	for (size_t i = 0; i < v->n; i++) {
		json_object(j, NULL);
		json_str(j, "word", v->v[i]);
		json_str(j, "slot", v->why[i].rule ? v->why[i].rule : "");
		json_str(j, "from", loc_text(v->why[i].at, place, sizeof(place)));
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_plan(struct json *j, const struct link_plan *plan)
{
	static const char *const flavors[] = {
		[PLAN_GNU] = "gnu",
		[PLAN_DARWIN] = "darwin",
		[PLAN_WASM] = "wasm",
		[PLAN_MINGW] = "mingw",
	};

	json_object(j, NULL);
	json_str(j, "flavor", flavors[plan->flavor]);
	json_str(j, "kind", job_kind_names[plan->kind]);
	json_str(j, "linker", plan->external.text ? plan->external.text : plan->linker);
	json_str(j, "target", plan->triple);
	json_str(j, "output", plan->output);
	json_array(j, "inputs");
	for (size_t i = 0; i < plan->ninputs; i++)
		json_str(j, NULL, plan->inputs[i].text);
	json_end_array(j);
	json_words(j, "argv", &plan->argv);
	if (plan->post.n)
		json_words(j, "after", &plan->post);
	json_end_object(j);
}

void driver_print_plan_json(const struct link_plan *plan)
{
	struct json j = { .f = stdout };

	json_object(&j, NULL);
	json_array(&j, "links");
	for (const struct link_plan *p = plan; p; p = p->next)
		json_plan(&j, p);
	json_end_array(&j);
	json_end_object(&j);
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
	if (plan->next)
		driver_explain_plan(plan->next);
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
