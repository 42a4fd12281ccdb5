#include "frontend/build.h"

#include <llvm-c/BitWriter.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/IRReader.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "driver/driver.h"
#include "frontend/code/codegen.h"
#include "frontend/code/compile.h"
#include "frontend/code/modules.h"
#include "frontend/cpu/clones.h"
#include "frontend/cpu/code.h"
#include "frontend/cpu/selector.h"
#include "frontend/exports.h"
#include "frontend/heap/append.h"
#include "frontend/imports.h"
#include "frontend/needs.h"
#include "frontend/package.h"
#include "frontend/reach.h"
#include "frontend/root.h"
#include "frontend/tables/interface.h"
#include "frontend/tables/metadata.h"
#include "frontend/target.h"
#include "frontend/tmpdir.h"
#include "image/image.h"

const char *const build_phase_names[BUILD_PHASES + 1] = { "load", "merge", "clone", "compile",
	"describe", "link", NULL };

/* objects that are made beside the package's code, as linkers see them */
enum { MADE_ROOT, MADE_ROOM, MADE_IMPORTS, MADE };
static const char *const made_names[MADE] = { "root.o", "heap.o", "imports.o" };

struct build {
	struct arena *a;
	struct diags *d;
	const struct build_request *r;
	struct package p;
	struct target t;
	struct modules m;
	struct exports exports;
	struct clones clones;
	struct needs needs;
	struct imports imports;
	struct metadata meta;
	struct jobs jobs;
	struct objects code;                     /* none for native inputs alone */
	LLVMMemoryBufferRef made[MADE], bitcode; /* NULL: not wanted */
	const char *tmp, **code_paths, *made_paths[MADE];
	const char *implib; /* where the linker puts the import library, or NULL */
	struct build_result result;
};

/* ---- load, merge, optimise, emit */

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* An output that cannot be made is known before the work, not after it. */
static int probe_output(struct build *b)
{
	struct outfile probe;

	for (size_t i = 0; i < b->p.modules.n; i++) {
		const struct job_word *in = &b->p.modules.v[i];

		if (same_file(in->text, b->p.output.text))
			return diag_err(b->d, in->at,
				"'%s' is a module and the output; choose another name behind -o",
				in->text);
	}
	if (b->r->plan_only || b->r->explain)
		return 0;
	if (outfile_begin(b->a, b->d, b->p.output.at, b->p.output.text, &probe))
		return -1;
	outfile_drop(&probe);
	return 0;
}

static const char *suffix_of(const struct build *b)
{
	const char *image = b->t.platform->image_suffix.text;

	if (b->r->object_only)
		return ".o";
	if (b->r->no_native)
		return IMG_DATA_SUFFIX;
	return image ? image : "";
}

/* A package file may be for several systems; who asks here and now is told. */
static int check_import_library(struct build *b)
{
	const struct job_word *asked = &b->r->import_library;

	if (b->t.platform->family == FAMILY_MINGW)
		return 0;
	b->p.import_library.text = NULL;
	return asked->text ? diag_err(b->d, asked->at,
				     "import libraries are for Windows; on %s programs link "
				     "against the library itself: leave --out-implib out",
				     b->t.platform->name)
			   : 0;
}

static int check_dependencies(const struct build *b)
{
	enum img_form mine = b->r->no_native ? IMG_FORM_BITCODE : IMG_FORM_NATIVE;
	int failed = 0;

	for (size_t i = 0; i < b->p.ndeps; i++) {
		const struct package_dep *dep = &b->p.deps[i];

		if (dep->form && dep->form != mine)
			failed = diag_err(b->d, dep->path_at,
				"native and data-only images do not mix in one load: dependency "
				"'%s' has %s, and '%s' is to have %s; build both with the same "
				"--pkgimage-native-code= ('existing' makes data-only images)",
				dep->name, img_form_name(dep->form), b->p.name,
				img_form_name(mine));
	}
	return failed;
}

