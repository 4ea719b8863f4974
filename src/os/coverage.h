/* SPDX-License-Identifier: Apache-2.0 */
/* Event counters for coverage/show: rates over the last 5 s, minute and hour, and the total.
 * A counter is one line, `COVERAGE_DEFINE(name);`, and `coverage_inc(name)` counts from any
 * thread (relaxed atomics). */
#pragma once

#include "base/list.h"
#include "port/atomic.h"

struct coverage_counter {
    const char *name;
    struct list node;
    uint64_t total;
    uint64_t seen;           /* total at the last tick */
    uint32_t recent[12];     /* per 5 s slot of the last minute */
    uint32_t per_minute[60]; /* per minute slot of the last hour */
};

#define COVERAGE_DEFINE(NAME)                                                                     \
    static struct coverage_counter coverage_##NAME = {.name = #NAME};                             \
    static void __attribute__((constructor)) coverage_register_##NAME(void)                       \
    {                                                                                             \
        coverage_register(&coverage_##NAME);                                                      \
    }                                                                                             \
    struct coverage_counter

#define coverage_inc(NAME)    coverage_add(NAME, 1)
#define coverage_add(NAME, N) ((void)PORT_FETCH_ADD(&coverage_##NAME.total, (uint64_t)(N)))

void coverage_register(struct coverage_counter *); /* for COVERAGE_DEFINE */
/* Moves the averages on; call from the main thread every 5 s of loop time. */
void coverage_tick(void);
/* Replies of coverage/show and coverage/read-counter. The text is the caller's to free;
 * false when there is no counter NAME. */
char *coverage_format(void);
bool coverage_read(const char *name, uint64_t *total);
