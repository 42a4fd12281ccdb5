#include "base/yml.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/str.h"
#include "base/yml_kept.h"
#include "test/unit/age.h"
#include "test/unit/caught.h"
#include "test/unit/unit.h"

struct text {
	const char *row, *yaml, *messages; /* messages: of the file "t" */
};

/* ---- reading */

static void tree(struct unit *u)
{
	static const char yaml[] = "# a comment\n"
				   "name: elf\n"
				   "quoted: '1'\n"
				   "list: [a, \"b\"]\n"
				   "block: |\n"
				   "  two\n"
				   "  lines\n"
				   "map:\n"
				   "  deep:\n"
				   "  - x: 1\n"
				   "    y: \xc3\xa4 z\n"
				   "none:\n";
	struct arena a = { 0 };
	struct caught c;
	char copy[sizeof(yaml)], path[] = "t";
	struct yml_node *top, *n;

	memcpy(copy, yaml, sizeof(yaml));
	top = yml_parse(&a, caught_start(&c), path, copy, sizeof(yaml) - 1);
	memset(copy, '?', sizeof(copy)); /* nothing of these is kept */
	path[0] = '?';
	CHECK_STR(c.text, "");
	if (!CHECK(top && top->kind == YML_MAP))
		return;
	CHECK_INT(top->n, 6);
	CHECK_STR(top->at.file, "t");
	CHECK_INT(top->at.line, 2);
	CHECK_INT(top->at.col, 1);
	n = yml_get(top, "name");
	CHECK(n && !n->quoted && str_eq(n->text, "elf") && n->at.line == 2 && n->at.col == 7);
	n = yml_get(top, "quoted");
	CHECK(n && n->quoted && str_eq(n->text, "1"));
	n = yml_get(top, "list");
	CHECK(n && n->kind == YML_SEQ && n->n == 2 && n->at.line == 4 && n->at.col == 7);
	CHECK(n && !n->items[0]->quoted && n->items[1]->quoted && n->items[1]->at.col == 11);
	n = yml_get(top, "block");
	CHECK(n && n->quoted && str_eq(n->text, "two\nlines\n"));
	n = yml_get(yml_get(top, "map"), "deep")->items[0];
	CHECK(n->kind == YML_MAP && n->at.line == 10 && n->at.col == 5);
	CHECK_STR(yml_get(n, "y")->text, "\xc3\xa4 z");
	n = yml_get(top, "none");
	CHECK(n && !n->quoted && str_eq(n->text, ""));
	CHECK_STR(top->keys[5]->text, "none");
	CHECK_INT(top->keys[5]->at.line, 12);
	CHECK(yml_get(top, "nothing") == NULL);
	CHECK(yml_get(n, "scalar") == NULL);
	arena_free(&a);
}

static void kind_names(struct unit *u)
{
	static const char yaml[] = "{a: x, b: [], c: {}, d: , e: ''}";
	static const char *const names[] = { "a string", "a list", "a mapping", "nothing",
		"a string" };
	struct arena a = { 0 };
	struct caught c;
	struct yml_node *top = yml_parse(&a, caught_start(&c), "t", yaml, sizeof(yaml) - 1);

	if (!CHECK(top && top->n == 5))
		return;
	yml_each (i, top)
		CHECK_STR(yml_kind_name(top->items[i]), names[i]);
	arena_free(&a);
}

static void check_texts(struct unit *u, const struct text *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena a = { 0 };
		struct caught c;
		struct yml_node *top;

		u->row = rows[i].row;
		top = yml_parse(&a, caught_start(&c), "t", rows[i].yaml, strlen(rows[i].yaml));
		CHECK_STR(c.text, rows[i].messages);
		CHECK(top || c.d.errors);
		arena_free(&a);
	}
}

