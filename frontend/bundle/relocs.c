/* The members' relocations, moved to where the members are. Relative ones come first, so that the
 * system's loader does them in one go. */
#include <stdlib.h>
#include <string.h>

#include "frontend/bundle/layout.h"

/* what a type of relocation wants */
enum want {
	WANT_NOTHING, /* not known */
	WANT_BASE,    /* the library's address and the addend */
	WANT_SYMBOL,
	WANT_MODULE, /* number of the library that a thread-local variable is in */
	WANT_TLS,    /* offset in that library's block */
};

/* System V ABI supplements of the CPUs */
static const struct {
	Elf64_Half machine;
	uint32_t type;
	enum want want;
} rows[] = {
	{ EM_X86_64, R_X86_64_RELATIVE, WANT_BASE },
	{ EM_X86_64, R_X86_64_IRELATIVE, WANT_BASE },
	{ EM_X86_64, R_X86_64_GLOB_DAT, WANT_SYMBOL },
	{ EM_X86_64, R_X86_64_JUMP_SLOT, WANT_SYMBOL },
	{ EM_X86_64, R_X86_64_64, WANT_SYMBOL },
	{ EM_X86_64, R_X86_64_DTPMOD64, WANT_MODULE },
	{ EM_X86_64, R_X86_64_DTPOFF64, WANT_TLS },
	{ EM_X86_64, R_X86_64_TPOFF64, WANT_TLS },
	{ EM_X86_64, R_X86_64_TLSDESC, WANT_TLS },
	{ EM_AARCH64, R_AARCH64_RELATIVE, WANT_BASE },
	{ EM_AARCH64, R_AARCH64_IRELATIVE, WANT_BASE },
	{ EM_AARCH64, R_AARCH64_GLOB_DAT, WANT_SYMBOL },
	{ EM_AARCH64, R_AARCH64_JUMP_SLOT, WANT_SYMBOL },
	{ EM_AARCH64, R_AARCH64_ABS64, WANT_SYMBOL },
	{ EM_AARCH64, R_AARCH64_TLS_DTPMOD, WANT_MODULE },
	{ EM_AARCH64, R_AARCH64_TLS_DTPREL, WANT_TLS },
	{ EM_AARCH64, R_AARCH64_TLS_TPREL, WANT_TLS },
	{ EM_AARCH64, R_AARCH64_TLSDESC, WANT_TLS },
	{ EM_RISCV, R_RISCV_RELATIVE, WANT_BASE },
	{ EM_RISCV, R_RISCV_IRELATIVE, WANT_BASE },
	{ EM_RISCV, R_RISCV_JUMP_SLOT, WANT_SYMBOL },
	{ EM_RISCV, R_RISCV_64, WANT_SYMBOL },
	{ EM_RISCV, R_RISCV_TLS_DTPMOD64, WANT_MODULE },
	{ EM_RISCV, R_RISCV_TLS_DTPREL64, WANT_TLS },
	{ EM_RISCV, R_RISCV_TLS_TPREL64, WANT_TLS },
};

static enum want want_of(Elf64_Half machine, uint64_t type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].machine == machine && rows[i].type == type)
			return rows[i].want;
	}
	return WANT_NOTHING;
}

/* the type of a WANT_BASE that is no ifunc: the first of the CPU's rows */
static uint32_t relative_type(Elf64_Half machine)
{
	size_t i = 0;

	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && rows[i].machine != machine)
		i++;
	return rows[i].type;
}

/* ---- DT_RELR: words to add the base to, as addresses and bitmaps of the 63 words behind them */

struct relr {
	const struct member *m;
	uint64_t i, at, bits;
};

/* the next word's address. returns false behind the last */
static bool relr_next(struct relr *r, uint64_t *out)
{
	const struct member_table *t = &r->m->relr;
	const uint64_t *entries = member_bytes(r->m, t->at, t->size);

	for (;;) {
		if (r->bits) {
			unsigned k = (unsigned)__builtin_ctzll(r->bits);

			r->bits &= r->bits - 1;
			*out = r->at + 8 * (uint64_t)k - 8 * 63;
			return true;
		}
		if (!entries || r->i >= t->size / 8)
			return false;
		if (entries[r->i] & 1) {
			r->bits = entries[r->i++] >> 1;
			r->at += 8 * 63;
		} else {
			*out = entries[r->i++];
			r->at = *out + 8;
			/* a bitmap's first word is the one behind this: see the subtraction above
			 */
			return true;
		}
	}
}

uint64_t relocs_count(const struct member *m)
{
	struct relr r = { .m = m };
	uint64_t n = (m->rela.size + m->plt.size) / sizeof(Elf64_Rela), at;

	while (relr_next(&r, &at))
		n++;
	return n;
}

/* ---- moving */

struct maker {
	struct diags *d;
	struct bundle *b;
	Elf64_Rela *relative, *other; /* next free ones: up from the first, down from the last */
};

static int bad(struct maker *k, const struct member *m, const char *problem, uint64_t value)
{
	return diag_err(k->d, m->in.at, "'%s' cannot be a member of a bundle: %s (%llu)",
		m->in.path, problem, (unsigned long long)value);
}

static void add_relative(struct maker *k, const struct member *m, uint64_t at, uint64_t to)
{
	*k->relative++ = (Elf64_Rela) { m->at + at, ELF64_R_INFO(0, relative_type(m->machine)),
		(Elf64_Sxword)(m->at + to) };
}

