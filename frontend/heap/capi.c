/* include/pkgimg/build.h. Each call checks what it is given and keeps a copy; the work is done by
 * frontend_build. */
#include "pkgimg/build.h"

#include <string.h>
#include <time.h>

#include "base/str.h"
#include "driver/driver.h"
#include "frontend/build.h"
#include "frontend/heap/heap.h"
#include "image/image.h"

struct pkgimg_build {
	struct arena mem;
	struct diags d;
	pkgimg_message_fn *message;
	void *message_ctx;
	struct build_request request;
	struct heap heap;
	struct heap_array modules; /* struct build_module */
	bool written;
};

static void pass_on(void *ctx, enum diag_kind kind, const char *line)
{
	static const enum pkgimg_message kinds[] = {
		[DIAG_NOTE] = PKGIMG_NOTE,
		[DIAG_WARNING] = PKGIMG_WARNING,
		[DIAG_ERROR] = PKGIMG_ERROR,
	};
	struct pkgimg_build *b = ctx;

	b->message(b->message_ctx, kinds[kind], line);
}

static struct job_word word(struct arena *a, const char *text)
{
	return (struct job_word) { text ? str_dup(a, text) : NULL, NOWHERE };
}

static struct job_words words(struct arena *a, const char *const *v, size_t n)
{
	struct job_words out = {
		.v = arena_array(a, struct job_word, n), .n = n, .cap = n, .given = v != NULL
	};

	for (size_t i = 0; i < n; i++)
		out.v[i] = word(a, v[i]);
	return out;
}

/* ---- new, free */

static int check_patterns(struct pkgimg_build *b, const struct pkgimg_build_options *o)
{
	if (o->npatterns > HEAP_MOST_PATTERNS)
		return diag_err(&b->d, NOWHERE,
			"pkgimg_build_options.npatterns wants at most %d, got %zu",
			HEAP_MOST_PATTERNS, o->npatterns);
	for (size_t i = 0; i < o->npatterns; i++) {
		if (o->patterns[i].tag & ~o->patterns[i].mask || o->patterns[i].tag >= 4096)
			return diag_err(&b->d, NOWHERE,
				"pkgimg_build_options.patterns[%zu] wants a tag below 4096 with no "
				"bits beside the mask's",
				i);
	}
	return 0;
}

static void take_options(struct pkgimg_build *b, const struct pkgimg_build_options *o)
{
	struct arena *a = &b->mem;
	struct build_request *r = &b->request;
	struct heap *h = &b->heap;

	r->name = word(a, o->name);
	r->version = word(a, o->version);
	r->uuid = word(a, o->uuid);
	r->target = word(a, o->target);
	r->platform = word(a, o->platform);
	r->cpu_target = word(a, o->cpu_target);
	r->opt_level = word(a, o->opt_level);
	r->needs = words(a, o->needs, o->nneeds);
	r->host = words(a, o->host_symbols, o->nhost_symbols);
	r->no_native = (o->flags & PKGIMG_BUILD_NO_NATIVE) != 0;
	r->strip = (o->flags & PKGIMG_BUILD_STRIP) != 0;
	r->heap = h;
	h->a = a;
	h->d = &b->d;
	h->describe = o->describe;
	h->describe_ctx = o->describe_ctx;
	h->npatterns = o->npatterns;
	if (o->npatterns)
		memcpy(h->patterns, o->patterns, o->npatterns * sizeof(*o->patterns));
}

int pkgimg_build_new(const struct pkgimg_build_options *options, struct pkgimg_build **out)
{
	struct pkgimg_build_options o = { 0 };
	struct pkgimg_build *b = calloc(1, sizeof(*b));

	*out = NULL;
	if (!b)
		return EXIT_INPUT;
	memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	b->message = o.message;
	b->message_ctx = o.message_ctx;
	if (o.message) {
		b->d.sink = pass_on;
		b->d.ctx = b;
	}
	if (!o.name)
		diag_err(&b->d, NOWHERE, "pkgimg_build_options.name wants the package's name");
	if (o.flags & ~(uint32_t)(PKGIMG_BUILD_NO_NATIVE | PKGIMG_BUILD_STRIP))
		diag_err(&b->d, NOWHERE, "pkgimg_build_options.flags wants PKGIMG_BUILD_*, got %#x",
			o.flags);
	check_patterns(b, &o);
	if (b->d.errors) {
		free(b);
		return EXIT_INPUT;
	}
	take_options(b, &o);
	*out = b;
	return EXIT_OK;
}

void pkgimg_build_free(struct pkgimg_build *b)
{
	if (!b)
		return;
	heap_free(&b->heap);
	heap_array_free(&b->modules);
	arena_free(&b->mem);
	free(b);
}

