/* The options of driver/options.td as C constants: OPT_shared, OPT_o, OPT_kind_Group, ... */
#ifndef DRIVER_OPTIONS_H
#define DRIVER_OPTIONS_H

#include "llvm/optvis.h"

enum opt_id {
	OPT_INVALID = 0,
#define OPTION(PREFIX, NAME, ID, ...) OPT_##ID,
#include "options.inc"
#undef OPTION
};

#endif
