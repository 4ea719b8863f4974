/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel and NDIS as the driver sees them: MinGW's or the WDK's headers in OVSExt.sys, the
 * stand-in of windows/native on Linux. Every file of the driver takes them from here. */
#pragma once

#include "ndis/ndis.h"

#undef ASSERT /* the system's; base/types.h has the project's */

#include "base/types.h"
#include "driver/sal.h"

/* MinGW lacks it: a mapping from which nothing is executed. */
#ifndef MdlMappingNoExecute
#define MdlMappingNoExecute 0x40000000
#endif

#define POOL_TAG 'tfeW' /* "Weft" in the tools that show pool tags */
