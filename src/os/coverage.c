/* SPDX-License-Identifier: Apache-2.0 */
/* Event counters. Counting is one relaxed atomic addition on any thread; averages and texts are
 * the main thread's. A tick moves what was counted since the last one into the slot of these
 * five seconds and of this minute. */
#include "os/coverage.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "os/mem.h"

enum { N_RECENT = 12, N_MINUTES = 60, TICKS_PER_MINUTE = 12 };

static struct list counters = LIST_INIT(&counters);
static uint64_t n_ticks;

void
coverage_register(struct coverage_counter *c)
{
    list_push_back(&counters, &c->node);
}

void
coverage_tick(void)
{
    size_t recent = n_ticks % N_RECENT;
    size_t minute = n_ticks / TICKS_PER_MINUTE % N_MINUTES;
    bool new_minute = n_ticks % TICKS_PER_MINUTE == 0;
    n_ticks++;
    LIST_FOR_EACH (struct coverage_counter, c, node, &counters) {
        uint64_t total = PORT_READ_ONCE(&c->total);
        uint32_t more = (uint32_t)(total - c->seen);
        c->seen = total;
        c->recent[recent] = more;
        c->per_minute[minute] = (new_minute ? 0 : c->per_minute[minute]) + more;
    }
}

static double
sum(const uint32_t *slots, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        total += slots[i];
    }
    return total;
}

/* Which events happened at all, and about how often: equal for equal runs. */
static uint32_t
fingerprint(void)
{
    uint32_t hash = 0;
    LIST_FOR_EACH (struct coverage_counter, c, node, &counters) {
        uint64_t total = PORT_READ_ONCE(&c->total);
        uint32_t magnitude = total ? 64 - PORT_CLZ64(total) : 0;
        hash = hash_u32(magnitude, hash_string(c->name, hash));
    }
    return hash;
}

char *
coverage_format(void)
{
    char *text = xasprintf("Event coverage, avg rate over last: 5 seconds, last minute, "
                           "last hour,  hash=%08x:\n",
                           fingerprint());
    size_t n_never = 0;
    size_t last = (n_ticks + N_RECENT - 1) % N_RECENT;
    LIST_FOR_EACH (struct coverage_counter, c, node, &counters) {
        uint64_t total = PORT_READ_ONCE(&c->total);
        if (!total) {
            n_never++;
            continue;
        }
        char *longer =
            xasprintf("%s%-24s %5.1f/sec %9.3f/sec %13.4f/sec   total: %llu\n", text, c->name,
                      n_ticks ? c->recent[last] / 5.0 : 0, sum(c->recent, N_RECENT) / 60,
                      sum(c->per_minute, N_MINUTES) / 3600, (unsigned long long)total);
        os_free(text);
        text = longer;
    }
    char *all = xasprintf("%s%zu events never hit\n", text, n_never);
    os_free(text);
    return all;
}

bool
coverage_read(const char *name, uint64_t *total)
{
    LIST_FOR_EACH (struct coverage_counter, c, node, &counters) {
        if (!strcmp(c->name, name)) {
            *total = PORT_READ_ONCE(&c->total);
            return true;
        }
    }
    return false;
}
