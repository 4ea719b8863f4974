/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of memory use. The watch looks every ten seconds and logs when the resident size has
 * grown by half since it last did. Main thread. */
#include "ipc/memory.h"

#include <string.h>

#include "os/log.h"
#include "os/process.h"
#include "text/str.h"

LOG_MODULE(memory);

enum { INTERVAL_MS = 10000 };

struct reporter {
    struct list node;
    memory_reporter *report;
    void *aux;
};

static struct list reporters = LIST_INIT(&reporters);
static struct os_timer timer;
static uint64_t started_ms, logged_kib;

void
memory_add_reporter(memory_reporter *report, void *aux)
{
    struct reporter *r = xzalloc(sizeof *r);
    r->report = report;
    r->aux = aux;
    list_push_back(&reporters, &r->node);
}

void
memory_remove_reporter(memory_reporter *report, void *aux)
{
    LIST_FOR_EACH_SAFE (struct reporter, r, node, &reporters) {
        if (r->report == report && r->aux == aux) {
            list_remove(&r->node);
            os_free(r);
        }
    }
}

void
memory_count(json_t *counts, const char *name, uint64_t n)
{
    if (n) {
        json_int_t old = json_integer_value(json_object_get(counts, name));
        json_object_set_new(counts, name, json_integer(old + (json_int_t)n));
    }
}

char *
memory_format(void)
{
    json_t *counts = json_object();
    LIST_FOR_EACH (struct reporter, r, node, &reporters) {
        r->report(counts, r->aux);
    }
    size_t n = 0;
    const char **names = xalloc((json_object_size(counts) + 1) * sizeof *names);
    for (void *it = json_object_iter(counts); it; it = json_object_iter_next(counts, it)) {
        names[n++] = json_object_iter_key(it);
    }
    strings_sort(names, n);
    struct str out = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        str_putf(&out, "%s%s:%lld", i ? " " : "", names[i],
                 (long long)json_integer_value(json_object_get(counts, names[i])));
    }
    os_free(names);
    json_decref(counts);
    return str_take(&out);
}

static void
look(void *aux)
{
    struct os_loop *loop = aux;
    uint64_t kib = os_peak_rss_kib();
    if (kib > logged_kib + logged_kib / 2) {
        log_info("%llu kB peak resident set size after %.1f seconds", (unsigned long long)kib,
                 (double)(os_now_ms(loop) - started_ms) / 1000.0);
        char *counts = memory_format();
        if (counts[0]) {
            log_info("%s", counts);
        }
        os_free(counts);
        logged_kib = kib;
    }
    os_timer_start(&timer, INTERVAL_MS);
}

void
memory_watch(struct os_loop *loop)
{
    started_ms = os_now_ms(loop);
    logged_kib = 0;
    os_timer_init(&timer, loop, look, loop);
    os_timer_start(&timer, INTERVAL_MS);
}

void
memory_unwatch(void)
{
    if (timer.loop) {
        os_timer_stop(&timer);
    }
}
