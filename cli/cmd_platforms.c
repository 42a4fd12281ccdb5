/* pkgimg platforms [NAME]: a table of all, or one as the YAML in effect. */
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "driver/options.h"
#include "toolchains/platform.h"

static int list(struct cli *c, bool json)
{
	struct json j = { .f = stdout };
	const char *const *names;
	size_t n;

	platform_names(c->mem, &names, &n);
	if (json)
		json_array(&j, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct platform *p = platform_load(c->mem, c->d, NOWHERE, names[i], false);

		if (!p)
			continue;
		if (json) {
			json_object(&j, NULL);
			json_str(&j, "name", p->name);
			json_str(&j, "triple", p->triple.text);
			json_str(&j, "description", p->description.text);
			json_str(&j, "file", p->path);
			json_end_object(&j);
		} else {
			printf("%-24s %s\n", p->name,
				p->description.text ? p->description.text : "");
		}
	}
	if (json) {
		json_end_array(&j);
		putchar('\n');
	}
	return c->d->errors ? EXIT_INPUT : EXIT_OK;
}

int cmd_platforms(struct cli *c)
{
	const struct platform *p;
	const char *name = NULL;
	struct loc at = NOWHERE;
	bool json = false;
	size_t n;
	const struct ll_arg *args = cli_parse(c, PlatformsOption, &n);

	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return cli_help(c, PlatformsOption, "pkgimg platforms [--json] [NAME|FILE]",
				"lists the platforms, or prints one as the YAML in effect");
		if (args[i].id == OPT_json) {
			json = true;
		} else if (name) {
			diag_err(c->d, cli_place(c, &args[i]),
				"one platform is wanted, '%s' is a second", args[i].spelling);
			return EXIT_USAGE;
		} else {
			name = args[i].spelling;
			at = cli_place(c, &args[i]);
		}
	}
	if (!name)
		return list(c, json);
	p = platform_load(c->mem, c->d, at, name, false);
	if (!p)
		return EXIT_INPUT;
	platform_print(p, stdout);
	return EXIT_OK;
}
