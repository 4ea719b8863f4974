/* SPDX-License-Identifier: Apache-2.0 */
/* Two packet threads receive while the control thread creates, changes and deletes the flows
 * they meet. Memory goes back once each packet thread has left the batch it was in, so the
 * address sanitizer sees a reader that keeps something too long, and the thread sanitizer one
 * that shares without saying so. Every packet must come out at a port that its flow had. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "datapath/dp.h"
#include "port/atomic.h"

enum { N_THREADS = 2, N_KEYS = 200, N_BATCHES = 5000, N_PENDING = 1 << 16 };

static size_t live_blocks;

static void *
count_alloc(void *aux UNUSED, size_t size)
{
    PORT_FETCH_ADD(&live_blocks, 1);
    return malloc(size);
}

static void
count_free(void *aux UNUSED, void *p, size_t size UNUSED)
{
    PORT_FETCH_SUB(&live_blocks, 1);
    free(p);
}

struct mem_hooks mem_hooks = {.alloc = count_alloc, .free = count_free};

struct reader {
    pthread_t id;
    struct dp_thread *t;
    uint64_t batches; /* finished; all ones at the end */
    uint64_t n_out, n_miss;
};

struct pending {
    struct dp_deferred *d;
    uint64_t seen[N_THREADS];
};

static struct dp dp;
static struct reader readers[N_THREADS];
static struct pending pending[N_PENDING];
static uint64_t n_put, n_run; /* in pending, a ring */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t
fixed_random(void *aux UNUSED)
{
    return 0x9e3779b97f4a7c15u;
}

static void
free_nothing(struct pkt **p UNUSED, size_t n UNUSED)
{
}

static const struct pkt_ops ops = {.free = free_nothing};

static void
count_output(void *aux UNUSED, struct dp_thread *t, uint32_t port, struct pkt_batch *b)
{
    struct reader *r = &readers[t->id];
    for (uint32_t i = 0; i < b->n; i++) {
        /* A flow for key K sends to K + 1000 or K + 2000. */
        uint32_t key = get_be16(b->p[i]->data + 36);
        if (port != key + 1000 && port != key + 2000) {
            abort();
        }
    }
    r->n_out += b->n;
}

static int
count_miss(void *aux UNUSED, struct dp_thread *t, struct pkt *p UNUSED,
           const struct dp_upcall *up UNUSED)
{
    readers[t->id].n_miss++;
    return 0;
}

static void
defer(void *aux UNUSED, struct dp_deferred *d)
{
    pthread_mutex_lock(&lock);
    struct pending *p = &pending[n_put++ % N_PENDING];
    if (n_put - n_run > N_PENDING) {
        abort();
    }
    p->d = d;
    for (int i = 0; i < N_THREADS; i++) {
        p->seen[i] = PORT_LOAD_ACQUIRE(&readers[i].batches);
    }
    pthread_mutex_unlock(&lock);
}

/* Runs what no reader can see any more: each has finished a batch since. */
static void
reclaim(void)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        struct pending *p = n_run < n_put ? &pending[n_run % N_PENDING] : NULL;
        for (int i = 0; p && i < N_THREADS; i++) {
            uint64_t now = PORT_LOAD_ACQUIRE(&readers[i].batches);
            if (now != UINT64_MAX && now == p->seen[i]) {
                p = NULL;
            }
        }
        struct dp_deferred *d = p ? p->d : NULL;
        n_run += p != NULL;
        pthread_mutex_unlock(&lock);
        if (!d) {
            return;
        }
        d->run(d);
    }
}

static size_t
n_pending(void)
{
    pthread_mutex_lock(&lock);
    size_t n = (size_t)(n_put - n_run);
    pthread_mutex_unlock(&lock);
    return n;
}

static void
make_frame(uint8_t f[60], uint16_t key)
{
    memset(f, 0, 60);
    f[12] = 8;
    f[14] = 0x45;
    f[17] = 46;
    f[23] = IP_PROTO_UDP;
    put_be16(f + 36, key);
    f[39] = 26;
}

