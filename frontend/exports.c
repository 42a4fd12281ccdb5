/* Without a list an image exports what a shared library would, less what C++ calls inline:
 * functions of templates and classes, of which every module has its own copy. A glob narrows that
 * choice. A plain name may also reach hidden and inline ones. Names are symbols, or names in the
 * source with their scope ("ns::area"), where debug information knows them. */
#include "frontend/exports.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Comdat.h>

#include "base/str.h"
#include "toolchains/link_job.h"

/* ---- the choice */

static bool is_glob(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

/* the name in the source, or the symbol */
static const char *source_name(const struct modules *m, const struct definition *def)
{
	const struct module_input *in = &m->v[def->input];
	const struct ll_func *f = module_func(in, def->name);
	const struct ll_var *v = module_var(in, def->name);

	return f && *f->name ? f->name : v && *v->name ? v->name : def->name;
}

/* What a compiler makes of one function with `target_clones` or `target_version`: its versions,
 * "bits.avx2.0", and "bits.resolver" and "bits.ifunc", which choose one for "bits". */
static bool is_part(const struct modules *m, const struct definition *def)
{
	size_t n = strcspn(def->name, ".");
	const char *base;

	if (!def->name[n])
		return false;
	base = str_ndup(m->mem, def->name, n);
	if (names_find(&m->defined, base) == NAMES_NONE)
		return false;
	if (names_find(&m->defined, str_fmt(m->mem, "%s.resolver", base)) != NAMES_NONE)
		return true;
	for (unsigned i = 0; i < 32; i++) { /* Windows' have no resolver */
		if (names_find(&m->defined, str_fmt(m->mem, "%s.default.%u", base, i)) !=
			NAMES_NONE)
			return true;
	}
	return false;
}

static bool matches(const struct modules *m, const struct definition *def, const char *word)
{
	const char *name = source_name(m, def);

	if (str_eq(word, def->name))
		return true;
	if (is_part(m, def))
		return false;
	if (!is_glob(word))
		return str_eq(word, name);
	return def->cls == DEF_VISIBLE &&
	       (fnmatch(word, def->name, 0) == 0 || fnmatch(word, name, 0) == 0);
}

static int report_unmatched(struct modules *m, const struct job_word *w)
{
	const char *near;

	if (is_glob(w->text))
		return diag_err(m->d, w->at, "'exports' pattern '%s' matches no visible definition",
			str_shown(m->mem, w->text));
	if (names_find(&m->locals, w->text) != NAMES_NONE)
		return diag_err(m->d, w->at,
			"'exports' names '%s', which is static; make it external", w->text);
	near = str_nearest(w->text, m->defined.v, m->defined.n);
	return diag_err(m->d, w->at, "'exports' names '%s', which no module defines%s%s%s",
		str_shown(m->mem, w->text), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
}

static void take(struct modules *m, struct exports *e, bool *taken, size_t i)
{
	if (taken[i])
		return;
	taken[i] = true;
	arena_push_room(m->mem, e->v, e->n, e->cap);
	e->v[e->n++] = &m->defs[i];
}

int exports_choose(struct modules *m, const struct job_words *words, struct exports *out)
{
	bool *taken = arena_array(m->mem, bool, m->defined.n);
	unsigned before = m->d->errors;

	*out = (struct exports) { 0 };
	if (!words->given) {
		for (size_t i = 0; i < m->defined.n; i++) {
			if (m->defs[i].cls == DEF_VISIBLE && !is_part(m, &m->defs[i]))
				take(m, out, taken, i);
		}
		return 0;
	}
	for (size_t w = 0; w < words->n; w++) {
		bool found = false;

		for (size_t i = 0; i < m->defined.n; i++) {
			if (!matches(m, &m->defs[i], words->v[w].text))
				continue;
			take(m, out, taken, i);
			found = true;
		}
		if (!found)
			report_unmatched(m, &words->v[w]);
	}
	return m->d->errors == before ? 0 : -1;
}

/* ---- native symbols */

/* What a shared library would export beside them: inline variables and static ones of inline
 * functions, type information, the parts of functions that choose. A list says what is exported,
 * and no more is. */
void exports_publish(
	struct modules *m, const struct job_words *words, const struct target *t, struct exports *e)
{
	e->native = t;
	for (size_t i = 0; i < m->defined.n && !words->given; i++) {
		bool part = m->defs[i].cls == DEF_VISIBLE && is_part(m, &m->defs[i]);

		if (!part && (m->defs[i].cls != DEF_INLINE || !m->defs[i].one_copy))
			continue;
		arena_push_room(m->mem, e->shared, e->nshared, e->shared_cap);
		e->shared[e->nshared++] = &m->defs[i];
	}
}

static bool is_elf(const struct target *t)
{
	return t->platform->family != FAMILY_DARWIN && t->platform->family != FAMILY_MINGW;
}

/* May the program's copy take the place of this definition at load? So it is for data in ELF. */
static bool is_preemptible(const struct exports *e, const struct definition *def)
{
	return e->native && is_elf(e->native) && !def->function;
}

const char *exports_address(struct arena *a, const struct exports *e, const struct definition *def)
{
	return is_preemptible(e, def) ? str_fmt(a, TC_OWN_PREFIX "%s", def->name) : def->name;
}

/* ---- who else keeps a symbol */

static bool is_asm_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '.' || c == '$';
}

/* every word of the module's own assembly may be a symbol */
static void keep_asm(struct modules *m, struct names *keep)
{
	size_t n;
	const char *s = LLVMGetModuleInlineAsm(m->merged, &n), *end = s + n;

	while (s < end) {
		const char *start = s;

		while (s < end && is_asm_char(*s))
			s++;
		if (s > start)
			names_add(keep, str_ndup(m->mem, start, (size_t)(s - start)));
		else
			s++;
	}
}

/* __attribute__((used)) */
static void keep_used(struct modules *m, const char *list, struct names *keep)
{
	LLVMValueRef used = LLVMGetNamedGlobal(m->merged, list);
	LLVMValueRef v = used ? LLVMGetInitializer(used) : NULL;

	for (int i = 0; v && i < LLVMGetNumOperands(v); i++) {
		LLVMValueRef item = LLVMGetOperand(v, (unsigned)i);

		names_add(keep, str_dup(m->mem, module_name_of(item)));
	}
}

/* ---- comdats: groups of sections of which a linker keeps one */

struct comdat {
	LLVMComdatRef key;
	bool kept; /* a member stays external: the group stays as it is */
	unsigned members;
};
struct comdats {
	struct comdat *v; /* sorted by key */
	size_t n;
};

static LLVMComdatRef comdat_of(LLVMValueRef v)
{
	return LLVMIsAGlobalObject(v) && !LLVMIsAGlobalIFunc(v) ? LLVMGetComdat(v) : NULL;
}

static int compare_comdats(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct comdat *)a)->key;
	uintptr_t y = (uintptr_t)((const struct comdat *)b)->key;

	return (x > y) - (x < y);
}