/* What a data-only image cannot be, each with the remedy. */
static int check_form(struct build *b)
{
	const struct package *p = &b->p;
	const char *suffix = b->t.platform->image_suffix.text;
	int failed = check_dependencies(b);

	if (!b->r->no_native)
		return failed;
	if (suffix && str_ends(p->output.text, suffix))
		failed = diag_err(b->d, p->output.at,
			"'%s' is the name of a library, and a data-only image is none; name it "
			"'%s" IMG_DATA_SUFFIX "'",
			p->output.text, p->name);
	if (b->r->object_only)
		failed = diag_err(b->d, p->output.at,
			"'-c' makes an object of native code, and this image is to have none; "
			"leave one out");
	if (b->r->plan_only || b->r->explain)
		failed = diag_err(b->d, p->output.at,
			"a data-only image is not linked, so there is no plan to show; leave the "
			"option out");
	if (p->native)
		failed = diag_err(b->d, p->native_at,
			"'exports: native' wants native code, and this image is to have none; give "
			"--pkgimage-native-code=yes");
	for (size_t i = 0; i < b->m.n; i++) {
		if (b->m.v[i].native)
			failed = diag_err(b->d, b->m.v[i].at,
				"'%s' has native code, which a data-only image cannot hold; give "
				"bitcode, or --pkgimage-native-code=yes",
				b->m.v[i].path);
	}
	return failed;
}

static int load(struct build *b)
{
	int failed;

	if (target_open(b->a, b->d, &b->p, &b->t))
		return -1;
	b->result.triple = b->t.triple.normal;
	imports_open(b->a, b->d, &b->p, &b->t, b->r->heap, &b->imports);
	if (b->r->object_only && b->t.platform->family == FAMILY_DARWIN)
		return diag_err(b->d, b->p.output.at,
			"no single object is made for %s: LLD cannot link several into one there; "
			"leave '-c' out and build the image",
			b->t.platform->name);
	if (b->r->object_only && b->r->interface_file.text)
		return diag_err(b->d, b->r->interface_file.at,
			"--interface-file is about an image, and '-c' makes none; leave one out");
	if (b->p.output_bare)
		b->p.output.text = str_fmt(b->a, "%s%s", b->p.output.text, suffix_of(b));
	b->result.output = b->p.output.text;
	if (check_import_library(b))
		return -1;
	failed = probe_output(b) | needs_open(b->a, b->d, &b->p, &b->t, &b->needs);
	failed |= modules_load(b->a, b->d, &b->p, &b->t, NULL, &b->m);
	failed |= check_form(b);
	return b->r->heap ? heap_prepare(b->r->heap, &b->p, &b->t) | failed : failed;
}

/* The choice reads the modules' debug information and symbols, so what it reports comes together
 * with what the merge reports. */
static int merge(struct build *b)
{
	if (exports_choose(&b->m, &b->p.exports, &b->exports) | modules_link(&b->m, b->p.name))
		return -1;
	if (!b->exports.n && !b->r->heap)
		diag_warn(b->d, b->p.output.at,
			"'%s' will export nothing: its modules define no "
			"visible function or variable",
			b->p.output.text);
	if (b->p.native)
		exports_publish(&b->m, &b->p.exports, &b->t, &b->exports);
	b->exports.visible = b->r->no_native;
	exports_apply(&b->m, &b->exports);
	if (b->m.merged && !b->r->no_native)
		ll_mark_large(b->m.merged);
	needs_import_data(b->a, &b->t, &b->m, &b->needs);
	if (imports_use(&b->imports, &b->m, &b->needs, !b->r->no_native))
		return -1;
	cpu_targets_add_code(b->a, b->d, b->p.output.at, &b->t, b->m.merged);
	if (b->r->strip && b->m.merged)
		LLVMStripModuleDebugInfo(b->m.merged);
	return 0;
}

static int clone(struct build *b)
{
	int failed;

	if (b->r->no_native)
		return 0;
	failed = clones_make(b->a, b->d, &b->m, &b->t, &b->clones);
	/* who takes a symbol of the image knows of no loader */
	b->clones.self_select |= b->p.native;
	return failed;
}

