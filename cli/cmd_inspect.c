/* pkgimg inspect IMAGE...: everything in the image, as text or JSON; no LLVM, nothing is loaded. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/inspect.h"
#include "driver/options.h"

int cmd_inspect(struct cli *c)
{
	struct inspect_how how = { 0 };
	size_t n, images = 0;
	int rc = EXIT_OK;
	const struct ll_arg *args = cli_parse(c, InspectOption, &n);

	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return cli_help(c, InspectOption,
				"pkgimg inspect [--json] [--verify] [--member=NAME] "
				"[--path=OFFSET] IMAGE...",
				"shows what is inside package images");
		how.json |= args[i].id == OPT_json;
		how.verify |= args[i].id == OPT_verify;
		if (args[i].id == OPT_path) {
			how.path = args[i].values[0];
			how.path_at = cli_place(c, &args[i]);
		}
		if (args[i].id == OPT_member_EQ)
			how.member = args[i].values[0];
		images += !args[i].id;
	}
	if (!images) {
		diag_err(c->d, NOWHERE, "an image is wanted; name a file made by `pkgimg build`");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < n; i++)
		if (!args[i].id && inspect_image(c->d, args[i].spelling, &how, stdout))
			rc = EXIT_INPUT;
	return rc;
}
