#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/str.h"
#include "test/unit/caught.h"
#include "test/unit/unit.h"

/* A folder of the test, removed at its end; tests name files relative to it. */
struct room {
	struct arena a;
	struct caught c;
	struct diags *d;
	char dir[32];
};

static void room_open(struct room *r)
{
	memset(&r->a, 0, sizeof(r->a));
	r->d = caught_start(&r->c);
	strcpy(r->dir, "/tmp/pkgimg-unit-XXXXXX");
	if (!mkdtemp(r->dir) || chdir(r->dir)) {
		perror(r->dir);
		exit(1);
	}
}

static void room_close(struct room *r)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", r->dir);
	if (chdir("/") || system(cmd))
		perror(r->dir);
	arena_free(&r->a);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f)) {
		perror(path);
		exit(1);
	}
}

/* what a file holds, "(none)" if there is no such file */
static const char *text_of(struct room *r, const char *path)
{
	struct caught quiet;
	char *text;
	size_t n;

	if (file_read(&r->a, caught_start(&quiet), NOWHERE, "file", path, 1 << 20, &text, &n))
		return "(none)";
	return text;
}

/* entries of a folder, hidden ones too */
static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n - 2;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

/* ---- reading */

static void reads(struct unit *u)
{
	struct room r;
	char *text;
	size_t n;

	room_open(&r);
	put("a", "hello");
	put("empty", "");
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", "a", 5, &text, &n), 0);
	CHECK_STR(text, "hello");
	CHECK_INT(n, 5);
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", "empty", 0, &text, &n), 0);
	CHECK_STR(text, "");
	CHECK_INT(n, 0);
	/* regular, but its size is 0 for stat */
	CHECK_INT(
		file_read(&r.a, r.d, NOWHERE, "file", "/proc/self/status", SIZE_MAX, &text, &n), 0);
	CHECK(n > 100 && strlen(text) == n);
	CHECK_STR(r.c.text, "");
	room_close(&r);
}

static void reads_a_pipe(struct unit *u)
{
	struct room r;
	char big[20001], path[32], *text;
	int fds[2], saved;
	size_t n;

	room_open(&r);
	memset(big, 'x', 20000);
	big[20000] = '\0';
	CHECK_INT(pipe(fds), 0);
	CHECK_INT(write(fds[1], big, 20000), 20000);
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", path, 20000, &text, &n), 0);
	CHECK_INT(n, 20000);
	CHECK_STR(text, big);
	close(fds[0]);

	put("in", "from stdin");
	saved = dup(STDIN_FILENO);
	fds[0] = open("in", O_RDONLY);
	dup2(fds[0], STDIN_FILENO);
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", "-", 100, &text, &n), 0);
	CHECK_STR(text, "from stdin");
	dup2(saved, STDIN_FILENO);
	close(fds[0]);
	close(saved);
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", "/dev/zero", 5000, &text, &n), -1);
	CHECK_STR(r.c.text, "error: file '/dev/zero' wants at most 5000 bytes, got more; "
			    "is it the right file?\n");
	room_close(&r);
}

static void read_errors(struct unit *u)
{
	static const struct {
		const char *path, *message;
	} rows[] = {
		{ "none", "error: argument 2: job file 'none' does not exist; check its path\n" },
		{ "", "error: argument 2: job file wants a file name, got ''\n" },
		{ "sub", "error: argument 2: job file 'sub' wants a file, got a folder; "
			 "name a file in it\n" },
		{ "a/b", "error: argument 2: job file 'a/b': a part of the path is no folder; "
			 "check it\n" },
		{ "link", "error: argument 2: job file 'link' is a link that leads nowhere; "
			  "mend or remove it\n" },
		{ "loop", "error: argument 2: job file 'loop' cannot be read: "
			  "too many levels of symbolic links\n" },
		{ "a", "error: argument 2: job file 'a' wants at most 4 bytes, got more; "
		       "is it the right file?\n" },
	};
	struct loc at = { .arg = 2 };
	struct room r;
	char *text;
	size_t n;

	room_open(&r);
	put("a", "hello");
	CHECK_INT(mkdir("sub", 0755) | symlink("gone", "link") | symlink("loop", "loop"), 0);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].path;
		caught_start(&r.c);
		CHECK_INT(file_read(&r.a, r.d, at, "job file", rows[i].path, 4, &text, &n), -1);
		CHECK_STR(r.c.text, rows[i].message);
		CHECK_INT(r.d->errors, 1);
	}
	room_close(&r);
}

