#include "frontend/data_only.h"

#include <llvm-c/BitWriter.h>
#include <string.h>

#include "frontend/exports.h"
#include "frontend/metadata.h"

static int check_modules(struct diags *d, const struct modules *m)
{
	int failed = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].native)
			failed = diag_err(d, m->v[i].at,
				"'%s' has native code, which a data-only image cannot hold; give "
				"bitcode, or --pkgimage-native-code=yes",
				m->v[i].path);
	return failed;
}

static void keep(struct arena *a, LLVMModuleRef m, struct data_only *out)
{
	LLVMMemoryBufferRef buffer = LLVMWriteBitcodeToMemoryBuffer(m);
	size_t n = LLVMGetBufferSize(buffer);

	out->bitcode = memcpy(arena_alloc(a, n, 16), LLVMGetBufferStart(buffer), n);
	out->bitcode_size = n;
	LLVMDisposeMemoryBuffer(buffer);
}

int data_only_make(
	struct arena *a, struct diags *d, const struct build_request *r, struct data_only *out)
{
	struct package p;
	struct target t = { 0 };
	struct modules m = { 0 };
	struct exports exports = { 0 };
	struct needs needs = { 0 };
	struct metadata meta = { 0 };
	int failed = -1;

	ll_start();
	if (package_read(a, d, r, &p) || target_open(a, d, &p, &t))
		return -1;
	if (!modules_load(a, d, &p, &t, NULL, &m) && !check_modules(d, &m) &&
		!(exports_choose(&m, &p.exports, &exports) | modules_link(&m, p.name)))
		/* exports_apply would hide what only an image's tables lead to; a JIT goes by names
		 */
		failed =
			metadata_build(a, d, &p, &t, &m, &exports, &needs, NULL, NULL, NULL, &meta);
	if (!failed) {
		keep(a, m.merged, out);
		out->metadata = meta.bytes;
		out->metadata_size = meta.size;
	}
	modules_free(&m);
	target_free(&t);
	return failed;
}
