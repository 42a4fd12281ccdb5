/* cache/: every reason that a lookup can give, and that the next build mends it. */
#include "cache_fix.h"

/* ---- each reason */

static void sidecar_is_folder(struct fix *f)
{
	const char *path = file_of(f, ".pki");

	unlink(path);
	mkdir(path, 0777);
}
static void sidecar_magic(struct fix *f)
{
	patch(f, 0, 0, false);
}
static void sidecar_version(struct fix *f)
{
	patch(f, 8, 9 | (uint32_t)sizeof(struct pki_header) << 16, true);
}
static void sidecar_malformed(struct fix *f)
{
	patch(f, offsetof(struct pki_header, toolchain), 0xffffff, true);
}
static void sidecar_sum_wrong(struct fix *f)
{
	patch(f, offsetof(struct pki_header, made), 1, false);
}
static void sidecar_cut(struct fix *f)
{
	if (truncate(file_of(f, ".pki"), 400))
		abort();
}
static void sidecar_renamed(struct fix *f)
{
	rename(file_of(f, ".pki"), at(f, f->store, "v1/geo/0123456789abcdef.pki"));
}
static void folder_renamed(struct fix *f)
{
	rename(at(f, f->store, "v1/geo"), at(f, f->store, "v1/other"));
	f->q.package = "other";
}
static void other_uuid(struct fix *f)
{
	f->q.uuid[0] = 8;
}
static void other_version(struct fix *f)
{
	f->q.version = NULL;
}
static void other_toolchain(struct fix *f)
{
	f->q.toolchain = "tool 2";
}
static void other_abi(struct fix *f)
{
	f->q.abi = "abi 2";
}
static void flag_changed(struct fix *f)
{
	f->flags[0].value = "3";
}
static void flag_added(struct fix *f)
{
	f->flags[1] = (struct pkgimg_cache_option) { "strip", "yes" };
	f->q.nflags = 2;
}
static void flag_removed(struct fix *f)
{
	f->q.nflags = 0;
}
static void want_data(struct fix *f)
{
	f->q.native = PKGIMG_CACHE_NATIVE_NO;
}
static void want_native(struct fix *f)
{
	f->q.native = PKGIMG_CACHE_NATIVE_YES;
}
static void other_cpu(struct fix *f)
{
	f->q.cpu_target = "haswell";
}
static void library_gone(struct fix *f)
{
	unlink(file_of(f, ".so"));
}
static void library_cut(struct fix *f)
{
	if (truncate(file_of(f, ".so"), 3))
		abort();
}
static void library_changed(struct fix *f)
{
	put(file_of(f, ".so"), "b library");
}
static void base_no_more(struct fix *f)
{
	f->deps[0].flags = 0;
}
static void base_changed(struct fix *f)
{
	f->deps[0].flags = PKGIMG_CACHE_DEP_BASE;
	f->deps[0].build_id[0] = 2;
}
static void dep_removed(struct fix *f)
{
	f->q.ndependencies = 0;
}
static void dep_added(struct fix *f)
{
	f->deps[1] = (struct pkgimg_cache_dependency) { .name = "more" };
	f->q.ndependencies = 2;
}
static void dep_uuid(struct fix *f)
{
	f->deps[0].uuid[15] = 1;
}
static void dep_interface(struct fix *f)
{
	f->deps[0].interface_digest = 6;
}
static void dep_inlined(struct fix *f)
{
	f->deps[0].flags = PKGIMG_CACHE_DEP_INLINED;
	f->deps[0].build_id[0] = 2;
}
static void dep_data_only(struct fix *f)
{
	f->deps[0].flags = PKGIMG_CACHE_DEP_DATA_ONLY;
}
static void no_roots(struct fix *f)
{
	f->sources[0].name = "workspace:a.src";
	f->sources[1].name = "workspace:b.src";
	f->q.nroots = 0;
}
static void source_removed(struct fix *f)
{
	f->q.nsources = 1;
}
static void source_added(struct fix *f)
{
	f->sources[2].path = at(f, f->work, "late.src");
	f->q.nsources = 3;
}
static void source_gone(struct fix *f)
{
	unlink(f->sources[1].path);
}
static void source_longer(struct fix *f)
{
	put(f->sources[1].path, "source b, longer");
}
static void source_changed(struct fix *f)
{
	put(f->sources[1].path, "source B");
}
static void late_changed(struct fix *f)
{
	put(f->discovered, "FOUND late");
}
static void other_preference(struct fix *f)
{
	f->preferences[0].value = "4";
}
static void forced(struct fix *f)
{
	f->q.flags |= PKGIMG_CACHE_REBUILD;
}
static void want_existing(struct fix *f)
{
	f->q.native = PKGIMG_CACHE_NATIVE_EXISTING;
}
static void comment_only(struct fix *f)
{
	f->deps[0].build_id[0] = 9; /* another build, the same interface */
}
static void touched(struct fix *f)
{
	struct timespec t[2] = { { 1000, 0 }, { 1000, 0 } };

	utimensat(AT_FDCWD, f->sources[0].path, t, 0);
}
static void nothing(struct fix *f)
{
	(void)f;
}

