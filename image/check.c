/* Check of the metadata: everything before anything is used. Order: header, sums, directory,
 * strings, and then each table with the ones before it. Types are in types.c. */
#include <string.h>

#include "image/image.h"
#include "image/rd.h"
#include "image/sum.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structs are read in place");

enum {
	HEADER_FLAGS = IMG_SEALED | IMG_DEBUG_INFO,
	TARGET_FLAGS = IMG_TGF_CLONE_ALL | IMG_TGF_OPT_SIZE | IMG_TGF_MIN_SIZE,
};

static const uint8_t entry_sizes[IMG_TABLE_KINDS] = {
	[IMG_STRINGS] = 1,
	[IMG_PACKAGE] = sizeof(struct img_package),
	[IMG_TARGETS] = sizeof(struct img_target),
	[IMG_NEEDS] = sizeof(struct img_need),
	[IMG_DEPENDENCIES] = sizeof(struct img_dependency),
	[IMG_TYPES] = sizeof(struct img_type),
	[IMG_MEMBERS] = sizeof(struct img_member),
	[IMG_METHODS] = sizeof(struct img_method),
	[IMG_PARAMS] = sizeof(uint32_t),
	[IMG_GLOBALS] = sizeof(struct img_global),
	[IMG_ADDRESSES] = sizeof(int32_t),
	[IMG_DISPATCH] = sizeof(struct img_dispatch),
	[IMG_ENTRIES] = sizeof(int32_t),
	[IMG_HEAP] = sizeof(struct img_heap),
	[IMG_HEAP_SECTIONS] = sizeof(struct img_heap_section),
	[IMG_HEAP_TYPES] = sizeof(struct img_heap_type),
	[IMG_HEAP_POINTERS] = sizeof(struct img_heap_pointer),
	[IMG_ROOTS] = sizeof(struct img_root),
	[IMG_HEAP_RELOCS] = sizeof(struct img_heap_reloc),
	[IMG_BINDS] = sizeof(struct img_bind),
	[IMG_VARIABLES] = sizeof(struct img_variable),
	[IMG_INTERNED] = sizeof(struct img_interned),
	[IMG_HOOKS] = sizeof(struct img_hook),
	[IMG_INSERTS] = sizeof(struct img_insert),
	[IMG_BITCODE] = sizeof(struct img_bitcode),
	[IMG_USES] = sizeof(struct img_use),
	[IMG_IMPORTS] = sizeof(struct img_import),
};

static const char *const table_names[IMG_TABLE_KINDS] = {
	[IMG_STRINGS] = "strings",
	[IMG_PACKAGE] = "package",
	[IMG_TARGETS] = "targets",
	[IMG_NEEDS] = "needs",
	[IMG_DEPENDENCIES] = "dependencies",
	[IMG_TYPES] = "types",
	[IMG_MEMBERS] = "members",
	[IMG_METHODS] = "methods",
	[IMG_PARAMS] = "params",
	[IMG_GLOBALS] = "globals",
	[IMG_ADDRESSES] = "addresses",
	[IMG_DISPATCH] = "dispatch",
	[IMG_ENTRIES] = "entries",
	[IMG_USES] = "uses",
	[IMG_IMPORTS] = "imports",
};

static bool all_zero(const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		if (b[i])
			return false;
	}
	return true;
}

/* as img_bad_value, with another code */
static bool refuse(
	struct img_rd *r, enum img_code code, const char *problem, uint64_t wanted, uint64_t got)
{
	img_bad_value(r, problem, "", wanted, got);
	r->e->code = code;
	return false;
}

static bool check_sum(struct img_rd *r, const struct img_header *h)
{
	struct img_header head = *h;
	struct img_sum s;
	uint64_t sum;

	head.meta_sum = 0;
	img_sum_start(&s);
	img_sum_add(&s, &head, sizeof(head));
	img_sum_add(&s, r->base + sizeof(head), h->meta_size - sizeof(head));
	sum = img_sum_end(&s);
	if (sum != h->meta_sum)
		return refuse(r, IMG_E_SUM, "the metadata has changed since it was written",
			h->meta_sum, sum);
	return true;
}

