/* pkgimg platforms [NAME]: a table of all, or one as the YAML in effect. */
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "driver/options.h"
#include "toolchains/platform.h"

static int list(struct cli *c, bool json)
{
	struct json j = { .f = stdout };
	const struct platform_row *rows;
	size_t n = platform_list(c->mem, &rows);

	if (json)
		json_array(&j, NULL);
	for (size_t i = 0; i < n; i++) {
		if (json) {
			json_object(&j, NULL);
			json_str(&j, "name", rows[i].name);
			json_str(&j, "triple", rows[i].triple);
			json_str(&j, "description", rows[i].description);
			json_str(&j, "file", rows[i].path);
			json_end_object(&j);
		} else {
			printf("%-24s %s\n", rows[i].name,
				rows[i].description ? rows[i].description : "");
		}
	}
	if (json)
		json_end_array(&j);
	return EXIT_OK;
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
	p = platform_load(c->mem, c->d, NULL, at, name, false);
	if (!p)
		return EXIT_INPUT;
	platform_print(p, stdout);
	return EXIT_OK;
}
