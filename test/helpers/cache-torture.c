/* Many builders on one store, builders that are killed, and one build for tests of faults.
 *
 *   cache-torture stress FOLDER PROCESSES PACKAGES   0 corrupt, builds counted
 *   cache-torture kill FOLDER RUNS SEED              kill -9 at random moments
 *   cache-torture one FOLDER PACKAGE                 get one package; says hit, built or the error
 *   cache-torture sum SIDECAR                        its sum made right again, after a change by
 * hand
 *   cache-torture host FOLDER CODE                   a host with a compiler of its own: makes an
 * image, asks for another one so that the first is refused for CODE, says how, makes that one
 *
 * FOLDER/store is the store, FOLDER/N.src the sources. What is made is a file made of nothing but
 * its source, so that a wrong one is seen. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cache/internal.h"

enum { LIBRARY = 64 * 1024 };

struct work {
	const char *folder;
	char store[512], source[512], package[32];
	struct pkgimg_cache_source src;
	struct pkgimg_cache_request q;
	bool slow;
};

static void die(const char *what)
{
	perror(what);
	_exit(9);
}

static void read_source(const struct work *w, char text[64])
{
	int fd = open(w->source, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, 63);

	if (n < 0)
		die(w->source);
	text[n] = '\0';
	close(fd);
}

static void write_source(const struct work *w, unsigned version)
{
	FILE *f = fopen(w->source, "w");

	if (!f || fprintf(f, "%s version %u", w->package, version) < 0 || fclose(f))
		die(w->source);
}

static void fill(const struct work *w, char *out)
{
	char text[64];
	size_t n;

	read_source(w, text);
	n = strlen(text) + 1;
	for (size_t i = 0; i < LIBRARY; i++)
		out[i] = text[i % n];
}

static void set(struct work *w, const char *folder, unsigned number)
{
	*w = (struct work) { .folder = folder };
	snprintf(w->store, sizeof(w->store), "%s/store", folder);
	snprintf(w->package, sizeof(w->package), "p%u", number);
	snprintf(w->source, sizeof(w->source), "%s/%u.src", folder, number);
	w->src.path = w->source;
	w->q = (struct pkgimg_cache_request) { .size = sizeof(w->q),
		.flags = PKGIMG_CACHE_OPAQUE,
		.toolchain = "torture",
		.abi = "any",
		.nsources = 1 };
	w->q.package = w->package;
	w->q.sources = &w->src;
}

static int make(void *ctx, struct pkgimg_cache_build *b)
{
	struct work *w = ctx;
	static char library[LIBRARY];
	int log, fd;
	char path[600];

	snprintf(path, sizeof(path), "%s/log", w->folder);
	log = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (log >= 0) {
		if (write(log, ".", 1) < 0)
			die("log");
		close(log);
	}
	fill(w, library);
	fd = open(pkgimg_cache_build_output(b), O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd < 0)
		return 1;
	if (w->slow)
		usleep(3000);
	for (size_t at = 0; at < LIBRARY;) {
		ssize_t n = write(fd, library + at, LIBRARY - at);

		if (n < 0 && errno != EINTR) {
			close(fd);
			return 1;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	return close(fd) != 0;
}

/* is the library that of the source as it is now? A file that vanished is no fault. */
static bool is_right(const struct work *w, const char *library)
{
	static char wanted[LIBRARY], got[LIBRARY + 1];
	int fd = open(library, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT;
	n = read(fd, got, sizeof(got));
	close(fd);
	fill(w, wanted);
	return n == LIBRARY && !memcmp(wanted, got, LIBRARY);
}

static struct pkgimg_cache *open_store(const struct work *w, const char *host, unsigned stale)
{
	const char *stores[] = { w->store };
	struct pkgimg_cache_options o = { .size = sizeof(o),
		.stores = stores,
		.nstores = 1,
		.host_name = host,
		.stale_seconds = stale };
	struct pkgimg_cache_error e;
	struct pkgimg_cache *c;

	if (!pkgimg_cache_open(&o, &c, &e))
		return c;
	puts(e.text);
	_exit(1);
}

/* returns 0 right, 1 error, 2 corrupt */
static int get(struct pkgimg_cache *c, struct work *w, bool say)
{
	struct pkgimg_cache_answer *a;
	struct pkgimg_cache_error e;
	int result;

	if (pkgimg_cache_get(c, &w->q, make, w, &a, &e)) {
		if (say)
			printf("error: %s\n", e.text);
		return 1;
	}
	unsetenv("FAIL_AT"); /* no faults in the look at it (fail-nth.c) */
	result = is_right(w, a->hit.library) ? 0 : 2;
	if (say)
		printf("%s%s\n", a->built ? "built" : "hit", result ? " corrupt" : "");
	pkgimg_cache_answer_free(a);
	return result;
}

/* ---- stress */

static int stress_one(const char *folder, unsigned number, unsigned packages)
{
	struct work w;
	int worst = 0;

	for (unsigned i = 0; i < packages; i++) {
		struct pkgimg_cache *c;
		int rc;

		set(&w, folder, (i + number * 7) % packages);
		w.slow = true;
		c = open_store(&w, number % 2 ? "host-a" : "host-b", 0);
		rc = get(c, &w, false);
		worst = rc > worst ? rc : worst;
		pkgimg_cache_close(c);
	}
	return worst;
}

static int stress(const char *folder, unsigned processes, unsigned packages)
{
	unsigned failed = 0, corrupt = 0;
	struct work w;
	struct stat st;
	char log[600];

	for (unsigned i = 0; i < packages; i++) {
		set(&w, folder, i);
		write_source(&w, 1);
	}
	for (unsigned i = 0; i < processes; i++)
		if (!fork())
			_exit(stress_one(folder, i, packages));
	for (unsigned i = 0; i < processes; i++) {
		int status;

		wait(&status);
		failed += !WIFEXITED(status) || WEXITSTATUS(status) == 1;
		corrupt += WIFEXITED(status) && WEXITSTATUS(status) == 2;
	}
	snprintf(log, sizeof(log), "%s/log", folder);
	if (stat(log, &st))
		die(log);
	printf("%u processes, %u packages: %u failed, %u corrupt, %u built twice\n", processes,
		packages, failed, corrupt, (unsigned)st.st_size - packages);
	return failed || corrupt || ((unsigned)st.st_size - packages) * 20 > packages;
}

/* ---- kill */

enum { KILL_PACKAGES = 8 };

static void random_work(const char *folder, unsigned r)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc), .max_bytes = 5 * LIBRARY };
	struct work w;
	struct pkgimg_cache *c;

	set(&w, folder, r % KILL_PACKAGES);
	c = open_store(&w, r / 64 % 2 ? "host-a" : "host-b", 1);
	if (r % 5 == 0)
		pkgimg_cache_gc(c, &gc, NULL);
	else
		get(c, &w, false); /* takes over what the dead have locked */
	_exit(0);
}

