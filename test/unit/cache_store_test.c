/* cache/: hostile sidecars, keys, stores that move, gc, verify, locks, dependency files. */
#include <sys/wait.h>

#include "age.h"
#include "cache_fix.h"

/* ---- hostile sidecars */

static void use_all(struct unit *u, const struct sidecar *s)
{
	struct arena mem = { 0 };
	struct pkgimg_cache_image image;
	size_t n = 0;

	image_of(&mem, s, "folder", "name", 0, &image);
	n += strlen(image.package) + strlen(image.toolchain) + strlen(image.cpu_target);
	for (uint32_t i = 0; i < s->h->tables[PKI_SOURCES].count; i++)
		n += strlen(sidecar_str(s, s->sources[i].path));
	for (uint32_t i = 0; i < s->h->tables[PKI_DEPENDENCIES].count; i++)
		for (uint32_t k = 0; k < s->dependencies[i].nuses; k++)
			n += strlen(sidecar_str(s, s->uses[s->dependencies[i].first_use + k].name));
	for (uint32_t i = 0; i < s->h->tables[PKI_FLAGS].count; i++)
		n += strlen(sidecar_str(s, s->flags[i].value));
	for (uint32_t i = 0; i < image.nsymbols; i++)
		n += strlen(image.symbols[i].name);
	CHECK(n > 0);
	arena_free(&mem);
}

/* returns whether it was accepted; the copy is of that very size, so that ASan sees a step too far
 */
static bool check(struct unit *u, const uint8_t *data, size_t n, size_t file_size, bool sum)
{
	struct arena mem = { 0 };
	uint8_t *copy = malloc(n ? n : 1);
	struct sidecar s;
	struct trouble t = { 0 };
	bool fine;

	memcpy(copy, data, n);
	if (sum && n >= sizeof(struct pki_header) &&
		((struct pki_header *)(void *)copy)->tables_size <= n &&
		((struct pki_header *)(void *)copy)->tables_size >= sizeof(struct pki_header))
		sidecar_sum(copy);
	fine = !sidecar_check(&mem, copy, n, file_size, &s, &t);
	if (fine)
		use_all(u, &s);
	else
		CHECK(t.reason && t.field && t.expected && t.found);
	free(copy);
	arena_free(&mem);
	return fine;
}

static void hostile_sidecars(struct unit *u)
{
	struct fix f;
	uint8_t *data;
	size_t n, accepted = 0;

	start(&f, u);
	f.use = "one";
	f.discovered = at(&f, f.work, "late.src");
	f.q.native = PKGIMG_CACHE_NATIVE_NO;
	get(&f);
	data = read_whole(file_of(&f, ".pki"), &n);
	CHECK(check(u, data, n, n, false));
	for (size_t i = 0; i < n; i++)
		CHECK(!check(u, data, i, i, true) || i >= n);
	n = ((struct pki_header *)(void *)data)->tables_size;
	for (size_t i = 0; i < n; i++)
		for (int bit = 0; bit < 8; bit++) {
			size_t size = (size_t)((struct pki_header *)(void *)data)->file_size;

			data[i] ^= (uint8_t)(1 << bit);
			CHECK(!check(u, data, n, size, false));
			accepted += check(u, data, n, size, true);
			data[i] ^= (uint8_t)(1 << bit);
		}
	/* digests and letters may be anything; places and counts may not */
	CHECK(accepted > 0 && accepted < 8 * n);
	free(data);
	finish(&f);
}

/* ---- keys */

static void key_of(struct fix *f, uint8_t out[32])
{
	struct unit *u = f->u;

	CHECK_INT(pkgimg_cache_key(f->cache, &f->q, out, NULL), PKGIMG_CACHE_OK);
}

