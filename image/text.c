/* Types as text, FORMAT.md 8: C declarators, read inside out.
 *
 * A declaration is printed in two walks along the type: left() prints what stands before the name
 * (the base, stars, qualifiers), right() what stands after (arrays, parameter lists). Cyclic or
 * huge types end by two limits: the levels of a walk, and the bytes of the text. */
#include <string.h>

#include "image/image.h"
#include "image/out.h"
#include "image/rd.h"
#include "image/text.h"

enum { MAX_TEXT = 65535, MAX_NEST = 64 };

struct text {
	const struct img_view *v;
	img_text_fn *put;
	void *ctx;
	size_t n; /* bytes so far */
	unsigned depth;
	char last;  /* byte printed last, 0 at the beginning */
	bool named; /* that was the name being declared */
	bool full;
};

static void put(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || t->full)
		return;
	if (n > MAX_TEXT - t->n) {
		n = MAX_TEXT - t->n;
		while (n && ((unsigned char)s[n] & 0xc0) == 0x80) /* whole characters */
			n--;
		t->full = true;
		if (n == 0)
			return;
	}
	t->put(t->ctx, s, n);
	t->n += n;
	t->last = s[n - 1];
	t->named = false;
}

static void put_uint(struct text *t, uint64_t value)
{
	char digits[24];
	struct img_out o = { digits, sizeof(digits), 0 };

	img_out_uint(&o, value);
	put(t, digits);
}

/* a blank between words, but not after an opening parenthesis or a star */
static void gap(struct text *t)
{
	if (t->last && t->last != '*' && t->last != '&' && t->last != '(' && t->last != ' ')
		put(t, " ");
}

static void word(struct text *t, const char *s)
{
	gap(t);
	put(t, s);
}

static const char *qualifier(uint8_t kind)
{
	switch (kind) {
	case IMG_T_CONST: return "const";
	case IMG_T_VOLATILE: return "volatile";
	case IMG_T_RESTRICT: return "restrict";
	case IMG_T_ATOMIC: return "_Atomic";
	default: return NULL;
	}
}

static bool is_pointer(uint8_t kind)
{
	return kind == IMG_T_POINTER || kind == IMG_T_REF || kind == IMG_T_RVALUE_REF ||
	       kind == IMG_T_MEMBER_POINTER;
}

/* kind behind qualifiers; bounded, as digests are made before types are checked */
static uint8_t behind(const struct text *t, uint32_t type)
{
	for (unsigned i = 0; i < IMG_MAX_DEPTH && qualifier(t->v->types[type].kind); i++)
		type = t->v->types[type].target;
	return t->v->types[type].kind;
}

/* a pointer to it needs parentheses */
static bool binds_tighter(const struct text *t, uint32_t type)
{
	uint8_t kind = behind(t, type);

	return kind == IMG_T_ARRAY || kind == IMG_T_FUNCTION;
}

static const char *tag_word(const struct img_type *y)
{
	switch (y->kind == IMG_T_OPAQUE ? y->tag : y->kind) {
	case IMG_T_STRUCT: return "struct";
	case IMG_T_CLASS: return "class";
	case IMG_T_UNION: return "union";
	case IMG_T_ENUM: return "enum";
	default: return NULL;
	}
}

/* names for base types that have none */
static void unnamed(struct text *t, const struct img_type *y)
{
	const char *base = img_type_kind_name(y->kind);

	word(t, base);
	if (y->kind != IMG_T_VOID && y->kind != IMG_T_NULLPTR && y->kind != IMG_T_BOOL)
		put_uint(t, y->size * 8);
}

static void leaf(struct text *t, const struct img_type *y)
{
	const char *name = img_str(t->v, y->name), *tag = tag_word(y);

	if (!tag && !*name) {
		unnamed(t, y);
		return;
	}
	if (tag && (t->v->style == IMG_STYLE_C || !*name))
		word(t, tag);
	word(t, *name ? name : "{...}");
}

static void left(struct text *t, uint32_t type);

static void star(struct text *t, const struct img_type *y)
{
	switch (y->kind) {
	case IMG_T_REF: put(t, "&"); break;
	case IMG_T_RVALUE_REF: put(t, "&&"); break;
	case IMG_T_MEMBER_POINTER:
		put(t, y->count ? img_str(t->v, t->v->types[y->count].name) : "");
		put(t, "::*");
		break;
	default: put(t, "*"); break;
	}
}

static void left_qualified(struct text *t, const struct img_type *y)
{
	if (is_pointer(behind(t, y->target))) {
		left(t, y->target);
		word(t, qualifier(y->kind));
	} else {
		word(t, qualifier(y->kind));
		left(t, y->target);
	}
}

static void left_vector(struct text *t, const struct img_type *y)
{
	left(t, y->target);
	word(t, "__attribute__((vector_size(");
	put_uint(t, y->size);
	put(t, ")))");
}

static void left(struct text *t, uint32_t type)
{
	const struct img_type *y = &t->v->types[type];

	if (t->full)
		return;
	if (t->depth == MAX_NEST) {
		word(t, "...");
		return;
	}
	t->depth++;
	switch (y->kind) {
	case IMG_T_POINTER:
	case IMG_T_REF:
	case IMG_T_RVALUE_REF:
	case IMG_T_MEMBER_POINTER:
		left(t, y->target);
		gap(t);
		if (binds_tighter(t, y->target))
			put(t, "(");
		star(t, y);
		break;
	case IMG_T_ARRAY:
	case IMG_T_FUNCTION: left(t, y->target); break;
	case IMG_T_VECTOR: left_vector(t, y); break;
	case IMG_T_CONST:
	case IMG_T_VOLATILE:
	case IMG_T_RESTRICT:
	case IMG_T_ATOMIC: left_qualified(t, y); break;
	default: leaf(t, y); break;
	}
	t->depth--;
}

