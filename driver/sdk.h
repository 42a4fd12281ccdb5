/* Apple's SDKs: what they say of themselves. */
#ifndef DRIVER_SDK_H
#define DRIVER_SDK_H

#include "toolchains/link_job.h"

/* Add to the job: JS_ISYSROOT from SDKROOT if it is not said, and what SDKSettings.json says. */
void driver_add_sdk(struct arena *a, struct diags *d, struct link_job *job);

#endif
