/* libyaml's events -> a tree. libyaml knows YAML 1.1; the dialect of yml.h is what is left of it
 * after the checks here. Duplicate keys are one of them: libyaml accepts those. */
#include "base/yml.h"

#include <yaml.h>

#include "base/file.h"
#include "base/str.h"

enum {
	FILE_MOST = 8 * 1024 * 1024,
	SCALAR_MOST = 1024 * 1024,
	DEPTH_MOST = 64,
};

/* The text of a scalar that stands for what was reported already; known by its address. */
static const char dummy_text[] = "";

/* A container that is not closed yet. */
struct frame {
	struct yml_node *node;
	struct yml_node *key; /* mapping: waits for its value */
	bool drop;            /* the value of `key` is read but not kept: the key was a mistake */
	size_t cap;
	uint32_t *slots; /* mapping: open addressing, index of the key + 1; 0 = free */
	size_t nslots;   /* a power of two */
};

struct reader {
	struct arena *mem;
	struct diags *d;
	const char *file;
	const char *text;
	size_t size;
	yaml_parser_t parser;
	struct frame frames[DEPTH_MOST];
	size_t depth;
	struct yml_node *top;
	bool done; /* the end, or a mistake that leaves no sense in what follows */
	bool cut;  /* what follows could not be read: the tree lacks a part */
};

/* ---- places */

static struct loc mark_loc(const struct reader *r, yaml_mark_t m)
{
	return (struct loc) { .file = r->file, (unsigned)m.line + 1, (unsigned)m.column + 1, 0 };
}

/* the place of a byte; columns are characters, as libyaml's are */
static struct loc byte_loc(const struct reader *r, size_t offset)
{
	struct loc at = { .file = r->file, .line = 1, .col = 1 };

	for (size_t i = 0; i < offset && i < r->size; i++) {
		if (r->text[i] == '\n') {
			at.line++;
			at.col = 1;
		} else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
			at.col++;
		}
	}
	return at;
}

/* ---- before libyaml: bytes */

static int report_byte(const struct reader *r, size_t i)
{
	unsigned char c = (unsigned char)r->text[i];
	struct loc at = byte_loc(r, i);

	if (!c)
		return diag_err(r->d, at, "a NUL byte in the text; is this YAML, saved as UTF-8?");
	if (c < 0x80)
		return diag_err(r->d, at, "a control character (%#04x) in the text; remove it", c);
	return diag_err(r->d, at, "wants UTF-8, got byte %#04x; save the file as UTF-8", c);
}

/* Only the first bad byte of a line is reported: a file in Latin-1 has one at every accent. libyaml
 * would stop at the first of all, and without line and column. */
static int check_bytes(const struct reader *r)
{
	enum { MOST = 10 };
	unsigned found = 0;

	for (size_t i = 0; i < r->size && found < MOST;) {
		unsigned char c = (unsigned char)r->text[i];
		size_t n = str_utf8_length(r->text + i, r->size - i);

		if (n && ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r')) {
			i += n;
			continue;
		}
		report_byte(r, i);
		found++;
		while (i < r->size && r->text[i] != '\n')
			i++;
	}
	return found ? -1 : 0;
}

/* ---- libyaml's own errors */

/* What to do about the errors of libyaml that people meet most. */
static const struct {
	const char *problem, *remedy;
} remedies[] = {
	{ "mapping values are not allowed in this context",
		"indent it rightly, or quote the text if the ':' belongs to it" },
	{ "did not find expected key", "check the indentation" },
	{ "did not find expected '-' indicator", "check the indentation" },
	{ "could not find expected ':'", "write 'key: value'" },
	{ "did not find expected ',' or ']'", "close the list with ']'" },
	{ "did not find expected ',' or '}'", "close the mapping with '}'" },
	{ "found unexpected end of stream", "close the quotes" },
	{ "found unknown escape character", "write '\\\\' for a backslash, or use single quotes" },
	{ "block sequence entries are not allowed in this context",
		"put the list on lines of its own" },
};

/* the byte a mark points at, 0 at the end */
static char byte_at(const struct reader *r, yaml_mark_t m)
{
	const char *s = r->text, *end = r->text + r->size;

	for (size_t i = 0; i < m.index && s < end; i++)
		s += str_utf8_length(s, (size_t)(end - s));
	return s < end ? *s : '\0';
}

static const char *remedy_of(const struct reader *r, const char *problem)
{
	if (str_eq(problem, "found character that cannot start any token")) {
		if (byte_at(r, r->parser.problem_mark) == '\t')
			return "indent with spaces, not with tabs";
		return "quote the text";
	}
	for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++) {
		if (str_eq(problem, remedies[i].problem))
			return remedies[i].remedy;
	}
	return NULL;
}

static void report_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "this is no YAML";
	const char *remedy = remedy_of(r, problem);
	struct loc at = mark_loc(r, p->problem_mark);

	r->cut = true;
	if (p->error == YAML_MEMORY_ERROR)
		diag_fatal("out of memory while reading '%s'", r->file);
	if (p->error == YAML_READER_ERROR)
		at = byte_loc(r, p->problem_offset);
	diag_err(r->d, at, "%s%s%s", problem, remedy ? "; " : "", remedy ? remedy : "");
	if (p->context)
		diag_note(r->d, mark_loc(r, p->context_mark), "%s", p->context);
}

