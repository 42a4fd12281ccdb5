/* The names that a COFF object mentions. Import libraries are made for those of the functions of
 * DLLs that these are about.
 *
 * A list has C's names. Symbols may have "__imp_" in front (of what is imported), on i386 '_' or
 * '@', and '@' and a number behind: each name counts without them, too, which is at worst a
 * function more in an import library. */
#include "driver/mentions_coff.h"

#include <string.h>

#include "base/str.h"

struct coff {
	const uint8_t *at;
	uint64_t size;
};

/* where things are in the header; an object of very many sections has another one */
struct layout {
	uint64_t size, nsections, symbols, nsymbols, symbol_size;
	unsigned section_bytes;
};

static const struct layout plain = { 20, 2, 8, 12, 18, 2 };
static const struct layout big = { 56, 44, 48, 52, 20, 4 };

/* `bytes` at `at`, little-endian; 0 if they are not there, which every user must be safe with */
static uint64_t get(const struct coff *o, uint64_t at, unsigned bytes)
{
	uint64_t v = 0;

	if (at > o->size || bytes > o->size - at)
		return 0;
	for (unsigned i = bytes; i--;)
		v = v << 8 | o->at[at + i];
	return v;
}

static bool is_within(const struct coff *o, uint64_t at, uint64_t size)
{
	return at <= o->size && size <= o->size - at;
}

void mentions_add_coff(struct arena *a, struct mentions *m, const char *name, size_t n)
{
	static const char imp[] = "__imp_";
	enum { IMP = sizeof(imp) - 1 };
	const char *at;

	mentions_add(a, m, name, n);
	if (n > IMP && !memcmp(name, imp, IMP))
		mentions_add(a, m, name += IMP, n -= IMP);
	if (n > 1 && (name[0] == '_' || name[0] == '@'))
		mentions_add(a, m, ++name, --n);
	at = n ? memchr(name + 1, '@', n - 1) : NULL;
	if (at)
		mentions_add(a, m, name, (size_t)(at - name));
}

/* The linker's options in an object (-export:NAME and the like): what may be a name counts as one.
 * false: they bring in a library, which mentions what it likes. */
static bool read_directives(struct arena *a, struct mentions *m, const char *s, size_t n)
{
	static const char parts[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.$@?";
	const char *text = str_ndup(a, s, n);

	for (const char *w = text; *w; w += *w != 0) {
		size_t len = strspn(w, parts);

		if (len >= 10 && !strncasecmp(w, "defaultlib", 10))
			return false;
		if (len)
			mentions_add_coff(a, m, w, len);
		w += len;
	}
	return true;
}

static bool read_sections(
	struct arena *a, struct mentions *m, const struct coff *o, const struct layout *l)
{
	enum { HEADER = 40, OF_SIZE = 16, OF_PLACE = 20 };
	uint64_t n = get(o, l->nsections, l->section_bytes);
	uint64_t first = l->size + (l == &plain ? get(o, 16, 2) : 0);

	if (n > o->size / HEADER || !is_within(o, first, n * HEADER))
		return false;
	for (uint64_t i = 0, h = first; i < n; i++, h += HEADER) {
		uint64_t at = get(o, h + OF_PLACE, 4), size = get(o, h + OF_SIZE, 4);

		if (memcmp(o->at + h, ".drectve", 8) != 0)
			continue;
		if (!is_within(o, at, size) ||
			!read_directives(a, m, (const char *)o->at + at, size))
			return false;
	}
	return true;
}

/* the name of the symbol at `at`, in eight bytes there or in the table of strings */
static bool read_name(
	struct arena *a, struct mentions *m, const struct coff *o, uint64_t at, uint64_t strings)
{
	const char *s = (const char *)o->at + at, *end;
	uint64_t where = strings + get(o, at + 4, 4);

	if (get(o, at, 4)) {
		mentions_add_coff(a, m, s, strnlen(s, 8));
		return true;
	}
	s = (const char *)o->at + where;
	end = where < o->size ? memchr(s, 0, o->size - where) : NULL;
	if (end)
		mentions_add_coff(a, m, s, (size_t)(end - s));
	return end;
}

static bool read_symbols(
	struct arena *a, struct mentions *m, const struct coff *o, const struct layout *l)
{
	uint64_t at = get(o, l->symbols, 4), n = get(o, l->nsymbols, 4);
	uint64_t strings = at + n * l->symbol_size;

	if (!is_within(o, at, n * l->symbol_size))
		return false;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t symbol = at + i * l->symbol_size;
		uint64_t class = get(o, symbol + l->symbol_size - 2, 1);
		enum { EXTERNAL = 2, WEAK_EXTERNAL = 105 };

		if ((class == EXTERNAL || class == WEAK_EXTERNAL) &&
			!read_name(a, m, o, symbol, strings))
			return false;
		i += get(o, symbol + l->symbol_size - 1, 1); /* what is said about it */
	}
	return true;
}

static bool is_machine(uint64_t machine)
{
	static const uint16_t machines[] = { 0x8664, 0x014c, 0xaa64, 0x01c4, 0xa641 };

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machine == machines[i])
			return true;
	return false;
}

bool mentions_read_coff(struct arena *a, struct mentions *m, const uint8_t *bytes, uint64_t size)
{
	const struct coff o = { bytes, size };
	bool other = !get(&o, 0, 2) && get(&o, 2, 2) == 0xffff;
	const struct layout *l = other ? &big : &plain;

	if (size < plain.size || !is_machine(get(&o, other ? 6 : 0, 2)))
		return false;
	if (other && get(&o, 4, 2) < 2) /* an import of a library: it provides, and wants nothing */
		return get(&o, 4, 2) == 0;
	return size >= l->size && read_sections(a, m, &o, l) && read_symbols(a, m, &o, l);
}
