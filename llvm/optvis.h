/* The names that driver/options.td gives to who sees an option and to what an option is, as C
 * constants. llvm-tblgen writes these very names into options.inc. LLVM has taken the low bits:
 * DefaultVis is 1 << 0 of the first, HelpHidden ... RenderSeparate are 1 << 0 ... 1 << 3 of the
 * second. Plain C: driver/options.h includes it as well as opt.cpp. */
#ifndef LLVM_OPTVIS_H
#define LLVM_OPTVIS_H

enum opt_visibility {
	LinkOption = 1 << 1,
	BuildOption = 1 << 2,
	RunOption = 1 << 3,
	InspectOption = 1 << 4,
	PlatformsOption = 1 << 5,
	MainOption = 1 << 6,
	CpusOption = 1 << 7,
	CacheOption = 1 << 8,
	BundleOption = 1 << 9,
	DiffOption = 1 << 10,
};

enum opt_flag {
	LinkerInput = 1 << 4, /* keeps its place among the inputs */
};

#endif
