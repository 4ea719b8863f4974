/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's one clock: milliseconds since the system started, which is what GetTickCount64()
 * tells programs. It moves in steps of the system's tick. Any IRQL. */
#pragma once

#include "driver/kernel.h"

static inline uint64_t
clock_ms(void)
{
    LARGE_INTEGER ms;
    NdisGetSystemUpTimeEx(&ms);
    return (uint64_t)ms.QuadPart;
}