/* table */
static void dialect(struct unit *u)
{
	static const struct text rows[] = {
		{ "anchor", "a: &x 1\n",
			"error: t:1:4: anchors ('&x') are not supported; write the value out\n" },
		{ "anchors on containers", "a: &x [1]\nb: &y\n  c: 1\n",
			"error: t:1:4: anchors ('&x') are not supported; write the value out\n"
			"error: t:2:4: anchors ('&y') are not supported; write the value out\n" },
		{ "alias", "a: 1\nb: *a\n",
			"error: t:2:4: aliases ('*a') are not supported; write the value out\n" },
		{ "alias as a key", "*a : 1\n",
			"error: t:1:1: aliases ('*a') are not supported; write the value out\n" },
		{ "tags", "a: !!str 1\nb: !x [1]\nc: ! {}\n",
			"error: t:1:4: tags ('tag:yaml.org,2002:str') are not supported; remove "
			"it\n"
			"error: t:2:4: tags ('!x') are not supported; remove it\n"
			"error: t:3:4: tags ('!') are not supported; remove it\n" },
		{ "tag directive", "%TAG ! tag:x,2000:\n---\na: 1\n",
			"error: t:1:1: tags ('%TAG') are not supported; remove the line\n" },
		{ "version directive", "%YAML 1.1\n---\na: 1\n", "" },
		{ "merge key", "a: 1\n<<: {b: 1}\n",
			"error: t:2:1: merge keys ('<<') are not supported; write the keys out\n" },
		{ "quoted merge key", "'<<': 1\n", "" },
		{ "duplicate", "x: 1\ny: 2\nx: 3\n\"x\": 4\n",
			"error: t:3:1: duplicate key 'x'\n"
			"note: t:1:1: first given here\n"
			"error: t:4:1: duplicate key 'x'\n"
			"note: t:1:1: first given here\n" },
		{ "same key in two mappings", "a: {x: 1}\nb: {x: 1}\nx: 1\n", "" },
		{ "duplicate inside", "a:\n  - {k: 1, k: 2}\n",
			"error: t:2:12: duplicate key 'k'\n"
			"note: t:2:6: first given here\n" },
		{ "list as a key", "? [a, b]\n: 1\n",
			"error: t:1:3: a key wants a string, got a list\n" },
		{ "mapping as a key", "{{a: 1, a: 2}: 1}\n",
			"error: t:1:2: a key wants a string, got a mapping\n"
			"error: t:1:9: duplicate key 'a'\n"
			"note: t:1:3: first given here\n" },
		{ "empty key", "a: 1\n?\n: 1\n",
			"error: t:2:2: a key wants a name, got nothing\n" },
		{ "two documents", "a: 1\n---\nb: 1\n",
			"error: t:2:1: wants one document, got a second; "
			"remove the '---' and what follows\n"
			"note: t:1:1: the first begins here\n" },
		{ "one marked document", "---\na: 1\n...\n", "" },
		{ "list at the top", "- a\n",
			"error: t:1:1: the top of the file wants a mapping, got a list; "
			"write 'key: value'\n" },
		{ "scalar at the top", "just text\n",
			"error: t:1:1: the top of the file wants a mapping, got a string; "
			"write 'key: value'\n" },
		{ "alias at the top", "*a\n",
			"error: t:1:1: aliases ('*a') are not supported; write the value out\n" },
		{ "nothing at the top", "---\n",
			"error: t:2:1: the top of the file wants a mapping, got nothing; "
			"write 'key: value'\n" },
		{ "empty", "", "error: t:1:1: the file is empty, wants a mapping\n" },
		{ "comment only", "# x\n", "error: t:1:1: the file is empty, wants a mapping\n" },
		{ "empty mapping", "{}\n", "" },
		{ "many mistakes", "a: *x\na: [!t 1]\n[b]: &y 2\n",
			"error: t:1:4: aliases ('*x') are not supported; write the value out\n"
			"error: t:2:1: duplicate key 'a'\n"
			"note: t:1:1: first given here\n"
			"error: t:2:5: tags ('!t') are not supported; remove it\n"
			"error: t:3:1: a key wants a string, got a list\n"
			"error: t:3:6: anchors ('&y') are not supported; write the value out\n" },
	};

	check_texts(u, rows, UNIT_COUNT(rows));
}

