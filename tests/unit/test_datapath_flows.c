/* SPDX-License-Identifier: Apache-2.0 */
/* Flows: the table against a brute-force search, the exact-match cache, the packet path from
 * receive to output or upcall, statistics, dumps under change, and every failing allocation. */
#include "datapath_env.h"

#include <time.h>

#include "datapath/dp_internal.h"

static uint64_t seed;

static uint32_t
random_below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static int
put(struct test_env *e, const struct flow_key *key, const struct flow_key *mask, uint32_t port,
    uint32_t flags, struct dp_flow **flowp)
{
    uint32_t buf[8];
    struct wr w = wr_make(buf, sizeof buf);
    dp_act_put_output(&w, port);
    struct dp_flow_put p = {
        .key = key, .mask = mask, .actions = buf, .actions_size = w.n, .flags = flags};
    return dp_flow_put(&e->dp, &p, flowp);
}

/* UDP over IPv4 from 10.0.0.SRC to port DST. */
static struct pkt *
udp(uint32_t src, uint16_t dst)
{
    uint8_t f[60] = {0x50, 0x54, 0, 0, 0, 10, 0x50, 0x54, 0, 0, 0, 9, 8, 0, 0x45};
    put_be16(f + 16, 46);
    f[22] = 64;
    f[23] = IP_PROTO_UDP;
    put_be32(f + 26, 0x0a000000 | src);
    put_be32(f + 30, 0x0a010000);
    put_be16(f + 34, 1000);
    put_be16(f + 36, dst);
    put_be16(f + 38, 26);
    return host_pkt_new(f, sizeof f, 0);
}

static void
key_of(uint32_t src, uint16_t dst, struct flow_key *key)
{
    struct pkt *p = udp(src, dst);
    p->md.in_port = 1;
    pkt_parse(p, key);
    pkt_free(p);
}

enum { N_RULES = 3000, N_MASKS = 40 };

/* Random flows, few bits so that they meet often; overlapping ones are refused here, as they
 * are by the control plane. */
static void
test_against_brute_force(void **state UNUSED)
{
    static struct flow_key masks[N_MASKS];
    static struct dp_flow *flows[N_RULES];
    struct test_env *e = env_new(seed, 0);
    const unsigned int words[] = {0, 13, 14, 16, 21};
    memset(masks, 0, sizeof masks);
    for (unsigned int m = 0; m < N_MASKS; m++) {
        for (size_t i = 0; i < ARRAY_LEN(words); i++) {
            masks[m].words[words[i]] = random_below(16);
        }
        masks[m].recirc_id = 0xff; /* the mask's own number there keeps flows apart */
    }
    for (unsigned int round = 0; round < 20000; round++) {
        struct flow_key key = {0}, masked;
        unsigned int m = random_below(N_MASKS), slot = random_below(N_RULES);
        for (size_t i = 0; i < ARRAY_LEN(words); i++) {
            key.words[words[i]] = random_below(16);
        }
        key.recirc_id = m;
        flow_key_mask(&masked, &key, &masks[m]);
        uint64_t tried = 0;
        struct dp_flow *found = dp_table_lookup(&e->dp.table, 0, &key, &tried), *want = NULL;
        for (unsigned int i = 0; i < N_RULES; i++) {
            struct flow_key k, km;
            if (!flows[i]) {
                continue;
            }
            dp_flow_key(flows[i], &k);
            dp_flow_mask(flows[i], &km);
            if (flow_key_equal_masked(&k, &key, &km)) {
                want = flows[i];
                break;
            }
        }
        assert_ptr_equal(found, want);
        if (!flows[slot] && !want) {
            assert_int_equal(put(e, &key, &masks[m], 1, DP_PUT_CREATE, &flows[slot]), 0);
            assert_ptr_equal(dp_flow_find(&e->dp, &key, &masks[m]), flows[slot]);
            assert_ptr_equal(dp_flow_find_ufid(&e->dp, &flows[slot]->ufid), flows[slot]);
        } else if (flows[slot] && random_below(2)) {
            dp_flow_del(&e->dp, flows[slot]);
            flows[slot] = NULL;
        }
        if (round % 1000 == 0) {
            dp_optimize(&e->dp);
            env_quiesce(e);
        }
    }
    assert_true(dp_n_flows(&e->dp) > 500);
    assert_true(dp_n_masks(&e->dp) <= N_MASKS);
    dp_flow_flush(&e->dp);
    assert_int_equal(dp_n_masks(&e->dp), 0);
    memset(flows, 0, sizeof flows);
    env_free(e);
}

