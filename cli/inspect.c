#include "cli/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *inspect_hex(const uint8_t *bytes, size_t n, char *buf)
{
	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		buf[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	buf[2 * n] = '\0';
	return buf;
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

int inspect_open(struct diags *d, const char *path, bool verify, struct inspected *out)
{
	struct inspected in = { .path = path };
	unsigned flags = verify ? IMG_CHECK_FILE_SUM : 0;
	struct img_error e;
	char text[512];

	in.file = map_image(d, path, &in.size);
	if (!in.file)
		return -1;
	if (img_check_file(in.file, in.size, flags, &in.view, &in.box, &e)) {
		img_error_text(&e, text, sizeof(text));
		inspect_close(&in);
		return diag_err(d, (struct loc) { .file = path }, "%s", text);
	}
	img_container_sizes(&in.box, &in.sizes);
	*out = in;
	return 0;
}

void inspect_close(struct inspected *in)
{
	munmap(in->file, in->size);
}

int inspect_image(struct diags *d, const char *path, bool json, bool verify, FILE *out)
{
	struct inspected in;
	int result = 0;

	if (inspect_open(d, path, verify, &in))
		return -1;
	if (json)
		inspect_json(&in, out);
	else
		inspect_text(&in, out);
	if (fflush(out) || ferror(out))
		result = diag_err(d, NOWHERE, "the output cannot be written: %s", strerror(errno));
	inspect_close(&in);
	return result;
}