/* As the first object: where constructors are not sorted, its are run first. */
static void put_first(struct build *b, const void *object, size_t size, const char *name)
{
	LLVMMemoryBufferRef *v = arena_array(b->a, LLVMMemoryBufferRef, b->code.n + 1);

	v[0] = LLVMCreateMemoryBufferWithMemoryRangeCopy(object, size, name);
	if (b->code.n)
		memcpy(v + 1, b->code.v, b->code.n * sizeof(*v));
	b->code.v = v;
	b->code.n++;
}

static bool asks_for_cpu(struct build *b, LLVMMemoryBufferRef code)
{
	const struct ll_symbol *symbols;
	size_t n;

	if (ll_object_symbols(b->a, b->d, b->p.output.at, b->p.name, LLVMGetBufferStart(code),
		    LLVMGetBufferSize(code), NULL, &symbols, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (symbols[i].undefined && cpu_query_is(symbols[i].name))
			return true;
	}
	return false;
}

/* What code asks after the CPU is in libgcc.a elsewhere. A package may bring it. */
static int add_cpu_query(struct build *b)
{
	bool wanted = false;
	const void *object;
	size_t size;

	for (size_t i = 0; i < b->m.defined.n; i++) {
		if (cpu_query_is(b->m.defined.v[i]))
			return 0;
	}
	for (size_t i = 0; i < b->m.wanted.n; i++)
		wanted |= cpu_query_is(b->m.wanted.v[i]);
	for (size_t i = 0; i < b->code.n && !wanted; i++)
		wanted = asks_for_cpu(b, b->code.v[i]);
	if (!wanted)
		return 0;
	if (cpu_query_make(b->a, b->d, &b->t, &object, &size))
		return -1;
	if (object)
		put_first(b, object, size, "query.o");
	return 0;
}

static int add_selector(struct build *b)
{
	const void *object;
	size_t size;

	if (!b->clones.nslots || !b->clones.self_select)
		return 0;
	if (selector_make(b->a, b->d, &b->t, &object, &size))
		return -1;
	put_first(b, object, size, "select.o");
	return 0;
}

static int compile(struct build *b)
{
	const struct compile_options o = { .jobs = b->jobs,
		.store = b->r->store,
		.shard_size = b->r->shard_size,
		.timings = b->r->timings };
	int failed;

	if (b->r->no_native)
		return 0;
	failed = compile_modules(
		b->a, &b->m.diag, b->clones.v, b->clones.n, &b->m, &b->t, &o, &b->code);
	b->result.object_size = b->code.size;
	if (!failed)
		failed = add_cpu_query(b);
	if (!failed)
		failed = add_selector(b);
	return failed ? failed : reach_check(b->d, b->p.output.at, &b->code, &b->m);
}

/* bytes of machine code by symbol, of every object */
static void add_sizes(
	struct build *b, LLVMMemoryBufferRef code, struct clone_size **v, size_t *n, size_t *cap)
{
	const struct ll_symbol *symbols;
	size_t nsymbols;

	if (ll_object_symbols(b->a, b->d, b->p.output.at, b->p.name, LLVMGetBufferStart(code),
		    LLVMGetBufferSize(code), NULL, &symbols, &nsymbols))
		return;
	for (size_t i = 0; i < nsymbols; i++) {
		if (!symbols[i].function || symbols[i].undefined)
			continue;
		arena_push_room(b->a, *v, *n, *cap);
		(*v)[(*n)++] = (struct clone_size) { symbols[i].name, symbols[i].size };
	}
}

static void explain_clones(struct build *b)
{
	struct clone_size *v = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < b->code.n; i++)
		add_sizes(b, b->code.v[i], &v, &n, &cap);
	b->result.clones_text = clones_explain(b->a, &b->t, &b->clones, v, n);
}

/* ---- describe */

