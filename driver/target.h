/* The target that a job is for: its triple, changed by options such as -m32 and -EB. */
#ifndef DRIVER_TARGET_H
#define DRIVER_TARGET_H

#include "base/arena.h"
#include "toolchains/link_job.h"
#include "llvm/shim.h"

/* JS_TARGET, else this machine's, normalised; then the word size (-m32, -m64, -mx32), byte order
 * (-EL, -EB) and ABI (-mabi= on MIPS, -march= on RISC-V) put in */
void target_of_job(struct arena *a, const struct link_job *job, struct ll_triple *out);

#endif
