#include "pkgimg/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/unit/image_maker.h"
#include "test/unit/unit.h"

/* a folder of its own for each test; left() removes it */
struct place {
	char dir[64], path[128];
};

static struct place arrive(void)
{
	struct place p = { .dir = "/tmp/pkgimg-runtime-test-XXXXXX" };

	if (!mkdtemp(p.dir))
		abort();
	snprintf(p.path, sizeof(p.path), "%s/sample.so", p.dir);
	return p;
}

static void left(const struct place *p)
{
	unlink(p->path);
	rmdir(p->dir);
}

/* a sealed image at p->path; by rename, as a build does it */
static void put_image(struct unit *u, const struct place *p, const struct maker_wish *wish)
{
	struct maker *m = mk_image(wish);
	struct img_error e;
	char temp[160];
	int fd;

	snprintf(temp, sizeof(temp), "%s.tmp", p->path);
	fd = open(temp, O_RDWR | O_CREAT | O_TRUNC, 0755);
	CHECK(fd >= 0 && write(fd, m->file, m->size) == (ssize_t)m->size);
	CHECK_INT(image_seal(fd, mk_digest, NULL, NULL, &e), IMG_OK);
	close(fd);
	CHECK(rename(temp, p->path) == 0);
	free(m);
}

static int call_int(const struct pkgimg_method *m, int a, int b)
{
	int (*f)(int, int);

	memcpy(&f, &m->address, sizeof(f));
	return f(a, b);
}

static void opens_and_calls(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_options opt = { .size = sizeof(opt), .flags = PKGIMG_VERIFY };
	struct pkgimg_image *img = NULL;
	struct pkgimg_method m;
	struct pkgimg_error err = { 0 };
	double (*twice)(double);
	char text[64];

	put_image(u, &p, NULL);
	if (!CHECK_INT(pkgimg_open(p.path, &opt, &img, &err), PKGIMG_OK)) {
		printf("%s\n", err.text);
		left(&p);
		return;
	}
	CHECK_STR(pkgimg_name(img), "sample");
	CHECK_STR(pkgimg_version(img), "1.2.0");
	CHECK_INT(pkgimg_method_count(img), 8);
	CHECK_INT(pkgimg_find(img, "answer", NULL, &m, &err), PKGIMG_OK);
	CHECK_INT(call_int(&m, 0, 0), 42);
	CHECK_STR(m.file, "src/node.c");
	CHECK_INT(m.line, 11);
	CHECK_INT(pkgimg_find(img, "add", "int (int, int)", &m, &err), PKGIMG_OK);
	CHECK_INT(call_int(&m, 40, 5), 45);
	CHECK_INT(pkgimg_signature(img, m.index, text, sizeof(text)), 21);
	CHECK_STR(text, "int add(int a, int b)");
	CHECK_INT(pkgimg_signature(img, m.index, NULL, 0), 21);
	CHECK_INT(pkgimg_signature(img, 99, text, sizeof(text)), 0);
	CHECK_INT(pkgimg_find(img, "over", "double (double)", &m, &err), PKGIMG_OK);
	memcpy(&twice, &m.address, sizeof(twice));
	CHECK(twice(1.25) == 2.5);
	pkgimg_close(img);
	left(&p);
}

static void finds(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_image *img = NULL;
	struct pkgimg_method m;
	struct pkgimg_global g;
	struct pkgimg_error err = { 0 };

	put_image(u, &p, NULL);
	if (!CHECK_INT(pkgimg_open(p.path, NULL, &img, NULL), PKGIMG_OK))
		return;
	CHECK_INT(pkgimg_find(img, "over", NULL, &m, &err), PKGIMG_E_AMBIGUOUS);
	CHECK_STR(err.text, "sample: several methods are named 'over'; say which by its signature");
	CHECK_INT(pkgimg_find(img, "nix", NULL, &m, &err), PKGIMG_E_NOT_FOUND);
	CHECK_STR(err.text, "sample: no method 'nix'");
	CHECK_INT(pkgimg_find(img, "add", "int (void)", &m, &err), PKGIMG_E_NOT_FOUND);
	CHECK_STR(err.text, "sample: 'add' has no method with the signature 'int (void)'");
	CHECK_INT(pkgimg_find(img, NULL, NULL, &m, &err), PKGIMG_E_ARGUMENT);
	CHECK_INT(pkgimg_method_at(img, 8, &m), PKGIMG_E_ARGUMENT);
	CHECK_INT(pkgimg_find_global(img, "counter", &g, &err), PKGIMG_OK);
	CHECK_INT(*(int *)g.address, 7);
	CHECK_INT(g.size, 4);
	CHECK_INT(pkgimg_find_global(img, "current", &g, &err), PKGIMG_OK);
	CHECK(g.address == NULL);
	CHECK_INT(pkgimg_find_global(img, "none", &g, &err), PKGIMG_E_NOT_FOUND);
	CHECK_INT(pkgimg_global_count(img), 2);
	pkgimg_close(img);
	left(&p);
}

