/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers of the system's generator (ksecdd.sys), for the bases of hashes. */
#pragma once

#include "driver/kernel.h"

_IRQL_requires_(PASSIVE_LEVEL)
uint64_t random_u64(void);