static void
test_packet_path(void **state UNUSED)
{
    struct test_env *e = env_new(1, 64);
    struct flow_key key, mask = {0};
    struct dp_flow *flow;
    struct dp_flow_stats stats;
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->n_miss, 1);
    key_of(1, 53, &key);
    flow_field_set_exact(FIELD_IN_PORT, &mask);
    flow_field_set_exact(FIELD_ETH_TYPE, &mask);
    assert_int_equal(put(e, &key, &mask, 9, DP_PUT_MODIFY, &flow), -E_NOENT);
    assert_int_equal(put(e, &key, &mask, 9, DP_PUT_CREATE, &flow), 0);
    assert_int_equal(put(e, &key, &mask, 9, DP_PUT_CREATE, NULL), -E_EXIST);
    for (uint16_t i = 0; i < 10; i++) {
        env_receive(e, udp(i % 2, 53), 1);
    }
    assert_int_equal(e->n_out, 10);
    assert_int_equal(e->t->counters.hit, 10);
    assert_int_equal(e->t->counters.cache_hit, 8);
    assert_int_equal(e->t->counters.missed, 1);
    assert_int_equal(e->t->counters.mask_hit, 2);
    dp_flow_stats(flow, &stats);
    assert_int_equal(stats.packets, 10);
    assert_int_equal(stats.bytes, 600);
    assert_int_equal(stats.used_ms, 1000);
    /* Changed actions take effect at once, cache or not. */
    assert_int_equal(put(e, &key, &mask, 8, DP_PUT_MODIFY | DP_PUT_ZERO_STATS, NULL), 0);
    env_free_out(e);
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->out[0].port, 8);
    dp_flow_stats(flow, &stats);
    assert_int_equal(stats.packets, 1);
    /* A removed flow is dead in the cache, and readable by who holds it. */
    dp_flow_ref(flow);
    dp_flow_del(&e->dp, flow);
    env_quiesce(e);
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->n_miss, 2);
    emc_sweep(&e->t->emc, 64);
    dp_flow_stats(flow, &stats);
    assert_int_equal(stats.packets, 1);
    dp_flow_unref(flow);
    /* Lost upcalls, frames too short. */
    e->upcall_result = -E_NOBUFS;
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->t->counters.lost, 1);
    assert_int_equal(e->t->counters.drops[DROP_UPCALL_ERROR], 1);
    env_receive(e, host_pkt_new("0123456789abc", 13, 0), 1);
    assert_int_equal(e->t->counters.drops[DROP_RX_INVALID_PACKET], 1);
    env_free(e);
}

/* The upcall makes the flow and sends its packet by itself; the rest of the batch finds it. */
static void
install_and_send(struct test_env *e, struct pkt *p, const struct dp_upcall *up)
{
    uint32_t buf[8];
    struct wr w = wr_make(buf, sizeof buf);
    struct pkt_batch b = {.n = 1, .p = {p}};
    struct flow_key mask;
    flow_mask_exact(&mask, up->key);
    assert_int_equal(put(e, up->key, &mask, 5, DP_PUT_CREATE, NULL), 0);
    dp_act_put_output(&w, 5);
    dp_execute(e->t, &b, buf, w.n);
}

static void
test_batch_order(void **state UNUSED)
{
    struct test_env *e = env_new(1, 64);
    e->on_upcall = install_and_send;
    for (int round = 0; round < 3; round++) {
        struct pkt_batch b = {.n = 0};
        for (uint32_t i = 0; i < PKT_BATCH_MAX; i++) {
            struct pkt *p = udp(i % 5, 53);
            p->md.in_port = 1;
            p->rss_hash = i;
            pkt_batch_add(&b, p);
        }
        dp_receive(e->t, &b, 1000);
        assert_int_equal(e->n_out, PKT_BATCH_MAX);
        uint32_t last[5] = {0};
        for (size_t i = 0; i < e->n_out; i++) {
            uint32_t n = e->out[i].p->rss_hash;
            assert_true(last[n % 5] <= n);
            last[n % 5] = n;
        }
        env_free_out(e);
    }
    assert_int_equal(e->n_miss, 5);
    assert_int_equal(dp_n_flows(&e->dp), 5);
    assert_int_equal(e->t->counters.cache_hit, 64 - 5); /* once each from the table */
    env_free(e);
}

