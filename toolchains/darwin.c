/* Mach-O link lines, as clang 19 hands them to LLD (facts/toolchains.md 4). Of ld64's options most
 * are only handed on, in an order that is this table; the functions are the rules that need two
 * facts:
 *
 *   - a dynamic library, and everything else, take different options of the first dozen;
 *   - the deployment target depends on five places (darwin_target.c);
 *   - several -arch make one link each, and a universal file of them.
 *
 * The linker is LLD whatever -mlinker-version= says; that only counts where clang asks for it even
 * with LLD. What clang says to older ld64s (-macosx_version_min, -lto_library) is never said. */
#include "toolchains/darwin.h"

#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "toolchains/profile.h"

bool darwin_flag(const struct tc *t, const char *on, const char *off)
{
	const struct job_option *yes = darwin_option(t, on), *no = darwin_option(t, off);

	return yes && (!no || yes > no);
}

const struct job_option *darwin_option_of(const struct tc *t, const char *const names[])
{
	const struct job_option *found = NULL;

	for (; *names; names++) {
		const struct job_option *o = darwin_option(t, *names);

		if (o && (!found || o > found))
			found = o;
	}
	return found;
}

bool darwin_is_kext(const struct tc *t)
{
	return darwin_option(t, "-mkernel") || darwin_option(t, "-fapple-kext");
}

/* kernel code is static but on the systems that never had a 32-bit kernel to extend */
static bool has_static_kernel(const struct darwin_target *g)
{
	return darwin_is_ios(g) ? darwin_version_less(&g->system.version, 6, 0) : darwin_is_mac(g);
}

bool darwin_is_static(struct tc *t)
{
	return tc_flag(t, JF_STATIC) ||
	       (darwin_is_kext(t) && has_static_kernel(&darwin_of(t)->target));
}

bool darwin_wants_libraries(const struct tc *t)
{
	return !tc_flag(t, JF_NOSTDLIB) && !tc_flag(t, JF_NODEFAULTLIBS);
}

/* ---- options that are handed on */

static void pass(struct tc *t, const struct slot *s, const struct job_option *o, const char *word)
{
	tc_word(t, s, o->at, word);
	for (size_t i = 0; i < o->nvalues; i++)
		tc_word(t, s, o->at, o->values[i]);
}

/* the slot's name is the option's; the last one counts */
static void last(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, s->name);

	if (o)
		pass(t, s, o, s->word ? s->word : o->name);
}

/* all of them, in the line's order */
static void all(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->job->noptions; i++) {
		const struct job_option *o = &t->job->options[i];

		if (str_eq(o->name, s->name))
			pass(t, s, o, s->word ? s->word : o->name);
	}
}

/* all of them, the value behind the name in one word */
static void joined(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->job->noptions; i++) {
		const struct job_option *o = &t->job->options[i];

		if (str_eq(o->name, s->name))
			tc_wordf(t, s, o->at, "%s%s", s->word ? s->word : o->name, o->values[0]);
	}
}

/* ---- rules */

static void slot_demangle(struct tc *t, const struct slot *s)
{
	if (!tc_flag(t, JF_NO_DEMANGLE))
		tc_word(t, s, NOWHERE, "-demangle");
}

static void slot_application_extension(struct tc *t, const struct slot *s)
{
	if (darwin_flag(t, "-fapplication-extension", "-fno-application-extension"))
		tc_word(t, s, darwin_option(t, "-fapplication-extension")->at, s->word);
}

/* ld64 merges equal functions from version 262 on, which -O0 and -O1 do not want */
static void slot_no_deduplicate(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, "-O");

	if (darwin_version_less(&darwin_of(t)->linker, 262, 0) || !o)
		return;
	if (str_eq(o->values[0], "0") || str_eq(o->values[0], "1") || !*o->values[0])
		tc_word(t, s, o->at, s->word);
}

/* each -static is said, and one for each option that means it */
static void slot_mode(struct tc *t, const struct slot *s)
{
	bool kernel = has_static_kernel(&darwin_of(t)->target), said = false;

	for (size_t i = 0; i < t->job->noptions; i++) {
		const struct job_option *o = &t->job->options[i];

		if (!str_eq(o->name, "-static") && !str_eq(o->name, "--static") &&
			!(kernel &&
				(str_eq(o->name, "-mkernel") || str_eq(o->name, "-fapple-kext"))))
			continue;
		tc_word(t, s, o->at, "-static");
		said = true;
	}
	if (!said && tc_flag(t, JF_STATIC))
		tc_word(t, s, t->job->flag[JF_STATIC].at, "-static");
	else if (!said)
		tc_word(t, s, NOWHERE, "-dynamic");
}

