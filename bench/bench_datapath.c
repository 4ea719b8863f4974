/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the datapath core moves packets, without any I/O: batches of 60-byte UDP frames are
 * replayed from memory through dp_receive() to an output that only counts. Three cases:
 *
 *   emc     1,000 5-tuples under one rule, all in the exact-match cache
 *   rule    the same without a cache: one megaflow table
 *   acl     1,000 rules of 20 masks, 64,000 5-tuples, with the default cache
 *
 * Prints nanoseconds and time-stamp cycles per packet, the best of several rounds. Usage:
 * bench_datapath [PACKETS_PER_ROUND] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "datapath/dp.h"

enum { FRAME = 60, ROUNDS = 7, N_MASKS = 20, N_RULES = 1000 };

static void *
bench_alloc(void *aux UNUSED, size_t size)
{
    return malloc(size);
}

static void
bench_free(void *aux UNUSED, void *p, size_t size UNUSED)
{
    free(p);
}

struct mem_hooks mem_hooks = {.alloc = bench_alloc, .free = bench_free};

static void
free_nothing(struct pkt **p UNUSED, size_t n UNUSED)
{
}

static const struct pkt_ops ops = {.free = free_nothing};

static uint64_t
bench_random(void *aux UNUSED)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

static uint64_t n_sent, n_missed;

static void
bench_output(void *aux UNUSED, struct dp_thread *t UNUSED, uint32_t port UNUSED,
             struct pkt_batch *b)
{
    n_sent += b->n;
}

static int
bench_upcall(void *aux UNUSED, struct dp_thread *t UNUSED, struct pkt *p UNUSED,
             const struct dp_upcall *up UNUSED)
{
    n_missed++;
    return 0;
}

static void
bench_defer(void *aux UNUSED, struct dp_deferred *d)
{
    d->run(d); /* one thread, between batches or at the very end of one */
}

static uint64_t
cycles(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

static double
seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

struct frames {
    uint32_t n;
    struct pkt *pkts;
    uint8_t *bytes; /* FRAME each, a cache line apart and more, as in a ring */
};

enum { STRIDE = 256 };

static void
make_frame(uint8_t *f, uint32_t i)
{
    static const uint8_t start[] = {0x50, 0x54, 0, 0, 0,  10, 0x50, 0x54, 0, 0,  0,           9, 8,
                                    0,    0x45, 0, 0, 46, 0,  0,    0,    0, 64, IP_PROTO_UDP};
    memset(f, 0, FRAME);
    memcpy(f, start, sizeof start);
    put_be32(f + 26, 0x0a000000 + i * 2654435761u % 65536);
    put_be32(f + 30, 0x0a010000 + i % 251);
    put_be16(f + 34, (uint16_t)(1024 + i));
    put_be16(f + 36, (uint16_t)(i % N_RULES));
    put_be16(f + 38, 26);
}

static struct frames
frames_new(uint32_t n)
{
    struct frames fs = {n, calloc(n, sizeof *fs.pkts), calloc(n, STRIDE)};
    for (uint32_t i = 0; i < n; i++) {
        make_frame(fs.bytes + (size_t)i * STRIDE + 128, i);
        fs.pkts[i] = (struct pkt){.data = fs.bytes + (size_t)i * STRIDE + 128,
                                  .len = FRAME,
                                  .linear = FRAME,
                                  .headroom = 128,
                                  .ops = &ops,
                                  .md.in_port = 1};
    }
    return fs;
}

static void
put_rule(struct dp *dp, const struct flow_key *key, const struct flow_key *mask)
{
    uint32_t buf[4];
    struct wr w = wr_make(buf, sizeof buf);
    dp_act_put_output(&w, 2);
    struct dp_flow_put put = {
        .key = key, .mask = mask, .actions = buf, .actions_size = w.n, .flags = DP_PUT_CREATE};
    int error = dp_flow_put(dp, &put, NULL);
    if (error) {
        fprintf(stderr, "bench_datapath: flow: %s\n", err_text(error));
        exit(1);
    }
}

static void
common_mask(struct flow_key *mask)
{
    memset(mask, 0, sizeof *mask);
    flow_field_set_exact(FIELD_RECIRC_ID, mask);
    flow_field_set_exact(FIELD_IN_PORT, mask);
    flow_field_set_exact(FIELD_ETH_TYPE, mask);
    flow_field_set_exact(FIELD_IPV4_FRAG, mask);
}

static void
one_rule(struct dp *dp, struct frames *fs)
{
    struct flow_key key, mask;
    pkt_parse(&fs->pkts[0], &key);
    common_mask(&mask);
    put_rule(dp, &key, &mask);
}

/* Rule I: one destination port, and the Ith way to look at the Ethernet addresses, which are the
 * same in all frames. */
static void
acl(struct dp *dp, struct frames *fs)
{
    struct flow_key key, mask;
    for (uint32_t i = 0; i < N_RULES; i++) {
        pkt_parse(&fs->pkts[i], &key);
        common_mask(&mask);
        flow_field_set_exact(FIELD_IPV4_PROTO, &mask);
        flow_field_set_exact(FIELD_UDP_DST, &mask);
        mask.eth_dst[5] = (uint8_t)(i % N_MASKS);
        put_rule(dp, &key, &mask);
    }
}

static void
run(const char *name, void (*program)(struct dp *, struct frames *), uint32_t n_frames,
    uint32_t emc_size, uint64_t n_packets)
{
    const struct dp_env env = {bench_random, bench_output, bench_upcall, bench_defer, NULL};
    struct dp dp;
    struct dp_thread *t = malloc(sizeof *t);
    struct frames fs = frames_new(n_frames);
    if (!t || dp_init(&dp, &env, 1) || dp_thread_init(t, &dp, 0, emc_size)) {
        fprintf(stderr, "bench_datapath: %s\n", err_text(-E_NOMEM));
        exit(1);
    }
    program(&dp, &fs);
    double best_ns = 1e9, best_cycles = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = seconds();
        uint64_t start_cycles = cycles(), n = 0;
        uint32_t at = 0;
        while (n < n_packets) {
            struct pkt_batch b = {.n = PKT_BATCH_MAX};
            for (uint32_t i = 0; i < PKT_BATCH_MAX; i++) {
                b.p[i] = &fs.pkts[at];
                at = at + 1 == n_frames ? 0 : at + 1;
            }
            dp_receive(t, &b, 1000);
            n += PKT_BATCH_MAX;
        }
        double used = (double)(cycles() - start_cycles) / (double)n;
        double ns = (seconds() - start) * 1e9 / (double)n;
        best_ns = MIN(best_ns, ns);
        best_cycles = MIN(best_cycles, used);
        if (!round) {
            dp_optimize(&dp);
        }
    }
    printf("%-5s %7.1f ns %7.1f cycles per packet, %.1f%% from cache, %u masks\n", name, best_ns,
           best_cycles, 100.0 * (double)t->counters.cache_hit / (double)t->counters.hit,
           dp_n_masks(&dp));
    dp_thread_fini(t);
    dp_fini(&dp);
    free(t);
    free(fs.pkts);
    free(fs.bytes);
}

int
main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
    run("emc", one_rule, 1000, 8192, n);
    run("rule", one_rule, 1000, 0, n);
    run("acl", acl, 64000, 8192, n);
    return n_missed != 0;
}