static void syntax(struct unit *u)
{
	static const struct text rows[] = {
		{ "open list", "a: [1, 2\nb: 3\n",
			"error: t:2:2: did not find expected ',' or ']'; close the list with ']'\n"
			"note: t:1:4: while parsing a flow sequence\n" },
		{ "tab", "a:\n\tb: 1\n",
			"error: t:2:1: found character that cannot start any token; "
			"indent with spaces, not with tabs\n"
			"note: t:2:1: while scanning for the next token\n" },
		{ "at sign, after a wide letter", "a: \xc3\xa4\nb: @x\n",
			"error: t:2:4: found character that cannot start any token; quote the "
			"text\n"
			"note: t:2:4: while scanning for the next token\n" },
		{ "bad indent", "a: 1\n  b: 2\n",
			"error: t:2:4: mapping values are not allowed in this context; "
			"indent it rightly, or quote the text if the ':' belongs to it\n" },
		{ "open quote", "a: 'x\n",
			"error: t:2:1: found unexpected end of stream; close the quotes\n"
			"note: t:1:4: while scanning a quoted scalar\n" },
		{ "mistakes before it", "a: *b\nc: [\n",
			"error: t:1:4: aliases ('*b') are not supported; write the value out\n"
			"error: t:3:1: did not find expected node content\n"
			"note: t:3:1: while parsing a flow node\n" },
	};

	check_texts(u, rows, UNIT_COUNT(rows));
}

static void bytes(struct unit *u)
{
	static const struct text rows[] = {
		{ "Latin-1", "a: 1\nb: \xc3\xa4\xe4 \xe4\nc: \xff\n",
			"error: t:2:5: wants UTF-8, got byte 0xe4; save the file as UTF-8\n"
			"error: t:3:4: wants UTF-8, got byte 0xff; save the file as UTF-8\n" },
		{ "control", "a: \x01\n",
			"error: t:1:4: a control character (0x01) in the text; remove it\n" },
		{ "DEL", "a: \x7f\n",
			"error: t:1:4: a control character (0x7f) in the text; remove it\n" },
		{ "empty quoted key", "'': 1\n", "" },
		{ "C1", "a: 1\nb: \xc2\x81\n",
			"error: t:2:4: control characters are not allowed\n" },
		{ "NUL escape", "a: \"x\\0y\"\n",
			"error: t:1:4: a string cannot hold a NUL character; remove the '\\0'\n" },
		{ "BOM",
			"\xef\xbb\xbf"
			"a: 1\nb: 2\n",
			"" },
		{ "BOM and a mistake",
			"\xef\xbb\xbf"
			"a: *x\n",
			"error: t:1:4: aliases ('*x') are not supported; write the value out\n" },
		{ "CR LF", "a: 1\r\nb: *x\r\n",
			"error: t:2:4: aliases ('*x') are not supported; write the value out\n" },
		{ "terminal escapes in a key", "\"a\\e[1m\\n\": 1\n\"a\\e[1m\\n\": 2\n",
			"error: t:2:1: duplicate key 'a?[1m?'\n"
			"note: t:1:1: first given here\n" },
	};
	static const char nul[] = "a: 1\nb: \0\n", utf16[] = "\xff\xfe\x61\0:\0";
	struct arena a = { 0 };
	struct caught c;

	check_texts(u, rows, UNIT_COUNT(rows));
	u->row = NULL;
	CHECK(!yml_parse(&a, caught_start(&c), "t", nul, sizeof(nul) - 1));
	CHECK_STR(c.text, "error: t:2:4: a NUL byte in the text; is this YAML, saved as UTF-8?\n");
	CHECK(!yml_parse(&a, caught_start(&c), "t", utf16, sizeof(utf16) - 1));
	CHECK_STR(c.text, "error: t:1:1: wants UTF-8, got byte 0xff; save the file as UTF-8\n");
	arena_free(&a);
}

/* n times `s` */
static void repeat(struct strbuf *b, const char *s, size_t n)
{
	while (n--)
		strbuf_puts(b, s);
}