/* one refused file, by what is wished of it */
static void refused(struct unit *u, const struct maker_wish *wish, int code, const char *part)
{
	struct place p = arrive();
	struct pkgimg_image *img = NULL;
	struct pkgimg_error err = { 0 };

	put_image(u, &p, wish);
	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), code);
	CHECK_INT(err.code, code);
	CHECK(img == NULL);
	if (!CHECK(strstr(err.text, part) && !strncmp(err.text, p.path, strlen(p.path))))
		printf("  got: %s\n", err.text);
	CHECK_INT(pkgimg_open(p.path, NULL, &img, NULL), code);
	left(&p);
}

static void refuses(struct unit *u)
{
	const struct maker_wish abi = { .abi_text = "1 vax ultrix none le 32" };
	const struct maker_wish library = { .library = "libdoes-not-exist.so.7" };
	const struct maker_wish both = { .library = "libdoes-not-exist.so.7",
		.needed = "libdoes-not-exist.so.7" };
	const struct maker_wish needed = { .needed = "libdoes-not-exist.so.7" };
	const struct maker_wish host = { .host = "no_such_symbol_of_the_host" };
	const struct maker_wish dependency = { .dependency = "base" };

	refused(u, &abi, PKGIMG_E_ABI, "wanted '1 ");
	refused(u, &library, PKGIMG_E_NEEDS, "needs 'libdoes-not-exist.so.7', which cannot be");
	refused(u, &both, PKGIMG_E_NEEDS, "needs 'libdoes-not-exist.so.7', which cannot be loaded");
	refused(u, &needed, PKGIMG_E_LOAD, "cannot be loaded: libdoes-not-exist.so.7");
	refused(u, &host, PKGIMG_E_NEEDS, "needs 'no_such_symbol_of_the_host', which the host");
	refused(u, &dependency, PKGIMG_E_DEPENDENCY, "it was built with 'base'");
}

static void has_what_it_needs(struct unit *u)
{
	const struct maker_wish wish = {
		.library = "libm.so.6", .needed = "libm.so.6", .host = "malloc"
	};
	const struct maker_wish foreign = { .abi_text = "1 vax ultrix none le 32" };
	struct pkgimg_options opt = { .size = sizeof(opt), .flags = PKGIMG_ALLOW_FOREIGN };
	struct place p = arrive();
	struct pkgimg_image *img = NULL;
	struct pkgimg_error err = { 0 };

	put_image(u, &p, &wish);
	if (!CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_OK))
		printf("%s\n", err.text);
	pkgimg_close(img);
	img = NULL;
	put_image(u, &p, &foreign);
	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_E_ABI);
	CHECK_STR(err.expected, pkgimg_host_abi());
	CHECK_STR(err.found, "1 vax ultrix none le 32");
	CHECK_INT(pkgimg_open(p.path, &opt, &img, &err), PKGIMG_OK);
	pkgimg_close(img);
	left(&p);
}

/* the digests of what mk_uses names */
static void find_uses(struct unit *u, const char *path, uint64_t out[2])
{
	static _Alignas(8) uint8_t file[MAKER_ROOM];
	static uint32_t room[4096];
	struct img_view v;
	struct img_error e;
	struct img_parts parts;
	struct img_part p;
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, file, sizeof(file));

	close(fd);
	if (!CHECK_INT(img_check_file(file, (uint64_t)n, 0, &v, NULL, &e), IMG_OK))
		return;
	img_parts_start(&parts, &v, room);
	for (uint64_t i = 0; i < img_nparts(&v); i++)
		if (img_part_at(&v, i, &p) && !strcmp(p.name, p.kind ? "node" : "add"))
			out[p.kind] = img_part_digest(&parts, &p);
}