static bool check_header(struct img_rd *r, uint64_t file_size, unsigned flags)
{
	const struct img_header *h = (const void *)r->base;

	if (r->size < sizeof(*h))
		return img_bad_value(r, "cut", "at least ", sizeof(*h), r->size);
	if (memcmp(h->magic, IMG_MAGIC, sizeof(h->magic)))
		return img_bad(r, "the magic number is not there");
	if (h->version != IMG_VERSION)
		return refuse(
			r, IMG_E_VERSION, "another version of the format", IMG_VERSION, h->version);
	if (h->header_size != sizeof(*h))
		return img_bad_value(
			r, "the header's size is wrong", "", sizeof(*h), h->header_size);
	if (!(h->flags & IMG_SEALED) && !(flags & IMG_CHECK_UNSEALED)) {
		img_bad(r, "the build did not finish this image; build it again");
		r->e->code = IMG_E_UNSEALED;
		return false;
	}
	if (h->meta_size < sizeof(*h) || h->meta_size % 8)
		return img_bad_value(r, "the metadata's size is impossible", "at least ",
			sizeof(*h), h->meta_size);
	if (h->meta_size > r->size)
		return img_bad_value(r, "the metadata is longer than its section", "at most ",
			r->size, h->meta_size);
	r->size = h->meta_size;
	if (!(flags & IMG_CHECK_UNSEALED)) {
		if (h->file_size != file_size)
			return img_bad_value(
				r, "the file is cut or has grown", "", h->file_size, file_size);
		if (!check_sum(r, h))
			return false;
	}
	if (h->flags & ~(uint32_t)HEADER_FLAGS)
		return img_bad_value(r, "unknown flags", "at most ", HEADER_FLAGS, h->flags);
	if (h->reserved || !all_zero(h->reserved2, sizeof(h->reserved2)))
		return img_bad(r, "reserved fields are not zero");
	return true;
}

/* in tables[kind]; kinds that are absent stay {0} */
static bool check_directory(struct img_rd *r, struct img_table tables[IMG_TABLE_KINDS])
{
	const struct img_header *h = (const void *)r->base;
	const struct img_table *dir = (const void *)(r->base + sizeof(*h));
	uint64_t end = sizeof(*h) + h->ntables * (uint64_t)sizeof(*dir);
	uint32_t last = 0;

	r->doing = "directory";
	if (h->ntables >= IMG_TABLE_KINDS)
		return img_bad_value(r, "too many tables", "below ", IMG_TABLE_KINDS, h->ntables);
	if (!img_need_bytes(r, 0, end, "cut"))
		return false;
	for (r->entry = 0; r->entry < h->ntables; r->entry++) {
		const struct img_table *t = &dir[r->entry];

		if (t->kind <= last || t->kind >= IMG_TABLE_KINDS)
			return img_bad_value(r, "an unknown kind of table, twice, or out of order",
				"above ", last, t->kind);
		last = t->kind;
		if (t->entry_size != entry_sizes[t->kind])
			return img_bad_value(r, "wrong size of an entry", "", entry_sizes[t->kind],
				t->entry_size);
		if (t->offset % 8 || t->offset < end || t->offset - end >= 8)
			return img_bad_value(r, "not right behind the table before", "",
				(end + 7) / 8 * 8, t->offset);
		if (!img_need_bytes(r, t->offset, 0, "it begins behind the metadata"))
			return false;
		if (!all_zero(r->base + end, t->offset - end))
			return img_bad(r, "bytes between tables are not zero");
		if (t->count >= UINT32_MAX || t->count > (r->size - t->offset) / t->entry_size)
			return img_bad_value(r, "too many entries", "at most ",
				(r->size - t->offset) / t->entry_size, t->count);
		end = t->offset + t->count * t->entry_size;
		tables[t->kind] = *t;
	}
	r->entry = IMG_NO_ENTRY;
	if (r->size - end >= 8 || !all_zero(r->base + end, r->size - end))
		return img_bad_value(
			r, "bytes behind the last table", "", (end + 7) / 8 * 8, r->size);
	return true;
}

/* length of the UTF-8 sequence at s[0..n), 0 if it is none (RFC 3629: shortest form, no
 * surrogates, up to U+10FFFF) */