/* ---- the keys of a mapping */

static size_t hash(const char *s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

/* the slot of a key, or the free one where it belongs */
static uint32_t *slot_of(const struct frame *f, const char *key)
{
	size_t i = hash(key) & (f->nslots - 1);

	while (f->slots[i] && !str_eq(f->node->keys[f->slots[i] - 1]->text, key))
		i = (i + 1) & (f->nslots - 1);
	return &f->slots[i];
}

/* room for one more pair, in the slots too: a table that is never more than half full */
static void map_room(struct arena *a, struct frame *f)
{
	struct yml_node *m = f->node;
	size_t cap = f->cap;

	if (m->n < f->cap)
		return;
	arena_push_room(a, m->keys, m->n, cap);
	m->items = arena_grow(a, m->items, m->n * sizeof(*m->items), cap * sizeof(*m->items),
		_Alignof(struct yml_node *));
	f->cap = cap;
	f->nslots = 2 * cap;
	f->slots = arena_array(a, uint32_t, f->nslots);
	for (size_t i = 0; i < m->n; i++)
		*slot_of(f, m->keys[i]->text) = (uint32_t)i + 1;
}

/* Is this node a key of the dialect, and new? If not its value is read all the same, for its
 * mistakes. */
static bool key_is_sound(struct reader *r, const struct frame *f, const struct yml_node *key)
{
	uint32_t first;

	if (key->text == dummy_text)
		return false;
	if (key->kind != YML_SCALAR) {
		diag_err(r->d, key->at, "a key wants a string, got %s", yml_kind_name(key));
		return false;
	}
	if (!key->quoted && !*key->text) {
		diag_err(r->d, key->at, "a key wants a name, got nothing");
		return false;
	}
	if (!key->quoted && str_eq(key->text, "<<")) {
		diag_err(r->d, key->at, "merge keys ('<<') are not supported; write the keys out");
		return false;
	}
	first = f->nslots ? *slot_of(f, key->text) : 0;
	if (!first)
		return true;
	diag_err(r->d, key->at, "duplicate key '%s'", str_shown(r->mem, key->text));
	diag_note(r->d, f->node->keys[first - 1]->at, "first given here");
	return false;
}

/* ---- building */

static void add_to_map(struct reader *r, struct frame *f, struct yml_node *node)
{
	struct yml_node *m = f->node;

	if (!f->key) {
		f->key = node;
		f->drop = !key_is_sound(r, f, node);
		return;
	}
	if (!f->drop) {
		map_room(r->mem, f);
		m->keys[m->n] = f->key;
		m->items[m->n++] = node;
		*slot_of(f, f->key->text) = (uint32_t)m->n;
	}
	f->key = NULL;
}

/* gives a node its place in the tree; a container gets it before it has entries, so that messages
 * come in the order of the file */
static void attach(struct reader *r, struct yml_node *node)
{
	struct frame *f = r->depth ? &r->frames[r->depth - 1] : NULL;
	struct yml_node *seq = f ? f->node : NULL;

	if (!f) {
		r->top = node;
	} else if (seq->kind == YML_MAP) {
		add_to_map(r, f, node);
	} else {
		arena_push_room(r->mem, seq->items, seq->n, f->cap);
		seq->items[seq->n++] = node;
	}
}

static struct yml_node *new_node(struct reader *r, enum yml_kind kind, yaml_mark_t mark)
{
	struct yml_node *n = arena_new(r->mem, struct yml_node);

	n->kind = kind;
	n->at = mark_loc(r, mark);
	return n;
}

static void open_container(struct reader *r, enum yml_kind kind, yaml_mark_t mark)
{
	struct yml_node *n = new_node(r, kind, mark);

	if (r->depth == DEPTH_MOST) {
		diag_err(r->d, n->at, "nested too deep: wants at most %d levels", DEPTH_MOST);
		r->done = r->cut = true;
		return;
	}
	attach(r, n);
	r->frames[r->depth++] = (struct frame) { .node = n };
}

static void refuse_anchor(struct reader *r, yaml_mark_t at, const yaml_char_t *name)
{
	if (name)
		diag_err(r->d, mark_loc(r, at),
			"anchors ('&%s') are not supported; write the value out",
			str_shown(r->mem, (const char *)name));
}

static void refuse_tag(struct reader *r, yaml_mark_t at, const yaml_char_t *name)
{
	if (name)
		diag_err(r->d, mark_loc(r, at), "tags ('%s') are not supported; remove it",
			str_shown(r->mem, (const char *)name));
}

static void read_scalar(struct reader *r, const yaml_event_t *e)
{
	struct yml_node *n = new_node(r, YML_SCALAR, e->start_mark);
	const char *text = (const char *)e->data.scalar.value;
	size_t size = e->data.scalar.length;

	refuse_anchor(r, e->start_mark, e->data.scalar.anchor);
	refuse_tag(r, e->start_mark, e->data.scalar.tag);
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	n->text = dummy_text;
	if (size > SCALAR_MOST)
		diag_err(
			r->d, n->at, "a string wants at most %d bytes, got %zu", SCALAR_MOST, size);
	else if (memchr(text, 0, size))
		diag_err(r->d, n->at, "a string cannot hold a NUL character; remove the '\\0'");
	else
		n->text = str_ndup(r->mem, text, size);
	attach(r, n);
}

static void read_alias(struct reader *r, const yaml_event_t *e)
{
	struct yml_node *n = new_node(r, YML_SCALAR, e->start_mark);

	diag_err(r->d, n->at, "aliases ('*%s') are not supported; write the value out",
		str_shown(r->mem, (const char *)e->data.alias.anchor));
	n->quoted = true;
	n->text = dummy_text;
	attach(r, n);
}

static void begin_document(struct reader *r, const yaml_event_t *e)
{
	const struct yml_node *top = r->top;
	struct loc at = mark_loc(r, e->start_mark);

	if (top) {
		diag_err(r->d, at,
			"wants one document, got a second; remove the '---' and what follows");
		diag_note(r->d, top->at, "the first begins here");
		r->done = true;
	} else if (e->data.document_start.tag_directives.start !=
		   e->data.document_start.tag_directives.end) {
		diag_err(r->d, at, "tags ('%%TAG') are not supported; remove the line");
	}
}

/* the top node is there, all of it */
static void end_document(struct reader *r)
{
	const struct yml_node *top = r->top;

	if (top->kind != YML_MAP && top->text != dummy_text)
		diag_err(r->d, top->at,
			"the top of the file wants a mapping, got %s; write 'key: value'",
			yml_kind_name(top));
}

static void end_stream(struct reader *r)
{
	if (!r->top)
		diag_err(r->d, byte_loc(r, 0), "the file is empty, wants a mapping");
	r->done = true;
}

static void read_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT: break;
	case YAML_STREAM_END_EVENT: end_stream(r); break;
	case YAML_DOCUMENT_START_EVENT: begin_document(r, e); break;
	case YAML_DOCUMENT_END_EVENT: end_document(r); break;
	case YAML_ALIAS_EVENT: read_alias(r, e); break;
	case YAML_SCALAR_EVENT: read_scalar(r, e); break;
	case YAML_SEQUENCE_START_EVENT:
		refuse_anchor(r, e->start_mark, e->data.sequence_start.anchor);
		refuse_tag(r, e->start_mark, e->data.sequence_start.tag);
		open_container(r, YML_SEQ, e->start_mark);
		break;
	case YAML_MAPPING_START_EVENT:
		refuse_anchor(r, e->start_mark, e->data.mapping_start.anchor);
		refuse_tag(r, e->start_mark, e->data.mapping_start.tag);
		open_container(r, YML_MAP, e->start_mark);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: r->depth--; break;
	}
}

