/* libFuzzer: open an image whose sums are right, and use all of its heap.
 *
 *   cmake --preset asan && cmake --build build/asan --target fuzz-open fuzz-seeds
 *   mkdir corpus && build/asan/test/helpers/fuzz-seeds corpus
 *   build/asan/test/helpers/fuzz-open corpus
 *
 * An input is the metadata, and behind it the first PART bytes of each 64 KiB of the heap: the rest
 * are zeros, and nobody has to mutate them. Inputs that are no images of data alone are only
 * checked: to load them would run their code. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test/fuzz/fuzz_open.h"
#include "test/fuzz/heap_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_only(const uint8_t *data, size_t size)
{
	void *copy = aligned_alloc(16, (size + 31) / 16 * 16);
	struct img_container box;
	struct img_view view;
	struct img_error e;

	memcpy(copy, data, size);
	if (!img_check_file(copy, size, IMG_CHECK_FILE_SUM, &view, &box, &e)) {
		struct img_sizes sizes;

		img_container_sizes(&box, &sizes);
	}
	free(copy);
}

static bool put(int fd, const uint8_t *meta, size_t meta_size, const uint8_t *rest, size_t n)
{
	uint64_t at = (meta_size + IMG_HEAP_ALIGN - 1) / IMG_HEAP_ALIGN * IMG_HEAP_ALIGN;
	uint64_t end = at + (n + FUZZ_PART - 1) / FUZZ_PART * IMG_HEAP_ALIGN;
	bool ok = !ftruncate(fd, 0) && !ftruncate(fd, (off_t)end);
	char *copy = malloc(meta_size);

	memcpy(copy, meta, meta_size);
	heap_repair(copy, meta_size, end);
	ok = ok && pwrite(fd, copy, meta_size, 0) == (ssize_t)meta_size;
	for (size_t i = 0; ok && i < n; i += FUZZ_PART, at += IMG_HEAP_ALIGN) {
		size_t part = n - i < FUZZ_PART ? n - i : FUZZ_PART;

		ok = pwrite(fd, rest + i, part, (off_t)at) == (ssize_t)part;
	}
	free(copy);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkgimg_host host = heap_host();
	struct pkgimg_world *world;
	struct img_header h;
	char path[40];
	int fd;

	if (size < sizeof(h) || memcmp(data, IMG_MAGIC, 8)) {
		check_only(data, size);
		return 0;
	}
	memcpy(&h, data, sizeof(h));
	if (h.meta_size > size || h.meta_size < sizeof(h))
		return 0;
	fd = memfd_create("fuzz-open", MFD_CLOEXEC);
	if (fd < 0 || pkgimg_world_new(&host, NULL, 0, &world))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (put(fd, data, h.meta_size, data + h.meta_size, size - h.meta_size))
		heap_use(path, world, NULL);
	if (pkgimg_world_next(world, NULL))
		abort(); /* something stayed open */
	pkgimg_world_free(world);
	close(fd);
	return 0;
}
