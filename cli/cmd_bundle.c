/* pkgimg bundle IMAGE... -o FILE: images joined to one file. */
#include "cli/cli.h"
#include "driver/options.h"
#include "frontend/bundle/bundle.h"

int cmd_bundle(struct cli *c)
{
	struct bundle_input *inputs, output = { 0 };
	size_t n, images = 0;
	const struct ll_arg *args = cli_parse(c, BundleOption, &n);

	if (!args)
		return EXIT_USAGE;
	inputs = arena_array(c->mem, struct bundle_input, n);
	for (size_t i = 0; i < n; i++) {
		if (args[i].id == OPT_help)
			return cli_help(c, BundleOption, "pkgimg bundle IMAGE... -o FILE",
				"joins package images to one file that is loaded in one go");
		if (args[i].id == OPT_o)
			output =
				(struct bundle_input) { args[i].values[0], cli_place(c, &args[i]) };
		if (!args[i].id)
			inputs[images++] =
				(struct bundle_input) { args[i].spelling, cli_place(c, &args[i]) };
	}
	if (!images)
		diag_err(c->d, NOWHERE, "images are wanted; name files made by `pkgimg build`");
	if (!output.path)
		diag_err(c->d, NOWHERE, "an output is wanted; say it with -o FILE");
	if (!images || !output.path)
		return EXIT_USAGE;
	return bundle_make(c->mem, c->d, inputs, images, output) ? EXIT_INPUT : EXIT_OK;
}
