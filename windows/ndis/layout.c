/* SPDX-License-Identifier: Apache-2.0 */
/* Asserts that every structure shared with NDIS lies in memory as layout.def says, in each build:
 * MinGW's driver, the native simulator, and the WDK's, where it is Microsoft's declarations that
 * are asserted.  Compiles to nothing. */
#include "ndis/ndis.h"

#define AT(type, member, offset)                                                                  \
    _Static_assert(FIELD_OFFSET(type, member) == (offset), #type "." #member);
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type);
#define THROUGH(type, member, size)                                                               \
    _Static_assert(RTL_SIZEOF_THROUGH_FIELD(type, member) == (size), #type " through " #member);
#include "ndis/layout.def"
