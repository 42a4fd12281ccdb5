/* libFuzzer: open an image whose sums are right, and use all of its heap.
 *
 *   cmake --preset asan && cmake --build build/asan --target fuzz-open fuzz-seeds
 *   mkdir corpus && build/asan/test/helpers/fuzz-seeds corpus
 *   build/asan/test/helpers/fuzz-open corpus
 *
 * What it found in ten minutes is in Inputs/corpus.tar.xz; to make it again: run it from the seeds
 * of open.test, `fuzz-open -merge=1 min corpus`, and pack the files of min. When the format changes
 * the stored ones are refused early, and are worth making again.
 *
 * An input is the metadata, and behind it the first PART bytes of each 64 KiB of the heap: the rest
 * are zeros, and nobody has to mutate them. Inputs that are no images of data alone, and
 * bundles, are only checked, with all sums of tables made right: to load them would run their code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/bundle.h"
#include "test/fuzz/fuzz_open.h"
#include "test/fuzz/heap_use.h"
#include "test/fuzz/image_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All sums of tables made right, wherever tables begin. A file that says how long it is says it of
 * itself; of a bundle's members, and of what is signed, it is another size. */
static void repair(uint8_t *file, size_t size)
{
	bool keeps_size = img_bundle_is(file, size) || file[0] == 0xcf;
	struct img_bundle_header bundle;
	struct img_header h;

	for (size_t at = 0; at + sizeof(h) <= size; at += 8) {
		memcpy(&h, file + at, sizeof(h));
		if (!memcmp(h.magic, IMG_MAGIC, sizeof(h.magic)))
			heap_repair(file + at, size - at, keeps_size ? h.file_size : size);
	}
	for (size_t at = 0; at + sizeof(bundle) <= size; at += 8) {
		size_t n = sizeof(bundle);

		memcpy(&bundle, file + at, sizeof(bundle));
		if (memcmp(bundle.magic, IMG_BUNDLE_MAGIC, sizeof(bundle.magic)))
			continue;
		if (bundle.nmembers > (size - at - n) / sizeof(struct img_bundle_member))
			continue;
		n += bundle.nmembers * sizeof(struct img_bundle_member);
		bundle.file_size = size;
		bundle.meta_sum = 0;
		memcpy(file + at, &bundle, sizeof(bundle));
		bundle.meta_sum = img_sum64(file + at, n);
		memcpy(file + at, &bundle, sizeof(bundle));
	}
}

static void use_bundle(const struct img_bundle *b)
{
	struct img_view view;

	for (uint32_t i = 0; i < b->header->nmembers; i++) {
		img_bundle_view(b, b->file, i, &view);
		image_use(&view);
		image_use_heap(&view, view.heap ? b->file + b->members[i].heap : NULL, b->file);
	}
}

static void check_only(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* exactly, for the sanitizers */
	struct img_container box;
	struct img_bundle bundle;
	struct img_view view;
	struct img_sizes sizes;
	struct img_error e;

	memcpy(copy, data, size);
	if (size > 0)
		repair(copy, size);
	if (img_bundle_is(copy, size)) {
		if (!img_bundle_check(copy, size, 0, &bundle, NULL, &e))
			use_bundle(&bundle);
	} else if (!img_check_file(copy, size, 0, &view, &box, &e)) {
		image_use(&view);
		image_use_heap(&view, view.heap ? copy + view.heap->at : NULL, copy);
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