/* the bitcode is the code; who compiles it finds what it needs */
static int describe_data(struct build *b)
{
	struct img_bitcode bitcode = { 0 };

	if (b->m.merged) {
		b->bitcode = LLVMWriteBitcodeToMemoryBuffer(b->m.merged);
		bitcode.size = LLVMGetBufferSize(b->bitcode);
	}
	needs_find(b->a, b->d, &b->p, &b->t, &b->m, &b->needs);
	if (metadata_build(b->a, b->d, &b->p, &b->t, &b->m, &b->exports, &b->needs, &b->imports,
		    NULL, b->r->heap, &bitcode, &b->meta))
		return -1;
	b->result.nmethods = b->meta.nmethods;
	b->result.nglobals = b->meta.nglobals;
	b->result.ntypes = b->meta.ntypes;
	b->result.metadata_size = b->meta.size;
	return 0;
}

/* the object that makes room for the heap, where a file format wants that */
static int make_room(struct build *b)
{
	const char *ir = NULL;
	LLVMMemoryBufferRef text;
	LLVMModuleRef m;
	char *why = NULL;

	if (b->r->heap && heap_room_ir(b->r->heap, &b->t, &ir))
		return -1;
	if (!ir)
		return 0;
	text = LLVMCreateMemoryBufferWithMemoryRange(ir, strlen(ir), "heap.ll", 1);
	LLVMContextSetDiscardValueNames(b->m.ctx, 0); /* or text is refused */
	if (LLVMParseIRInContext(b->m.ctx, text, &m, &why))
		diag_bug("the module with room for the heap is not sound: %s", why);
	b->made[MADE_ROOM] = codegen_emit(&b->m.diag, m, &b->t);
	LLVMDisposeModule(m);
	return b->made[MADE_ROOM] ? 0 : -1;
}

/* the object that imports go through */
static int make_imports(struct build *b)
{
	bool failed;

	b->made[MADE_IMPORTS] = imports_emit(&b->imports, &b->m, &failed);
	return failed ? -1 : 0;
}

static int describe(struct build *b)
{
	const struct metadata_dispatch dispatch = { .nslots = b->clones.nslots,
		.functions = b->clones.functions,
		.entries = b->clones.entries,
		.self = b->clones.self_select };

	if (b->r->no_native)
		return describe_data(b);
	if (b->r->explain_clones)
		explain_clones(b);
	if (needs_resolve(b->a, b->d, &b->p, &b->t, &b->m, &b->code, &b->imports, &b->needs) ||
		metadata_build(b->a, b->d, &b->p, &b->t, &b->m, &b->exports, &b->needs, &b->imports,
			&dispatch, b->r->heap, NULL, &b->meta))
		return -1;
	b->result.nmethods = b->meta.nmethods;
	b->result.nglobals = b->meta.nglobals;
	b->result.ntypes = b->meta.ntypes;
	b->result.metadata_size = b->meta.size;
	b->made[MADE_ROOT] = root_emit(&b->m.diag, b->m.ctx, &b->t, &b->meta);
	return b->made[MADE_ROOT] ? make_room(b) | make_imports(b) : -1;
}

/* ---- link */

static int write_objects(struct build *b)
{
	b->tmp = tmpdir_make(b->a, b->d);
	if (!b->tmp)
		return -1;
	b->code_paths = arena_array(b->a, const char *, b->code.n);
	for (size_t i = 0; i < b->code.n; i++) {
		LLVMMemoryBufferRef code = b->code.v[i];

		b->code_paths[i] = tmpdir_write(b->a, b->d, b->tmp,
			i ? str_fmt(b->a, "code%zu.o", i) : "code.o", LLVMGetBufferStart(code),
			LLVMGetBufferSize(code));
		if (!b->code_paths[i])
			return -1;
	}
	if (b->p.import_library.text)
		b->implib = path_join(b->a, b->tmp, "implib.a");
	for (size_t i = 0; i < MADE; i++) {
		if (!b->made[i])
			continue;
		b->made_paths[i] = tmpdir_write(b->a, b->d, b->tmp, made_names[i],
			LLVMGetBufferStart(b->made[i]), LLVMGetBufferSize(b->made[i]));
		if (!b->made_paths[i])
			return -1;
	}
	return 0;
}