static void looks(struct unit *u)
{
	struct room r;

	room_open(&r);
	put("a", "x");
	put("empty", "");
	CHECK_INT(mkdir("sub", 0755) | symlink("gone", "link"), 0);
	CHECK(file_exists("a") && file_exists("sub") && file_exists("/dev/null"));
	CHECK(!file_exists("none") && !file_exists("link"));
	CHECK(file_is_dir("sub") && !file_is_dir("a") && !file_is_dir("none"));
	CHECK(file_is_regular("a") && !file_is_regular("sub") && !file_is_regular("/dev/null"));
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "a"), 0);
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "/dev/null"), 0);
	CHECK_STR(r.c.text, "");
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "none"), -1);
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "sub"), -1);
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "empty"), -1);
	CHECK_INT(r.d->errors, 3);
	CHECK_STR(r.c.text, "error: input 'none' does not exist; check its path\n"
			    "error: input 'sub' wants a file, got a folder; name a file in it\n"
			    "error: input 'empty' is empty; make it again\n");
	room_close(&r);
}

/* root may do all, so be nobody for a while */
static bool become_nobody(void)
{
	return geteuid() != 0 || seteuid(65534) == 0;
}

static void no_permission(struct unit *u)
{
	bool root = geteuid() == 0;
	struct outfile o;
	struct room r;
	char *text;
	size_t n;

	room_open(&r);
	put("secret", "x");
	CHECK_INT(chmod("secret", 0) | mkdir("locked", 0555) | chmod(".", 0555), 0);
	if (!CHECK(become_nobody()))
		return;
	CHECK_INT(file_read(&r.a, r.d, NOWHERE, "file", "secret", 9, &text, &n), -1);
	CHECK_INT(file_check_input(r.d, NOWHERE, "input", "secret"), -1);
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "locked/out.so", &o), -1);
	CHECK_STR(r.c.text, "error: file 'secret' cannot be read: permission denied; "
			    "check the modes of the file and of its folders\n"
			    "error: input 'secret' cannot be read: permission denied; "
			    "check the modes of the file and of its folders\n"
			    "error: folder 'locked' is not writable, so 'out.so' cannot be made; "
			    "choose another -o\n");
	CHECK(!o.dir);
	if (root)
		CHECK_INT(seteuid(0), 0);
	CHECK_INT(chmod(".", 0755), 0);
	CHECK_INT(entries("locked"), 0);
	room_close(&r);
}

static void error_texts(struct unit *u)
{
	char buf[64];

	CHECK_STR(file_error_text(EACCES, buf, sizeof(buf)), "permission denied");
	CHECK_STR(file_error_text(ENOSPC, buf, 8), "no spac");
}

static void where_the_program_is(struct unit *u)
{
	struct arena a = { 0 };
	const char *self = file_self(&a);

	if (!CHECK(self != NULL))
		return;
	CHECK(self[0] == '/' && file_is_regular(self));
	CHECK_STR(
		file_data_dir(&a), path_join(&a, path_dir(&a, path_dir(&a, self)), "share/pkgimg"));
	setenv("PKGIMG_DATA_DIR", "/data", 1);
	CHECK_STR(file_data_dir(&a), "/data");
	unsetenv("PKGIMG_DATA_DIR");
	arena_free(&a);
}

/* ---- writing */

static void begins_and_commits(struct unit *u)
{
	mode_t mask = umask(022);
	struct outfile o;
	struct room r;

	room_open(&r);
	CHECK_INT(mkdir("sub", 0755), 0);
	put("sub/out.so", "old");
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "sub/out.so", &o), 0);
	CHECK_STR(o.target, "sub/out.so");
	CHECK_STR(path_base(o.path), "out.so");
	CHECK_STR(o.dir, "sub/.out.so.pkgimg-tmp");
	CHECK_INT(mode_of(o.dir), 0700);
	put(o.path, "new");
	put(path_join(&r.a, o.dir, "out.so.tmp123"), "left by the linker");
	CHECK_STR(text_of(&r, "sub/out.so"), "old");
	CHECK_INT(outfile_commit(r.d, &o, 0777), 0);
	CHECK_STR(text_of(&r, "sub/out.so"), "new");
	CHECK_INT(mode_of("sub/out.so"), 0755);
	CHECK_INT(entries("sub"), 1);
	CHECK(!o.dir);
	outfile_drop(&o); /* harmless by now */
	umask(027);
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "m", &o), 0);
	put(o.path, "x");
	CHECK_INT(outfile_commit(r.d, &o, 0666), 0);
	CHECK_INT(mode_of("m"), 0640);
	CHECK_INT(entries("."), 2);
	CHECK_STR(r.c.text, "");
	umask(mask);
	room_close(&r);
}

