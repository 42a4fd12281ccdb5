/* A module that was compiled for a program, made fit for a shared library. */
#ifndef FRONTEND_PIC_H
#define FRONTEND_PIC_H

#include <llvm-c/Core.h>

#include "base/arena.h"

/* Before modules are linked: drop what says that the code ends up in an executable. */
void pic_prepare(struct arena *a, LLVMModuleRef m);

#endif
