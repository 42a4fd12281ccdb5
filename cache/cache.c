#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/internal.h"

enum { STALE_SECONDS = 120 };

/* ---- errors */

int ca_fail(struct pkgimg_cache_error *e, int code, int sys_errno, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	e->code = code;
	e->sys_errno = sys_errno;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int ca_fail_io(struct pkgimg_cache_error *e, const char *verb, const char *path)
{
	int err = errno;
	char why[128];

	if (err == ENOSPC || err == EDQUOT)
		return ca_fail(e, PKGIMG_CACHE_E_IO, err,
			"cannot %s '%s': the disk is full; free some, or name another store in "
			"PKGIMG_CACHE",
			verb, path);
	return ca_fail(e, PKGIMG_CACHE_E_IO, err, "cannot %s '%s': %s", verb, path,
		file_error_text(err, why, sizeof(why)));
}

const char *pkgimg_cache_strerror(int code)
{
	static const char *const texts[] = {
		[PKGIMG_CACHE_OK] = "no error",
		[PKGIMG_CACHE_E_ARGUMENT] = "a wrong argument",
		[PKGIMG_CACHE_E_IO] = "the system refused",
		[PKGIMG_CACHE_E_NO_STORE] = "no store can be written to",
		[PKGIMG_CACHE_E_SOURCE] = "a source cannot be read, or changed meanwhile",
		[PKGIMG_CACHE_E_IMAGE] = "what was built is no sound image",
		[PKGIMG_CACHE_E_BUILD] = "the build failed",
		[PKGIMG_CACHE_E_BUSY] = "someone else builds it",
		[PKGIMG_CACHE_E_CANCELLED] = "given up",
	};

	if (code < 0 || code >= (int)(sizeof(texts) / sizeof(texts[0])))
		return "an unknown code";
	return texts[code];
}

/* ---- small things */

void ca_hex(const uint8_t *bytes, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

bool ca_package_name(const char *s)
{
	return s && *s && strchr(LETTERS, *s) && !s[strspn(s, LETTERS ".+-")] &&
	       strlen(s) <= NAME_MOST;
}

int64_t ca_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void pkgimg_cache_digest(const void *data, size_t n, uint8_t out[32])
{
	blake3_of(data, n, out);
}

/* ---- stores */

/* Can files be made in it, or it be made? Nothing is made to find out. */
static bool is_writable(struct arena *a, const char *path)
{
	while (!file_exists(path)) {
		const char *up = path_dir(a, path);

		if (str_eq(up, path))
			return false;
		path = up;
	}
	return file_is_dir(path) && faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
}

/* this boot of this machine, and the name space of its pids */
static void find_world(struct pkgimg_cache *c)
{
	char boot[40] = "", pids[40] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, boot, sizeof(boot) - 1);

	if (fd >= 0)
		close(fd);
	boot[n > 0 ? strcspn(boot, "\n") : 0] = '\0';
	n = readlink("/proc/self/ns/pid", pids, sizeof(pids) - 1);
	pids[n > 0 ? n : 0] = '\0';
	snprintf(c->world, sizeof(c->world), "%s/%s", boot, pids);
}

static void find_host(struct pkgimg_cache *c, const char *said)
{
	char name[256] = "";

	if (!said || !*said) {
		gethostname(name, sizeof(name) - 1);
		said = *name ? name : "localhost";
	}
	c->host = str_ndup(&c->mem, said, strcspn(said, " \n\t"));
}

static void add_store(struct pkgimg_cache *c, const char *path, size_t n, size_t cap)
{
	char *folder = str_ndup(&c->mem, path, n);

	if (!n || c->nstores == cap)
		return;
	c->stores[c->nstores].path = path_join(&c->mem, folder, VERSION_FOLDER);
	c->stores[c->nstores].writable = !(c->flags & PKGIMG_CACHE_READ_ONLY) &&
					 is_writable(&c->mem, c->stores[c->nstores].path);
	c->nstores++;
}

#ifdef _WIN32
#define LIST_SEPARATOR ';'
#else
#define LIST_SEPARATOR ':'
#endif

static void add_list(struct pkgimg_cache *c, const char *list)
{
	size_t cap = 1;

	for (const char *s = list; *s; s++)
		cap += *s == LIST_SEPARATOR;
	c->stores = arena_array(&c->mem, struct store, cap);
	while (*list) {
		const char *end = strchr(list, LIST_SEPARATOR);
		size_t n = end ? (size_t)(end - list) : strlen(list);

		add_store(c, list, n, cap);
		list += n + (end != NULL);
	}
}

static void add_default(struct pkgimg_cache *c)
{
	const char *list = getenv("PKGIMG_CACHE"), *xdg = getenv("XDG_CACHE_HOME"),
		   *home = getenv("HOME"), *path = NULL;

	if (list && *list) {
		add_list(c, list);
		return;
	}
	if (xdg && *xdg == '/')
		path = path_join(&c->mem, xdg, "pkgimg");
	else if (home && *home)
		path = path_join(&c->mem, home, ".cache/pkgimg");
	if (!path)
		return;
	c->stores = arena_array(&c->mem, struct store, 1);
	add_store(c, path, strlen(path), 1);
}

/* those that are only read come first: what others made is not made again */
static void order_stores(struct pkgimg_cache *c)
{
	struct store *v = arena_array(&c->mem, struct store, c->nstores);
	size_t n = 0;

	for (int writable = 0; writable < 2; writable++)
		for (size_t i = 0; i < c->nstores; i++)
			if (c->stores[i].writable == (bool)writable)
				v[n++] = c->stores[i];
	c->stores = v;
}

int pkgimg_cache_open(const struct pkgimg_cache_options *o, struct pkgimg_cache **out,
	struct pkgimg_cache_error *error)
{
	struct pkgimg_cache *c;

	if (!out || (o && (o->size != sizeof(*o) || (o->nstores && !o->stores))))
		return ca_fail(error, PKGIMG_CACHE_E_ARGUMENT, 0,
			"pkgimg_cache_open: options of another size, or a NULL");
	c = calloc(1, sizeof(*c));
	if (!c)
		return ca_fail(error, PKGIMG_CACHE_E_IO, ENOMEM, "out of memory");
	c->flags = o ? o->flags : 0;
	c->stale_seconds = o && o->stale_seconds ? o->stale_seconds : STALE_SECONDS;
	if (o && o->stores) {
		c->stores = arena_array(&c->mem, struct store, o->nstores);
		for (size_t i = 0; i < o->nstores; i++)
			add_store(c, o->stores[i], strlen(o->stores[i]), o->nstores);
	} else {
		add_default(c);
	}
	if (!c->nstores) {
		pkgimg_cache_close(c);
		return ca_fail(error, PKGIMG_CACHE_E_NO_STORE, 0,
			"no folder for the cache is known: there is no HOME; set PKGIMG_CACHE to "
			"one");
	}
	order_stores(c);
	find_host(c, o ? o->host_name : NULL);
	find_world(c);
	*out = c;
	return PKGIMG_CACHE_OK;
}

void pkgimg_cache_close(struct pkgimg_cache *c)
{
	if (!c)
		return;
	arena_free(&c->mem);
	free(c);
}

const char *pkgimg_cache_store(const struct pkgimg_cache *c, size_t i)
{
	return c && i < c->nstores ? c->stores[i].path : NULL;
}

const struct store *ca_writable(const struct pkgimg_cache *c)
{
	for (size_t i = 0; i < c->nstores; i++)
		if (c->stores[i].writable)
			return &c->stores[i];
	return NULL;
}