static void drops(struct unit *u)
{
	struct outfile o;
	struct room r;

	room_open(&r);
	put("out", "old");
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "out", &o), 0);
	put(o.path, "half");
	CHECK_INT(entries("."), 2);
	outfile_drop(&o);
	CHECK_INT(entries("."), 1);
	CHECK_STR(text_of(&r, "out"), "old");
	/* nothing was written */
	CHECK_INT(outfile_begin(&r.a, r.d, ((struct loc) { .arg = 3 }), "out", &o), 0);
	CHECK_INT(outfile_commit(r.d, &o, 0666), -1);
	CHECK(str_starts(r.c.text, "error: argument 3: output 'out' was not written"));
	CHECK_INT(entries("."), 1);
	CHECK_STR(text_of(&r, "out"), "old");
	room_close(&r);
}

static void begin_errors(struct unit *u)
{
	static const struct {
		const char *target, *message;
	} rows[] = {
		{ "none/x", "error: no such folder: 'none'; create it or choose another -o\n" },
		{ "a/x", "error: 'a' is no folder; choose another -o\n" },
		{ "sub", "error: output 'sub' wants a file, got a folder; name a file in it\n" },
		{ "sub/", "error: output 'sub/' wants a file, got a folder; name a file in it\n" },
		{ "new/", "error: output 'new/' wants a file, got a folder; name a file in it\n" },
		{ ".", "error: output '.' wants a file, got a folder; name a file in it\n" },
		{ "", "error: an output wants a file name, got ''\n" },
	};
	struct outfile o;
	struct room r;

	room_open(&r);
	put("a", "");
	CHECK_INT(mkdir("sub", 0755), 0);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		u->row = rows[i].target;
		caught_start(&r.c);
		CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, rows[i].target, &o), -1);
		CHECK_STR(r.c.text, rows[i].message);
		CHECK(!o.dir && !o.path);
		outfile_drop(&o);
	}
	CHECK_INT(entries("."), 2);
	CHECK_INT(entries("sub"), 0);
	room_close(&r);
}

static void target_turns_into_a_folder(struct unit *u)
{
	struct outfile o;
	struct room r;

	room_open(&r);
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "x", &o), 0);
	put(o.path, "new");
	CHECK_INT(mkdir("x", 0755), 0);
	put("x/kept", "");
	CHECK_INT(outfile_commit(r.d, &o, 0666), -1);
	CHECK_INT(r.d->errors, 1);
	CHECK_INT(entries("."), 1);
	CHECK(file_exists("x/kept"));
	room_close(&r);
}

/* A process makes an output up to here and is killed. `inner`: while this one makes the same. */
static void be_killed(struct room *r, const char *target)
{
	pid_t pid = fork();
	struct outfile o;

	if (!pid) {
		if (!outfile_begin(&r->a, r->d, NOWHERE, target, &o)) {
			put(o.path, "half");
			put(path_join(&r->a, o.dir, "libc.so.6"), "stub");
		}
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
}

static void leftovers(struct unit *u)
{
	static const char dir[] = ".out.so.pkgimg-tmp";
	struct outfile o, other;
	struct room r;

	room_open(&r);
	be_killed(&r, "out.so");
	CHECK(file_exists(".out.so.pkgimg-tmp/libc.so.6"));
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "other.so", "new", 3), 0);
	CHECK(file_exists(".out.so.pkgimg-tmp/libc.so.6"));
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "out.so", &o), 0);
	CHECK_STR(path_base(o.dir), dir);
	CHECK_INT(entries(dir), 0);
	put(o.path, "new");
	/* others make it, too, and are killed, while this one is alive and after */
	be_killed(&r, "out.so");
	CHECK_INT(outfile_begin(&r.a, r.d, NOWHERE, "out.so", &other), 0);
	CHECK(strstr(other.dir, ".out.so.pkgimg-tmp/also-"));
	put(other.path, "newer");
	CHECK_INT(entries(dir), 3);
	CHECK_INT(outfile_commit(r.d, &o, 0666), 0);
	CHECK_STR(text_of(&r, "out.so"), "new");
	CHECK_INT(entries(dir), 1);
	be_killed(&r, "out.so");
	CHECK_INT(entries(dir), 3);
	CHECK_INT(outfile_commit(r.d, &other, 0666), 0);
	CHECK_STR(text_of(&r, "out.so"), "newer");
	CHECK_INT(entries(dir), 2);
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "out.so", "newest", 6), 0);
	CHECK_INT(entries("."), 2);
	CHECK_STR(text_of(&r, "out.so"), "newest");
	CHECK_STR(r.c.text, "");
	room_close(&r);
}