void darwin_arch(struct tc *t, const struct slot *s)
{
	const struct darwin_target *g = &darwin_of(t)->target;

	tc_word(t, s, g->at, "-arch");
	tc_word(t, s, g->at, g->arch);
}

static const struct slot dylib_slots[] = {
	{ "-dylib", .word = "-dylib" },
	{ "-compatibility_version", .emit = all, .word = "-dylib_compatibility_version" },
	{ "-current_version", .emit = all, .word = "-dylib_current_version" },
	{ "arch", .emit = darwin_arch },
	{ "-install_name", .emit = all, .word = "-dylib_install_name" },
	{ 0 },
};
static const struct slot other_slots[] = {
	{ "arch", .emit = darwin_arch },
	{ "-force_cpusubtype_ALL", .emit = last },
	{ "-bundle", .emit = last },
	{ "-bundle_loader", .emit = all },
	{ "-client_name", .emit = all },
	{ "-force_flat_namespace", .emit = last },
	{ "-keep_private_externs", .emit = last },
	{ "-private_bundle", .emit = last },
	{ 0 },
};
static const char *const dylib_only[] = { "-compatibility_version", "-current_version",
	"-install_name", NULL };
static const char *const not_dylib[] = { "-bundle", "-bundle_loader", "-client_name",
	"-force_flat_namespace", "-keep_private_externs", "-private_bundle", NULL };

static void slot_kind(struct tc *t, const struct slot *s)
{
	bool dylib = tc_flag(t, JF_SHARED);
	const char *const *wrong = dylib ? not_dylib : dylib_only;

	(void)s;
	for (; *wrong; wrong++) {
		const struct job_option *o = darwin_option(t, *wrong);

		if (o)
			diag_err(t->d, o->at,
				dylib ? "'%s' is not for a dynamic library; leave it out, or "
					"'-dynamiclib'"
				      : "'%s' is only for a dynamic library; add '-dynamiclib'",
				*wrong);
	}
	slots_run(t, dylib ? dylib_slots : other_slots);
}

/* The SDK's version is that of SDKSettings.json; without one the target's own stands for it, since
 * programs look at it. Catalyst has the iOS version that belongs to the macOS SDK, at least 13.1.
 */
static const char *sdk_version(
	struct tc *t, const struct darwin_system *sys, const struct darwin_version *target)
{
	const struct darwin_sdk *sdk = darwin_of(t)->target.sdk;
	struct darwin_version v = { { 13, 1 }, 2 }, least = v;

	if (sys->env == DARWIN_CATALYST) {
		struct darwin_version found, of = sdk ? sdk->version : least;

		if (of.n > 3)
			of.n = 3;
		if (sdk && sdk->macos_to_catalyst.n &&
			darwin_version_map(&sdk->macos_to_catalyst, &of, least, &found))
			v = found;
	} else if (sdk) {
		v = sdk->version;
		if (v.n > 3)
			v.n = 3;
		if (v.n < 2 || (v.n == 2 && !v.part[1])) {
			v.part[1] = 0;
			v.n = 2;
		}
	} else {
		v = *target;
	}
	return darwin_version_text(t->mem, &v);
}

static void platform_version(
	struct tc *t, const struct slot *s, const struct darwin_system *sys, struct loc at)
{
	struct darwin_version v = darwin_floor(&darwin_of(t)->target, sys);

	tc_word(t, s, at, "-platform_version");
	tc_word(t, s, sys->pf->darwin.platform_version.at, sys->pf->darwin.platform_version.text);
	tc_word(t, s, at, darwin_version_text(t->mem, &v));
	tc_word(t, s, at, sdk_version(t, sys, &v));
}

void darwin_platform_version(struct tc *t, const struct slot *s)
{
	const struct darwin_target *g = &darwin_of(t)->target;

	platform_version(t, s, &g->system, g->at);
	if (g->variant.pf)
		platform_version(t, s, &g->variant, darwin_option(t, "-darwin-target-variant")->at);
}

/* only what the code was compiled as counts; -pie itself is no option of this family */
static void slot_pie(struct tc *t, const struct slot *s)
{
	static const char *const names[] = { "-fpie", "-fPIE", "-fno-pie", "-fno-PIE", NULL };
	const struct job_option *found = darwin_option_of(t, names);

	if (found)
		tc_word(t, s, found->at, str_starts(found->name, "-fno") ? "-no_pie" : "-pie");
}