/* ---- what is in the image */

static int code(int failed)
{
	return failed ? EXIT_INPUT : EXIT_OK;
}

int pkgimg_build_type(struct pkgimg_build *b, const struct pkgimg_type *type, uint32_t *out)
{
	struct pkgimg_type t = { 0 };
	int id;

	memcpy(&t, type, type->size < sizeof(t) ? type->size : sizeof(t));
	id = heap_type_add(&b->heap, &t);
	if (id >= 0 && out)
		*out = (uint32_t)id;
	return code(id < 0);
}

/* returns its number */
static uint32_t add_entry(struct pkgimg_build *b, const struct heap_entry *e)
{
	struct heap_array *v = &b->heap.entries;

	heap_room(v, 1, sizeof(*e));
	*HEAP_AT(*v, struct heap_entry, v->n) = *e;
	return (uint32_t)v->n++;
}

static const char *copy(struct pkgimg_build *b, const char *text)
{
	return text ? str_dup(&b->mem, text) : NULL;
}

int pkgimg_build_root(struct pkgimg_build *b, const char *name, uintptr_t value,
	const char *pointee, uint32_t flags)
{
	if (!name || !*name || flags & ~(uint32_t)PKGIMG_ROOT_CONST)
		return code(diag_err(&b->d, NOWHERE,
			"a root wants a name and flags PKGIMG_ROOT_CONST, got '%s' and %#x",
			name ? name : "", flags));
	add_entry(b, &(struct heap_entry) { .kind = ENTRY_ROOT,
			     .name = copy(b, name),
			     .word = value,
			     .pointee_name = copy(b, pointee),
			     .flags = flags });
	return EXIT_OK;
}

int pkgimg_build_module(struct pkgimg_build *b, const char *name, const void *data, size_t size)
{
	heap_room(&b->modules, 1, sizeof(struct build_module));
	*HEAP_AT(b->modules, struct build_module, b->modules.n++) =
		(struct build_module) { copy(b, name ? name : "module"), data, size };
	return EXIT_OK;
}

int pkgimg_build_method(struct pkgimg_build *b, const struct pkgimg_build_method *method)
{
	struct pkgimg_build_method m = { 0 };
	struct heap_method x = { .entry = UINT32_MAX };

	memcpy(&m, method, method->size < sizeof(m) ? method->size : sizeof(m));
	if (!m.function || !*m.function)
		return code(diag_err(&b->d, NOWHERE, "a method wants a function, got none"));
	x.function = copy(b, m.function);
	x.signature = copy(b, m.signature ? m.signature : "");
	x.symbol = copy(b, m.symbol);
	x.owner = copy(b, m.owner);
	if (m.object)
		x.entry = add_entry(b, &(struct heap_entry) { .kind = ENTRY_METHOD,
					       .name = str_fmt(&b->mem, "method of %s", x.function),
					       .word = m.object,
					       .pointee_name = copy(b, m.pointee) });
	heap_room(&b->heap.methods, 1, sizeof(x));
	*HEAP_AT(b->heap.methods, struct heap_method, b->heap.methods.n++) = x;
	return EXIT_OK;
}

int pkgimg_build_variable(
	struct pkgimg_build *b, const char *symbol, const void *object, const char *pointee)
{
	struct heap_variable x;

	if (!symbol || !*symbol || strpbrk(symbol, "\"\\\n"))
		return code(diag_err(&b->d, NOWHERE,
			"a variable wants the name of a symbol, got '%s'", symbol ? symbol : ""));
	x.symbol = copy(b, symbol);
	x.entry = add_entry(b, &(struct heap_entry) { .kind = ENTRY_VARIABLE,
				       .name = str_fmt(&b->mem, "variable %s", symbol),
				       .word = (uintptr_t)object,
				       .pointee_name = copy(b, pointee) });
	heap_room(&b->heap.variables, 1, sizeof(x));
	*HEAP_AT(b->heap.variables, struct heap_variable, b->heap.variables.n++) = x;
	return EXIT_OK;
}

static int add_symbol(
	struct pkgimg_build *b, const char *name, const void *address, uint64_t bytes, bool host)
{
	struct heap_array *v = &b->heap.symbols;

	if (!name || !*name || !address)
		return code(diag_err(&b->d, NOWHERE,
			"a symbol wants a name and an address, got '%s' at %p", name ? name : "",
			address));
	heap_room(v, 1, sizeof(struct heap_symbol));
	*HEAP_AT(*v, struct heap_symbol, v->n++) =
		(struct heap_symbol) { copy(b, name), (uint64_t)(uintptr_t)address, bytes, host };
	return EXIT_OK;
}