static void keys(struct unit *u)
{
	struct fix f, g;
	uint8_t a[32], b[32];

	start(&f, u);
	start(&g, u); /* another folder, another time: the same key */
	key_of(&f, a);
	key_of(&g, b);
	CHECK(!memcmp(a, b, 32));
	f.deps[0].build_id[0]++; /* a comment in a dependency */
	f.q.cpu_features = "sse3";
	key_of(&f, b);
	CHECK(!memcmp(a, b, 32));
	f.deps[0].interface_digest++;
	key_of(&f, b);
	CHECK(memcmp(a, b, 32));
	f.deps[0].interface_digest--;
	f.q.native = PKGIMG_CACHE_NATIVE_EXISTING;
	key_of(&f, b);
	CHECK(memcmp(a, b, 32));
	f.q.native = PKGIMG_CACHE_NATIVE_YES;
	put(f.sources[0].path, "source A");
	key_of(&f, b);
	CHECK(memcmp(a, b, 32));
	unlink(f.sources[0].path);
	CHECK_INT(pkgimg_cache_key(f.cache, &f.q, b, NULL), PKGIMG_CACHE_E_SOURCE);
	finish(&f);
	finish(&g);
}

/* ---- stores */

static void copy_file(const char *from, const char *to)
{
	size_t n;
	uint8_t *data = read_whole(from, &n);

	write_whole(to, data, n);
	free(data);
}

/* times and inodes are others, sources lie elsewhere: contents decide, and it is a hit */
static void a_copied_store_hits(struct unit *u)
{
	struct fix f, g;
	const char *sidecar, *library, *folder;

	start(&f, u);
	start(&g, u);
	f.discovered = at(&f, f.work, "late.src");
	get(&f);
	sidecar = file_of(&f, ".pki");
	library = file_of(&f, ".so");
	folder = at(&g, g.store, "v1/geo");
	CHECK_INT(place_make_folders(&g.mem, folder), 0);
	copy_file(sidecar, at(&g, folder, path_base(sidecar)));
	copy_file(library, at(&g, folder, path_base(library)));
	finish(&f);
	CHECK_STR(ask(&g), "accepted");
	put(at(&g, g.work, "late.src"), "otherwise!");
	CHECK(!strncmp(ask(&g), "source-content", 14));
	finish(&g);
}

static void read_only_and_layered(struct unit *u)
{
	struct fix f;
	const char *stores[2];
	struct pkgimg_cache_options o = { .size = sizeof(o), .stores = stores, .nstores = 2 };
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;

	start(&f, u);
	get(&f);
	open_cache(&f, PKGIMG_CACHE_READ_ONLY);
	CHECK_STR(ask(&f), "accepted");
	f.q.toolchain = "tool 2";
	CHECK_INT(pkgimg_cache_get(f.cache, &f.q, make, &f, &a, &e), PKGIMG_CACHE_E_NO_STORE);
	CHECK(strstr(e.text, "name one in PKGIMG_CACHE"));
	/* the second store has it, the first gets what is new */
	stores[0] = at(&f, f.dir, "second");
	stores[1] = f.store;
	pkgimg_cache_close(f.cache);
	CHECK_INT(pkgimg_cache_open(&o, &f.cache, NULL), PKGIMG_CACHE_OK);
	get(&f);
	CHECK(file_exists(at(&f, stores[0], "v1/geo")));
	f.q.toolchain = "tool 1";
	CHECK_STR(ask(&f), "accepted");
	CHECK_INT(f.made, 2);
	finish(&f);
}

static void variants_coexist(struct unit *u)
{
	struct fix f;
	struct pkgimg_cache_list *l;

	start(&f, u);
	for (int round = 0; round < 2; round++) {
		f.flags[0].value = "2";
		get(&f);
		f.flags[0].value = "3";
		get(&f);
		f.q.native = PKGIMG_CACHE_NATIVE_NO;
		get(&f);
		f.q.native = PKGIMG_CACHE_NATIVE_YES;
	}
	CHECK_INT(f.made, 3);
	CHECK_INT(pkgimg_cache_list(f.cache, NULL, &l, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(l->n, 3);
	pkgimg_cache_list_free(l);
	finish(&f);
}

/* ---- gc and verify */

static void gc_by_age_and_bytes(struct unit *u)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc), .max_age = 100, .dry_run = 1 };
	struct fix f;

	start(&f, u);
	get(&f);
	set_age(file_of(&f, ".pki"), 1000);
	f.q.toolchain = "tool 2";
	get(&f);
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.removed, 1);
	CHECK_STR(ask(&f), "accepted");
	gc.dry_run = 0;
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.removed, 1);
	CHECK_INT(gc.kept, 1);
	CHECK_STR(ask(&f), "accepted");
	gc = (struct pkgimg_cache_gc) { .size = sizeof(gc), .max_bytes = 1 };
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.removed, 1);
	CHECK_STR(ask(&f), "none");
	finish(&f);
}

