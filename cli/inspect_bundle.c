/* What is in a bundle: a line for each image, in the order in which they are opened. */
#include <inttypes.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/inspect.h"

static void view_of(const struct inspected *in, uint32_t i, struct img_view *out)
{
	img_bundle_view(&in->bundle, in->file, i, out);
}

void inspect_bundle_text(const struct inspected *in, FILE *out)
{
	const struct img_bundle_header *h = in->bundle.header;
	struct arena scratch = { 0 };
	struct img_view v;

	view_of(in, 0, &v);
	fprintf(out, "bundle       %s\n", inspect_safe(&scratch, in->path));
	fprintf(out, "abi          %s\n", inspect_safe(&scratch, img_str(&v, v.package->abi_text)));
	fprintf(out, "file         %" PRIu64 " bytes\n", h->file_size);
	fprintf(out, "\nimages (%" PRIu32 ")\n", h->nmembers);
	for (uint32_t i = 0; i < h->nmembers; i++) {
		const struct img_bundle_member *m = &in->bundle.members[i];
		char id[33];
		const char *version;

		view_of(in, i, &v);
		version = inspect_safe(&scratch, img_str(&v, v.package->version));
		fprintf(out, "  %s%s%s  build %s  0x%" PRIx64 " + 0x%" PRIx64,
			inspect_safe(&scratch, img_str(&v, v.package->name)), *version ? " " : "",
			version, inspect_hex(v.header->build_id, 16, id), m->from, m->size);
		if (v.heap)
			fprintf(out, "  heap %" PRIu64 " bytes", v.heap->size);
		fputc('\n', out);
		arena_free(&scratch);
	}
}

void inspect_bundle_json(const struct inspected *in, FILE *out)
{
	const struct img_bundle_header *h = in->bundle.header;
	struct json j = { .f = out };
	struct img_view v;

	json_object(&j, NULL);
	json_str(&j, "file", in->path);
	json_uint(&j, "size", h->file_size);
	json_array(&j, "images");
	for (uint32_t i = 0; i < h->nmembers; i++) {
		const struct img_bundle_member *m = &in->bundle.members[i];
		char id[33];

		view_of(in, i, &v);
		json_object(&j, NULL);
		json_str(&j, "name", img_str(&v, v.package->name));
		json_str(&j, "version", img_str(&v, v.package->version));
		json_str(&j, "build_id", inspect_hex(v.header->build_id, 16, id));
		json_uint(&j, "from", m->from);
		json_uint(&j, "size", m->size);
		json_uint(&j, "heap", m->heap);
		json_uint(&j, "heap_size", v.heap ? v.heap->size : 0);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
}
