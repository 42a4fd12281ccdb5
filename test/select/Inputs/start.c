/* A program without a libc: constructors, then the function in the slot; its result is the exit
 * code, unless `chosen` says another target or the slot can be written to. */
#include "runtime/bare.h"

typedef void constructor(void);
extern constructor *const __init_array_start[] __attribute__((visibility("hidden")));
extern constructor *const __init_array_end[] __attribute__((visibility("hidden")));
extern int (*slots[])(void) __attribute__((visibility("hidden")));
extern uint32_t chosen __attribute__((visibility("hidden")));

#ifdef __x86_64__
__attribute__((force_align_arg_pointer))
#endif
_Noreturn void
_start(void)
{
	long code;

	for (constructor *const *f = __init_array_start; f < __init_array_end; f++)
		(*f)();
	code = slots[0]();
	if (code != 9 + (long)chosen)
		code = 1;
	for (;;)
		bare_call(BARE_EXIT_GROUP, code, 0, 0, 0, 0);
}