static void
test_recirculation(void **state UNUSED)
{
    struct test_env *e = env_new(1, 64);
    struct flow_key key, mask = {0};
    uint32_t buf[8];
    key_of(1, 53, &key);
    flow_field_set_exact(FIELD_RECIRC_ID, &mask);
    struct wr w = wr_make(buf, sizeof buf);
    dp_act_put_u32(&w, DP_ACT_RECIRC, 1);
    struct dp_flow_put p = {
        .key = &key, .mask = &mask, .actions = buf, .actions_size = w.n, .flags = DP_PUT_CREATE};
    assert_int_equal(dp_flow_put(&e->dp, &p, NULL), 0);
    key.recirc_id = 1;
    assert_int_equal(put(e, &key, &mask, 4, DP_PUT_CREATE, NULL), 0);
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->n_out, 1);
    assert_int_equal(e->out[0].port, 4);
    assert_int_equal(e->t->counters.recirc, 1);
    /* Round and round ends. */
    p.flags = DP_PUT_MODIFY;
    assert_int_equal(dp_flow_put(&e->dp, &p, NULL), 0);
    env_receive(e, udp(1, 53), 1);
    assert_int_equal(e->t->counters.drops[DROP_RECIRC_ERROR], 1);
    assert_int_equal(e->t->counters.recirc, 1 + DP_RECIRC_DEPTH);
    env_free(e);
}

static void
send_round(struct test_env *e, struct pkt *p, const struct dp_upcall *up UNUSED)
{
    uint32_t buf[2];
    struct wr w = wr_make(buf, sizeof buf);
    struct pkt_batch b = {.n = 1, .p = {p}};
    dp_act_put_u32(&w, DP_ACT_RECIRC, 1);
    dp_execute(e->t, &b, buf, w.n);
    assert_int_equal(b.n, 0);
}

/* Upcalls that recirculate, in the midst of a batch and of a round: their packets go round when
 * the outermost call gets to it, and only then. */
static void
test_recirculation_from_upcall(void **state UNUSED)
{
    struct test_env *e = env_new(1, 64);
    struct flow_key key, mask = {0};
    e->on_upcall = send_round;
    flow_field_set_exact(FIELD_RECIRC_ID, &mask);
    flow_field_set_exact(FIELD_UDP_DST, &mask);
    key_of(1, 53, &key);
    key.recirc_id = 1;
    assert_int_equal(put(e, &key, &mask, 4, DP_PUT_CREATE, NULL), 0);
    struct pkt_batch b = {.n = 0};
    for (uint32_t i = 0; i < PKT_BATCH_MAX; i++) {
        struct pkt *p = udp(i, 53);
        p->md.in_port = 1;
        pkt_batch_add(&b, p);
    }
    dp_receive(e->t, &b, 1000);
    assert_int_equal(e->n_miss, PKT_BATCH_MAX);
    assert_int_equal(e->n_out, PKT_BATCH_MAX);
    assert_int_equal(e->t->counters.recirc, PKT_BATCH_MAX);
    env_free_out(e);
    /* Outside a batch. */
    struct pkt *p = udp(1, 53);
    struct flow_key parsed;
    pkt_parse(p, &parsed);
    send_round(e, p, NULL);
    assert_int_equal(e->n_out, 1);
    assert_int_equal(e->out[0].port, 4);
    /* Without a flow each round is an upcall, until the depth ends it. */
    env_receive(e, udp(1, 54), 1);
    assert_int_equal(e->n_miss, PKT_BATCH_MAX + 1 + DP_RECIRC_DEPTH);
    assert_int_equal(e->t->counters.drops[DROP_RECIRC_ERROR], 1);
    assert_int_equal(e->t->n_recirc, 0);
    env_free(e);
}