static struct comdat *find_comdat(const struct comdats *c, LLVMComdatRef key)
{
	struct comdat wanted = { .key = key };

	return key ? bsearch(&wanted, c->v, c->n, sizeof(*c->v), compare_comdats) : NULL;
}

static void collect_comdats(
	struct arena *a, LLVMValueRef *v, size_t n, const struct names *keep, struct comdats *out)
{
	struct comdat *all = arena_array(a, struct comdat, n);
	size_t count = 0, distinct = 0;

	for (size_t i = 0; i < n; i++) {
		LLVMComdatRef key = comdat_of(v[i]);

		if (key)
			all[count++] = (struct comdat) { key,
				names_find(keep, module_name_of(v[i])) != NAMES_NONE, 1 };
	}
	qsort(all, count, sizeof(*all), compare_comdats);
	for (size_t i = 0; i < count; i++) {
		if (distinct && all[distinct - 1].key == all[i].key) {
			all[distinct - 1].members++;
			all[distinct - 1].kept |= all[i].kept;
		} else {
			all[distinct++] = all[i];
		}
	}
	*out = (struct comdats) { all, distinct };
}

/* A group of one needs no group. Others hold sections together (a variable and its guard), which
 * they go on doing without a name that other objects share. */
static void loosen_comdat(LLVMValueRef v, const struct comdat *c)
{
	if (c->members == 1)
		LLVMSetComdat(v, NULL);
	else
		LLVMSetComdatSelectionKind(c->key, LLVMNoDeduplicateComdatSelectionKind);
}

/* ---- the change */

static bool is_local(LLVMValueRef v)
{
	LLVMLinkage l = LLVMGetLinkage(v);

	return l == LLVMInternalLinkage || l == LLVMPrivateLinkage;
}

static bool is_function(LLVMValueRef v)
{
	return LLVMGetTypeKind(LLVMGlobalGetValueType(v)) == LLVMFunctionTypeKind;
}