/* Of an interface that changed only what is used counts. */
static void depends_in_part(struct unit *u)
{
	struct place base = arrive(), user = arrive();
	struct pkgimg_image *b = NULL, *img = NULL;
	const struct pkgimg_image *given[1];
	struct pkgimg_options opt = {
		.size = sizeof(opt), .dependencies = given, .ndependencies = 1
	};
	uint64_t uses[2] = { 0 };
	struct maker_wish wish = {
		.name = "user", .dependency = "base", .interface_digest = 1, .uses = uses
	};
	struct pkgimg_error err = { 0 };

	put_image(u, &base, &(struct maker_wish) { .name = "base" });
	if (!CHECK_INT(pkgimg_open(base.path, NULL, &b, &err), PKGIMG_OK))
		return;
	given[0] = b;
	find_uses(u, base.path, uses);
	CHECK(uses[0] && uses[1]);
	put_image(u, &user, &wish);
	CHECK_INT(pkgimg_open(user.path, &opt, &img, &err), PKGIMG_OK);
	pkgimg_close(img);
	for (int i = 0; i < 2; i++) {
		uses[i]++;
		put_image(u, &user, &wish);
		CHECK_INT(pkgimg_open(user.path, &opt, &img, &err), PKGIMG_E_DEPENDENCY);
		CHECK_STR(err.expected, "0000000000000001");
		CHECK(strstr(err.text, i ? "'base', of which it uses 'node'; build it again"
					 : "'base', of which it uses 'add'; build it again"));
		uses[i]--;
	}
	pkgimg_close(b);
	left(&base);
	left(&user);
}

static void depends(struct unit *u)
{
	struct place base = arrive(), user = arrive();
	struct pkgimg_image *b = NULL, *img = NULL;
	const struct pkgimg_image *given[1];
	struct pkgimg_options opt = {
		.size = sizeof(opt), .dependencies = given, .ndependencies = 1
	};
	struct maker_wish wish = { .name = "user", .dependency = "base" };
	struct pkgimg_error err = { 0 };

	put_image(u, &base, &(struct maker_wish) { .name = "base" });
	if (!CHECK_INT(pkgimg_open(base.path, NULL, &b, &err), PKGIMG_OK))
		return;
	given[0] = b;
	put_image(u, &user, &wish);
	CHECK_INT(pkgimg_open(user.path, &opt, &img, &err), PKGIMG_E_DEPENDENCY);
	CHECK_STR(err.expected, "0000000000000000");
	wish.interface_digest = strtoull(err.found, NULL, 16);
	put_image(u, &user, &wish);
	CHECK_INT(pkgimg_open(user.path, &opt, &img, &err), PKGIMG_OK);
	pkgimg_close(img);
	pkgimg_close(b);
	left(&base);
	left(&user);
}

static void refuses_files(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_options opt = { .size = 1 };
	struct pkgimg_image *img = NULL;
	struct pkgimg_error err = { 0 };
	int fd;

	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_E_IO);
	CHECK_INT(err.sys_errno, ENOENT);
	CHECK_INT(pkgimg_open(p.dir, NULL, &img, &err), PKGIMG_E_IO);
	CHECK_INT(err.sys_errno, EISDIR);
	CHECK(mkfifo(p.path, 0600) == 0); /* does not block */
	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_E_IO);
	unlink(p.path);
	fd = open(p.path, O_WRONLY | O_CREAT, 0600);
	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_E_FORMAT);
	CHECK(write(fd, "hello", 5) == 5);
	close(fd);
	CHECK_INT(pkgimg_open(p.path, NULL, &img, &err), PKGIMG_E_FORMAT);
	CHECK_INT(pkgimg_open("/lib/x86_64-linux-gnu/libc.so.6", NULL, &img, &err),
		access("/lib/x86_64-linux-gnu/libc.so.6", R_OK) ? PKGIMG_E_IO : PKGIMG_E_FORMAT);
	CHECK_INT(pkgimg_open(NULL, NULL, &img, &err), PKGIMG_E_ARGUMENT);
	CHECK_INT(pkgimg_open("", NULL, &img, &err), PKGIMG_E_ARGUMENT);
	CHECK_INT(pkgimg_open(p.path, &opt, &img, &err), PKGIMG_E_ARGUMENT);
	CHECK(img == NULL);
	pkgimg_close(NULL);
	left(&p);
}