/* what only looks like a leftover, or is another user's, is not touched */
static void no_leftovers(struct unit *u)
{
	struct room r;

	room_open(&r);
	CHECK_INT(mkdir("precious", 0700), 0);
	put("precious/file", "x");
	CHECK_INT(symlink("precious", ".a.so.pkgimg-tmp"), 0);
	CHECK_INT(mkdir(".b.so.pkgimg-tmp", 0755), 0); /* ours are private */
	put(".b.so.pkgimg-tmp/file", "x");
	put(".c.so.pkgimg-tmp", "x");
	CHECK_INT(mkdir(".d.so.pkgimg-tmp", 0700), 0);
	put(".d.so.pkgimg-tmp/file", "x");
	CHECK(geteuid() != 0 || chown(".d.so.pkgimg-tmp", 65534, 65534) == 0);
	for (const char *name = "abcd"; *name; name++) {
		const char *path = str_fmt(&r.a, "%c.so", *name);

		u->row = path;
		CHECK_INT(file_write(&r.a, r.d, NOWHERE, path, "new", 3), 0);
		CHECK_STR(text_of(&r, path), "new");
	}
	u->row = NULL;
	CHECK(file_exists("precious/file"));
	CHECK(file_exists(".b.so.pkgimg-tmp/file"));
	CHECK(file_exists(".c.so.pkgimg-tmp"));
	CHECK(geteuid() != 0 || file_exists(".d.so.pkgimg-tmp/file"));
	CHECK_STR(r.c.text, "");
	room_close(&r);
}

static void whole_files(struct unit *u)
{
	struct room r;
	char name[256] = { 0 };

	room_open(&r);
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "a", "hello", 5), 0);
	CHECK_STR(text_of(&r, "a"), "hello");
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "a", NULL, 0), 0);
	CHECK_STR(text_of(&r, "a"), "");
	memset(name, 'n', 255); /* the longest name there is */
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, name, "x", 1), 0);
	CHECK_STR(text_of(&r, name), "x");
	CHECK_INT(symlink("a", "link"), 0); /* replaced, as linkers do */
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "link", "y", 1), 0);
	CHECK_STR(text_of(&r, "link"), "y");
	CHECK_STR(text_of(&r, "a"), "");
	CHECK_INT(entries("."), 3);
	CHECK_STR(r.c.text, "");
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "no/a", "x", 1), -1);
	room_close(&r);
}

/* The code under test must not be able to harm /dev, whatever is wrong with it: these targets are
 * a pipe of ours, a link of /proc (nothing can be renamed there), and a device as nobody. */
static void pipes_are_copied_into(struct unit *u)
{
	char got[16] = { 0 };
	struct stat st;
	struct room r;
	int fd;

	room_open(&r);
	setenv("TMPDIR", r.dir, 1);
	CHECK_INT(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDWR | O_NONBLOCK); /* so that neither end waits */
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, "pipe", "text", 4), 0);
	CHECK_INT(read(fd, got, sizeof(got)), 4);
	CHECK_STR(got, "text");
	CHECK(lstat("pipe", &st) == 0 && S_ISFIFO(st.st_mode));
	CHECK_INT(entries("."), 1);
	CHECK_STR(r.c.text, "");
	close(fd);
	unsetenv("TMPDIR");
	room_close(&r);
}

static void open_files_are_copied_into(struct unit *u)
{
	struct stat before, after;
	struct room r;
	char path[48];
	int fd;

	room_open(&r);
	setenv("TMPDIR", r.dir, 1);
	fd = open("log", O_RDWR | O_CREAT, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_INT(fstat(fd, &before), 0);
	CHECK_INT(file_write(&r.a, r.d, NOWHERE, path, "text", 4), 0);
	CHECK_STR(r.c.text, "");
	CHECK_STR(text_of(&r, "log"), "text");
	CHECK(stat("log", &after) == 0 && before.st_ino == after.st_ino);
	CHECK_INT(entries("."), 1);
	close(fd);
	unsetenv("TMPDIR");
	room_close(&r);
}

static void full_device(struct unit *u)
{
	bool root = geteuid() == 0;
	struct room r;

	room_open(&r);
	setenv("TMPDIR", r.dir, 1);
	CHECK_INT(chmod(".", 0777), 0);
	if (become_nobody() && geteuid() != 0) {
		CHECK_INT(file_write(&r.a, r.d, ((struct loc) { .arg = 5 }), "/dev/full", "x", 1),
			-1);
		CHECK_STR(r.c.text, "error: argument 5: disk full: no space left for output "
				    "'/dev/full'; free some or choose another -o\n");
		CHECK_INT(entries("."), 0);
	}
	if (root)
		CHECK_INT(seteuid(0), 0);
	unsetenv("TMPDIR");
	room_close(&r);
}

UNIT_MAIN(reads, reads_a_pipe, read_errors, looks, no_permission, error_texts, where_the_program_is,
	begins_and_commits, drops, begin_errors, target_turns_into_a_folder, leftovers,
	no_leftovers, whole_files, pipes_are_copied_into, open_files_are_copied_into, full_device)
