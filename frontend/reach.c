#include "frontend/reach.h"

#include <inttypes.h>

#include "llvm/shim.h"

static int refuse(struct diags *d, struct loc at, const char *name, uint64_t bytes)
{
	return diag_err(d, at,
		"'%s' has %" PRIu64 " bytes of code and data, an image has less than 2 GiB "
		"(%d bytes), as far as its code and its tables reach; keep large data in a heap, "
		"or allocate it when it is needed",
		name, bytes, INT32_MAX);
}

int reach_check_module(struct llvm_diag *diag, LLVMModuleRef m)
{
	uint64_t bytes = ll_module_bytes(m);

	return bytes > INT32_MAX ? refuse(diag->d, diag->at, diag->about, bytes) : 0;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

int reach_check(
	struct diags *d, struct loc at, const struct objects *code, const struct modules *all)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < code->n; i++)
		bytes = sum(bytes, ll_object_bytes(LLVMGetBufferStart(code->v[i]),
					   LLVMGetBufferSize(code->v[i])));
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].native)
			bytes = sum(bytes, ll_object_bytes(all->v[i].data, all->v[i].size));
	}
	return bytes > INT32_MAX ? refuse(d, at, all->diag.about, bytes) : 0;
}