/* what is accepted is right, whatever was killed */
static unsigned look_at_all(const char *folder)
{
	unsigned corrupt = 0;

	for (unsigned i = 0; i < KILL_PACKAGES; i++) {
		struct pkgimg_cache_answer *a;
		struct pkgimg_cache *c;
		struct work w;

		set(&w, folder, i);
		c = open_store(&w, NULL, 1);
		if (pkgimg_cache_lookup(c, &w.q, &a, NULL))
			die("lookup");
		corrupt += a->found && !is_right(&w, a->hit.library);
		pkgimg_cache_answer_free(a);
		pkgimg_cache_close(c);
	}
	return corrupt;
}

static int kill_many(const char *folder, unsigned runs, unsigned seed)
{
	struct pkgimg_cache_gc gc = { .size = sizeof(gc) };
	struct pkgimg_cache_verify v = { .size = sizeof(v) };
	unsigned corrupt = 0, killed = 0, wrong = 0;
	struct pkgimg_cache *c;
	struct work w;

	srand(seed);
	for (unsigned i = 0; i < KILL_PACKAGES; i++) {
		set(&w, folder, i);
		write_source(&w, 0);
	}
	for (unsigned i = 0; i < runs; i++) {
		unsigned r = (unsigned)rand();
		int status;
		pid_t pid;

		set(&w, folder, r % KILL_PACKAGES);
		if (r % 3)
			write_source(&w, i);
		pid = fork();
		if (!pid)
			random_work(folder, r);
		usleep((unsigned)rand() % 6000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status) != 0;
		corrupt += look_at_all(folder);
	}
	sleep(2); /* locks of the other "hosts" become stale */
	c = open_store(&w, NULL, 1);
	if (pkgimg_cache_gc(c, &gc, NULL))
		die("gc");
	sleep(2); /* the next one finds nothing, however late it comes */
	if (pkgimg_cache_gc(c, &gc, NULL) || pkgimg_cache_verify(c, &v, NULL))
		die("gc");
	for (unsigned i = 0; i < KILL_PACKAGES; i++) {
		set(&w, folder, i);
		wrong += get(c, &w, false) != 0;
	}
	pkgimg_cache_close(c);
	printf("%u runs, %u killed: %u corrupt, %llu left, %llu unsound, %u not rebuilt\n", runs,
		killed, corrupt, (unsigned long long)gc.leftovers, (unsigned long long)v.unsound,
		wrong);
	return corrupt || gc.leftovers || v.unsound || wrong || !killed;
}

