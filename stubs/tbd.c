/* A symbol list as a text-based stub (TAPI's .tbd, version 4), which is how linkers for Apple's
 * systems learn what a dylib exports. It is YAML: names go in quotes. */
#include "base/str.h"
#include "stubs/elfstub.h"

/* Names of C get a '_' in Mach-O. This one, which lazy binding calls, is no name of C. */
static const char *underscore(const char *name)
{
	return str_eq(name, "dyld_stub_binder") ? "" : "_";
}

static void add_symbols(
	struct strbuf *b, const struct stub_list *l, const char *key, bool thread_local_ones)
{
	const char *between = " ";

	strbuf_fmt(b, "    %s: [", key);
	for (size_t i = 0; i < l->nsymbols; i++) {
		const struct stub_symbol *s = &l->symbols[i];

		if ((s->kind == STUB_TLS) != thread_local_ones)
			continue;
		strbuf_fmt(b, "%s'%s%s'", between, underscore(s->name), s->name);
		between = ", ";
	}
	strbuf_puts(b, " ]\n");
}

const char *stub_tbd_write(struct arena *a, const struct stub_list *l, const char *targets)
{
	struct strbuf b = { .mem = a };

	strbuf_fmt(&b, "--- !tapi-tbd\ntbd-version: 4\ntargets: [ %s ]\ninstall-name: '%s'\n",
		targets, l->soname);
	strbuf_fmt(&b, "exports:\n  - targets: [ %s ]\n", targets);
	add_symbols(&b, l, "symbols", false);
	add_symbols(&b, l, "thread-local-symbols", true);
	strbuf_puts(&b, "...\n");
	return strbuf_text(&b);
}