/* ---- changes before the build */

static void with_late(struct fix *f)
{
	f->discovered = at(f, f->work, "late.src");
}
static void tracked_by_time(struct fix *f)
{
	f->sources[0].track = PKGIMG_CACHE_TRACK_TIME;
}
static void tracked_folder(struct fix *f)
{
	f->sources[1] = (struct pkgimg_cache_source) {
		.path = f->work, .track = PKGIMG_CACHE_TRACK_FOLDER, .name = "folder"
	};
}
static void new_file(struct fix *f)
{
	put(at(f, f->work, "new.src"), "");
}
static void with_base(struct fix *f)
{
	f->deps[0].flags = PKGIMG_CACHE_DEP_BASE;
}
static void uses_one(struct fix *f)
{
	f->use = "one";
}
static void two_changed(struct fix *f)
{
	f->deps[0].interface_digest = 6;
	f->symbols[1].digest = 22;
}
static void one_changed(struct fix *f)
{
	f->deps[0].interface_digest = 6;
	f->symbols[0].digest = 11;
}
static void one_gone(struct fix *f)
{
	f->deps[0].interface_digest = 6;
	f->symbols[0].name = "anew";
}

/* table */
static const struct row {
	const char *name;
	void (*before)(struct fix *f);
	void (*after)(struct fix *f);
	const char *why; /* begins with it */
} rows[] = {
	{ "nothing", nothing, nothing, "accepted" },
	{ "comment in a dependency", nothing, comment_only, "accepted" },
	{ "touched", nothing, touched, "accepted" },
	{ "unused part of an interface", uses_one, two_changed, "accepted" },
	{ "existing native", nothing, want_existing, "accepted" },
	{ "existing data", want_data, want_existing, "accepted" },
	{ "unreadable", nothing, sidecar_is_folder,
		"unreadable: file: wanted a file that can be read" },
	{ "magic", nothing, sidecar_magic, "magic: header: wanted a sidecar of pkgimg" },
	{ "version", nothing, sidecar_version, "version: format version: wanted 2, found 9" },
	{ "malformed", nothing, sidecar_malformed,
		"malformed: header: wanted strings of the table" },
	{ "sum", nothing, sidecar_sum_wrong, "sidecar-checksum: checksum: wanted " },
	{ "cut", nothing, sidecar_cut, "sidecar-checksum: size: wanted " },
	{ "key", nothing, sidecar_renamed, "key: file name: wanted " },
	{ "package", nothing, folder_renamed, "package: package: wanted other, found geo" },
	{ "uuid", nothing, other_uuid,
		"uuid: uuid: wanted 08000000000000000000000000000000, found 07" },
	{ "package version", nothing, other_version,
		"package-version: package version: wanted none, found 1.0" },
	{ "toolchain", nothing, other_toolchain,
		"toolchain: toolchain: wanted tool 2, found tool 1" },
	{ "abi", nothing, other_abi, "abi: platform: wanted abi 2, found abi 1" },
	{ "flag", nothing, flag_changed, "flags: opt-level: wanted 3, found 2" },
	{ "flag more", nothing, flag_added, "flags: strip: wanted yes, found not set" },
	{ "flag less", nothing, flag_removed, "flags: opt-level: wanted not set, found 2" },
	{ "forbidden", nothing, want_data,
		"native-forbidden: native code: wanted data only (--pkgimage-native-code=no)" },
	{ "required", want_data, want_native,
		"native-required: native code: wanted native code (--pkgimage-native-code=yes)" },
	{ "cpu target", nothing, other_cpu,
		"cpu-target: CPU targets: wanted haswell, found generic" },
	{ "library gone", nothing, library_gone, "library-missing: " },
	{ "library cut", nothing, library_cut, "library-size: " },
	{ "library changed", nothing, library_changed, "library-checksum: " },
	{ "base", with_base, base_changed, "base-changed: base image 'base': wanted 0200" },
	{ "base no more", with_base, base_no_more,
		"base-changed: base image 'base': wanted a dependency, found the base image" },
	{ "base at last", nothing, with_base,
		"base-changed: dependency 'base': wanted the base image, found a dependency" },
	{ "base gone", with_base, dep_removed, "base-changed: base image 'base': wanted none" },
	{ "dependency gone", nothing, dep_removed,
		"dependency-missing: dependency 'base': wanted none, found 01" },
	{ "dependency more", nothing, dep_added, "dependency-added: dependency 'more': wanted 00" },
	{ "dependency uuid", nothing, dep_uuid, "dependency-uuid: dependency 'base': wanted 00" },
	{ "interface", nothing, dep_interface,
		"dependency-interface: dependency 'base': wanted 0000000000000006, found "
		"0000000000000005" },
	{ "used part", uses_one, one_changed,
		"dependency-interface: dependency 'base', 'one': wanted 000000000000000b, found "
		"0000000000000001" },
	{ "used part gone", uses_one, one_gone,
		"dependency-interface: dependency 'base', 'one': wanted no such symbol" },
	{ "inlined", nothing, dep_inlined, "dependency-build: dependency 'base': wanted 02" },
	{ "form", nothing, dep_data_only,
		"dependency-form: dependency 'base': wanted data only, found native code" },
	{ "root", with_late, no_roots,
		"root-unresolved: source workspace:late.src: wanted a place for this root, found "
		"workspace" },
	{ "source less", nothing, source_removed,
		"source-list: sources: wanted no more, found workspace:b.src" },
	{ "source more", nothing, source_added,
		"source-list: sources: wanted workspace:late.src, found no more" },
	{ "source gone", nothing, source_gone,
		"source-missing: source workspace:b.src: wanted none that can be read (No such "
		"file or directory), found one it was made with" },
	{ "source longer", nothing, source_longer,
		"source-size: source workspace:b.src: wanted 16 bytes, found 8 bytes" },
	{ "source changed", nothing, source_changed, "source-content: source workspace:b.src: " },
	{ "found source changed", with_late, late_changed,
		"source-content: source workspace:late.src: " },
	{ "time", tracked_by_time, touched,
		"source-time: source workspace:a.src: wanted 1000.000000000, found " },
	{ "folder", tracked_folder, new_file, "source-content: source folder: " },
	{ "preferences", nothing, other_preference, "preferences: threads: wanted 4, found 8" },
	{ "forced", nothing, forced, "forced: request: wanted to be made again" },
};

static void each_reason(struct unit *u)
{
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct fix f;
		const char *why;

		u->row = row->name;
		start(&f, u);
		row->before(&f);
		get(&f);
		CHECK_INT(f.made, 1);
		row->after(&f);
		why = ask(&f);
		if (!CHECK(!strncmp(why, row->why, strlen(row->why))))
			printf("  got '%s', wanted '%s'\n", why, row->why);
		/* whatever was wrong, the next build mends it */
		if (row->after != source_gone && row->after != forced) {
			get(&f);
			CHECK_INT(f.made, str_eq(row->why, "accepted") ? 1 : 2);
			CHECK_STR(ask(&f), "accepted");
		}
		finish(&f);
	}
	u->row = NULL;
}

UNIT_MAIN(each_reason)
