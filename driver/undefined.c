#include "driver/undefined.h"

#include "base/file.h"
#include "base/names.h"
#include "base/str.h"
#include "driver/libraries.h"
#include "stubs/elfstub.h"
#include "llvm/shim.h"

enum { LARGEST_IMAGE_MIB = 4096 };

static bool declared(const struct job_words *host, const char *name)
{
	for (size_t i = 0; i < host->n; i++)
		if (str_eq(host->v[i].text, name))
			return true;
	return false;
}

/* what the stub libraries of the plan provide is bound to them */
static bool provided(const struct stub_list *lists, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (stub_list_has(&lists[i], name))
			return true;
	return false;
}

/* dyld's own, which lazy binding on x86-64 calls */
static bool is_of_loader(const char *name)
{
	return str_eq(name, "dyld_stub_binder");
}

/* ---- libraries that were given as files, by path or by -l */

/* nothing of a file that is no library */
static void add_library(
	struct arena *a, const struct link_plan *plan, const char *path, struct names *out)
{
	struct diags quiet = { .sink = diag_drop }; /* it was linked */
	const struct ll_symbol *v;
	size_t n, size;
	char *data;

	if (!path || !file_exists(path) ||
		file_read(a, &quiet, NOWHERE, "library", path, (size_t)LARGEST_IMAGE_MIB << 20,
			&data, &size) ||
		ll_file_kind(NULL, data, size) != LL_FILE_SHARED ||
		ll_object_symbols(a, &quiet, NOWHERE, path, data, size, plan->triple, &v, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (!v[i].undefined)
			names_add(out, v[i].name);
}

static void read_libraries(struct arena *a, const struct link_plan *plan, struct names *out)
{
	*out = (struct names) { .mem = a };
	for (size_t i = 0; i < plan->ninputs; i++)
		add_library(a, plan, plan->inputs[i].text, out);
	for (size_t i = 0; i < plan->needs_files.n; i++)
		add_library(a, plan, plan->needs_files.v[i].text, out);
	for (size_t i = 0; i < plan->argv.n; i++)
		if (str_starts(plan->argv.v[i], "-l"))
			add_library(a, plan, libraries_file(a, plan, plan->argv.v[i] + 2), out);
}

/* ---- */

static bool is_mistake(const struct link_plan *plan, const struct ll_symbol *s,
	const struct stub_list *lists, size_t nlists)
{
	return plan->check_undefined && !s->weak && !s->bound && s->name[0] &&
	       !is_of_loader(s->name) && !declared(plan->host_symbols, s->name) &&
	       !provided(lists, nlists, s->name);
}

static void report(struct diags *d, const struct link_plan *plan, const struct ll_symbol *s)
{
	if (plan->root_symbol && str_eq(s->name, plan->root_symbol))
		diag_err(d, NOWHERE, "no input defines '%s', the one symbol that an image exports",
			s->name);
	else
		diag_err(d, NOWHERE,
			"nothing provides the symbol '%s'; name the library that has it with "
			"--needs, or declare it with --host-symbol",
			s->name);
}

int undefined_check(struct arena *a, struct diags *d, const struct link_plan *plan,
	const struct stub_list *lists, const char *path)
{
	const char *triple = plan->flavor == PLAN_DARWIN ? NULL : plan->triple;
	const struct ll_symbol *syms;
	size_t n, size;
	size_t nlists = lists ? plan->nmakes : 0;
	unsigned before = d->errors;
	struct names libraries;
	bool are_read = false;
	char *data;

	if (plan->kind != JOB_IMAGE || (!plan->check_undefined && !plan->root_symbol))
		return 0;
	if (file_read(
		    a, d, NOWHERE, "image", path, (size_t)LARGEST_IMAGE_MIB << 20, &data, &size) ||
		ll_object_symbols(a, d, NOWHERE, path, data, size, triple, &syms, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool is_root = plan->root_symbol && str_eq(syms[i].name, plan->root_symbol);

		if (!syms[i].undefined || !(is_root || is_mistake(plan, &syms[i], lists, nlists)))
			continue;
		if (!is_root && !are_read)
			read_libraries(a, plan, &libraries);
		are_read |= !is_root;
		if (is_root || names_find(&libraries, syms[i].name) == NAMES_NONE)
			report(d, plan, &syms[i]);
	}
	return d->errors == before ? 0 : -1;
}
