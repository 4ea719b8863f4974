/* SPDX-License-Identifier: Apache-2.0 */
/* The environment half of the test host: records outputs and upcalls, keeps deferred frees until
 * it is told that readers have left. */
#pragma once

#include "datapath_host.h"

#define ENV_OUT_MAX 4096

struct env_out {
    uint32_t port;
    struct pkt *p;
};

struct test_env {
    struct dp_env env;
    struct dp dp;
    struct dp_thread *t;
    struct dp_deferred *deferred[65536];
    size_t n_deferred;
    struct env_out out[ENV_OUT_MAX];
    size_t n_out;
    unsigned int n_miss, n_action;
    uint8_t userdata[DP_USERDATA_MAX];
    int upcall_result;
    uint64_t random;
    /* When not NULL: called for each upcall that is taken, instead of freeing the packet. */
    void (*on_upcall)(struct test_env *, struct pkt *, const struct dp_upcall *);
};

static uint64_t
env_random(void *aux)
{
    struct test_env *e = aux;
    e->random = e->random * 6364136223846793005u + 1442695040888963407u;
    return e->random ^ e->random >> 29;
}

static void
env_output(void *aux, struct dp_thread *t UNUSED, uint32_t port, struct pkt_batch *b)
{
    struct test_env *e = aux;
    for (uint32_t i = 0; i < b->n; i++) {
        assert_true(e->n_out < ENV_OUT_MAX);
        e->out[e->n_out++] = (struct env_out){port, b->p[i]};
    }
}

static int
env_upcall(void *aux, struct dp_thread *t UNUSED, struct pkt *p, const struct dp_upcall *up)
{
    struct test_env *e = aux;
    if (up->reason == DP_UPCALL_MISS) {
        e->n_miss++;
    } else {
        e->n_action++;
        memcpy(e->userdata, up->userdata, up->act->userdata_size);
    }
    if (e->upcall_result >= 0) {
        if (e->on_upcall) {
            e->on_upcall(e, p, up);
        } else {
            pkt_free(p);
        }
    }
    return e->upcall_result;
}

static void
env_defer(void *aux, struct dp_deferred *d)
{
    struct test_env *e = aux;
    assert_true(e->n_deferred < ARRAY_LEN(e->deferred));
    e->deferred[e->n_deferred++] = d;
}

/* All readers have left. */
static void
env_quiesce(struct test_env *e)
{
    while (e->n_deferred) {
        struct dp_deferred *d = e->deferred[--e->n_deferred];
        d->run(d);
    }
}

static struct test_env *
env_new(uint64_t seed, uint32_t emc_size)
{
    struct test_env *e = calloc(1, sizeof *e);
    e->random = seed;
    e->env = (struct dp_env){.random = env_random,
                             .output = env_output,
                             .upcall = env_upcall,
                             .defer_free = env_defer,
                             .aux = e};
    assert_int_equal(dp_init(&e->dp, &e->env, 2), 0);
    e->t = malloc(sizeof *e->t);
    assert_int_equal(dp_thread_init(e->t, &e->dp, 0, emc_size), 0);
    return e;
}

static void
env_free_out(struct test_env *e)
{
    for (size_t i = 0; i < e->n_out; i++) {
        pkt_free(e->out[i].p);
    }
    e->n_out = 0;
}

/* Ends everything; nothing may be left over. */
static void
env_free(struct test_env *e)
{
    env_free_out(e);
    dp_thread_fini(e->t);
    dp_fini(&e->dp);
    env_quiesce(e);
    free(e->t);
    free(e);
    assert_int_equal(host_live_blocks, 0);
    assert_int_equal(host_live_packets, 0);
}

/* Receives one packet. */
UNUSED static void
env_receive(struct test_env *e, struct pkt *p, uint32_t in_port)
{
    struct pkt_batch b = {.n = 1, .p = {p}};
    p->md.in_port = in_port;
    dp_receive(e->t, &b, 1000);
    assert_int_equal(b.n, 0);
}