static size_t utf8_sequence(const uint8_t *s, size_t n)
{
	uint8_t a = s[0];
	size_t len = a < 0x80                 ? 1
		     : a >= 0xc2 && a <= 0xdf ? 2
		     : (a & 0xf0) == 0xe0     ? 3
		     : a >= 0xf0 && a <= 0xf4 ? 4
					      : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((a == 0xe0 && s[1] < 0xa0) || (a == 0xed && s[1] > 0x9f) ||
		(a == 0xf0 && s[1] < 0x90) || (a == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static bool check_strings(struct img_rd *r, const struct img_view *v)
{
	const uint8_t *s = (const uint8_t *)v->strings;
	size_t n = v->nstrings;

	r->doing = table_names[IMG_STRINGS];
	if (n == 0 || s[0] || s[n - 1])
		return img_bad(r, "they do not begin with the empty string and end with a NUL");
	for (size_t i = 0; i < n;) {
		uint64_t eight;
		size_t len;

		if (n - i >= 8) {
			memcpy(&eight, s + i, 8);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += 8;
				continue;
			}
		}
		len = utf8_sequence(s + i, n - i);
		if (len == 0)
			return img_bad_value(r, "no UTF-8, counted in bytes", "above ", i, i);
		i += len;
	}
	return true;
}

bool img_string_ok(const struct img_view *v, uint32_t at)
{
	return at < v->nstrings && ((uint8_t)v->strings[at] & 0xc0) != 0x80;
}

bool img_check_string(struct img_rd *r, const struct img_view *v, uint32_t at)
{
	return img_string_ok(v, at) ||
	       img_bad_value(r, "a string is out of range", "below ", v->nstrings, at);
}

bool img_check_name(struct img_rd *r, const struct img_view *v, uint32_t at)
{
	return img_check_string(r, v, at) && (v->strings[at] || img_bad(r, "a name is empty"));
}

static bool check_package(struct img_rd *r, const struct img_view *v, uint64_t count)
{
	const struct img_package *p = v->package;
	const char *abi;
	uint64_t sum;

	r->doing = table_names[IMG_PACKAGE];
	if (count != 1)
		return img_bad_value(r, "wrong number of entries", "", 1, count);
	if (!img_check_name(r, v, p->name) || !img_check_string(r, v, p->version) ||
		!img_check_string(r, v, p->triple) || !img_check_name(r, v, p->abi_text) ||
		!img_check_string(r, v, p->producer) || !img_check_string(r, v, p->source) ||
		!img_check_string(r, v, p->language))
		return false;
	if (p->reserved)
		return img_bad(r, "reserved fields are not zero");
	abi = img_str(v, p->abi_text);
	sum = img_sum64(abi, strlen(abi));
	if (v->header->abi != sum && !(v->header->abi == 0 && !(v->header->flags & IMG_SEALED)))
		return img_bad_value(r, "the ABI text does not belong to the header's ABI", "",
			v->header->abi, sum);
	return true;
}

static bool check_targets(struct img_rd *r, const struct img_view *v)
{
	r->doing = table_names[IMG_TARGETS];
	if (v->ntargets == 0)
		return img_bad(r, "there is none");
	for (r->entry = 0; r->entry < v->ntargets; r->entry++) {
		const struct img_target *t = &v->targets[r->entry];

		if (!img_check_string(r, v, t->cpu) || !img_check_string(r, v, t->features))
			return false;
		if (t->flags & ~(uint32_t)TARGET_FLAGS)
			return img_bad_value(
				r, "unknown flags", "at most ", TARGET_FLAGS, t->flags);
		if (t->flags & IMG_TGF_OPT_SIZE && t->flags & IMG_TGF_MIN_SIZE)
			return img_bad(r, "two sizes at once: opt_size and min_size");
		if (r->entry ? t->base >= r->entry : t->base)
			return img_bad_value(r, "the target it refines is out of range", "at most ",
				r->entry ? r->entry - 1 : 0, t->base);
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_needs(struct img_rd *r, const struct img_view *v)
{
	r->doing = table_names[IMG_NEEDS];
	for (r->entry = 0; r->entry < v->nneeds; r->entry++) {
		const struct img_need *n = &v->needs[r->entry];

		if (n->kind != IMG_NEED_LIBRARY && n->kind != IMG_NEED_HOST)
			return img_bad_value(
				r, "an unknown kind", "at most ", IMG_NEED_HOST, n->kind);
		if (!img_check_name(r, v, n->name))
			return false;
	}
	r->doing = table_names[IMG_DEPENDENCIES];
	for (r->entry = 0; r->entry < v->ndependencies; r->entry++) {
		const struct img_dependency *d = &v->dependencies[r->entry];

		if (!img_check_name(r, v, d->name) || !img_check_string(r, v, d->version))
			return false;
		if (d->flags & ~(uint32_t)(IMG_DEP_BASE | IMG_DEP_BUILD))
			return img_bad_value(r, "unknown flags", "at most ",
				IMG_DEP_BASE | IMG_DEP_BUILD, d->flags);
		if (d->flags & IMG_DEP_BASE && r->entry)
			return img_bad(r, "the base image is not the first");
		if (d->heap_base % IMG_HEAP_ALIGN)
			return img_bad_value(r, "the address of its heap is not aligned",
				"a multiple of ", IMG_HEAP_ALIGN, d->heap_base);
		if (d->reserved)
			return img_bad(r, "reserved fields are not zero");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_uses(struct img_rd *r, const struct img_view *v)
{
	r->doing = table_names[IMG_USES];
	for (r->entry = 0; r->entry < v->nuses; r->entry++) {
		const struct img_use *u = &v->uses[r->entry];

		if (u->dependency >= v->ndependencies)
			return img_bad_value(r, "its dependency is out of range", "below ",
				v->ndependencies, u->dependency);
		if (r->entry && u->dependency < u[-1].dependency)
			return img_bad(r, "not sorted by dependency");
		if (u->kind > IMG_USE_TYPE)
			return img_bad_value(
				r, "an unknown kind", "at most ", IMG_USE_TYPE, u->kind);
		if (!img_check_name(r, v, u->name))
			return false;
		if (u->reserved)
			return img_bad(r, "reserved fields are not zero");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_dispatch(struct img_rd *r, const struct img_view *v, uint64_t count)
{
	const struct img_dispatch *d = v->dispatch;

	r->doing = table_names[IMG_DISPATCH];
	if (count > 1)
		return img_bad_value(r, "wrong number of entries", "at most ", 1, count);
	if (d) {
		if (!d->nslots)
			return img_bad(r, "there are no slots");
		if (d->slots >= v->naddresses)
			return img_bad_value(r, "the address of the slots is out of range",
				"below ", v->naddresses, d->slots);
		if (d->flags & ~(uint32_t)IMG_DF_SELF)
			return img_bad_value(r, "unknown flags", "at most ", IMG_DF_SELF, d->flags);
		if (d->chosen >= v->naddresses)
			return img_bad_value(r, "the address of the choice is out of range",
				"below ", v->naddresses, d->chosen);
	}
	count = d ? (uint64_t)v->ntargets * d->nslots : 0;
	r->doing = table_names[IMG_ENTRIES];
	return v->nentries == count || img_bad_value(r, "they are not one for each target and slot",
					       "", count, v->nentries);
}

/* negative: a is before b, by name and then by symbol */
static int compare(const struct img_view *v, uint32_t name_a, uint32_t symbol_a, uint32_t name_b,
	uint32_t symbol_b)
{
	int c = strcmp(img_str(v, name_a), img_str(v, name_b));

	return c ? c : strcmp(img_str(v, symbol_a), img_str(v, symbol_b));
}

/* an image without native code: nothing in it has an address */
static bool no_code(const struct img_view *v)
{
	return v->naddresses == 0;
}

static bool check_method(struct img_rd *r, const struct img_view *v, const struct img_method *m)
{
	uint32_t nparams = 0;

	if (!img_check_name(r, v, m->name) || !img_check_name(r, v, m->symbol) ||
		!img_check_string(r, v, m->file))
		return false;
	if (m->type >= v->ntypes)
		return img_bad_value(r, "its type is out of range", "below ", v->ntypes, m->type);
	if (m->type && v->types[m->type].kind != IMG_T_FUNCTION)
		return img_bad_value(
			r, "its type is no function", "", IMG_T_FUNCTION, v->types[m->type].kind);
	if (m->type)
		nparams = v->types[m->type].nmembers;
	if (m->params > v->nparams || nparams > v->nparams - m->params)
		return img_bad_value(r, "its parameter names are out of range", "at most ",
			v->nparams, m->params + (uint64_t)nparams);
	if (no_code(v) ? m->address != IMG_NO_ADDRESS : m->address >= v->naddresses)
		return img_bad_value(
			r, "its address is out of range", "below ", v->naddresses, m->address);
	if (m->slot > (v->dispatch ? v->dispatch->nslots : 0))
		return img_bad_value(r, "its slot is out of range", "at most ",
			v->dispatch ? v->dispatch->nslots : 0, m->slot);
	return true;
}

static bool check_methods(struct img_rd *r, const struct img_view *v)
{
	r->doing = table_names[IMG_PARAMS];
	for (r->entry = 0; r->entry < v->nparams; r->entry++) {
		if (!img_check_string(r, v, v->params[r->entry]))
			return false;
	}
	r->doing = table_names[IMG_METHODS];
	for (r->entry = 0; r->entry < v->nmethods; r->entry++) {
		const struct img_method *m = &v->methods[r->entry];

		if (!check_method(r, v, m))
			return false;
		if (r->entry && compare(v, m[-1].name, m[-1].symbol, m->name, m->symbol) >= 0)
			return img_bad(r, "not sorted by name and symbol");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

static bool check_global(struct img_rd *r, const struct img_view *v, const struct img_global *g)
{
	if (!img_check_name(r, v, g->name) || !img_check_name(r, v, g->symbol) ||
		!img_check_string(r, v, g->file))
		return false;
	if (g->type >= v->ntypes)
		return img_bad_value(r, "its type is out of range", "below ", v->ntypes, g->type);
	if (g->flags & ~(uint32_t)(IMG_GF_TLS | IMG_GF_CONST))
		return img_bad_value(
			r, "unknown flags", "at most ", IMG_GF_TLS | IMG_GF_CONST, g->flags);
	if (g->flags & IMG_GF_TLS || no_code(v)) {
		if (g->address != IMG_NO_ADDRESS)
			return img_bad_value(
				r, "it cannot have an address", "", IMG_NO_ADDRESS, g->address);
	} else if (g->address >= v->naddresses) {
		return img_bad_value(
			r, "its address is out of range", "below ", v->naddresses, g->address);
	}
	if (g->reserved)
		return img_bad(r, "reserved fields are not zero");
	return true;
}

static bool check_globals(struct img_rd *r, const struct img_view *v)
{
	r->doing = table_names[IMG_GLOBALS];
	for (r->entry = 0; r->entry < v->nglobals; r->entry++) {
		const struct img_global *g = &v->globals[r->entry];

		if (!check_global(r, v, g))
			return false;
		if (r->entry && compare(v, g[-1].name, g[-1].symbol, g->name, g->symbol) >= 0)
			return img_bad(r, "not sorted by name and symbol");
	}
	r->entry = IMG_NO_ENTRY;
	return true;
}

enum img_code img_check_meta(const void *meta, uint64_t room, uint64_t file_size, unsigned flags,
	struct img_view *out, struct img_error *e)
{
	struct img_rd r = { meta, room, "header", IMG_NO_ENTRY, e };
	struct img_table tables[IMG_TABLE_KINDS] = { 0 };
	struct img_view v;

	if ((uintptr_t)meta % 8) {
		img_bad(&r, "not aligned to 8 bytes");
		return e->code;
	}
	if (!check_header(&r, file_size, flags) || !check_directory(&r, tables))
		return e->code;
	img_view_at(meta, &v);
	if (!check_strings(&r, &v) || !check_package(&r, &v, tables[IMG_PACKAGE].count) ||
		!check_targets(&r, &v) || !check_needs(&r, &v) || !check_uses(&r, &v) ||
		!img_check_imports(&r, &v) || !img_check_types(&r, &v) ||
		!check_dispatch(&r, &v, tables[IMG_DISPATCH].count) || !check_methods(&r, &v) ||
		!check_globals(&r, &v) || !img_check_heap(&r, &v, tables[IMG_HEAP].count))
		return e->code;
	*out = v;
	return IMG_OK;
}

static uint64_t file_sum(const struct img_container *c)
{
	static const uint8_t zeros[64];
	struct img_windows w;
	uint64_t at = 0;

	img_windows_start(&w, NULL, NULL);
	for (unsigned i = 0; i < c->nholes; i++) {
		img_windows_add(&w, c->file + at, c->holes[i].at - at);
		img_windows_add(&w, zeros, c->holes[i].size);
		at = c->holes[i].at + c->holes[i].size;
	}
	img_windows_add(&w, c->file + at, c->summed - at);
	return img_windows_end(&w, NULL);
}

static bool check_file_sum(struct img_rd *r, const struct img_container *c)
{
	uint64_t wanted, sum = file_sum(c);

	memcpy(&wanted, c->file + c->meta_at + offsetof(struct img_header, file_sum),
		sizeof(wanted));
	return sum == wanted ||
	       refuse(r, IMG_E_SUM, "the file has changed since it was sealed", wanted, sum);
}

enum img_code img_check_file(const void *file, uint64_t size, unsigned flags, struct img_view *out,
	struct img_container *box, struct img_error *e)
{
	struct img_rd r = { file, size, "file", IMG_NO_ENTRY, e };
	struct img_container c;
	struct img_view v;

	if (img_container_open(file, size, &c, e) ||
		img_check_meta(c.file + c.meta_at, c.meta_room, c.summed, flags, &v, e))
		return e->code;
	if (!img_check_addresses(&r, &c, &v))
		return e->code;
	r.doing = "file";
	if ((flags & IMG_CHECK_FILE_SUM) && !check_file_sum(&r, &c))
		return e->code;
	*out = v;
	if (box)
		*box = c;
	return IMG_OK;
}
