#include "base/yml_kept.h"

static const char kind[] = "YAML";

const struct yml_node *yml_kept_read(struct kept *kept, struct arena *a, struct diags *d,
	struct loc asked, const char *what, const char *path)
{
	unsigned before = d->errors;
	const struct yml_node *tree;
	struct stat now;

	if (!kept_can(kept, path, &now))
		return yml_read(a, d, asked, what, path);
	tree = kept_find(kept, kind, path, &now);
	if (tree)
		return tree;
	tree = yml_read(&kept->mem, d, asked, what, path);
	if (tree && d->errors == before)
		kept_add(kept, kind, path, &now, tree);
	return tree;
}
