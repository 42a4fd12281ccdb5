/* cache_loop accept|lookup FOLDER IMAGE ROUNDS: what a hit costs in a program that is running, in
 * microseconds: the median of ROUNDS, on the last line. FOLDER is made: four sources, and a store
 * with an image of the package that IMAGE is.
 *   accept  its sidecar, from opening it to the verdict
 *   lookup  all of pkgimg_cache_lookup, with the folder searched and the hit counted */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "bench/timing.h"
#include "cache/internal.h"
#include "image/image.h"

enum { SOURCES = 4 };

/* ---- the store and what is asked of it */

struct job {
	struct arena mem;
	const char *folder, *image, *work, *store;
	struct pkgimg_cache *cache;
	struct pkgimg_cache_root root;
	struct pkgimg_cache_source sources[SOURCES];
	struct pkgimg_cache_dependency dependency;
	struct pkgimg_cache_option flags[3];
	struct pkgimg_cache_request q;
};

static void copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t n = 0;

	while (in >= 0 && out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			break;
	if (in < 0 || out < 0 || n)
		stop("a file cannot be copied");
	close(in);
	close(out);
}

static int make(void *ctx, struct pkgimg_cache_build *b)
{
	copy(((struct job *)ctx)->image, pkgimg_cache_build_output(b));
	return 0;
}

static void fill_request(struct job *j)
{
	j->root = (struct pkgimg_cache_root) { "workspace", j->work };
	for (int i = 0; i < SOURCES; i++)
		j->sources[i].path = path_join(&j->mem, j->work, str_fmt(&j->mem, "%d.c", i));
	j->dependency = (struct pkgimg_cache_dependency) {
		.name = "base", .interface_digest = 5, .build_id = { 1 }
	};
	j->flags[0] = (struct pkgimg_cache_option) { "opt-level", "2" };
	j->flags[1] = (struct pkgimg_cache_option) { "output", "tiny.so" };
	j->flags[2] = (struct pkgimg_cache_option) { "platform", "linux" };
	j->q = (struct pkgimg_cache_request) { .size = sizeof(j->q),
		.package = "tiny",
		.toolchain = "bench",
		.abi = img_host_abi_text(),
		.cpu_target = "generic",
		.flags_set = j->flags,
		.nflags = 3,
		.roots = &j->root,
		.nroots = 1,
		.sources = j->sources,
		.nsources = SOURCES,
		.dependencies = &j->dependency,
		.ndependencies = 1 };
}

/* sources of three seconds ago: their times can be trusted */
static void fill_store(struct job *j)
{
	struct pkgimg_cache_options o = { .size = sizeof(o), .stores = &j->store, .nstores = 1 };
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;

	place_make_folders(&j->mem, j->work);
	if (!file_exists(j->sources[0].path)) {
		for (int i = 0; i < SOURCES; i++)
			copy("/proc/self/cmdline", j->sources[i].path);
		sleep(3);
	}
	if (pkgimg_cache_open(&o, &j->cache, &e) ||
		pkgimg_cache_get(j->cache, &j->q, make, j, &a, &e))
		stop(e.text);
	pkgimg_cache_answer_free(a);
}

/* ---- rounds */

static double by_lookup(struct job *j)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	double start = now_us(), end;

	if (pkgimg_cache_lookup(j->cache, &j->q, &a, &e) || !a->found)
		stop("no hit");
	pkgimg_cache_answer_free(a);
	end = now_us();
	return end - start;
}

static double by_accept(struct job *j)
{
	static struct names_in names;
	static const char *path;
	static int folder = -1;
	struct arena mem = { 0 };
	struct files files = { .mem = &mem };
	struct reasons why = { .mem = &mem };
	struct request r;
	struct match m = { .cache = j->cache, .r = &r, .store = j->cache->stores, .why = &why };
	double start, end;

	if (folder < 0) {
		folder = package_folder(&j->mem, j->cache->stores, j->q.package, &path);
		names_in(&j->mem, folder, SIDECAR_SUFFIX, &names);
	}
	if (folder < 0 || names.n != 1 || request_open(&mem, &files, &j->q, &r, NULL))
		stop("no sidecar");
	m.folder = folder;
	m.folder_path = path;
	m.name = names.v[0];
	start = now_us();
	match_sidecar(&m);
	end = now_us();
	if (why.n || !m.s.data || m.stale_stats)
		stop("the sidecar was not accepted by times alone");
	arena_free(&mem);
	return end - start;
}

int main(int argc, char **argv)
{
	struct job j = { 0 };
	double (*run)(struct job *);
	double *v;
	long rounds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;

	if (rounds < 1)
		return 2;
	j.folder = argv[2];
	j.image = argv[3];
	j.work = path_join(&j.mem, j.folder, "work");
	j.store = path_join(&j.mem, j.folder, "store");
	fill_request(&j);
	fill_store(&j);
	run = strcmp(argv[1], "accept") ? by_lookup : by_accept;
	v = arena_array(&j.mem, double, (size_t)rounds);
	for (long i = 0; i < rounds; i++)
		v[i] = run(&j);
	printf("%.2f\n", median(v, (size_t)rounds));
	pkgimg_cache_close(j.cache);
	arena_free(&j.mem);
	return 0;
}
