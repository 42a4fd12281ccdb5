/* Apple's SDKs: what they say of themselves. */
#ifndef DRIVER_SDK_H
#define DRIVER_SDK_H

#include "toolchains/link_job.h"

/* The job with the SDK in it: JS_ISYSROOT from SDKROOT if it is not said, and what the SDK's
 * SDKSettings.json says. returns `job` itself where there is nothing to add, else a copy in `a` */
const struct link_job *driver_with_sdk(
	struct arena *a, struct diags *d, const struct link_job *job);

#endif