static struct yml_node *parse_buf(struct caught *c, const struct strbuf *b)
{
	return yml_parse(b->mem, caught_start(c), "t", b->s, b->n);
}

static void limits(struct unit *u)
{
	struct arena a = { 0 };
	struct strbuf deep = { .mem = &a }, deeper = deep, flow = deep, large = deep, larger = deep,
		      huge = deep;
	struct caught c;

	strbuf_puts(&deep, "a: ");
	repeat(&deep, "[", 63);
	repeat(&deep, "]", 63);
	CHECK(parse_buf(&c, &deep) != NULL);
	strbuf_puts(&deeper, "a: ");
	repeat(&deeper, "[", 64);
	repeat(&deeper, "]", 64);
	CHECK(!parse_buf(&c, &deeper));
	CHECK_STR(c.text, "error: t:1:67: nested too deep: wants at most 64 levels\n");
	repeat(&flow, "{a: ", 100000);
	CHECK(!parse_buf(&c, &flow));
	CHECK_INT(c.d.errors, 1);
	strbuf_puts(&large, "a: ");
	repeat(&large, "x", 1024 * 1024);
	CHECK(parse_buf(&c, &large) != NULL);
	strbuf_puts(&larger, "a: ");
	repeat(&larger, "x", 1024 * 1024 + 1);
	strbuf_puts(&larger, "\nb: *c\n");
	CHECK(parse_buf(&c, &larger) != NULL); /* the rest of the tree is there */
	CHECK_STR(c.text, "error: t:1:4: a string wants at most 1048576 bytes, got 1048577\n"
			  "error: t:2:4: aliases ('*c') are not supported; write the value out\n");
	repeat(&huge, "a", 8 * 1024 * 1024 + 1);
	CHECK(!parse_buf(&c, &huge));
	CHECK_STR(c.text, "error: t: wants at most 8388608 bytes, got 8388609; "
			  "is it the right file?\n");
	arena_free(&a);
}

static void many_keys(struct unit *u)
{
	struct arena a = { 0 };
	struct strbuf b = { .mem = &a };
	struct caught c;
	struct yml_node *top;
	unsigned wrong = 0;

	for (unsigned i = 0; i < 50000; i++)
		strbuf_fmt(&b, "k%u: %u\n", i, i);
	top = parse_buf(&c, &b);
	if (!CHECK(top && top->n == 50000))
		return;
	yml_each (i, top)
		wrong += !str_eq(top->keys[i]->text + 1, top->items[i]->text);
	CHECK_INT(wrong, 0);
	strbuf_puts(&b, "k777: again\n");
	CHECK(parse_buf(&c, &b) != NULL);
	CHECK_STR(c.text,
		"error: t:50001:1: duplicate key 'k777'\nnote: t:778:1: first given here\n");
	arena_free(&a);
}

/* cut at each length, and each byte replaced: a tree or errors, and never both or none */
static void broken_texts(struct unit *u)
{
	static const char yaml[] =
		"a: [x, {b: 'c'}]\nd: |\n  e\n? f\n: \"\\x41\"\ng:\n- *h\n- &i !j k\n";
	static const char bytes[] = "\0\t\n '\"[]{},:?-&*!|>%@#\x01\x80\xff";
	struct arena a = { 0 };
	unsigned wrong = 0;
	struct caught c;

	for (size_t n = 0; n < sizeof(yaml); n++) {
		struct yml_node *top = yml_parse(&a, caught_start(&c), "t", yaml, n);

		wrong += !top && !c.d.errors;
	}
	for (size_t i = 0; i + 1 < sizeof(yaml); i++) {
		for (size_t j = 0; j < sizeof(bytes); j++) {
			char text[sizeof(yaml)];
			struct yml_node *top;

			memcpy(text, yaml, sizeof(yaml));
			text[i] = bytes[j];
			top = yml_parse(&a, caught_start(&c), "t", text, sizeof(text) - 1);
			wrong += !top && !c.d.errors;
		}
	}
	CHECK_INT(wrong, 0);
	arena_free(&a);
}