/* what others may have written is loaded only when the caller says so */
static void asks_who_may_write(struct unit *u)
{
	static const struct {
		const char *name;
		unsigned mode, owner; /* 0: whoever runs this */
		const char *found;    /* NULL: it is trusted */
		bool by_owner;
	} rows[] = {
		{ "mine", 0600, 0, NULL, false },
		{ "the group's too", 0775, 0, NULL, false },
		{ "everybody's", 0602, 0, "", false },
		{ "another's", 0755, 12345, "user 12345", true },
		{ "another's and everybody's", 0777, 12345, "", true },
	};
	struct pkgimg_options opt = { .size = sizeof(opt), .flags = PKGIMG_ALLOW_UNTRUSTED };
	struct place p = arrive();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pkgimg_image *img = NULL;
		struct pkgimg_error err = { 0 };

		u->row = rows[i].name;
		if (rows[i].by_owner && geteuid() != 0)
			continue; /* files can be given away by root alone */
		put_image(u, &p, NULL);
		CHECK(!rows[i].owner || chown(p.path, rows[i].owner, (gid_t)-1) == 0);
		CHECK(chmod(p.path, rows[i].mode) == 0);
		CHECK_INT(pkgimg_open(p.path, NULL, &img, &err),
			rows[i].found ? PKGIMG_E_OWNER : PKGIMG_OK);
		if (rows[i].found) {
			CHECK(!img && strstr(err.text, "PKGIMG_ALLOW_UNTRUSTED"));
			CHECK_STR(err.found, rows[i].found);
			CHECK_INT(pkgimg_open(p.path, &opt, &img, &err), PKGIMG_OK);
		}
		pkgimg_close(img);
	}
	left(&p);
}

/* the loader keys libraries by path too: it would hand out the old one */
static void sees_that_a_file_was_replaced(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_image *one = NULL, *two = NULL;
	struct pkgimg_error err = { 0 };

	put_image(u, &p, &(struct maker_wish) { .name = "one" });
	CHECK_INT(pkgimg_open(p.path, NULL, &one, &err), PKGIMG_OK);
	put_image(u, &p, &(struct maker_wish) { .name = "two" });
	CHECK_INT(pkgimg_open(p.path, NULL, &two, &err), PKGIMG_E_CHANGED);
	CHECK_STR(pkgimg_name(one), "one");
	pkgimg_close(one);
	CHECK_INT(pkgimg_open(p.path, NULL, &two, &err), PKGIMG_OK);
	CHECK_STR(pkgimg_name(two), "two");
	pkgimg_close(two);
	left(&p);
}

static void *open_often(void *path)
{
	size_t failed = 0;

	for (int i = 0; i < 100; i++) {
		struct pkgimg_image *img = NULL;
		struct pkgimg_method m;

		failed += pkgimg_open(path, NULL, &img, NULL) != PKGIMG_OK ||
			  pkgimg_find(img, "add", NULL, &m, NULL) != PKGIMG_OK ||
			  call_int(&m, i, 1) != i + 1;
		pkgimg_close(img);
	}
	return (void *)failed;
}

static void many_threads(struct unit *u)
{
	struct place p = arrive();
	pthread_t threads[4];

	put_image(u, &p, NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, open_often, p.path) == 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *failed;

		CHECK(pthread_join(threads[i], &failed) == 0);
		CHECK_INT((uintptr_t)failed, 0);
	}
	left(&p);
}

static void relative_paths(struct unit *u)
{
	struct place p = arrive();
	struct pkgimg_image *img = NULL;
	struct pkgimg_error err = { 0 };
	char before[4096];

	put_image(u, &p, NULL);
	CHECK(getcwd(before, sizeof(before)) && chdir(p.dir) == 0);
	CHECK_INT(pkgimg_open("sample.so", NULL, &img, &err), PKGIMG_OK);
	pkgimg_close(img);
	CHECK(chdir(before) == 0);
	left(&p);
}

/* ---- several targets: rows that every machine has (0) and none (255) */

#if defined(__x86_64__)
enum { SOME = 8, MORE = 10 };
static const char some[] = "x86-64,+sse3", more[] = "x86-64-v2", least[] = "generic",
		  some_name[] = "sse3";
#else
enum { SOME = 4, MORE = 5 };
static const char some[] = "armv8-a,+crc", more[] = "armv8.1-a", least[] = "generic",
		  some_name[] = "crc";
#endif
enum { NOBODY = 255 };

/* the sum of what the image's slots lead to: answer, 42 and the target; it is -1 if they are wrong
 */
static int through_slots(struct pkgimg_image *img)
{
	struct pkgimg_global g;
	int (*slots[MAKER_NSLOTS])(int, int);

	if (pkgimg_find_global(img, "counter", &g, NULL))
		return -1;
	memcpy(slots, (char *)g.address + MAKER_SLOTS, sizeof(slots));
	return slots[1](1, 2) == 3 ? slots[0](0, 0) : -1;
}

