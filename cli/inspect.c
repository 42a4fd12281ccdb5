#include "cli/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/heap_facts.h"

const char *inspect_hex(const uint8_t *bytes, size_t n, char *buf)
{
	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		buf[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	buf[2 * n] = '\0';
	return buf;
}

/* bytes below 0x20, DEL, and U+0080 to U+009F */
static size_t is_control(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	return s[0] == 0xc2 && s[1] < 0xa0 ? 2 : 0;
}

const char *inspect_safe(struct arena *a, const char *s)
{
	struct strbuf b = { .mem = a };

	while (*s) {
		size_t n = is_control((const unsigned char *)s);

		if (n == 0)
			strbuf_putc(&b, *s++);
		for (; n; n--)
			strbuf_fmt(&b, "\\x%02x", (unsigned)(unsigned char)*s++);
	}
	return strbuf_text(&b);
}

/* the whole file, read-only; NULL with the mistake reported */
static void *map_fd(struct diags *d, struct loc at, int fd, size_t *size)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st))
		return diag_err(d, at, "the image cannot be examined: %s", strerror(errno)), NULL;
	if (!S_ISREG(st.st_mode))
		return diag_err(d, at, "wanted a package image, got %s",
			       S_ISDIR(st.st_mode) ? "a directory"
						   : "something that is no regular file"),
		       NULL;
	if (st.st_size == 0)
		return diag_err(d, at, "wanted a package image, got an empty file"), NULL;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return diag_err(d, at, "the image cannot be mapped: %s", strerror(errno)), NULL;
	*size = (size_t)st.st_size;
	return p;
}

static void *map_image(struct diags *d, const char *path, size_t *size)
{
	struct loc at = { .file = path };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
	void *file;

	if (fd < 0)
		return diag_err(d, at, "the image cannot be opened: %s", strerror(errno)), NULL;
	file = map_fd(d, at, fd, size);
	close(fd);
	return file;
}

static int fail_check(struct diags *d, struct inspected *in, const struct img_error *e)
{
	char text[512];

	img_error_text(e, text, sizeof(text));
	inspect_close(in);
	return diag_err(d, (struct loc) { .file = in->path }, "%s", text);
}

/* the number of the image of that name; returns -1 if there is none */
static int64_t find_member(struct inspected *in, const char *name)
{
	uint32_t n = in->bundle.header->nmembers;

	for (uint32_t i = 0; i < n; i++) {
		img_bundle_view(&in->bundle, in->file, i, &in->view);
		if (!name || !strcmp(img_str(&in->view, in->view.package->name), name))
			return i;
	}
	return -1;
}

static int open_bundle(struct diags *d, const char *member, unsigned flags, struct inspected *in)
{
	struct img_error e;
	int64_t i;

	if (img_bundle_check(in->file, in->size, flags, &in->bundle, NULL, &e))
		return fail_check(d, in, &e);
	i = find_member(in, member);
	if (i < 0) {
		inspect_close(in);
		return diag_err(d, (struct loc) { .file = in->path },
			"no image in this bundle is named '%s'; `pkgimg inspect` lists them",
			member);
	}
	in->heap_at = in->bundle.members[i].heap;
	in->sizes.metadata = in->view.header->meta_size;
	return 0;
}

static int open_image(struct diags *d, const char *member, unsigned flags, struct inspected *in)
{
	struct img_error e;

	if (img_check_file(in->file, in->size, flags, &in->view, &in->box, &e))
		return fail_check(d, in, &e);
	if (member) {
		inspect_close(in);
		return diag_err(d, (struct loc) { .file = in->path },
			"it is an image and no bundle, so it has no '%s' in it", member);
	}
	in->heap_at = in->view.heap ? in->view.heap->at : 0;
	img_container_sizes(&in->box, &in->sizes);
	return 0;
}

int inspect_open_any(
	struct diags *d, const char *path, const char *member, bool verify, struct inspected *out)
{
	struct inspected in = { .path = path };
	unsigned flags = verify ? IMG_CHECK_FILE_SUM : 0;
	int failed;

	in.file = map_image(d, path, &in.size);
	if (!in.file)
		return -1;
	failed = img_bundle_is(in.file, in.size) ? open_bundle(d, member, flags, &in)
						 : open_image(d, member, flags, &in);
	if (!failed)
		*out = in;
	return failed;
}

int inspect_open(struct diags *d, const char *path, bool verify, struct inspected *out)
{
	struct inspected in;

	if (inspect_open_any(d, path, NULL, verify, &in))
		return -1;
	if (in.bundle.header) {
		inspect_close(&in);
		return diag_err(d, (struct loc) { .file = path },
			"wanted one image, got a bundle of images; name the image's own file");
	}
	*out = in;
	return 0;
}

void inspect_close(struct inspected *in)
{
	munmap(in->file, in->size);
}

/* "0x1f40" or decimal digits. returns whether it is one */
static bool read_offset(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int print_path(struct arena *a, struct diags *d, const struct inspected *in,
	const struct inspect_how *how, const struct heap_facts *heap, FILE *out)
{
	const struct heap_object *o;
	const char *path;
	uint64_t offset;

	if (!in->view.heap)
		return diag_err(d, how->path_at, "'%s' has no heap, so no objects", in->path);
	if (!read_offset(how->path, &offset))
		return diag_err(d, how->path_at,
			"wanted an offset in the heap, as 0x1f40, got '%s'; "
			"`pkgimg inspect` prints some",
			str_shown(a, how->path));
	o = heap_object_at(heap, offset);
	if (!o)
		return diag_err(d, how->path_at, "no object of '%s' is at offset 0x%llx", in->path,
			(unsigned long long)offset);
	path = heap_path(a, heap, o);
	fprintf(out, "%s +0x%llx: %s\n", inspect_safe(a, heap_type_name(heap->v, o->type)),
		(unsigned long long)o->offset,
		path ? inspect_safe(a, path) : "nothing of this image leads to it");
	return 0;
}

static int print_image(struct arena *a, struct diags *d, const struct inspected *in,
	const struct inspect_how *how, FILE *out)
{
	struct heap_facts heap = { 0 };
	const struct heap_facts *has = in->view.heap ? &heap : NULL;

	bool list = in->bundle.header && !how->member && !how->path;

	if (has && !list && heap_facts(a, d, in, &heap))
		return -1;
	if (list) {
		(how->json ? inspect_bundle_json : inspect_bundle_text)(in, out);
	} else if (how->path) {
		if (print_path(a, d, in, how, has, out))
			return -1;
	} else if (how->json) {
		inspect_json(in, has, out);
	} else {
		inspect_text(in, has, out);
	}
	if (fflush(out) || ferror(out))
		return diag_err(d, NOWHERE, "the output cannot be written: %s", strerror(errno));
	return 0;
}

int inspect_image(struct diags *d, const char *path, const struct inspect_how *how, FILE *out)
{
	struct arena a = { 0 };
	struct inspected in;
	int result;

	if (inspect_open_any(d, path, how->member, how->verify, &in))
		return -1;
	result = print_image(&a, d, &in, how, out);
	inspect_close(&in);
	arena_free(&a);
	return result;
}