/* iOS before 6 cannot hold bitcode */
static void slot_bitcode(struct tc *t, const struct slot *s)
{
	static const char *const names[] = { "-fembed-bitcode", "-fembed-bitcode-marker",
		"-fembed-bitcode=", NULL };
	const struct darwin_target *g = &darwin_of(t)->target;
	const struct job_option *o = darwin_option_of(t, names);
	bool marker;

	if (!o || (o->nvalues && str_eq(o->values[0], "off")))
		return;
	marker = str_ends(o->name, "marker") || (o->nvalues && str_eq(o->values[0], "marker"));
	if (darwin_is_ios(g) && g->system.env == DARWIN_DEVICE &&
		darwin_version_less(&g->system.version, 6, 0)) {
		diag_err(t->d, o->at, "iOS before 6.0 has no bitcode in programs");
		return;
	}
	tc_word(t, s, o->at, "-bitcode_bundle");
	if (!marker || darwin_version_less(&darwin_of(t)->linker, 278, 0))
		return;
	tc_word(t, s, o->at, "-bitcode_process_mode");
	tc_word(t, s, o->at, "marker");
}

static void mllvm(struct tc *t, const struct slot *s, struct loc at, const char *word)
{
	tc_word(t, s, at, "-mllvm");
	tc_word(t, s, at, word);
}

static void slot_global_isel(struct tc *t, const struct slot *s)
{
	if (!darwin_flag(t, "-fglobal-isel", "-fno-global-isel"))
		return;
	mllvm(t, s, darwin_option(t, "-fglobal-isel")->at, "-global-isel");
	mllvm(t, s, darwin_option(t, "-fglobal-isel")->at, "-global-isel-abort=0");
}

/* destructors through atexit() need a C library, which kernels have not */
static void slot_freestanding(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, "-ffreestanding");

	if (o || darwin_is_kext(t))
		mllvm(t, s, o ? o->at : NOWHERE, "-disable-atexit-based-global-dtor-lowering");
}

/* --sysroot= before -isysroot before SDKROOT, which the driver made the default of -isysroot */
static void slot_syslibroot(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_SYSROOT];

	if (!w->text || !*w->text)
		w = &t->job->str[JS_ISYSROOT];
	if (!w->text)
		return;
	tc_word(t, s, w->at, "-syslibroot");
	tc_word(t, s, w->at, w->text);
}

static void slot_outline(struct tc *t, const struct slot *s)
{
	const struct job_option *on = darwin_option(t, "-moutline");
	const struct job_option *off = darwin_option(t, "-mno-outline");

	if (on && (!off || on > off)) {
		if (str_eq(darwin_of(t)->target.arch, "arm64"))
			mllvm(t, s, on->at, "-enable-machine-outliner");
	} else if (off) {
		mllvm(t, s, off->at, "-enable-machine-outliner=never");
	}
}

/* what clang says in every link, in case the outliner runs: the functions of other objects may be
 * outlined from as well */
static void slot_linkonce_outlining(struct tc *t, const struct slot *s)
{
	mllvm(t, s, NOWHERE, "-enable-linkonceodr-outlining");
}

/* these keep the line's order among themselves */
static void slot_symbols(struct tc *t, const struct slot *s)
{
	static const char *const names[] = { "-d", "-s", "-t", "-Z", "-u", "-undefined" };
	const struct job_words *u = &t->job->list[JL_UNDEFINED];

	for (size_t i = 0; i < t->job->noptions; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (str_eq(t->job->options[i].name, names[k]))
				pass(t, s, &t->job->options[i], names[k]);
	/* what a job file or the C API says is in the job alone */
	if (tc_flag(t, JF_STRIP) && !darwin_option(t, "-s"))
		tc_word(t, s, t->job->flag[JF_STRIP].at, "-s");
	for (size_t i = 0; i < u->n; i++) {
		if (u->v[i].at.arg)
			continue;
		tc_word(t, s, u->v[i].at, "-u");
		tc_word(t, s, u->v[i].at, u->v[i].text);
	}
}

static void slot_objc_members(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, "-ObjC");

	if (!o)
		o = darwin_option(t, "-ObjC++");
	if (o)
		tc_word(t, s, o->at, "-ObjC");
}