static void set_kind(const struct build *b, struct link_job *job)
{
	if (b->r->object_only) {
		job_set_flag(job, JF_RELOCATABLE, NOWHERE);
		job_add_input(job, JOB_IN_WORD, "-r", NOWHERE);
		job_add_input(job, JOB_IN_WORD, "--whole-archive", NOWHERE);
	} else {
		job_set_flag(job, JF_IMAGE, NOWHERE);
	}
}

static void export_natively(const struct build *b, struct link_job *job)
{
	const struct exports *e = &b->exports;

	job->list[JL_FUNCTIONS].given = true;
	for (size_t i = 0; i < e->n + e->nshared; i++) {
		const struct definition *def = i < e->n ? e->v[i] : e->shared[i - e->n];

		job_add(job, def->function ? JL_FUNCTIONS : JL_DATA,
			target_symbol(b->a, &b->t, def->name), b->p.native_at);
	}
	if (b->implib)
		job_set_str(job, JS_IMPLIB, b->implib, b->p.import_library.at);
}

static void fill_job(struct build *b, struct link_job *job)
{
	set_kind(b, job);
	if (b->r->strip)
		job_set_flag(job, JF_STRIP, NOWHERE);
	/* Mach-O has no debug information, but says in what object it is: ours is gone by then */
	if (b->t.platform->family == FAMILY_DARWIN)
		job_add_input(job, JOB_IN_WORD, "-S", NOWHERE);
	job_set_str(job, JS_OUTPUT, b->p.output.text, b->p.output.at);
	if (b->p.soname.text)
		job_set_str(job, JS_SONAME, b->p.soname.text, b->p.soname.at);
	if (b->exports.native)
		export_natively(b, job);
	if (b->p.target.text)
		job_set_str(job, JS_TARGET, b->p.target.text, b->p.target.at);
	if (b->p.platform.text)
		job_set_str(job, JS_PLATFORM, b->p.platform.text, b->p.platform.at);
	for (size_t i = 0; i < MADE; i++) {
		if (b->made_paths[i])
			job_add_input(job, JOB_IN_FILE, b->made_paths[i], NOWHERE);
	}
	for (size_t i = 0; i < b->code.n; i++)
		job_add_input(job, JOB_IN_FILE, b->code_paths[i], NOWHERE);
	for (size_t i = 0; i < b->m.n; i++) {
		if (b->m.v[i].native)
			job_add_input(job, JOB_IN_FILE, b->m.v[i].path, b->m.v[i].at);
	}
	job->list[JL_NEEDS].given = true;
	for (size_t i = 0; i < b->needs.nlibraries; i++) {
		const struct need *n = &b->needs.libraries[i];

		if (n->linked)
			job_add(job, JL_NEEDS, n->word.text, n->word.at);
	}
	for (size_t i = 0; i < b->needs.nhost; i++) {
		const struct need *n = &b->needs.host[i];

		if (n->linked)
			job_add(job, JL_HOST_SYMBOLS, n->name, n->word.at);
	}
}

static int finish(void *ctx, struct diags *d, const char *path, const struct ll_sums *sums)
{
	struct build *b = ctx;
	struct heap_seal seal = { b->p.output.at, b->r->heap };
	char *bytes;
	size_t size;

	if (b->r->object_only)
		return 0;
	if (heap_seal_image(&seal, d, path, sums))
		return -1;
	if (!b->implib)
		return 0;
	if (file_read(b->a, d, b->p.import_library.at, "import library", b->implib, INT32_MAX,
		    &bytes, &size))
		return -1;
	return file_write(b->a, d, b->p.import_library.at, b->p.import_library.text, bytes, size);
}