static void read_events(struct reader *r)
{
	yaml_event_t e;

	if (!yaml_parser_initialize(&r->parser))
		diag_fatal("out of memory while reading '%s'", r->file);
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text, r->size);
	while (!r->done) {
		if (!yaml_parser_parse(&r->parser, &e)) {
			report_syntax(r);
			break;
		}
		read_event(r, &e);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&r->parser);
}

/* ---- entry */

struct yml_node *yml_parse(
	struct arena *a, struct diags *d, const char *path, const char *text, size_t size)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader *r = arena_new(a, struct reader);

	r->mem = a;
	r->d = d;
	r->file = str_dup(a, path);
	r->text = text;
	r->size = size;
	if (size > FILE_MOST) {
		diag_err(d, (struct loc) { .file = r->file },
			"wants at most %d bytes, got %zu; is it the right file?", FILE_MOST, size);
		return NULL;
	}
	/* libyaml would count it as a column, and then find the next line indented less */
	if (size >= 3 && !memcmp(text, bom, 3)) {
		r->text += 3;
		r->size -= 3;
	}
	if (check_bytes(r))
		return NULL;
	read_events(r);
	return r->top && r->top->kind == YML_MAP && !r->cut ? r->top : NULL;
}

struct yml_node *yml_read(
	struct arena *a, struct diags *d, struct loc asked, const char *what, const char *path)
{
	size_t size;
	char *text;

	if (file_read(a, d, asked, what, path, FILE_MOST, &text, &size))
		return NULL;
	return yml_parse(a, d, str_eq(path, "-") ? "<stdin>" : path, text, size);
}

struct yml_node *yml_get(const struct yml_node *map, const char *key)
{
	if (map->kind != YML_MAP)
		return NULL;
	yml_each (i, map) {
		if (str_eq(map->keys[i]->text, key))
			return map->items[i];
	}
	return NULL;
}

const char *yml_kind_name(const struct yml_node *n)
{
	switch (n->kind) {
	case YML_SCALAR: return n->quoted || *n->text ? "a string" : "nothing";
	case YML_SEQ: return "a list";
	case YML_MAP: return "a mapping";
	}
	diag_bug("a YAML node of kind %d", (int)n->kind);
}