/* One architecture of several is linked into a file beside the others; -### shows clang's kind of
 * name for it, the run puts its own. */
const char *darwin_output(struct tc *t)
{
	const struct job_word *o = &t->job->str[JS_OUTPUT];
	const char *base = "a";

	if (!darwin_of(t)->universal)
		return o->text ? o->text : t->pf->output.text;
	if (t->plan->ninputs)
		base = path_base(t->plan->inputs[0].text);
	base = str_ndup(t->mem, base, strcspn(base, "."));
	return str_fmt(t->mem, "/tmp/%s-000000/%s-%s.out", base, base, darwin_of(t)->target.arch);
}

void darwin_output_word(struct tc *t, const struct slot *s)
{
	slot_output(t, s);
	t->plan->argv.v[t->plan->output_index] = darwin_output(t);
}

/* -lstdc++ and -lcc_kext are names for what the system has instead */
static void slot_darwin_inputs(struct tc *t, const struct slot *s)
{
	for (size_t i = 0; i < t->job->ninputs; i++) {
		const struct job_input *in = &t->job->inputs[i];

		if (in->kind != JOB_IN_LIB)
			tc_word(t, s, in->at, in->text);
		else if (str_eq(in->text, "stdc++") && darwin_wants_libraries(t) &&
			 !tc_flag(t, JF_NOSTDLIBXX))
			darwin_cxx_library(t, s, in->at);
		else if (str_eq(in->text, "cc_kext"))
			darwin_kext_library(t, s, in->at);
		else
			tc_wordf(t, s, in->at, "-l%s", in->text);
	}
}

static void slot_universal(struct tc *t, const struct slot *s)
{
	if (!darwin_of(t)->universal)
		return;
	tc_word(t, s, t->plan->output_at, "-arch_multiple");
	tc_word(t, s, t->plan->output_at, "-final_output");
	tc_word(t, s, t->plan->output_at, t->plan->output);
}

static void slot_nested_functions(struct tc *t, const struct slot *s)
{
	if (darwin_option(t, "-fnested-functions"))
		tc_word(t, s, darwin_option(t, "-fnested-functions")->at, "-allow_stack_execute");
}

static void slot_cxx(struct tc *t, const struct slot *s)
{
	if (tc_flag(t, JF_CXX) && darwin_wants_libraries(t) && !tc_flag(t, JF_NOSTDLIBXX))
		darwin_cxx_library(t, s, t->job->flag[JF_CXX].at);
}

static void slot_scripts(struct tc *t, const struct slot *s)
{
	const struct job_words *l = &t->job->list[JL_SCRIPTS];

	for (size_t i = 0; i < l->n; i++) {
		tc_word(t, s, l->v[i].at, "-T");
		tc_word(t, s, l->v[i].at, l->v[i].text);
	}
}

static void slot_veclib(struct tc *t, const struct slot *s)
{
	const struct job_option *o = darwin_option(t, "-fveclib=");

	if (!o || !str_eq(o->values[0], "Accelerate") || !darwin_wants_libraries(t))
		return;
	tc_word(t, s, o->at, "-framework");
	tc_word(t, s, o->at, "Accelerate");
}

/* "all" and 0 are as many threads as this machine runs */
static void slot_lto_jobs(struct tc *t, const struct slot *s)
{
	const struct job_word *w = &t->job->str[JS_LTO_JOBS];
	struct darwin_version n;

	if (!w->text || !*w->text)
		return;
	if (str_eq(w->text, "all"))
		n.part[0] = 0;
	else if (!darwin_version_parse(w->text, 1, &n)) {
		diag_err(t->d, w->at, "'-flto-jobs=' wants a number or all, got '%s'", w->text);
		return;
	}
	mllvm(t, s, w->at,
		str_fmt(t->mem, "-threads=%ld",
			n.part[0] ? (long)n.part[0] : sysconf(_SC_NPROCESSORS_ONLN)));
}

/* ld64 before 605.1 does not look for DriverKit where an SDK has it */
static void slot_driverkit(struct tc *t, const struct slot *s)
{
	static const char *const dirs[][2] = { { "-L", "System/DriverKit/usr/lib" },
		{ "-F", "System/DriverKit/System/Library/Frameworks" } };
	const struct job_word *sdk = &t->job->str[JS_ISYSROOT];

	if (darwin_of(t)->target.triple_os != DARWIN_DRIVERKIT || !sdk->text ||
		!darwin_version_less(&darwin_of(t)->linker, 605, 1))
		return;
	for (size_t i = 0; i < 2; i++) {
		const char *dir = path_join(t->mem, sdk->text, dirs[i][1]);

		if (file_exists(dir))
			tc_wordf(t, s, sdk->at, "%s%s", dirs[i][0], dir);
	}
}

