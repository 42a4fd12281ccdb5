#include "frontend/bundle/symbols.h"

#include <string.h>

#include "base/str.h"

/* ---- texts */

void text_table_init(struct text_table *t, struct arena *a)
{
	*t = (struct text_table) { .names = { .mem = a } };
	text_table_add(t, a, "");
}

uint32_t text_table_add(struct text_table *t, struct arena *a, const char *text)
{
	size_t before = t->names.n, number = names_add(&t->names, text), size = strlen(text) + 1;

	if (number < before)
		return t->offset[number];
	arena_push_room(a, t->offset, number, t->cap_offset);
	t->offset[number] = (uint32_t)t->n;
	if (t->n + size > t->cap_bytes) {
		size_t cap = 2 * (t->n + size) + 256;

		t->bytes = arena_grow(a, t->bytes, t->n, cap, 1);
		t->cap_bytes = cap;
	}
	memcpy(t->bytes + t->n, text, size);
	t->n += size;
	return t->offset[number];
}

void bundle_symbols_init(struct bundle_symbols *s, struct arena *a)
{
	*s = (struct bundle_symbols) { .known.mem = a,
		.versions.mem = a,
		.libraries.mem = a,
		.needed.mem = a,
		.paths.mem = a };
	text_table_init(&s->text, a);
	arena_push_room(a, s->symbol, s->n, s->cap_symbol);
	arena_push_room(a, s->versym, s->n, s->cap_versym);
	s->symbol[0] = (Elf64_Sym) { 0 };
	s->versym[0] = VER_NDX_LOCAL;
	s->n = 1;
}

/* ---- versions */

/* the version of each number that a member's symbols use, as the bundle numbers it; 0: not known */
struct version_map {
	Elf64_Half *v;     /* [n] */
	const char **text; /* [n] VERSION@LIBRARY */
	uint32_t n;
};

static Elf64_Half version_number(struct arena *a, struct bundle_symbols *s, const char *library,
	const char *name, const Elf64_Vernaux *x)
{
	const char *text = str_fmt(a, "%s@%s", name, library);
	size_t before = s->versions.n, number = names_add(&s->versions, text);

	if (number == before) {
		arena_push_room(a, s->version, number, s->cap_version);
		s->version[number] = (struct symbol_version) { .library = (uint32_t)names_add(
								       &s->libraries, library),
			.name = text_table_add(&s->text, a, name),
			.hash = x->vna_hash,
			.flags = x->vna_flags };
	}
	return (Elf64_Half)(number + 2);
}

static void map_version(struct arena *a, struct version_map *map, uint32_t number, Elf64_Half value,
	const char *text)
{
	if (number >= map->n) {
		uint32_t n = number + 8;

		map->v = arena_grow(a, map->v, map->n * sizeof(*map->v), n * sizeof(*map->v),
			_Alignof(Elf64_Half));
		map->text = arena_grow(a, map->text, map->n * sizeof(*map->text),
			n * sizeof(*map->text), _Alignof(const char *));
		memset(map->v + map->n, 0, (n - map->n) * sizeof(*map->v));
		map->n = n;
	}
	map->v[number] = value;
	map->text[number] = text;
}

static int read_library(struct arena *a, struct diags *d, struct bundle_symbols *s,
	const struct member *m, uint64_t at, struct version_map *map)
{
	const Elf64_Verneed *need = member_bytes(m, at, sizeof(*need));
	const char *library = need ? member_string(m, need->vn_file) : NULL;
	uint64_t aux = need ? at + need->vn_aux : 0;

	for (unsigned i = 0; library && i < need->vn_cnt; i++) {
		const Elf64_Vernaux *x = member_bytes(m, aux, sizeof(*x));
		const char *name = x ? member_string(m, x->vna_name) : NULL;
		Elf64_Half number;

		if (!name)
			library = NULL;
		if (!name || s->versions.n >= VER_NDX_LORESERVE - 3)
			break;
		number = version_number(a, s, library, name, x);
		map_version(a, map, x->vna_other & 0x7fff, number, s->versions.v[number - 2]);
		aux += x->vna_next;
	}
	return library ? 0 : member_bad(d, m, "its list of symbol versions is broken");
}

static int read_versions(struct arena *a, struct diags *d, struct bundle_symbols *s,
	const struct member *m, struct version_map *map)
{
	uint64_t at = m->verneed.at;

	for (uint32_t i = 0; i < m->nverneed; i++) {
		const Elf64_Verneed *need;

		if (read_library(a, d, s, m, at, map))
			return -1;
		need = member_bytes(m, at, sizeof(*need));
		at += need->vn_next;
	}
	return 0;
}

