#include "driver/stublists.h"

#include "base/str.h"
#include "driver/mentions.h"

static bool is_of_host(const struct link_plan *plan, const char *name)
{
	for (size_t i = 0; plan->host_symbols && i < plan->host_symbols->n; i++)
		if (str_eq(plan->host_symbols->v[i].text, name))
			return true;
	return false;
}

static bool is_provided(
	const struct link_plan *plan, const struct stub_list *lists, const char *name)
{
	for (size_t i = 0; i < plan->nmakes; i++)
		if (stub_list_has(&lists[i], name))
			return true;
	return str_eq(name, "_GLOBAL_OFFSET_TABLE_") || is_of_host(plan, name);
}

static bool is_list(const struct plan_make *m)
{
	return m->kind == PLAN_ELF_STUB || m->kind == PLAN_IMPORT_LIBRARY;
}

/* An ELF link that will fail for a symbol that nothing provides wants all of them: LLD's "did you
 * mean" looks through them. */
static bool will_fail(
	const struct link_plan *plan, const struct mentions *m, const struct stub_list *lists)
{
	for (size_t i = 0; i < m->cap; i++) {
		const struct mention *s = &m->slots[i];

		if (s->wanted && !s->defined && !is_provided(plan, lists, s->name))
			return true;
	}
	return false;
}

/* m: NULL for all symbols */
static int read_lists(struct arena *a, struct diags *d, const struct link_plan *plan,
	struct kept *kept, const struct mentions *m, struct stub_list *lists)
{
	struct stub_filter filter = { mentions_has, m, m ? m->lengths : NULL };
	unsigned before = d->errors;

	for (size_t i = 0; i < plan->nmakes; i++) {
		const struct plan_make *make = &plan->makes[i];

		if (is_list(make) &&
			!stub_list_read_some(a, d, kept, make->at, make->source, m ? &filter : NULL,
				&lists[i]) &&
			make->kind == PLAN_IMPORT_LIBRARY)
			stub_list_narrow(&lists[i], plan->arch);
	}
	return d->errors == before ? 0 : -1;
}

int stublists_read(struct arena *a, struct diags *d, const struct link_plan *plan,
	struct kept *kept, struct stub_list **out)
{
	struct stub_list *lists = arena_array(a, struct stub_list, plan->nmakes);
	struct mentions m;
	bool any = false, some;

	*out = lists;
	for (size_t i = 0; i < plan->nmakes; i++)
		any |= is_list(&plan->makes[i]);
	if (!any)
		return 0;
	some = mentions_read(a, plan, &m);
	if (read_lists(a, d, plan, kept, some ? &m : NULL, lists))
		return -1;
	if (some && !m.coff && will_fail(plan, &m, lists))
		return read_lists(a, d, plan, NULL, NULL, lists);
	return 0;
}