static void takes_the_best_target(struct unit *u)
{
	static const struct {
		const char *cap;
		uint32_t asked, taken;
		int code;
	} rows[] = {
		{ more, 0, 2, PKGIMG_OK },
		{ some, 0, 1, PKGIMG_OK },
		{ least, 0, 0, PKGIMG_OK },
		{ more, 1, 0, PKGIMG_OK },
		{ more, 2, 1, PKGIMG_OK },
		{ more, 3, 2, PKGIMG_OK },
		{ more, 4, 0, PKGIMG_E_ARGUMENT },
		{ least, 2, 0, PKGIMG_E_CPU },
		{ "nothing", 0, 0, PKGIMG_E_CPU },
	};
	const struct maker_wish wish = { .versions = { SOME, MORE } };
	struct place p = arrive();

	put_image(u, &p, &wish);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pkgimg_options opt = {
			.size = sizeof(opt), .cpu_cap = rows[i].cap, .cpu_target = rows[i].asked
		};
		struct pkgimg_image *img = NULL;
		struct pkgimg_error err = { 0 };
		struct pkgimg_method m = { 0 };

		u->row = rows[i].cap;
		CHECK_INT(pkgimg_open(p.path, &opt, &img, &err), rows[i].code);
		if (rows[i].code) {
			CHECK(err.text[0] && !img);
			continue;
		}
		CHECK_INT(pkgimg_target(img), rows[i].taken);
		CHECK_INT(pkgimg_find(img, "answer", NULL, &m, NULL), PKGIMG_OK);
		CHECK_INT(call_int(&m, 0, 0), 42 + rows[i].taken);
		CHECK_INT(through_slots(img), 42 + rows[i].taken);
		pkgimg_close(img);
	}
	left(&p);
}

static void tells_of_targets(struct unit *u)
{
	const struct maker_wish wish = { .versions = { SOME, NOBODY } };
	struct pkgimg_options opt = { .size = sizeof(opt), .cpu_cap = more };
	struct place p = arrive();
	struct pkgimg_image *img = NULL;
	struct pkgimg_target t;
	char text[64];

	put_image(u, &p, &wish);
	CHECK_INT(pkgimg_open(p.path, &opt, &img, NULL), PKGIMG_OK);
	CHECK_INT(pkgimg_target(img), 1);
	CHECK_INT(pkgimg_target_count(img), 3);
	CHECK_INT(pkgimg_target_at(img, 2, &t), PKGIMG_OK);
	CHECK_STR(t.cpu, "two");
	CHECK(t.base == 1 && t.clone_all && !t.opt_size && t.index == 2);
	CHECK_INT(pkgimg_target_at(img, 3, &t), PKGIMG_E_ARGUMENT);
	CHECK_INT(pkgimg_target_needs(img, 2, text, sizeof(text)), strlen(some_name) + 12);
	CHECK(!strncmp(text, some_name, strlen(some_name)) && strstr(text, " feature 255"));
	CHECK_INT(pkgimg_target_needs(img, 0, text, sizeof(text)), 0);
	CHECK_STR(text, "");
	CHECK_INT(pkgimg_target_needs(img, 3, text, sizeof(text)), 0);
	setenv("PKGIMG_CPU_CAP", least, 1);
	CHECK_INT(pkgimg_cpu_features(NULL, 0), pkgimg_cpu_features(text, sizeof(text)));
	CHECK(strlen(text) > 5);
	unsetenv("PKGIMG_CPU_CAP");
	pkgimg_close(img);
	left(&p);
}

