/* The system layer of the loader; also compiled for Windows (test/windows/sys.test). */
#include "runtime/sys.h"

#include <errno.h>
#include <stdlib.h>

#include "test/unit/unit.h"

enum { CHUNKS = 4 };

static const char path[] = "sys-test-\xc3\xa4.tmp"; /* in the current folder */

/* CHUNKS times the granularity, each filled with its number */
static struct rt_file make_file(struct unit *u)
{
	size_t g = rt_granularity();
	struct rt_file f = { 0 };
	char full[512];
	FILE *out;
#ifdef _WIN32
	wchar_t wide[] = L"sys-test-\x00e4.tmp";

	out = _wfopen(wide, L"wb");
#else
	out = fopen(path, "wb");
#endif
	if (!CHECK(out != NULL))
		return f;
	for (size_t i = 0; i < CHUNKS * g; i++)
		putc((int)(1 + i / g), out);
	fclose(out);
	CHECK_INT(rt_absolute(path, full, sizeof(full)), 0);
	CHECK_INT(rt_file_open(full, &f), 0);
	return f;
}

static void remove_file(struct rt_file *f)
{
	rt_file_close(f);
	rt_file_close(f);
#ifdef _WIN32
	_wremove(L"sys-test-\x00e4.tmp");
#else
	remove(path);
#endif
}

static void files(struct unit *u)
{
	struct rt_file_facts facts = { 0 };
	struct rt_file f = make_file(u), other = { 0 };
	char text[8];

	CHECK_INT(rt_file_facts(&f, &facts), 0);
	CHECK_INT(facts.size, CHUNKS * rt_granularity());
	CHECK_INT(facts.flags & (RT_FILE_REGULAR | RT_FILE_FOLDER), RT_FILE_REGULAR);
	CHECK(facts.flags & RT_FILE_OURS && !(facts.flags & RT_FILE_WORLD_WRITABLE));
	CHECK(facts.inode && facts.modified > 1600000000ll * 1000000000 &&
		facts.modified <= facts.changed);
	CHECK(rt_file_is_at(&f, path) && !rt_file_is_at(&f, "."));
	CHECK_INT(rt_file_open(".", &other), 0);
	CHECK_INT(rt_file_facts(&other, &facts), 0);
	CHECK_INT(facts.flags & (RT_FILE_REGULAR | RT_FILE_FOLDER), RT_FILE_FOLDER);
	rt_file_close(&other);
	CHECK_INT(rt_file_open("there/is/none", &other), ENOENT);
	CHECK_INT(other.handle, 0);
	CHECK_INT(rt_absolute(path, text, sizeof(text)), ENAMETOOLONG);
	remove_file(&f);
}

static void mappings(struct unit *u)
{
	struct rt_file f = make_file(u);
	size_t g = rt_granularity();
	char *one = NULL, *two = NULL, *there = NULL;
	void *m = NULL;

	CHECK(g >= rt_page_size() && !(g & (g - 1)) && !(rt_page_size() & (rt_page_size() - 1)));
	CHECK_INT(rt_map(&f, g, 2 * g, NULL, RT_READ, &m), 0);
	one = m;
	CHECK(one[0] == 2 && one[2 * g - 1] == 3);
	CHECK_INT(rt_map(&f, 0, CHUNKS * g, NULL, RT_COPY, &m), 0);
	two = m;
	two[g] = 77; /* is seen nowhere else */
	CHECK(one[0] == 2 && two[g] == 77 && two[0] == 1);
	CHECK_INT(rt_protect(two, g, RT_READ), 0);
	CHECK_INT(rt_protect(two, g, RT_COPY), 0);
	two[0] = 78;
	CHECK(rt_same_file(one, two) != RT_OTHER);
	CHECK(rt_same_file(one, (const void *)(uintptr_t)files) != RT_SAME);

	/* nothing is replaced, and a free place is taken */
	CHECK_INT(rt_map(&f, 0, g, one, RT_READ, &m), EEXIST);
	CHECK_INT(rt_map_zeros(g, two, &m), EEXIST);
	CHECK(one[0] == 2 && two[0] == 78);
	rt_unmap(two, CHUNKS * g);
	CHECK_INT(rt_map(&f, 3 * g, g, two, RT_COPY, &m), 0);
	there = m;
	CHECK(there == two && there[0] == 4);
	rt_unmap(there, g);
	CHECK_INT(rt_map_zeros(3 * g, two, &m), 0);
	CHECK(m == two && two[0] == 0 && two[3 * g - 1] == 0);
	two[2 * g] = 1;
	rt_unmap(two, 3 * g);
	rt_unmap(one, 2 * g);
	rt_unmap(NULL, g);
	remove_file(&f);
}