static int sum_again(const char *path)
{
	static _Alignas(8) uint8_t file[1 << 20];
	int fd = open(path, O_RDWR);
	ssize_t n = read(fd, file, sizeof(file));

	if (n < 0)
		die(path);
	sidecar_sum(file);
	if (pwrite(fd, file, (size_t)n, 0) != n || close(fd))
		die(path);
	return 0;
}

/* ---- what only a host can ask for */

struct host {
	struct work w;
	struct pkgimg_cache_dependency dep;
	struct pkgimg_cache_root root;
	struct pkgimg_cache_source found;
	char inside[600];
};

static int make_of_two(void *ctx, struct pkgimg_cache_build *b)
{
	struct host *h = ctx;

	return make(&h->w, b) || (h->found.path && pkgimg_cache_build_source(b, &h->found, NULL));
}

static void base_image(struct host *h, int step)
{
	h->dep = (struct pkgimg_cache_dependency) {
		.name = "base", .flags = PKGIMG_CACHE_DEP_BASE, .build_id = { (uint8_t)(step + 1) }
	};
	h->w.q.dependencies = &h->dep;
	h->w.q.ndependencies = 1;
}

static void inlined(struct host *h, int step)
{
	base_image(h, step);
	h->dep.flags = PKGIMG_CACHE_DEP_INLINED;
}

/* a file of an SDK, which the second time nobody says where it is */
static void sdk(struct host *h, int step)
{
	char folder[600];
	FILE *f;

	snprintf(folder, sizeof(folder), "%s/sdk", h->w.folder);
	snprintf(h->inside, sizeof(h->inside), "%.500s/sdk/sdk.h", h->w.folder);
	mkdir(folder, 0777);
	f = step ? NULL : fopen(h->inside, "w");
	if (f)
		fclose(f);
	h->root = (struct pkgimg_cache_root) { "sdk", strdup(folder) };
	h->found.path = h->inside;
	h->w.q.roots = &h->root;
	h->w.q.nroots = !step;
}

static void by_time(struct host *h, int step)
{
	const struct timespec t[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	h->w.src.track = PKGIMG_CACHE_TRACK_TIME;
	if (step)
		utimensat(AT_FDCWD, h->w.source, t, 0);
}

/* table */
static const struct {
	const char *code;
	void (*set)(struct host *h, int step);
} host_cases[] = { { "base-changed", base_image }, { "dependency-build", inlined },
	{ "root-unresolved", sdk }, { "source-time", by_time } };

static int host_step(struct pkgimg_cache *c, struct host *h, int step, const char *code)
{
	struct pkgimg_cache_answer *a;
	int built, hit;

	if (step) {
		const struct pkgimg_cache_rejection *r;

		if (pkgimg_cache_explain(c, &h->w.q, &a, NULL) || a->found || a->ncandidates != 1)
			return 1;
		r = a->candidates[0].rejections;
		if (strcmp(r->code, code))
			return 1;
		printf("  %s: %s: wanted %s, found %s; %s\n", r->code, r->field, r->expected,
			r->found, r->remedy);
		pkgimg_cache_answer_free(a);
	}
	if (pkgimg_cache_get(c, &h->w.q, make_of_two, h, &a, NULL))
		return 1;
	built = a->built;
	pkgimg_cache_answer_free(a);
	if (pkgimg_cache_lookup(c, &h->w.q, &a, NULL))
		return 1;
	hit = a->found;
	pkgimg_cache_answer_free(a);
	return !built || !hit;
}

static int host(const char *folder, const char *code)
{
	struct host h = { 0 };
	size_t i = 0;

	while (i < sizeof(host_cases) / sizeof(*host_cases) && strcmp(host_cases[i].code, code))
		i++;
	if (i == sizeof(host_cases) / sizeof(*host_cases))
		return 2;
	set(&h.w, folder, 0);
	write_source(&h.w, 1);
	for (int step = 0; step < 2; step++) {
		h.w.q.sources = &h.w.src;
		host_cases[i].set(&h, step);
		if (host_step(open_store(&h.w, NULL, 1), &h, step, code))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct work w;

	if (argc == 3 && !strcmp(argv[1], "sum"))
		return sum_again(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "host"))
		return host(argv[2], argv[3]);
	if (argc == 5 && !strcmp(argv[1], "stress"))
		return stress(argv[2], (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]));
	if (argc == 5 && !strcmp(argv[1], "kill"))
		return kill_many(argv[2], (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]));
	if (argc != 4)
		return 2;
	set(&w, argv[2], (unsigned)atoi(argv[3]));
	if (access(w.source, F_OK))
		write_source(&w, 1);
	return get(open_store(&w, NULL, 1), &w, true);
}