static void slot_openmp(struct tc *t, const struct slot *s)
{
	if (darwin_wants_libraries(t))
		openmp_libraries(t, s, true);
}

/* table */
static const struct slot darwin_slots[] = {
	{ "demangle", .emit = slot_demangle },
	{ "export-dynamic", .flag = JF_RDYNAMIC, .word = "-export_dynamic" },
	{ "application-extension", .emit = slot_application_extension,
		.word = "-application_extension" },
	{ "no-deduplicate", .emit = slot_no_deduplicate, .word = "-no_deduplicate" },
	{ "mode", .emit = slot_mode },
	{ "kind", .emit = slot_kind },
	{ "-all_load", .emit = last },
	{ "-allowable_client", .emit = all },
	{ "-bind_at_load", .emit = last },
	{ "-dead_strip", .emit = last },
	{ "-no_dead_strip_inits_and_terms", .emit = last },
	{ "-dylib_file", .emit = all },
	{ "-dynamic", .emit = last },
	{ "-exported_symbols_list", .emit = all },
	{ "-flat_namespace", .emit = last },
	{ "-force_load", .emit = all },
	{ "-headerpad_max_install_names", .emit = all },
	{ "-image_base", .emit = all },
	{ "-init", .emit = all },
	{ "platform-version", .emit = darwin_platform_version },
	{ "-nomultidefs", .emit = last },
	{ "-multi_module", .emit = last },
	{ "-single_module", .emit = last },
	{ "-multiply_defined", .emit = all },
	{ "-multiply_defined_unused", .emit = all },
	{ "pie", .emit = slot_pie },
	{ "bitcode", .emit = slot_bitcode },
	{ "global-isel", .emit = slot_global_isel },
	{ "freestanding", .emit = slot_freestanding },
	{ "-prebind", .emit = last },
	{ "-noprebind", .emit = last },
	{ "-nofixprebinding", .emit = last },
	{ "-prebind_all_twolevel_modules", .emit = last },
	{ "-read_only_relocs", .emit = last },
	{ "-sectcreate", .emit = all },
	{ "-sectorder", .emit = all },
	{ "-seg1addr", .emit = all },
	{ "-segprot", .emit = all },
	{ "-segaddr", .emit = all },
	{ "-segs_read_only_addr", .emit = all },
	{ "-segs_read_write_addr", .emit = all },
	{ "-seg_addr_table", .emit = all },
	{ "-seg_addr_table_filename", .emit = all },
	{ "-sub_library", .emit = all },
	{ "-sub_umbrella", .emit = all },
	{ "syslibroot", .emit = slot_syslibroot },
	{ "-twolevel_namespace", .emit = last },
	{ "-twolevel_namespace_hints", .emit = last },
	{ "-umbrella", .emit = all },
	{ "-undefined", .emit = all },
	{ "-unexported_symbols_list", .emit = all },
	{ "-weak_reference_mismatches", .emit = all },
	{ "-X", .emit = last },
	{ "-y", .emit = joined },
	{ "-w", .emit = last },
	{ "-pagezero_size", .emit = all },
	{ "-segs_read_", .emit = joined },
	{ "-seglinkedit", .emit = last },
	{ "-noseglinkedit", .emit = last },
	{ "-sectalign", .emit = all },
	{ "-sectobjectsymbols", .emit = all },
	{ "-segcreate", .emit = all },
	{ "-why_load", .emit = last },
	{ "-whatsloaded", .emit = last },
	{ "-dylinker_install_name", .emit = all },
	{ "-dylinker", .emit = last },
	{ "-Mach", .emit = last },
	{ "profile-paths", .emit = darwin_profile_paths },
	{ "remarks", .emit = darwin_remarks },
	{ "outline", .emit = slot_outline },
	{ "linkonce-outlining", .emit = slot_linkonce_outlining },
	{ "statistics", .emit = darwin_stats },
	{ "symbols", .emit = slot_symbols },
	{ "objc-members", .emit = slot_objc_members },
	{ "output", .emit = darwin_output_word },
	{ "start-objects", .emit = darwin_start_objects },
	{ "user-library-dirs", .emit = slot_user_library_dirs },
	{ "inputs", .emit = slot_darwin_inputs },
	{ "openmp", .emit = slot_openmp },
	{ "objc", .emit = darwin_objc },
	{ "universal", .emit = slot_universal },
	{ "nested-functions", .emit = slot_nested_functions },
	{ "profile", .emit = darwin_profile },
	{ "lto-jobs", .emit = slot_lto_jobs },
	{ "c++-libraries", .emit = slot_cxx },
	{ "libraries", .emit = darwin_libraries },
	{ "scripts", .emit = slot_scripts },
	{ "-F", .emit = joined },
	{ "-iframework", .emit = joined, .word = "-F" },
	{ "veclib", .emit = slot_veclib },
	{ "driverkit", .emit = slot_driverkit },
	{ 0 },
};