static int link_image(struct build *b)
{
	const struct driver_run_options o = {
		.verbose = b->r->verbose,
		.before_publish = finish,
		.ctx = b,
	};
	struct link_job job = { .mem = b->a };
	struct link_plan plan;

	if (b->r->no_native)
		return heap_write_data(b->a, b->d, b->r->heap, &b->meta,
			b->bitcode ? LLVMGetBufferStart(b->bitcode) : NULL, &b->p.output);
	if (write_objects(b))
		return -1;
	fill_job(b, &job);
	if (driver_plan(b->a, b->d, &job, &plan))
		return -1;
	if (b->r->plan_only)
		driver_print_plan(&plan);
	if (b->r->explain)
		driver_explain_plan(&plan);
	if (b->r->plan_only || b->r->explain)
		return 0;
	return driver_run(b->a, b->d, &plan, &o);
}

/* ---- all in order */

/* what LLVM does with modules that passed its verifier and may be damaged all the same */
struct guarded_phase {
	int (*run)(struct build *);
	struct build *b;
	int result;
};

static void guarded_work(void *ctx)
{
	struct guarded_phase *g = ctx;

	g->result = g->run(g->b);
}

static int run_guarded(struct build *b, int (*run)(struct build *), const char *name)
{
	struct guarded_phase g = { run, b, -1 };
	const char *why;

	if (ll_guarded(b->a, guarded_work, &g, &why))
		return g.result;
	b->m.crashed = true;
	return diag_err(b->d, b->p.output.at,
		"LLVM failed to %s '%s': %s; are its modules damaged?", name, b->p.name, why);
}

static int run_phases(struct build *b)
{
	static const struct {
		int (*run)(struct build *);
		bool guard;
	} phases[BUILD_PHASES] = {
		[BUILD_LOAD] = { load, false }, /* guards each module */
		[BUILD_MERGE] = { merge, true },
		[BUILD_CLONE] = { clone, true },
		[BUILD_COMPILE] = { compile, true },
		[BUILD_DESCRIBE] = { describe, false },
		[BUILD_LINK] = { link_image, false }, /* guards LLD */
	};
	double start = clock_ms(), total = 0;

	for (size_t i = 0; i < BUILD_PHASES; i++) {
		int failed = phases[i].guard ? run_guarded(b, phases[i].run, build_phase_names[i])
					     : phases[i].run(b);
		double now = clock_ms();

		b->result.ms[i] = now - start;
		start = now;
		total += b->result.ms[i];
		if (failed)
			return failed;
		if (b->r->timings)
			diag_text("pkgimg: timing: %s %.1f ms\n", build_phase_names[i],
				b->result.ms[i]);
	}
	if (b->r->timings)
		diag_text("pkgimg: timing: total %.1f ms\n", total);
	return 0;
}

static void clean_up(struct build *b)
{
	tmpdir_remove(b->tmp);
	objects_free(&b->code);
	jobs_close(&b->jobs);
	for (size_t i = 0; i < MADE; i++) {
		if (b->made[i])
			LLVMDisposeMemoryBuffer(b->made[i]);
	}
	if (b->bitcode)
		LLVMDisposeMemoryBuffer(b->bitcode);
	if (!b->r->last) {
		if (!b->m.crashed)
			clones_free(&b->clones);
		modules_free(&b->m);
	}
	target_free(&b->t);
}

int frontend_build(
	struct arena *a, struct diags *d, const struct build_request *r, struct build_result *out)
{
	struct build b = { .a = a, .d = d, .r = r };
	int result = -1;

	ll_start();
	if (!(package_read(a, d, r, &b.p) | jobs_open(a, d, &r->threads, &b.jobs))) {
		b.result.name = b.p.name;
		result = run_phases(&b);
		if (!result && r->interface_file.text && !r->plan_only && !r->explain)
			result = interface_write(a, d, b.p.output.text, &r->interface_file);
		clean_up(&b);
	}
	if (out)
		*out = b.result;
	return result;
}