static void right(struct text *t, uint32_t type, const uint32_t *names);

static void declare(struct text *t, uint32_t type, const char *name, const uint32_t *names)
{
	left(t, type);
	if (*name) {
		word(t, name);
		t->named = true;
	}
	right(t, type, names);
}

/* names: [nmembers] strings for the parameters, or NULL */
static void parameters(struct text *t, const struct img_type *y, const uint32_t *names)
{
	if (!t->named && t->last != ')' && t->last != ']')
		gap(t);
	put(t, "(");
	for (uint32_t k = 0; k < y->nmembers && !t->full; k++) {
		if (k)
			put(t, ", ");
		declare(t, t->v->members[y->members + k].type, names ? img_str(t->v, names[k]) : "",
			NULL);
	}
	if (y->flags & IMG_TF_VARIADIC)
		put(t, y->nmembers ? ", ..." : "...");
	else if (!y->nmembers && !(y->flags & IMG_TF_NO_PROTOTYPE) &&
		 t->v->style != IMG_STYLE_PLAIN)
		put(t, "void");
	put(t, ")");
}

static void right(struct text *t, uint32_t type, const uint32_t *names)
{
	const struct img_type *y = &t->v->types[type];

	if (t->full || t->depth == MAX_NEST)
		return;
	t->depth++;
	switch (y->kind) {
	case IMG_T_POINTER:
	case IMG_T_REF:
	case IMG_T_RVALUE_REF:
	case IMG_T_MEMBER_POINTER:
		if (binds_tighter(t, y->target))
			put(t, ")");
		right(t, y->target, NULL);
		break;
	case IMG_T_ARRAY:
		put(t, "[");
		if (y->count != IMG_UNBOUNDED)
			put_uint(t, y->count);
		put(t, "]");
		right(t, y->target, NULL);
		break;
	case IMG_T_FUNCTION:
		parameters(t, y, names);
		right(t, y->target, NULL);
		break;
	case IMG_T_CONST:
	case IMG_T_VOLATILE:
	case IMG_T_RESTRICT:
	case IMG_T_ATOMIC: right(t, y->target, NULL); break;
	default: break;
	}
	t->depth--;
}

void img_text_walk(const struct img_view *v, uint32_t type, const char *name, const uint32_t *names,
	img_text_fn *fn, void *ctx)
{
	struct text t = { .v = v, .put = fn, .ctx = ctx };

	declare(&t, type, name, names);
}

static void put_out(void *ctx, const char *s, size_t n)
{
	img_out_mem(ctx, s, n);
}

static struct img_out out_in(char *buf, size_t size)
{
	if (size)
		buf[0] = '\0';
	return (struct img_out) { buf, size, 0 };
}

size_t img_declaration(
	const struct img_view *v, uint32_t type, const char *name, char *buf, size_t size)
{
	struct img_out o = out_in(buf, size);

	img_text_walk(v, type, name, NULL, put_out, &o);
	return o.len;
}

size_t img_type_text(const struct img_view *v, uint32_t type, char *buf, size_t size)
{
	return img_declaration(v, type, "", buf, size);
}

size_t img_signature(
	const struct img_view *v, uint32_t method, bool param_names, char *buf, size_t size)
{
	const struct img_method *m = &v->methods[method];
	struct img_out o = out_in(buf, size);

	if (m->type) {
		img_text_walk(v, m->type, img_str(v, m->name),
			param_names ? v->params + m->params : NULL, put_out, &o);
	} else {
		img_out_str(&o, img_str(v, m->name));
		img_out_str(&o, "(?)");
	}
	return o.len;
}

/* ---- comparing: blanks count only between two words */

struct match {
	const char *want;
	char last;      /* of the text: its last byte that is no blank */
	char want_last; /* the same of want */
	bool blank;     /* the text had a blank behind `last` */
	bool differs;
};

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (c & 0x80);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* next byte of want that is no blank; *apart: a blank before it that counts */
static char next_wanted(struct match *m, bool *apart)
{
	bool blank = is_blank(*m->want);
	char c;

	while (is_blank(*m->want))
		m->want++;
	c = *m->want;
	if (c)
		m->want++;
	*apart = blank && in_word(m->want_last) && in_word(c);
	m->want_last = c;
	return c;
}

static void put_match(void *ctx, const char *s, size_t n)
{
	struct match *m = ctx;

	for (size_t i = 0; i < n && !m->differs; i++) {
		bool apart, want_apart;

		if (is_blank(s[i])) {
			m->blank = true;
			continue;
		}
		apart = m->blank && in_word(m->last) && in_word(s[i]);
		m->differs = next_wanted(m, &want_apart) != s[i] || apart != want_apart;
		m->blank = false;
		m->last = s[i];
	}
}

static bool same_text(const struct img_view *v, const struct img_method *m, const char *name,
	const uint32_t *names, const char *signature)
{
	struct match match = { .want = signature };
	bool apart;

	img_text_walk(v, m->type, name, names, put_match, &match);
	return !match.differs && next_wanted(&match, &apart) == '\0';
}

bool img_signature_matches(const struct img_view *v, uint32_t method, const char *signature)
{
	const struct img_method *m = &v->methods[method];
	const char *name = img_str(v, m->name);

	if (!m->type)
		return false;
	return same_text(v, m, "", NULL, signature) || same_text(v, m, name, NULL, signature) ||
	       same_text(v, m, name, v->params + m->params, signature);
}