static void files(struct unit *u)
{
	char path[] = "/tmp/pkgimg-unit-XXXXXX";
	struct loc asked = { .arg = 4 };
	struct arena a = { 0 };
	int fd = mkstemp(path);
	struct yml_node *top;
	struct caught c;

	CHECK_INT(write(fd, "a: 1\n", 5), 5);
	top = yml_read(&a, caught_start(&c), asked, "platform file", path);
	CHECK(top && str_eq(yml_get(top, "a")->text, "1") && str_eq(top->at.file, path));
	CHECK_INT(write(fd, "a: 2\n", 5), 5);
	top = yml_read(&a, caught_start(&c), asked, "platform file", path);
	CHECK(top && str_eq(yml_get(top, "a")->text, "1")); /* the first of two */
	CHECK_INT(c.d.errors, 1);
	close(fd);
	unlink(path);
	CHECK(!yml_read(&a, caught_start(&c), asked, "platform file", "/none.yaml"));
	CHECK_STR(c.text, "error: argument 4: platform file '/none.yaml' does not exist; "
			  "check its path\n");
	arena_free(&a);
}

/* ---- tables */

enum kind { KIND_ELF, KIND_PE, KIND_MACHO };
static const char *const kinds[] = { "elf", "pe", "macho", NULL };

struct platform {
	const char *family, *emulation;
	bool shared;
	uint64_t page;
	uint64_t any;
	int kind;
	struct yml_strs crt;
	struct yml_node *rest, *map;
	struct loc emulation_at;
};

#define ROW(member, type, need) #member, type, need, offsetof(struct platform, member)

static const struct yml_field fields[] = {
	{ ROW(family, YML_T_STR, YML_REQUIRED), YML_NO_AT, NULL, 0 },
	{ ROW(emulation, YML_T_STR, YML_OPTIONAL), offsetof(struct platform, emulation_at), NULL,
		0 },
	{ ROW(shared, YML_T_BOOL, YML_OPTIONAL), YML_NO_AT, NULL, 0 },
	{ ROW(page, YML_T_UINT, YML_OPTIONAL), YML_NO_AT, NULL, 65536 },
	{ ROW(any, YML_T_UINT, YML_OPTIONAL), YML_NO_AT, NULL, 0 },
	{ ROW(kind, YML_T_ENUM, YML_OPTIONAL), YML_NO_AT, kinds, 0 },
	{ ROW(crt, YML_T_STRS, YML_OPTIONAL), YML_NO_AT, NULL, 0 },
	{ ROW(rest, YML_T_NODE, YML_OPTIONAL), YML_NO_AT, NULL, 0 },
	{ ROW(map, YML_T_MAP, YML_OPTIONAL), YML_NO_AT, NULL, 0 },
	{ 0 },
};

/* parse and fill; p keeps what it had */
static int filled(struct arena *a, struct caught *c, const char *yaml, struct platform *p)
{
	struct yml_node *top = yml_parse(a, caught_start(c), "t", yaml, strlen(yaml));

	return top ? yml_fill(a, &c->d, top, "a platform", fields, p) : -2;
}