int pkgimg_build_symbol(
	struct pkgimg_build *b, const char *symbol, const void *address, uint64_t bytes)
{
	return add_symbol(b, symbol, address, bytes, false);
}

int pkgimg_build_host(struct pkgimg_build *b, const char *name, const void *address, uint64_t bytes)
{
	return add_symbol(b, name, address, bytes, true);
}

int pkgimg_build_dependency(struct pkgimg_build *b, const struct pkgimg_dependency *dependency)
{
	struct heap_array *v = &b->heap.deps;

	if (!dependency->name || !*dependency->name)
		return code(diag_err(&b->d, NOWHERE, "a dependency wants a name, got none"));
	if (dependency->flags & PKGIMG_DEPENDENCY_BASE && v->n)
		return code(diag_err(&b->d, NOWHERE,
			"'%s' is the base image; register it before other dependencies",
			dependency->name));
	heap_room(v, 1, sizeof(dependency));
	*HEAP_AT(*v, const struct pkgimg_dependency *, v->n++) = dependency;
	return EXIT_OK;
}

/* ---- write */

/* The variables that a load sets: LLVM must not take their first value for their last. */
static void define_variables(struct pkgimg_build *b)
{
	struct strbuf ir = { .mem = &b->mem };
	const char *text;

	if (!b->heap.variables.n)
		return;
	for (size_t i = 0; i < b->heap.variables.n; i++)
		strbuf_fmt(&ir, "@\"%s\" = externally_initialized global ptr null\n",
			HEAP_AT(b->heap.variables, struct heap_variable, i)->symbol);
	text = strbuf_text(&ir);
	pkgimg_build_module(b, "the variables of the image", text, strlen(text));
}

/* as the loader would say */
static void check_forms(struct pkgimg_build *b)
{
	uint32_t other =
		b->request.no_native ? PKGIMG_DEPENDENCY_NATIVE : PKGIMG_DEPENDENCY_BITCODE;
	const struct heap_array *v = &b->heap.deps;

	for (size_t i = 0; b->modules.n && i < v->n; i++) {
		const struct pkgimg_dependency *d =
			*HEAP_AT(*v, const struct pkgimg_dependency *, i);

		if (d->flags & other)
			diag_err(&b->d, NOWHERE,
				"native and data-only images do not mix in one load: dependency "
				"'%s' has %s, and '%s' is to have %s; build both with "
				"PKGIMG_BUILD_NO_NATIVE, or both without",
				d->name,
				img_form_name(
					b->request.no_native ? IMG_FORM_NATIVE : IMG_FORM_BITCODE),
				b->request.name.text,
				img_form_name(
					b->request.no_native ? IMG_FORM_BITCODE : IMG_FORM_NATIVE));
	}
}

static void fill_report(const struct pkgimg_build *b, const struct build_result *result,
	struct pkgimg_build_report *report)
{
	const struct heap *h = &b->heap;
	struct pkgimg_build_report r = { .objects = h->objects.n,
		.pointers = h->edges.n,
		.binds = h->binds.n,
		.external = h->external,
		.interned = h->interned.n,
		.base = h->base,
		.walk_ms = h->walk_ms,
		.emit_ms = h->emit_ms };
	uint32_t size = report->size < sizeof(r) ? report->size : sizeof(r);

	for (unsigned f = IMG_FATE_DATA; f < IMG_FATES; f++) {
		r.fates[f] = h->sections[f].size;
		r.bytes += f == IMG_FATE_SCRATCH ? 0 : h->sections[f].size;
	}
	for (unsigned i = 0; i < BUILD_PHASES; i++)
		*(i == BUILD_LINK ? &r.write_ms : &r.code_ms) += result->ms[i];
	r.code_ms -= r.walk_ms + r.emit_ms;
	r.size = report->size;
	memcpy(report, &r, size);
}

int pkgimg_build_write(struct pkgimg_build *b, const char *path, struct pkgimg_build_report *report)
{
	struct build_result result = { 0 };
	int rc;

	if (b->written)
		return code(diag_err(&b->d, NOWHERE, "a build is written once; begin another"));
	check_forms(b);
	if (b->d.errors)
		return EXIT_INPUT;
	b->written = true;
	define_variables(b);
	b->request.output = word(&b->mem, path);
	b->request.memory = b->modules.v;
	b->request.nmemory = b->modules.n;
	b->request.verbose = driver_verbose_linking();
	rc = frontend_build(&b->mem, &b->d, &b->request, &result);
	if (!rc && report)
		fill_report(b, &result, report);
	return rc == DRIVER_POISONED ? EXIT_BUG : code(rc);
}