static void keep_external(LLVMValueRef v)
{
	LLVMLinkage l = LLVMGetLinkage(v);

	/* LLVM may drop these when nothing in the module uses them */
	if (l == LLVMLinkOnceODRLinkage)
		LLVMSetLinkage(v, LLVMWeakODRLinkage);
	else if (l == LLVMLinkOnceAnyLinkage)
		LLVMSetLinkage(v, LLVMWeakAnyLinkage);
	/* a DLL exports by its definition file */
	LLVMSetDLLStorageClass(v, LLVMDefaultStorageClass);
	LLVMSetVisibility(v, LLVMHiddenVisibility);
}

/* what the change needs to know */
struct scope {
	const struct exports *e;
	struct names keep, visible;
};

/* Seen from outside, and yet called directly from inside: the linker is told so too. */
static void set_visible(const struct scope *s, LLVMValueRef v, bool function)
{
	LLVMSetVisibility(v, LLVMDefaultVisibility);
	ll_set_dso_local(v, function || (s->e->native && !is_elf(s->e->native)));
}

/* A weak symbol of COFF is another name for a hidden one, and LLD puts that one's name into import
 * libraries. What is weak is settled here: no other module and no object defines it. */
static void harden(const struct modules *m, LLVMValueRef v)
{
	const struct definition *def = modules_find(m, module_name_of(v));
	LLVMLinkage l = LLVMGetLinkage(v);

	if (def && !def->native && !comdat_of(v) &&
		(l == LLVMWeakAnyLinkage || l == LLVMWeakODRLinkage))
		LLVMSetLinkage(v, LLVMExternalLinkage);
}

/* An object of this image defines it: no detour through the GOT. */
static void hide_declaration(struct modules *m, const struct scope *s, LLVMValueRef v)
{
	const struct definition *def = modules_find(m, module_name_of(v));

	if (!def || !def->native || LLVMGetLinkage(v) != LLVMExternalLinkage)
		return;
	LLVMSetDLLStorageClass(v, LLVMDefaultStorageClass);
	if (names_find(&s->visible, def->name) != NAMES_NONE)
		set_visible(s, v, def->function);
	else
		LLVMSetVisibility(v, LLVMHiddenVisibility);
}

static void internalise(struct modules *m, LLVMValueRef *v, size_t n, const struct scope *s)
{
	const struct names *keep = &s->keep;
	struct comdats comdats;

	collect_comdats(m->mem, v, n, keep, &comdats);
	for (size_t i = 0; i < n; i++) {
		const struct comdat *c = find_comdat(&comdats, comdat_of(v[i]));
		const char *name = module_name_of(v[i]);

		if (!module_defines(v[i])) {
			hide_declaration(m, s, v[i]);
			continue;
		}
		if (str_starts(name, "llvm.") || LLVMGetLinkage(v[i]) == LLVMAppendingLinkage)
			continue;
		if (c && !c->kept)
			loosen_comdat(v[i], c);
		if (is_local(v[i]))
			continue;
		if (names_find(keep, name) == NAMES_NONE && !(c && c->kept)) {
			LLVMSetLinkage(v[i], LLVMInternalLinkage);
			continue;
		}
		keep_external(v[i]);
		if (names_find(&s->visible, name) != NAMES_NONE)
			set_visible(s, v[i], is_function(v[i]));
		else if (s->e->native && s->e->native->platform->family == FAMILY_MINGW)
			harden(m, v[i]);
	}
}

/* names that the linker is to export; a DLL's are no matter of the objects */
static void add_visible(const struct exports *e, struct names *out)
{
	if (!e->visible && (!e->native || e->native->platform->family == FAMILY_MINGW))
		return;
	for (size_t i = 0; i < e->n; i++)
		names_add(out, e->v[i]->name);
	for (size_t i = 0; i < e->nshared; i++)
		names_add(out, e->shared[i]->name);
}

void exports_apply(struct modules *m, const struct exports *e)
{
	struct scope s = { .e = e, .keep.mem = m->mem, .visible.mem = m->mem };
	LLVMValueRef *v;
	size_t n;

	if (!m->merged)
		return;
	for (size_t i = 0; i < e->n; i++)
		names_add(&s.keep, e->v[i]->name);
	for (size_t i = 0; i < e->nshared; i++)
		names_add(&s.keep, e->shared[i]->name);
	for (size_t i = 0; i < m->wanted.n; i++)
		names_add(&s.keep, m->wanted.v[i]);
	keep_used(m, "llvm.used", &s.keep);
	keep_used(m, "llvm.compiler.used", &s.keep);
	keep_asm(m, &s.keep);
	add_visible(e, &s.visible);
	v = module_values(m->mem, m->merged, &n);
	internalise(m, v, n, &s);
}