static void *
receive(void *reader)
{
    struct reader *r = reader;
    static uint8_t frames[N_THREADS][N_KEYS][60];
    static struct pkt pkts[N_THREADS][PKT_BATCH_MAX];
    for (uint16_t i = 0; i < N_KEYS; i++) {
        make_frame(frames[r->t->id][i], i);
    }
    for (uint32_t n = 0; n < N_BATCHES; n++) {
        struct pkt_batch b = {.n = PKT_BATCH_MAX};
        for (uint32_t i = 0; i < PKT_BATCH_MAX; i++) {
            b.p[i] = &pkts[r->t->id][i];
            *b.p[i] = (struct pkt){.data = frames[r->t->id][(n * 7 + i) % N_KEYS],
                                   .len = 60,
                                   .linear = 60,
                                   .ops = &ops};
        }
        dp_receive(r->t, &b, n + 1);
        PORT_FETCH_ADD(&r->batches, 1);
    }
    emc_flush(&r->t->emc);
    PORT_STORE_RELEASE(&r->batches, UINT64_MAX);
    return NULL;
}

static void
change_flow(uint16_t n, uint32_t how)
{
    uint8_t frame[60];
    struct flow_key key, mask = {0};
    struct pkt p = {.data = frame, .len = 60, .linear = 60, .ops = &ops};
    uint32_t buf[4];
    struct wr w = wr_make(buf, sizeof buf);
    make_frame(frame, n);
    pkt_parse(&p, &key);
    flow_field_set_exact(FIELD_UDP_DST, &mask);
    if (n % 3) {
        flow_field_set_exact(FIELD_ETH_TYPE, &mask);
    }
    if (n % 4) {
        flow_field_set_exact(FIELD_IPV4_SRC, &mask);
    }
    dp_act_put_output(&w, n + (how & 1 ? 1000u : 2000u));
    struct dp_flow_put put = {.key = &key,
                              .mask = &mask,
                              .actions = buf,
                              .actions_size = w.n,
                              .flags = DP_PUT_CREATE | DP_PUT_MODIFY | DP_PUT_ZERO_STATS};
    struct dp_flow *flow = dp_flow_find(&dp, &key, &mask);
    if (flow && how % 3 == 0) {
        dp_flow_del(&dp, flow);
    } else {
        assert_int_equal(dp_flow_put(&dp, &put, NULL), 0);
    }
}

static void
test_readers_and_writer(void **state UNUSED)
{
    const struct dp_env env = {fixed_random, count_output, count_miss, defer, NULL};
    assert_int_equal(dp_init(&dp, &env, N_THREADS), 0);
    for (uint32_t i = 0; i < N_THREADS; i++) {
        readers[i].t = malloc(sizeof *readers[i].t);
        assert_int_equal(dp_thread_init(readers[i].t, &dp, i, 128), 0);
        assert_int_equal(pthread_create(&readers[i].id, NULL, receive, &readers[i]), 0);
    }
    uint32_t x = 1, changes = 0;
    while (PORT_LOAD_ACQUIRE(&readers[0].batches) != UINT64_MAX ||
           PORT_LOAD_ACQUIRE(&readers[1].batches) != UINT64_MAX) {
        x = x * 1664525 + 1013904223;
        change_flow((uint16_t)((x >> 8) % N_KEYS), x >> 20);
        if (++changes % 64 == 0) {
            dp_optimize(&dp);
            while (n_pending() > N_PENDING / 2) {
                reclaim();
            }
        }
        reclaim();
    }
    uint64_t n = 0;
    for (uint32_t i = 0; i < N_THREADS; i++) {
        pthread_join(readers[i].id, NULL);
        n += readers[i].n_out + readers[i].n_miss;
        assert_int_equal(readers[i].n_out, readers[i].t->counters.hit);
        dp_thread_fini(readers[i].t);
        free(readers[i].t);
    }
    assert_int_equal(n, (uint64_t)N_THREADS * N_BATCHES * PKT_BATCH_MAX);
    assert_true(changes > 100);
    dp_fini(&dp);
    reclaim();
    assert_int_equal(live_blocks, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_readers_and_writer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