/* The file of an image without native code is no leftover, however old, and goes with its image. */
static void gc_data_only(struct unit *u)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc) };
	const char *file;
	struct fix f;

	start(&f, u);
	f.q.native = PKGIMG_CACHE_NATIVE_NO;
	get(&f);
	file = file_of(&f, ".pkgimg");
	sleep(2); /* stale_seconds is 1 */
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.leftovers, 0);
	CHECK_INT(gc.kept, 1);
	CHECK_STR(ask(&f), "accepted");
	gc.max_bytes = 1;
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.removed, 1);
	CHECK(!file_exists(file));
	finish(&f);
}

static void gc_leftovers(struct unit *u)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc) };
	struct fix f;
	pid_t pid;
	int status;

	start(&f, u);
	get(&f);
	fflush(stdout);
	pid = fork();
	if (!pid) { /* dies with the lock and a library half made */
		struct pkgimg_cache_answer *a;
		struct pkgimg_cache_build *b;

		f.q.toolchain = "tool 2";
		if (pkgimg_cache_begin(f.cache, &f.q, &b, &a, NULL))
			_exit(1);
		put(pkgimg_cache_build_output(b), "half");
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK(file_of(&f, ".lock") != NULL);
	put(at(&f, f.store, "v1/geo/0123456789abcdef.so"), "nobody's"); /* young: it stays */
	put(at(&f, f.store, "v1/geo/README"), "mine");
	open_stale(&f, 0, 1000);
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.leftovers, 2);
	open_stale(&f, 0, 1);
	sleep(2);
	CHECK_INT(pkgimg_cache_gc(f.cache, &gc, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(gc.leftovers, 1);
	CHECK(file_exists(at(&f, f.store, "v1/geo/README")));
	CHECK_STR(ask(&f), "accepted");
	finish(&f);
}

static void count_broken(void *ctx, const struct pkgimg_cache_candidate *c)
{
	snprintf(ctx, 64, "%s", c->rejections[0].code);
}

static void verify_finds(struct unit *u)
{
	char code[64] = "";
	struct pkgimg_cache_verify v = { .size = sizeof(v), .broken = count_broken, .ctx = code };
	struct stat st;
	struct fix f;

	start(&f, u);
	f.q.native = PKGIMG_CACHE_NATIVE_NO;
	get(&f);
	CHECK_INT(pkgimg_cache_verify(f.cache, &v, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(v.sound, 1);
	CHECK_INT(v.data_only, 1);
	put(file_of(&f, ".pkgimg"), "a libxary");
	CHECK_INT(pkgimg_cache_verify(f.cache, &v, NULL), PKGIMG_CACHE_OK);
	CHECK_STR(code, "library-checksum");
	v.repair = 1;
	CHECK_INT(pkgimg_cache_verify(f.cache, &v, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(v.removed, 1);
	/* a byte changed behind our back, size and time as they were: only verify can tell */
	f.q.native = PKGIMG_CACHE_NATIVE_YES;
	get(&f);
	if (stat(file_of(&f, ".so"), &st))
		abort();
	put(file_of(&f, ".so"), "a librarY");
	utimensat(AT_FDCWD, file_of(&f, ".so"), (struct timespec[]) { st.st_mtim, st.st_mtim }, 0);
	CHECK_STR(ask(&f), "accepted");
	CHECK_INT(pkgimg_cache_verify(f.cache, &v, NULL), PKGIMG_CACHE_OK);
	CHECK_STR(code, "library-checksum");
	CHECK_STR(ask(&f), "none");
	finish(&f);
}

/* ---- locks */

static int give_up(void *ctx, const struct pkgimg_cache_owner *o)
{
	snprintf(ctx, 128, "%s %s %s", o->package, o->host, o->pid > 0 ? "pid" : "?");
	return o->waited > 0.5;
}

enum { STALE = 3 };

/* A builder in a process of its own, which holds the lock when this returns.
 * seconds: how long it takes. returns the process, whose exit code is that of its commit */
static pid_t builder(struct fix *f, const char *host, unsigned seconds)
{
	struct pkgimg_cache_options o = { .size = sizeof(o),
		.nstores = 1,
		.stores = &f->store,
		.host_name = host,
		.stale_seconds = STALE };
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_build *b;
	struct pkgimg_cache *c;
	int ready[2];
	pid_t pid;

	fflush(stdout);
	if (pipe(ready))
		abort();
	pid = fork();
	if (pid) {
		close(ready[1]);
		if (pid < 0 || read(ready[0], &(char) { 0 }, 1) != 1)
			abort();
		close(ready[0]);
		return pid;
	}
	if (pkgimg_cache_open(&o, &c, NULL) || pkgimg_cache_begin(c, &f->q, &b, &a, NULL) ||
		write(ready[1], "", 1) != 1)
		_exit(1);
	sleep(seconds);
	make(f, b);
	_exit(pkgimg_cache_commit(b, NULL, NULL));
}

static void waits_and_reuses(struct unit *u)
{
	char told[128] = "";
	struct pkgimg_cache_answer *a;
	struct fix f;
	pid_t pid;
	int status;

	start(&f, u);
	open_stale(&f, 0, STALE);
	pid = builder(&f, "elsewhere", STALE + 3); /* alive on another host: renewed meanwhile */
	f.q.waiting = give_up;
	f.q.ctx = told;
	CHECK_INT(pkgimg_cache_get(f.cache, &f.q, make, &f, &a, NULL), PKGIMG_CACHE_E_CANCELLED);
	CHECK_STR(told, "geo elsewhere pid");
	f.q.flags |= PKGIMG_CACHE_NO_WAIT;
	CHECK_INT(pkgimg_cache_get(f.cache, &f.q, make, &f, &a, NULL), PKGIMG_CACHE_E_BUSY);
	f.q.flags &= ~(uint32_t)PKGIMG_CACHE_NO_WAIT;
	f.q.waiting = NULL;
	get(&f);
	CHECK_INT(f.made, 0); /* the other's */
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	finish(&f);
}

static void takes_over_from_the_dead(struct unit *u)
{
	static const char *const hosts[] = { NULL, "elsewhere" };

	for (size_t i = 0; i < 2; i++) {
		struct fix f;
		int status;
		pid_t pid;

		start(&f, u);
		pid = builder(&f, hosts[i], 100);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
		CHECK(file_of(&f, ".lock") != NULL);
		get(&f);
		CHECK_INT(f.made, 1);
		finish(&f);
	}
}

/* ---- history, dependency files, argument mistakes */

static void history(struct unit *u)
{
	struct pkgimg_cache_history *h;
	struct fix f;

	start(&f, u);
	get(&f);
	get(&f);
	f.flags[0].value = "3";
	get(&f);
	CHECK_INT(pkgimg_cache_history(f.cache, "geo", &h, NULL), PKGIMG_CACHE_OK);
	CHECK_INT(h->hits, 1);
	CHECK_INT(h->misses, 2);
	CHECK_INT(h->rejections[PKGIMG_REJECT_FLAGS], 1);
	CHECK_INT(h->nlast, 1);
	CHECK(h->made >= h->when);
	CHECK(h->nlast && strstr(h->last[0], "opt-level: wanted 3, found 2"));
	pkgimg_cache_history_free(h);
	for (int i = 0; i < 33000; i++) /* it is cut short, and the sums stay */
		history_hit(f.cache, "geo");
	CHECK_INT(pkgimg_cache_history(f.cache, NULL, &h, NULL), PKGIMG_CACHE_OK);
	CHECK(h->hits > 32900 && h->hits <= 33001);
	CHECK_INT(h->misses, 2);
	pkgimg_cache_history_free(h);
	CHECK_INT(pkgimg_cache_history(f.cache, "geo", &h, NULL), PKGIMG_CACHE_OK);
	CHECK(h->made >= h->when && h->when); /* and so does why it was made */
	CHECK(h->nlast && strstr(h->last[0], "opt-level: wanted 3, found 2"));
	pkgimg_cache_history_free(h);
	finish(&f);
}

static void depfiles(struct unit *u)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_build *b;
	struct fix f;
	const char *d;

	start(&f, u);
	d = at(&f, f.work, "x.d");
	put(at(&f, f.work, "with blank.h"), "h");
	put(d, str_fmt(&f.mem, "x.o: %s \\\n  %s/with\\ blank.h \\\r\n %s\n\n%s:\n",
		       f.sources[0].path, f.work, at(&f, f.work, "late.src"), f.sources[1].path));
	CHECK_INT(pkgimg_cache_begin(f.cache, &f.q, &b, &a, NULL), PKGIMG_CACHE_OK);
	pkgimg_cache_answer_free(a);
	CHECK_INT(pkgimg_cache_build_depfile(b, d, NULL), PKGIMG_CACHE_OK);
	make(&f, b);
	CHECK_INT(pkgimg_cache_commit(b, NULL, NULL), PKGIMG_CACHE_OK);
	CHECK_STR(ask(&f), "accepted");
	put(at(&f, f.work, "with blank.h"), "g");
	CHECK(!strncmp(ask(&f), "source-content: source workspace:with blank.h", 45));
	finish(&f);
}

static int make_and_change(void *ctx, struct pkgimg_cache_build *b)
{
	struct fix *f = ctx;

	put(f->sources[0].path, "another a");
	return make(f, b);
}

static void changed_meanwhile(struct unit *u)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	struct fix f;

	start(&f, u);
	CHECK_INT(pkgimg_cache_get(f.cache, &f.q, make_and_change, &f, &a, &e),
		PKGIMG_CACHE_E_SOURCE);
	CHECK(strstr(e.text, "changed while 'geo' was built; build it again"));
	CHECK_STR(ask(&f), "none");
	finish(&f);
}

static void mistakes(struct unit *u)
{
	struct pkgimg_cache_answer *a;
	struct fix f;

	start(&f, u);
	f.q.package = "../geo";
	CHECK_INT(pkgimg_cache_lookup(f.cache, &f.q, &a, NULL), PKGIMG_CACHE_E_ARGUMENT);
	f.q.package = "geo";
	f.flags[1] = f.flags[0];
	f.q.nflags = 2;
	CHECK_INT(pkgimg_cache_lookup(f.cache, &f.q, &a, NULL), PKGIMG_CACHE_E_ARGUMENT);
	f.q.nflags = 1;
	f.q.size = 4;
	CHECK_INT(pkgimg_cache_lookup(f.cache, &f.q, &a, NULL), PKGIMG_CACHE_E_ARGUMENT);
	f.q.size = sizeof(f.q);
	f.q.flags = 0; /* not opaque: what is made must be an image */
	CHECK_INT(pkgimg_cache_get(f.cache, &f.q, make, &f, &a, NULL), PKGIMG_CACHE_E_IMAGE);
	CHECK_STR(ask(&f), "none");
	finish(&f);
}

UNIT_MAIN(hostile_sidecars, keys, a_copied_store_hits, read_only_and_layered, variants_coexist,
	gc_by_age_and_bytes, gc_data_only, gc_leftovers, verify_finds, waits_and_reuses,
	takes_over_from_the_dead, history, depfiles, changed_meanwhile, mistakes)
