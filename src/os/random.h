/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness of the control plane. Seeded from the host; a test may seed it. Not for keys. */
#pragma once

#include "base/uuid.h"

void os_random_seed(uint64_t seed);
uint32_t os_random_u32(void);
/* From here on everything in this thread, os_random_bytes() too, follows from SEED: for replays.
 */
void os_random_repeat(uint64_t seed);
/* Uniform in [0, N); N must not be 0. */
uint32_t os_random_below(uint32_t n);
/* N bytes from the host's strong source; ends the process if it has none. */
void os_random_bytes(void *p, size_t n);
/* A new version 4 UUID, from the strong source. */
struct uuid os_uuid_new(void);