/* More keys than places: still right, still bounded, and nothing leaks. */
static void
test_small_cache(void **state UNUSED)
{
    struct test_env *e = env_new(1, 16);
    struct flow_key key, mask = {0};
    flow_field_set_exact(FIELD_UDP_DST, &mask);
    for (uint16_t port = 0; port < 8; port++) {
        key_of(1, port, &key);
        assert_int_equal(put(e, &key, &mask, port, DP_PUT_CREATE, NULL), 0);
    }
    for (uint32_t i = 0; i < 4000; i++) {
        env_receive(e, udp(i % 50, (uint16_t)(i % 8)), 1);
        assert_int_equal(e->n_out, 1);
        assert_int_equal(e->out[0].port, i % 8);
        env_free_out(e);
        if (i % 500 == 499) { /* replaced by another flow for the same packets */
            key_of(1, (uint16_t)(i % 8), &key);
            dp_flow_del(&e->dp, dp_flow_find(&e->dp, &key, &mask));
            env_quiesce(e);
            assert_int_equal(put(e, &key, &mask, (uint16_t)(i % 8), DP_PUT_CREATE, NULL), 0);
        }
    }
    assert_int_equal(e->n_miss, 0);
    assert_true(e->t->counters.cache_hit > 100);
    env_free(e);
}

static void
test_dump_under_change(void **state UNUSED)
{
    struct test_env *e = env_new(1, 0);
    struct flow_key key, mask = {0};
    struct dp_cursor c;
    struct dp_flow *flow, *flows[100];
    unsigned int n = 0;
    flow_field_set_exact(FIELD_UDP_DST, &mask);
    for (uint16_t i = 0; i < 100; i++) {
        key_of(1, i, &key);
        assert_int_equal(put(e, &key, &mask, i, DP_PUT_CREATE, &flows[i]), 0);
    }
    dp_cursor_start(&e->dp, &c);
    while ((flow = dp_cursor_next(&e->dp, &c))) {
        assert_ptr_equal(flow, flows[n == 0 ? 0 : 2 * n]);
        if (2 * n + 1 < 100) {
            dp_flow_del(&e->dp, flows[2 * n + 1]); /* the one that comes next */
        }
        if (n == 10) {
            dp_flow_del(&e->dp, flow);
        }
        n++;
    }
    assert_int_equal(n, 50);
    dp_cursor_stop(&c);
    env_free(e);
}

/* A put fails at each of its allocations in turn and changes nothing. */
static void
test_allocation_failures(void **state UNUSED)
{
    struct test_env *e = env_new(1, 0);
    unsigned int failures = 0;
    for (uint32_t i = 0; i < 40; i++) {
        struct flow_key key, mask = {0};
        key_of(i, 53, &key);
        flow_field_set_exact(FIELD_IPV4_SRC, &mask);
        if (i % 4 == 0) { /* a mask of its own */
            mask.nw_tos = (uint8_t)i;
        }
        for (unsigned int nth = 1;; nth++) {
            uint32_t n_flows = dp_n_flows(&e->dp), n_masks = dp_n_masks(&e->dp);
            host_fail_alloc = nth;
            int error = put(e, &key, &mask, 1, DP_PUT_CREATE, NULL);
            bool failed = !host_fail_alloc;
            host_fail_alloc = 0;
            env_quiesce(e);
            if (!error) {
                break; /* also where only a bigger hash table failed */
            }
            assert_true(failed);
            assert_int_equal(error, -E_NOMEM);
            assert_int_equal(dp_n_flows(&e->dp), n_flows);
            assert_int_equal(dp_n_masks(&e->dp), n_masks);
            assert_null(dp_flow_find(&e->dp, &key, &mask));
            failures++;
        }
        host_fail_alloc = 1;
        assert_int_equal(put(e, &key, &mask, 2, DP_PUT_MODIFY, NULL), -E_NOMEM);
        host_fail_alloc = 0;
    }
    assert_true(failures > 100);
    /* Removal does without memory. */
    while (dp_n_flows(&e->dp)) {
        host_fail_alloc = 1;
        dp_flow_del(&e->dp, CONTAINER_OF(e->dp.flows.next, struct dp_flow, all_node));
        dp_optimize(&e->dp);
    }
    host_fail_alloc = 0;
    env_free(e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_brute_force),
        cmocka_unit_test(test_packet_path),
        cmocka_unit_test(test_batch_order),
        cmocka_unit_test(test_recirculation),
        cmocka_unit_test(test_recirculation_from_upcall),
        cmocka_unit_test(test_small_cache),
        cmocka_unit_test(test_dump_under_change),
        cmocka_unit_test(test_allocation_failures),
    };
    const char *given = getenv("WEFT_SEED");
    seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("WEFT_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
