/* The tables of image/cpu_features.h. runtime/select.c takes one of them in by its .c file. */
#ifndef IMAGE_CPU_TABLES_H
#define IMAGE_CPU_TABLES_H

#include "image/cpu_features.h"

#ifdef PKGIMG_SELECT
#define CPU_TABLE static
#else
#define CPU_TABLE
extern const struct cpu_arch img_cpu_x86_64, img_cpu_i386, img_cpu_aarch64, img_cpu_riscv64;
#endif

#endif