/* a symbol of the member's own: the root, which is where it was */
static int add_own(struct maker *k, const struct member *m, const Elf64_Rela *r, const Elf64_Sym *s)
{
	bool adds = ELF64_R_TYPE(r->r_info) != R_X86_64_GLOB_DAT &&
		    ELF64_R_TYPE(r->r_info) != R_X86_64_JUMP_SLOT;

	if (ELF64_ST_TYPE(s->st_info) == STT_TLS)
		return bad(k, m, "it exports a thread-local variable", s->st_value);
	add_relative(k, m, r->r_offset, s->st_value + (adds ? (uint64_t)r->r_addend : 0));
	return 0;
}

/* A library's own block is found by its number and an offset, two words: the number is filled in,
 * the offset stands there already if the variable is the library's own. */
static int move_tls_pair(struct maker *k, const struct member *m, uint64_t at)
{
	uint64_t *offset = member_bytes(m, at + 8, 8);

	if (!offset)
		return bad(k, m, "a thread-local reference is outside of its data", at);
	*offset += m->tls_at;
	return 0;
}

static int move_one(
	struct maker *k, const struct member *m, const uint32_t *map, const Elf64_Rela *r)
{
	uint64_t type = ELF64_R_TYPE(r->r_info), index = ELF64_R_SYM(r->r_info);
	const Elf64_Sym *sym = index < m->nsymbols ? &m->symbols[index] : NULL;
	enum want want = want_of(m->machine, type);
	Elf64_Rela out = { m->at + r->r_offset, r->r_info, r->r_addend };

	if (want == WANT_NOTHING || !sym)
		return bad(k, m,
			sym ? "it has a relocation of a type that is not known here"
			    : "a relocation's symbol is out of range",
			sym ? type : index);
	if (r->r_offset > m->span - 8)
		return bad(k, m, "a relocation is outside of its memory", r->r_offset);
	if (want == WANT_BASE) {
		out.r_addend += (Elf64_Sxword)m->at;
		*(type == relative_type(m->machine) ? k->relative++ : --k->other) = out;
		return 0;
	}
	if (index && sym->st_shndx != SHN_UNDEF)
		return add_own(k, m, r, sym);
	if (!index && want == WANT_MODULE && move_tls_pair(k, m, r->r_offset))
		return -1;
	if (!index && want == WANT_TLS)
		out.r_addend += (Elf64_Sxword)m->tls_at;
	if (!index && want == WANT_SYMBOL)
		return bad(k, m, "a relocation has no symbol", r->r_offset);
	out.r_info = ELF64_R_INFO((uint64_t)map[index], type);
	*--k->other = out;
	return 0;
}

static int move_table(
	struct maker *k, const struct member *m, const uint32_t *map, const struct member_table *t)
{
	const Elf64_Rela *r = member_bytes(m, t->at, t->size);

	for (uint64_t i = 0; i < t->size / sizeof(*r); i++) {
		if (move_one(k, m, map, &r[i]))
			return -1;
	}
	return 0;
}

static int move_words(struct maker *k, const struct member *m)
{
	struct relr r = { .m = m };
	uint64_t at, value;

	while (relr_next(&r, &at)) {
		const void *word = member_bytes(m, at, 8);

		if (!word)
			return bad(k, m, "a relocation is outside of its memory", at);
		memcpy(&value, word, 8);
		add_relative(k, m, at, value);
	}
	return 0;
}

/* functions of all members in one array, which is the bundle's and needs relocations as theirs do
 */
static void move_array(struct maker *k, const struct bundle_place *to, uint64_t *used,
	const struct member *m, const struct member_table *t, const Elf64_Rela *of_member)
{
	/* each is a relocated word: find what the member's relocations make of it */
	for (const Elf64_Rela *r = of_member; t->size && r < k->relative; r++) {
		uint64_t in = r->r_offset - m->at - t->at;

		if (r->r_offset < m->at || in >= t->size)
			continue;
		*k->relative++ = (Elf64_Rela) { to->at + *used + in, r->r_info, r->r_addend };
	}
	*used += t->size;
}

/* those of one symbol together: the system's loader remembers the last one that it looked up */
static int by_symbol(const void *a, const void *b)
{
	const Elf64_Rela *x = a, *y = b;

	if (x->r_info != y->r_info)
		return x->r_info < y->r_info ? -1 : 1;
	return x->r_offset < y->r_offset ? -1 : x->r_offset > y->r_offset;
}

int relocs_make(struct diags *d, struct bundle *b)
{
	struct bundle_place *part = &b->part[BUNDLE_RELOCS];
	Elf64_Rela *first = part->bytes, *end = first + b->nrelocs;
	struct maker k = { d, b, first, end };
	uint64_t init = 0, fini = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct member *m = &b->member[i];
		const Elf64_Rela *own = k.relative;

		if (move_words(&k, m) || move_table(&k, m, b->map[i], &m->rela) ||
			move_table(&k, m, b->map[i], &m->plt))
			return -1;
		move_array(&k, &b->part[BUNDLE_INIT], &init, m, &m->init, own);
		move_array(&k, &b->part[BUNDLE_FINI], &fini, m, &m->fini, own);
	}
	b->nrelative = (uint64_t)(k.relative - first);
	qsort(k.other, (size_t)(end - k.other), sizeof(*k.other), by_symbol);
	memmove(k.relative, k.other, (size_t)(end - k.other) * sizeof(*k.other));
	b->nrelocs = b->nrelative + (uint64_t)(end - k.other);
	part->size = b->nrelocs * sizeof(Elf64_Rela);
	return 0;
}