/* what was chosen first stays while the library is open */
static void keeps_the_choice(struct unit *u)
{
	const struct maker_wish wish = { .versions = { SOME, MORE } };
	struct pkgimg_options opt = { .size = sizeof(opt), .cpu_cap = some };
	struct pkgimg_options best = { .size = sizeof(best), .cpu_cap = more };
	struct pkgimg_options asks = { .size = sizeof(asks), .cpu_target = 3 };
	struct pkgimg_options low = { .size = sizeof(low), .cpu_cap = least };
	struct place p = arrive();
	struct pkgimg_image *one = NULL, *two = NULL;
	struct pkgimg_error err = { 0 };

	put_image(u, &p, &wish);
	CHECK_INT(pkgimg_open(p.path, &opt, &one, NULL), PKGIMG_OK);
	CHECK_INT(pkgimg_open(p.path, &best, &two, NULL), PKGIMG_OK);
	CHECK_INT(pkgimg_target(two), 1);
	CHECK_INT(through_slots(two), 43);
	pkgimg_close(two);
	two = NULL;
	CHECK_INT(pkgimg_open(p.path, &asks, &two, &err), PKGIMG_E_CPU);
	CHECK(strstr(err.text, "it runs in this process as target 1 (one) already, and") != NULL);
	CHECK_INT(pkgimg_open(p.path, &low, &two, &err), PKGIMG_E_CPU);
	CHECK(strstr(err.text, "already, under the cap 'generic' which is not allowed") != NULL);
	CHECK_INT(through_slots(one), 43);
	pkgimg_close(one);
	CHECK_INT(pkgimg_open(p.path, &best, &two, NULL), PKGIMG_OK);
	CHECK_INT(pkgimg_target(two), 2);
	pkgimg_close(two);
	left(&p);
}

static void checks_the_images_choice(struct unit *u)
{
	static const struct {
		uint32_t chosen;
		const char *cap, *error; /* error: "" none */
	} rows[] = {
		{ 3, more, "" },
		{ 1, more, "" },
		{ 3, some, "under the cap" },
		{ 0, more, "has not run" },
		{ 4, more, "has not run" },
		{ UINT32_MAX, more, "has not run" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct maker_wish wish = {
			.versions = { SOME, MORE }, .self = true, .chosen = rows[i].chosen
		};
		struct pkgimg_options opt = { .size = sizeof(opt), .cpu_cap = rows[i].cap };
		struct place p = arrive();
		struct pkgimg_image *img = NULL;
		struct pkgimg_error err = { 0 };

		put_image(u, &p, &wish);
		pkgimg_open(p.path, &opt, &img, &err);
		if (!CHECK((img != NULL) == !*rows[i].error && strstr(err.text, rows[i].error)))
			printf("  got: %s\n", err.text);
		if (img)
			CHECK_INT(pkgimg_target(img), rows[i].chosen - 1);
		pkgimg_close(img);
		left(&p);
	}
}

static void *open_versions(void *path)
{
	size_t failed = 0;

	for (int i = 0; i < 100; i++) {
		struct pkgimg_options opt = { .size = sizeof(opt), .cpu_cap = more };
		struct pkgimg_image *img = NULL;

		failed += pkgimg_open(path, &opt, &img, NULL) != PKGIMG_OK ||
			  through_slots(img) != 44;
		pkgimg_close(img);
	}
	return (void *)failed;
}

static void many_threads_fill_slots(struct unit *u)
{
	const struct maker_wish wish = { .versions = { SOME, MORE } };
	struct place p = arrive();
	pthread_t threads[4];

	put_image(u, &p, &wish);
	for (size_t i = 0; i < COUNT(threads); i++)
		CHECK(pthread_create(&threads[i], NULL, open_versions, p.path) == 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *failed;

		CHECK(pthread_join(threads[i], &failed) == 0);
		CHECK_INT((uintptr_t)failed, 0);
	}
	left(&p);
}

/* callers that were compiled when the options ended before the CPU's */
static void old_options(struct unit *u)
{
	struct pkgimg_options opt = { .size = offsetof(struct pkgimg_options, cpu_cap),
		.cpu_cap = "not read",
		.cpu_target = 99 };
	struct place p = arrive();
	struct pkgimg_image *img = NULL;

	put_image(u, &p, NULL);
	CHECK_INT(pkgimg_open(p.path, &opt, &img, NULL), PKGIMG_OK);
	pkgimg_close(img);
	left(&p);
}

static void codes_have_texts(struct unit *u)
{
	for (int code = PKGIMG_OK; code <= PKGIMG_E_OWNER; code++)
		CHECK(strcmp(pkgimg_strerror(code), "unknown error"));
	CHECK_STR(pkgimg_strerror(99), "unknown error");
	CHECK_STR(pkgimg_host_abi(), img_host_abi_text());
}

UNIT_MAIN(opens_and_calls, finds, refuses, has_what_it_needs, depends, depends_in_part,
	refuses_files, asks_who_may_write, sees_that_a_file_was_replaced, many_threads,
	relative_paths, takes_the_best_target, tells_of_targets, keeps_the_choice,
	checks_the_images_choice, many_threads_fill_slots, old_options, codes_have_texts)