static void add_libraries(
	struct arena *a, struct diags *d, struct bundle_symbols *s, const struct member *m)
{
	for (uint64_t i = 0; i < m->ndynamic && m->dynamic[i].d_tag != DT_NULL; i++) {
		const char *text = member_string(m, m->dynamic[i].d_un.d_val);

		switch (m->dynamic[i].d_tag) {
		case DT_NEEDED:
		case DT_RUNPATH:
		case DT_RPATH:
			if (!text)
				member_bad(d, m, "the name of a library it needs is broken");
			else
				names_add(m->dynamic[i].d_tag == DT_NEEDED ? &s->needed : &s->paths,
					str_dup(a, text));
			break;
		default: break;
		}
	}
}

/* ---- symbols */

static uint32_t symbol_number(struct arena *a, struct bundle_symbols *s, const char *name,
	const Elf64_Sym *from, Elf64_Half version, const char *version_text)
{
	const char *key = version_text ? str_fmt(a, "%s@%s", name, version_text) : name;
	size_t before = s->known.n, number = names_add(&s->known, key) + 1;
	Elf64_Sym *sym;

	if (number > before) {
		arena_push_room(a, s->symbol, s->n, s->cap_symbol);
		arena_push_room(a, s->versym, s->n, s->cap_versym);
		s->symbol[s->n] = (Elf64_Sym) { .st_name = text_table_add(&s->text, a, name),
			.st_info = from->st_info };
		s->versym[s->n++] = version;
	}
	sym = &s->symbol[number];
	/* one member that cannot do without it is enough */
	if (ELF64_ST_BIND(from->st_info) == STB_GLOBAL)
		sym->st_info = ELF64_ST_INFO(STB_GLOBAL, ELF64_ST_TYPE(sym->st_info));
	return (uint32_t)number;
}

int bundle_symbols_add(struct arena *a, struct diags *d, struct bundle_symbols *s,
	const struct member *m, uint32_t *map)
{
	struct version_map versions = { 0 };
	unsigned errors = d->errors;

	add_libraries(a, d, s, m);
	if (read_versions(a, d, s, m, &versions))
		return -1;
	for (uint32_t i = 1; i < m->nsymbols; i++) {
		const Elf64_Sym *from = &m->symbols[i];
		uint32_t v = m->versym ? m->versym[i] & 0x7fff : VER_NDX_GLOBAL;
		bool versioned = v > VER_NDX_GLOBAL;

		if (from->st_shndx != SHN_UNDEF)
			continue;
		if (versioned && (v >= versions.n || !versions.v[v]))
			return member_bad(d, m, "a symbol has a version that is in no library");
		map[i] = symbol_number(a, s, str_dup(a, member_string(m, from->st_name)), from,
			versioned ? versions.v[v] : VER_NDX_GLOBAL,
			versioned ? versions.text[v] : NULL);
	}
	return d->errors > errors ? -1 : 0;
}

const void *bundle_verneed(
	struct arena *a, struct bundle_symbols *s, uint64_t *size, uint64_t *count)
{
	size_t total =
		s->libraries.n * sizeof(Elf64_Verneed) + s->versions.n * sizeof(Elf64_Vernaux);
	char *out = arena_alloc(a, total, _Alignof(Elf64_Verneed)), *at = out;

	for (size_t l = 0; l < s->libraries.n; l++) {
		Elf64_Verneed *need = (void *)at;
		Elf64_Vernaux *x = (void *)(need + 1);

		*need = (Elf64_Verneed) { .vn_version = VER_NEED_CURRENT,
			.vn_file = text_table_add(&s->text, a, s->libraries.v[l]),
			.vn_aux = sizeof(*need) };
		for (size_t v = 0; v < s->versions.n; v++) {
			if (s->version[v].library != l)
				continue;
			*x++ = (Elf64_Vernaux) { .vna_hash = s->version[v].hash,
				.vna_flags = s->version[v].flags,
				.vna_other = (Elf64_Half)(v + 2),
				.vna_name = s->version[v].name,
				.vna_next = sizeof(*x) };
			need->vn_cnt++;
		}
		x[-1].vna_next = 0;
		at = (char *)x;
		need->vn_next = l + 1 < s->libraries.n ? (Elf64_Word)(at - (char *)need) : 0;
	}
	*size = total;
	*count = s->libraries.n;
	return out;
}
