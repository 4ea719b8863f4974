/* SPDX-License-Identifier: Apache-2.0 */
/* The core in this process, behind the message server. */
#include "../unit/loopback.h"
#include "corpus.h"

static struct {
    struct loop_kernel *kernel;
    struct list frames; /* captured */
} core;

struct captured {
    struct list node;
    uint32_t port;
    size_t n;
    uint8_t bytes[];
};

static void
take(void *aux UNUSED, uint32_t port, const struct pkt *p)
{
    struct captured *c = xalloc(sizeof *c + p->len);
    c->port = port;
    c->n = p->len;
    memcpy(c->bytes, p->data, p->len);
    list_push_back(&core.frames, &c->node);
}

static bool
core_start(struct os_loop *loop, struct dpif_transport **t)
{
    list_init(&core.frames);
    core.kernel = loop_kernel_new(loop);
    core.kernel->on_output = take;
    return !loop_open(core.kernel, loop, t);
}

static void
core_inject(uint32_t port, const void *frame, size_t n)
{
    char name[8];
    snprintf(name, sizeof name, "p%u", port);
    netdev_dummy_receive(loop_adapter(core.kernel, name), pkt_buf_from(frame, (uint32_t)n));
}

static bool
core_capture(struct corpus_frame *out)
{
    if (list_is_empty(&core.frames)) {
        return false;
    }
    struct captured *c = CONTAINER_OF(list_pop_front(&core.frames), struct captured, node);
    out->port = c->port;
    out->n = c->n;
    memcpy(out->bytes, c->bytes, c->n);
    os_free(c);
    return true;
}

static void
core_drops(uint64_t *counts)
{
    struct dp_counters sum = {.hit = 0};
    dp_thread_add_counters(core.kernel->thread, &sum);
    memcpy(counts, sum.drops, sizeof sum.drops);
}

static void
core_stop(void)
{
    struct corpus_frame *f = xalloc(sizeof *f);
    while (core_capture(f)) {
        continue;
    }
    os_free(f);
    loop_kernel_free(core.kernel);
}

const struct corpus_host corpus_host_core = {
    .name = "core",
    .start = core_start,
    .inject = core_inject,
    .capture = core_capture,
    .drops = core_drops,
    .stop = core_stop,
};
