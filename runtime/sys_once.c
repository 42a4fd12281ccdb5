/* A once without a lock of the system: its state lies wherever the caller wants it. */
#include "runtime/sys.h"

enum { NEW, RUNNING, DONE };

void rt_once(struct rt_once *once, void (*run)(void *ctx), void *ctx)
{
	uint32_t seen = NEW;

	if (__atomic_load_n(&once->state, __ATOMIC_ACQUIRE) == DONE)
		return;
	if (__atomic_compare_exchange_n(
		    &once->state, &seen, RUNNING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		run(ctx);
		__atomic_store_n(&once->state, DONE, __ATOMIC_RELEASE);
		return;
	}
	while (__atomic_load_n(&once->state, __ATOMIC_ACQUIRE) != DONE)
		rt_yield();
}