static void fills(struct unit *u)
{
	struct platform p = { .emulation = "kept", .kind = KIND_PE };
	struct arena a = { 0 };
	struct caught c;

	CHECK_INT(filled(&a, &c, "family: gnu\n", &p), 0);
	CHECK_STR(p.family, "gnu");
	CHECK_STR(p.emulation, "kept");
	CHECK_INT(p.kind, KIND_PE);
	CHECK_INT(p.emulation_at.line, 0);
	CHECK_INT(filled(&a, &c,
			  "family: ''\nemulation: elf_x86_64\nshared: true\npage: 0x10000\n"
			  "any: 18446744073709551615\nkind: macho\ncrt: [a, \"b c\", '']\n"
			  "rest: [x]\nmap: {y: 1}\n",
			  &p),
		0);
	CHECK_STR(c.text, "");
	CHECK_STR(p.family, "");
	CHECK_STR(p.emulation, "elf_x86_64");
	CHECK_INT(p.emulation_at.line, 2);
	CHECK_INT(p.emulation_at.col, 12);
	CHECK(p.shared);
	CHECK_INT(p.page, 65536);
	CHECK(p.any == UINT64_MAX);
	CHECK_INT(p.kind, KIND_MACHO);
	CHECK_INT(p.crt.n, 3);
	CHECK_STR(p.crt.v[1], "b c");
	CHECK_INT(p.crt.at[1].col, 10);
	CHECK(p.rest->kind == YML_SEQ && p.map->kind == YML_MAP);
	CHECK_INT(filled(&a, &c, "family: x\nshared: false\ncrt: one\nrest:\npage: 0\n", &p), 0);
	CHECK(!p.shared);
	CHECK_INT(p.page, 0);
	CHECK(p.crt.n == 1 && str_eq(p.crt.v[0], "one") && p.crt.at[0].line == 3);
	CHECK_STR(yml_kind_name(p.rest), "nothing");
	CHECK_INT(filled(&a, &c, "family: x\ncrt: []\n", &p), 0);
	CHECK_INT(p.crt.n, 0);
	arena_free(&a);
}

static void mistakes(struct unit *u)
{
	static const struct text rows[] = {
		{ "unknown", "family: x\nemulaton: y\n",
			"error: t:2:1: unknown key 'emulaton' in a platform; did you mean "
			"'emulation'?\n" },
		{ "unknown, nothing near", "family: x\nzzzzzz: y\n",
			"error: t:2:1: unknown key 'zzzzzz' in a platform; wants 'family', "
			"'emulation', "
			"'shared', 'page', 'any', 'kind', 'crt', 'rest' or 'map'\n" },
		{ "missing", "any: 1\n", "error: t:1:1: key 'family' is missing in a platform\n" },
		{ "string", "family: [a]\nemulation: {}\n",
			"error: t:1:9: 'family' wants a string, got a list\n"
			"error: t:2:12: 'emulation' wants a string, got a mapping\n" },
		{ "no string", "family:\n",
			"error: t:1:8: 'family' wants a string, got nothing; "
			"write \"\" for an empty one\n" },
		{ "bool", "family: x\nshared: yes\n",
			"error: t:2:9: 'shared' wants true or false, got 'yes'\n" },
		{ "no bool", "family: x\nshared:\n",
			"error: t:2:8: 'shared' wants true or false, got nothing\n" },
		{ "uint, most", "family: x\npage: 65537\n",
			"error: t:2:7: 'page' wants a number up to 65536, got '65537'\n" },
		{ "uint, list", "family: x\nany: [1]\n",
			"error: t:2:6: 'any' wants a number, decimal or 0x, got a list\n" },
		{ "enum, near", "family: x\nkind: mahco\n",
			"error: t:2:7: 'kind' wants 'elf', 'pe' or 'macho', got 'mahco'; "
			"did you mean 'macho'?\n" },
		{ "enum, far", "family: x\nkind: 7\n",
			"error: t:2:7: 'kind' wants 'elf', 'pe' or 'macho', got '7'\n" },
		{ "enum, list", "family: x\nkind: []\n",
			"error: t:2:7: 'kind' wants 'elf', 'pe' or 'macho', got a list\n" },
		{ "strings", "family: x\ncrt: [a, [b], {c: d}, ]\n",
			"error: t:2:10: 'crt' wants a list of strings, got a list in it\n"
			"error: t:2:15: 'crt' wants a list of strings, got a mapping in it\n" },
		{ "strings, nothing in it", "family: x\ncrt:\n- a\n-\n",
			"error: t:4:2: 'crt' wants a list of strings, got nothing in it\n" },
		{ "strings, mapping", "family: x\ncrt: {}\n",
			"error: t:2:6: 'crt' wants a list of strings, got a mapping\n" },
		{ "no strings", "family: x\ncrt:\n",
			"error: t:2:5: 'crt' wants a list of strings, got nothing; "
			"write [] for an empty one\n" },
		{ "mapping", "family: x\nmap: y\n",
			"error: t:2:6: 'map' wants a mapping, got a string\n" },
		{ "all at once", "shared: 1\nfamili: 2\n",
			"error: t:1:9: 'shared' wants true or false, got '1'\n"
			"error: t:2:1: unknown key 'famili' in a platform; did you mean 'family'?\n"
			"error: t:1:1: key 'family' is missing in a platform\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct platform p = { .page = 7, .kind = KIND_PE, .shared = true };
		struct arena a = { 0 };
		struct caught c;

		u->row = rows[i].row;
		CHECK_INT(filled(&a, &c, rows[i].yaml, &p), -1);
		CHECK_STR(c.text, rows[i].messages);
		CHECK_INT(p.page, 7);
		CHECK(p.kind == KIND_PE && p.shared && !p.crt.v && !p.map);
		arena_free(&a);
	}
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)!write(fd, text, strlen(text));
	close(fd);
}

