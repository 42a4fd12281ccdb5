#include "frontend/bundle/layout.h"

#include "base/str.h"

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static void count_members(struct bundle *b)
{
	b->page = 1;
	b->tls_align = 1;
	for (size_t i = 0; i < b->n; i++) {
		struct member *m = &b->member[i];

		if (m->page > b->page)
			b->page = m->page;
		if (m->tls_memsz) {
			if (m->tls_align > b->tls_align)
				b->tls_align = m->tls_align;
			m->tls_at = round_up(b->tls_memsz, m->tls_align);
			b->tls_memsz = m->tls_at + m->tls_memsz;
		}
		b->static_tls |= m->static_tls;
		b->nsegments += m->nranges;
		b->nrelocs += relocs_count(m) + (m->init.size + m->fini.size) / 8;
		b->part[BUNDLE_INIT].size += m->init.size;
		b->part[BUNDLE_FINI].size += m->fini.size;
		/* a table of frames is a head of 12 bytes and 8 for each entry */
		b->nframes += m->frames.size > 12 ? (m->frames.size - 12) / 8 : 0;
	}
	/* the bundle's own: 2 PT_LOAD, dynamic, relro, stack, TLS, frames */
	b->nsegments += 7;
}

/* texts of the dynamic section; the table is complete after it */
static void add_texts(struct arena *a, struct bundle *b)
{
	struct bundle_symbols *s = &b->symbols;
	struct strbuf runpath = { .mem = a };

	b->soname = path_base(b->output.path);
	text_table_add(&s->text, a, b->soname);
	text_table_add(&s->text, a, IMG_BUNDLE_SYMBOL);
	for (size_t i = 0; i < s->needed.n; i++)
		text_table_add(&s->text, a, s->needed.v[i]);
	for (size_t i = 0; i < s->paths.n; i++)
		strbuf_fmt(&runpath, "%s%s", i ? ":" : "", s->paths.v[i]);
	if (s->paths.n) {
		b->runpath = strbuf_text(&runpath);
		text_table_add(&s->text, a, b->runpath);
	}
	b->part[BUNDLE_STRINGS].bytes = s->text.bytes;
	b->part[BUNDLE_STRINGS].size = s->text.n;
}

static void place_members(struct bundle *b, uint64_t at)
{
	for (size_t i = 0; i < b->n; i++) {
		b->member[i].at = round_up(at, b->page);
		at = b->member[i].at + b->member[i].span;
	}
	b->end = at;
}

int bundle_lay_out(struct arena *a, struct diags *d, struct bundle *b)
{
	struct bundle_symbols *s = &b->symbols;
	uint64_t count, at = 0;
	struct bundle_place *part = b->part;

	count_members(b);
	if (b->nsegments >= PN_XNUM)
		return diag_err(d, b->output.at,
			"too many members: their segments are %llu, an ELF "
			"file has less than %u",
			(unsigned long long)b->nsegments, (unsigned)PN_XNUM);
	part[BUNDLE_HEADERS].size = sizeof(Elf64_Ehdr) + b->nsegments * sizeof(Elf64_Phdr);
	part[BUNDLE_DIRECTORY].size =
		sizeof(struct img_bundle_header) + b->n * sizeof(struct img_bundle_member);
	part[BUNDLE_SYMBOLS].size = (s->n + 1) * sizeof(Elf64_Sym);
	part[BUNDLE_VERSYM].size = (s->n + 1) * sizeof(Elf64_Half);
	part[BUNDLE_VERNEED].bytes =
		(void *)bundle_verneed(a, s, &part[BUNDLE_VERNEED].size, &count);
	part[BUNDLE_HASH].size = 16 + 8 + 4 + 4;
	add_texts(a, b);
	part[BUNDLE_RELOCS].size = b->nrelocs * sizeof(Elf64_Rela);
	part[BUNDLE_FRAMES].size = b->nframes ? 12 + 8 * b->nframes : 0;
	part[BUNDLE_TLS].size = b->tls_memsz;
	b->ndynamic = 20 + s->needed.n;
	part[BUNDLE_DYNAMIC].size = b->ndynamic * sizeof(Elf64_Dyn);
	for (unsigned i = 0; i < BUNDLE_PARTS; i++) {
		uint64_t align = i == BUNDLE_DYNAMIC ? b->page : i == BUNDLE_TLS ? b->tls_align : 8;

		part[i].at = round_up(at, align < 8 ? 8 : align);
		at = part[i].at + part[i].size;
		if (!part[i].bytes)
			part[i].bytes = arena_alloc(a, part[i].size, 16);
	}
	place_members(b, at);
	if (b->end > INT32_MAX)
		return diag_err(d, b->output.at,
			"the members are %llu bytes in all; a bundle has at most 2 GiB",
			(unsigned long long)b->end);
	return 0;
}