static void parts(struct unit *u)
{
	struct rt_file f = make_file(u);
	size_t g = rt_granularity();
	const struct rt_part p[] = {
		{ g, g, 2 * g, RT_PART_READ },
		{ 2 * g, g / 2, 0, RT_PART_COPY },
		{ 4 * g, 2 * g, 0, RT_PART_ZEROS },
	};
	const struct rt_part beyond[] = {
		{ 0, g, 0, RT_PART_READ },
		{ g, g, UINT64_MAX - g + 1, RT_PART_COPY },
	};
	void *m = NULL, *n = NULL;
	char *base;

	CHECK_INT(rt_map_parts(&f, p, 3, 8 * g, NULL, &m), 0);
	base = m;
	CHECK(base[g] == 3 && base[2 * g] == 1 && base[4 * g] == 0 && base[6 * g - 1] == 0);
	base[2 * g] = 9;
	base[5 * g] = 8;
	/* neither parts nor what is between and behind them is given to others */
	CHECK_INT(rt_map_parts(&f, p, 3, 8 * g, base, &n), EEXIST);
	CHECK_INT(rt_map_zeros(g, base, &n), EEXIST);
	CHECK_INT(rt_map_zeros(g, base + 3 * g, &n), EEXIST);
	CHECK_INT(rt_map_zeros(g, base + 7 * g, &n), EEXIST);
	CHECK(base[2 * g] == 9 && base[5 * g] == 8 && base[g] == 3);
	rt_unmap_parts(base, p, 3, 8 * g);

	/* what fails half way leaves nothing */
	CHECK(rt_map_parts(&f, beyond, 2, 8 * g, base, &n) != 0);
	CHECK_INT(rt_map_parts(&f, p, 3, 8 * g, base, &n), 0);
	CHECK(n == base && base[2 * g] == 1);
	rt_unmap_parts(base, p, 3, 8 * g);
	CHECK_INT(rt_map_zeros(8 * g, base, &n), 0);
	rt_unmap(base, 8 * g);
	remove_file(&f);
}

static unsigned flags_at(const struct rt_segment *s, size_t n, uintptr_t at)
{
	unsigned flags = 0;

	for (size_t i = 0; i < n; i++)
		flags |= at - s[i].from < s[i].size ? s[i].flags : 0;
	return flags;
}

static void libraries(struct unit *u)
{
#ifdef _WIN32
	static const char name[] = "kernel32.dll", function[] = "VirtualAlloc";
#elif defined(__APPLE__)
	static const char name[] = "/usr/lib/libSystem.B.dylib", function[] = "malloc";
#else
	static const char name[] = "libm.so.6", function[] = "cos";
#endif
	struct rt_library l = { 0 }, again = { 0 };
	struct rt_segment s[RT_MAX_SEGMENTS];
	char why[128] = "";
	void *f;
	size_t n;

	if (!CHECK_INT(rt_library_load(name, RT_LIBRARY_NAME, &l, why, sizeof(why)), 0))
		return;
	CHECK_STR(why, "");
	CHECK_INT(rt_library_load(name, RT_LIBRARY_LOADED, &again, NULL, 0), 0);
	rt_library_unload(&again);
	rt_library_unload(&again);
	f = rt_library_symbol(&l, function);
	CHECK(f && !rt_library_symbol(&l, "there is no such function"));
	n = rt_library_segments(&l, f, s);
	CHECK_INT(flags_at(s, n, (uintptr_t)f) & (RT_SEGMENT_EXEC | RT_SEGMENT_WRITE),
		RT_SEGMENT_EXEC);
	rt_library_unload(&l);
	CHECK_INT(rt_library_load("no-such-library", RT_LIBRARY_LOADED, &l, why, 8), ENOENT);
	CHECK_INT(
		rt_library_load("no-such-library", RT_LIBRARY_NAME, &l, why, sizeof(why)), ENOEXEC);
	CHECK(strlen(why) > 10 && !l.handle);
	CHECK(!rt_host_has("there is no such function"));
}

static void count(void *ctx)
{
	++*(int *)ctx;
}

static void locks(struct unit *u)
{
	struct rt_mutex m;
	struct rt_once once = { 0 };
	int runs = 0;

	CHECK_INT(rt_mutex_init(&m), 0);
	for (int i = 0; i < 2; i++) {
		rt_mutex_lock(&m);
		rt_once(&once, count, &runs);
		rt_mutex_unlock(&m);
	}
	rt_mutex_destroy(&m);
	rt_yield();
	CHECK_INT(runs, 1);
	CHECK(rt_env("PATH") && !rt_env("PKGIMG_NO_SUCH_VARIABLE"));
}

UNIT_MAIN(files, mappings, parts, libraries, locks)