/* A file is read once while it stays as it is. */
static void kept_files(struct unit *u)
{
	char path[] = "/tmp/pkgimg-unit-XXXXXX";
	struct kept kept = { 0 };
	struct arena a = { 0 };
	int fd = mkstemp(path);
	const struct yml_node *one, *two;
	struct caught c;

	close(fd);
	put(path, "a: 1\n");
	set_age(path, -1000);
	one = yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path);
	two = yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path);
	CHECK(one && two && one != two && !kept.first); /* too new to tell */
	set_age(path, 1000);
	sleep(4); /* the time of the change itself cannot be set */
	one = yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path);
	two = yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path);
	CHECK(one && one == two);
	arena_free(&a); /* it is not of the first reader's */
	CHECK_STR(yml_get(two, "a")->text, "1");
	CHECK_STR(two->at.file, path);
	put(path, "a: 2\n");
	two = yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path);
	CHECK(two && str_eq(yml_get(two, "a")->text, "2"));
	CHECK(yml_kept_read(NULL, &a, &c.d, NOWHERE, "platform file", path) != two);
	unlink(path);
	CHECK(!yml_kept_read(&kept, &a, caught_start(&c), NOWHERE, "platform file", path));
	CHECK_INT(c.d.errors, 1);
	arena_free(&a);
	arena_free(&kept.mem);
}

static void numbers(struct unit *u)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "42", true, 42 },
		{ "0x0", true, 0 },
		{ "0xFf", true, 255 },
		{ "0X10", true, 16 },
		{ "'12'", true, 12 },
		{ "0xffffffffffffffff", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "0x10000000000000000", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ "010", false, 0 },
		{ "1_000", false, 0 },
		{ "1k", false, 0 },
		{ "0x", false, 0 },
		{ "1.5", false, 0 },
		{ "' 1'", false, 0 },
		{ "''", false, 0 },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct platform p = { .any = 3 };
		struct arena a = { 0 };
		struct caught c;
		int r = filled(&a, &c, str_fmt(&a, "family: x\nany: %s\n", rows[i].text), &p);

		u->row = rows[i].text;
		CHECK_INT(r, rows[i].ok ? 0 : -1);
		CHECK(p.any == (rows[i].ok ? rows[i].value : 3));
		arena_free(&a);
	}
}

static void no_mapping(struct unit *u)
{
	struct arena a = { 0 };
	struct platform p = { 0 };
	struct caught c;
	struct yml_node *top = yml_parse(&a, caught_start(&c), "t", "a: [1]\n", 7);

	CHECK_INT(yml_fill(&a, &c.d, yml_get(top, "a"), "a platform", fields, &p), -1);
	CHECK_STR(c.text, "error: t:1:4: a platform wants a mapping, got a list\n");
	arena_free(&a);
}

UNIT_MAIN(tree, kind_names, dialect, syntax, bytes, limits, many_keys, broken_texts, files,
	kept_files, fills, mistakes, numbers, no_mapping)