/* ---- the plans */

static int read_linker_version(struct darwin *w)
{
	const struct job_option *o = darwin_option(&w->tc, "-mlinker-version=");

	if (o && !darwin_version_parse(o->values[0], 4, &w->linker))
		return diag_err(w->tc.d, o->at, "'-mlinker-version=' wants a version, got '%s'",
			o->values[0]);
	return 0;
}

/* Words of other systems: position independence is a matter of -fpie here, and nothing is linked
 * without the C library but by -nodefaultlibs. -nopie is an error in clang, too. */
static void check_options(struct darwin *w)
{
	static const char *const unused[] = { "-pie", "-no-pie", "-static-pie", "-nolibc",
		"-static-libstdc++", "-arch_errors_fatal" };
	const struct job_option *o = darwin_option(&w->tc, "-nopie");
	bool quiet = darwin_option(&w->tc, "-Wno-unused-command-line-argument") ||
		     darwin_option(&w->tc, "-Qunused-arguments");

	if (o)
		diag_err(w->tc.d, o->at, "'-nopie' is not for Apple's systems; '-fno-pie' is");
	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]) && !quiet; i++) {
		o = darwin_option(&w->tc, unused[i]);
		if (o)
			diag_warn(w->tc.d, o->at, "option '%s' is not used for this link", o->name);
	}
}

/* as stubs (.tbd) name it: arm64-macos, x86_64-ios-simulator, arm64-maccatalyst */
static const char *tbd_target(const struct darwin *w)
{
	const char *system = w->target.system.pf->darwin.platform_version.text;
	struct strbuf b = { .mem = w->tc.mem };

	strbuf_fmt(&b, "%s-", w->target.arch);
	for (; *system; system++)
		if (*system != ' ')
			strbuf_fmt(&b, "%c", *system);
	return strbuf_text(&b);
}

static void plan_one(
	struct darwin *w, const struct slot *slots, const char *arch, struct loc at, bool first)
{
	if (read_linker_version(w) || darwin_target_find(&w->tc, arch, at, &w->target))
		return;
	if (first)
		check_options(w);
	w->tc.pf = w->target.system.pf;
	w->tc.plan->flavor = PLAN_DARWIN;
	w->tc.plan->linker = "ld64.lld";
	w->tc.plan->arch = w->target.arch;
	w->tc.plan->tbd_target = tbd_target(w);
	slots_run(&w->tc, slots);
}

/* the -arch options, each once */
static size_t archs(const struct tc *t, const struct job_option **out)
{
	size_t n = 0, k;

	for (size_t i = 0; i < t->job->noptions; i++) {
		const struct job_option *o = &t->job->options[i];

		if (!str_eq(o->name, "-arch"))
			continue;
		for (k = 0; k < n && !str_eq(out[k]->values[0], o->values[0]); k++)
			;
		if (k == n)
			out[n++] = o;
	}
	return n;
}

void darwin_plan_archs(struct tc *t, const struct slot *slots)
{
	const struct job_option **arch =
		arena_array(t->mem, const struct job_option *, t->job->noptions + 1);
	struct link_plan *plan = t->plan, empty = *plan;
	size_t n = archs(t, arch);

	for (size_t i = 0; i < (n ? n : 1); i++) {
		struct darwin w = { .tc = *t, .universal = n > 1 };

		if (i) {
			plan = plan->next = arena_new(t->mem, struct link_plan);
			*plan = empty;
		}
		w.tc.plan = plan;
		plan_one(&w, slots, n ? arch[i]->values[0] : NULL, n ? arch[i]->at : NOWHERE, !i);
	}
}

void darwin_plan(struct tc *t)
{
	darwin_plan_archs(t, darwin_slots);
}
