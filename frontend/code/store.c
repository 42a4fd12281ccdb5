/* An entry is a file DIR/KEY.o: a header, then the object. KEY is the BLAKE3 sum of everything that
 * decides about the object; the header has the object's own sum, so a cut or damaged entry is found
 * and made anew. Entries appear by rename, are never changed, and are the same whoever makes them:
 * builds may share a folder. Reading an entry sets its time, which says when it was last of use. */
#include "frontend/code/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

enum {
	MAGIC_SIZE = 16,
	HEADER_SIZE = MAGIC_SIZE + 32,
	KEEP_SECONDS = 14 * 24 * 3600,
	STALE_SECONDS = 3600, /* a temporary file this old is a killed build's */
};
static const uint64_t keep_bytes = (uint64_t)1 << 30;
static const char magic[MAGIC_SIZE] = "pkgimg object 1";

/* ---- keys */

/* Every text with its end, so that no two lists of texts are the same bytes. */
static void add_text(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s) + 1);
}

int store_open(struct arena *a, struct diags *d, const struct job_word *dir, const struct target *t,
	struct store *out)
{
	struct strbuf b = { .mem = a };
	char why[128];

	*out = (struct store) { .mem = a, .dir = dir->text, .cpus = t->cpus };
	if (!dir->text)
		return 0;
	if (!*dir->text)
		return diag_err(d, dir->at, "--incremental wants a folder, got an empty name");
	if (mkdir(dir->text, 0777) && !file_is_dir(dir->text))
		return diag_err(d, dir->at, "folder '%s' for --incremental: %s", dir->text,
			file_error_text(errno, why, sizeof(why)));
	add_text(&b, magic);
	add_text(&b, PKGIMG_VERSION);
	add_text(&b, ll_version());
	add_text(&b, t->triple.normal);
	add_text(&b, t->layout_text);
	strbuf_putc(&b, t->opt_level);
	strbuf_putc(&b, t->plain);
	ll_blake3(b.s, b.n, out->options);
	return 0;
}

void store_key(const struct store *s, const void *bitcode, size_t size, size_t cpu, uint8_t key[32])
{
	struct strbuf b = { .mem = s->mem };
	uint8_t sum[32];
	const struct cpu_target *c = &s->cpus[cpu];

	ll_blake3(bitcode, size, sum);
	strbuf_add(&b, (const char *)s->options, sizeof(s->options));
	strbuf_add(&b, (const char *)sum, sizeof(sum));
	add_text(&b, c->cpu);
	add_text(&b, c->features);
	strbuf_putc(&b, (char)(c->opt_size + 2 * c->min_size + 4 * (cpu != 0)));
	ll_blake3(b.s, b.n, key);
}

/* ---- entries */

static const char *entry_path(const struct store *s, const uint8_t key[32])
{
	struct strbuf b = { .mem = s->mem };

	strbuf_hex(&b, key, 32);
	return str_fmt(s->mem, "%s/%s.o", s->dir, strbuf_text(&b));
}

/* An entry that was renamed is damaged as well: its sum is of the key and the object. */
static void entry_header(const uint8_t key[32], const void *object, size_t n, char *out)
{
	uint8_t sums[64];

	memcpy(sums, key, 32);
	ll_blake3(object, n, sums + 32);
	memcpy(out, magic, MAGIC_SIZE);
	ll_blake3(sums, sizeof(sums), (uint8_t *)out + MAGIC_SIZE);
}

/* the whole file in malloc'd memory, or NULL */
static char *read_entry(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data = NULL;
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size >= HEADER_SIZE)
		data = malloc((size_t)st.st_size);
	while (data && n < (size_t)st.st_size && got > 0) {
		got = read(fd, data + n, (size_t)st.st_size - n);
		if (got > 0)
			n += (size_t)got;
	}
	if (data && n == (size_t)st.st_size)
		futimens(fd, NULL); /* in a store that is only read, it stays as it is */
	close(fd);
	*size = n;
	return data;
}

LLVMMemoryBufferRef store_get(const struct store *s, const uint8_t key[32])
{
	char header[HEADER_SIZE];
	LLVMMemoryBufferRef object = NULL;
	size_t size;
	char *data;

	if (!s->dir)
		return NULL;
	data = read_entry(entry_path(s, key), &size);
	if (data && size > HEADER_SIZE) {
		entry_header(key, data + HEADER_SIZE, size - HEADER_SIZE, header);
		if (!memcmp(header, data, HEADER_SIZE))
			object = LLVMCreateMemoryBufferWithMemoryRangeCopy(
				data + HEADER_SIZE, size - HEADER_SIZE, "");
	}
	free(data);
	return object;
}

static bool write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno != EINTR)
			return false;
		if (done > 0) {
			data += done;
			n -= (size_t)done;
		}
	}
	return true;
}

/* Nothing is waited for: an entry that a crash cuts short does not have its sum. */
void store_put(struct store *s, struct diags *d, const uint8_t key[32], LLVMMemoryBufferRef object)
{
	const char *data = LLVMGetBufferStart(object), *path;
	size_t n = LLVMGetBufferSize(object);
	char header[HEADER_SIZE], why[128];
	char *temporary;
	int fd;
	bool written;

	if (!s->dir || s->failed)
		return;
	path = entry_path(s, key);
	temporary = str_fmt(s->mem, "%s.XXXXXX", path);
	entry_header(key, data, n, header);
	fd = mkstemp(temporary);
	written = fd >= 0 && write_all(fd, header, sizeof(header)) && write_all(fd, data, n) &&
		  !fchmod(fd, 0644) && !rename(temporary, path);
	if (!written) {
		diag_warn(d, NOWHERE, "objects are not kept in '%s': %s", s->dir,
			file_error_text(errno, why, sizeof(why)));
		s->failed = true;
	}
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !written)
		unlink(temporary);
}

/* ---- trimming */

struct entry {
	const char *path;
	time_t used;
	uint64_t size;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->used != y->used ? (x->used < y->used) - (x->used > y->used)
				  : strcmp(x->path, y->path);
}

/* "KEY.o", or what mkstemp made of it: no other file is touched */
static bool is_entry(const char *name, bool *temporary)
{
	size_t hex = strspn(name, "0123456789abcdef");
	size_t n = strlen(name);

	*temporary = n == 64 + 2 + 7;
	return hex == 64 && str_starts(name + hex, ".o") && (n == 64 + 2 || *temporary);
}

void store_trim(const struct store *s)
{
	DIR *dir = s->dir ? opendir(s->dir) : NULL;
	time_t now = time(NULL);
	struct entry *v = NULL;
	size_t n = 0, cap = 0;
	uint64_t total = 0;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		const char *path = path_join(s->mem, s->dir, e->d_name);
		bool temporary;
		struct stat st;

		if (!is_entry(e->d_name, &temporary) || lstat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		if (temporary && now - st.st_mtime > STALE_SECONDS)
			unlink(path);
		if (temporary)
			continue;
		arena_push_room(s->mem, v, n, cap);
		v[n++] = (struct entry) { path, st.st_mtime, (uint64_t)st.st_size };
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(v, n, sizeof(*v), compare_entries);
	for (size_t i = 0; i < n; i++) { /* the newest first */
		total += v[i].size;
		if (now - v[i].used > KEEP_SECONDS || total > keep_bytes)
			unlink(v[i].path);
	}
}
