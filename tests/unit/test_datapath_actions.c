/* SPDX-License-Identifier: Apache-2.0 */
/* Actions: the list checker, header rewriting with every checksum compared with one computed
 * from scratch, VLAN push and pop, and what execution moves, clones and drops. */
#include "datapath_env.h"

#include "datapath/set_field.h"

#define ETH                                                                                       \
    "50540000000a"                                                                                \
    "505400000009"

static const char udp4[] = ETH "0800"
                               "450000201234000040110000"
                               "0a000001"
                               "0a000002"
                               "00010002000c0000"
                               "61626364";
static const char tcp4[] = ETH "0800"
                               "4500002c1234000040060000"
                               "0a000001"
                               "0a000002"
                               "00500051"
                               "00000001"
                               "00000002"
                               "5012ffff"
                               "00000000"
                               "61626364";
static const char icmp4[] = ETH "0800"
                                "4500001c1234000040010000"
                                "0a000001"
                                "0a000002"
                                "0800000000010002";
static const char udp6[] = ETH "86dd"
                               "61234567000c11ff"
                               "fe80000000000000000000000000000a"
                               "ff0200000000000000000000000000fb"
                               "00010002000c0000"
                               "61626364";
static const char nd6[] = ETH "86dd"
                              "60000000002c3aff"
                              "fe80000000000000000000000000000a"
                              "ff0200000000000000000000000000fb"
                              "8700000000000000"
                              "fe800000000000000000000000000099"
                              "0e01000000000000"
                              "0101aabbccddee01"
                              "00000000";
static const char sctp4[] = ETH "0800"
                                "450000241234000040840000"
                                "0a000001"
                                "0a000002"
                                "00010002000000000000000003000004";
static const char arp[] = ETH "0806"
                              "0001080006040001"
                              "505400000009"
                              "0a000001"
                              "000000000000"
                              "0a000002";

static uint16_t
pseudo_sum(const uint8_t *f, size_t l3, size_t len, uint8_t proto)
{
    bool v6 = f[l3] >> 4 == 6;
    uint8_t tail[4] = {0, proto, (uint8_t)(len >> 8), (uint8_t)len};
    uint32_t sum = csum_add_bytes(0, f + l3 + (v6 ? 8 : 12), v6 ? 32 : 8);
    return (uint16_t)csum_fold(csum_add_bytes(sum, tail, 4));
}

/* Where the transport checksum of a parsed P lies. */
static size_t
csum_at(const struct pkt *p)
{
    return p->l4 + (p->l4_proto == IP_PROTO_TCP ? 16u : p->l4_proto == IP_PROTO_UDP ? 6u : 2u);
}

/* The right transport checksum, as stored. */
static uint16_t
right_csum(const struct pkt *p)
{
    uint8_t copy[512];
    memcpy(copy, p->data, p->len);
    memset(copy + csum_at(p), 0, 2);
    size_t len = p->len - p->l4;
    uint32_t sum = csum_add_bytes(0, copy + p->l4, len);
    if (p->l4_proto != IP_PROTO_ICMP) {
        sum = csum_fold(sum + pseudo_sum(copy, p->l3, len, p->l4_proto));
    }
    uint16_t csum = (uint16_t)~csum_fold(sum);
    return p->l4_proto == IP_PROTO_UDP && !csum ? 0xffff : csum;
}

static bool
ip_csum_ok(const struct pkt *p)
{
    return get_be16(p->data + p->l3 - 2) != ETH_TYPE_IPV4 ||
           csum_fold(csum_add_bytes(0, p->data + p->l3, 20)) == 0xffff;
}

/* HEX as a parsed packet with right checksums. */
static struct pkt *
make(const char *hex, struct flow_key *key)
{
    uint8_t frame[512];
    size_t n = host_unhex(hex, frame, sizeof frame);
    struct pkt *p = host_pkt_new(frame, n, 0);
    pkt_parse(p, key);
    if (get_be16(p->data + 12) == ETH_TYPE_IPV4) {
        uint16_t csum = (uint16_t)~csum_fold(csum_add_bytes(0, p->data + 14, 20));
        memcpy(p->data + 24, &csum, 2);
    }
    if (p->l4 != PKT_NO_LAYER && p->l4_proto != IP_PROTO_SCTP) {
        uint16_t csum = right_csum(p);
        memcpy(p->data + csum_at(p), &csum, 2);
    }
    return p;
}

static uint16_t
stored_csum(const struct pkt *p)
{
    uint16_t csum;
    memcpy(&csum, p->data + csum_at(p), 2);
    return csum;
}

/* Every writable field of every packet: set it and see it parsed, with all else and the
 * checksums right. */
static void
test_set_every_field(void **state UNUSED)
{
    const char *const packets[] = {udp4, tcp4, icmp4, udp6, nd6, arp};
    unsigned int n_set = 0;
    for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
        for (unsigned int id = 0; id < FIELD_COUNT; id++) {
            const struct flow_field *f = &flow_fields[id];
            struct flow_key key, after;
            struct pkt *p = make(packets[i], &key);
            if (f->layer == LAYER_NONE || !flow_prereq_holds(f->prereq, &key)) {
                uint8_t zeros[16] = {0};
                struct flow_key same;
                if (f->layer != LAYER_NONE) {
                    assert_int_equal(pkt_set_field(p, id, zeros, NULL), 0);
                    pkt_parse(p, &same);
                    assert_true(flow_key_equal(&same, &key));
                } else {
                    assert_int_equal(pkt_set_field(p, id, zeros, NULL), -E_INVAL);
                }
                pkt_free(p);
                continue;
            }
            /* Some bits only. */
            uint8_t value[16], mask[16], want[16], got[16];
            struct flow_key exact = {0};
            flow_field_set_exact(id, &exact);
            flow_field_get(id, &exact, mask);
            for (size_t b = 0; b < 16; b++) {
                value[b] = (uint8_t)(0x35 * (b + id + 1));
                mask[b] &= id % 2 ? 0xff : 0x77;
            }
            flow_field_get(id, &key, want);
            for (size_t b = 0; b < f->size; b++) {
                want[b] = (uint8_t)((want[b] & ~mask[b]) | (value[b] & mask[b]));
            }
            bool is_type = id == FIELD_ICMPV6_TYPE || id == FIELD_ICMPV6_CODE;
            assert_int_equal(pkt_set_field(p, id, value, mask), 0);
            pkt_parse(p, &after);
            flow_field_get(id, &after, got);
            if (id == FIELD_VLAN_TCI) {
                assert_true(flow_key_equal(&after, &key)); /* no header */
            } else if (id == FIELD_ND_TLL || (id == FIELD_ND_SLL && packets[i] != nd6)) {
                assert_true(flow_key_equal(&after, &key)); /* no option */
            } else {
                if (id == FIELD_ARP_OP && want[0]) {
                    assert_int_equal(got[1], 0); /* not shown above 255 */
                } else if (id == FIELD_ND_SLL) {
                    assert_true(flow_key_equal(&after, &key) || !memcmp(got, want, f->size));
                } else {
                    assert_memory_equal(got, want, f->size);
                }
                if (!is_type) {
                    flow_field_set(id, &key, got);
                    assert_true(flow_key_equal(&after, &key));
                }
            }
            if (packets[i] != arp) {
                assert_true(ip_csum_ok(p));
                if (p->l4 != PKT_NO_LAYER) {
                    assert_int_equal(stored_csum(p), right_csum(p));
                }
            }
            n_set++;
            pkt_free(p);
        }
    }
    assert_true(n_set > 60);
    assert_int_equal(host_live_packets, 0);
}

static void
test_partial_checksum(void **state UNUSED)
{
    struct flow_key key;
    struct pkt *p = make(tcp4, &key);
    uint32_t ip = be32_from(0xc0a80101).raw;
    uint16_t port = be16_from(8080).raw, sum = pseudo_sum(p->data, p->l3, 24, 6);
    memcpy(p->data + csum_at(p), &sum, 2);
    p->flags |= PKT_CSUM_PARTIAL;
    p->csum_start = p->l4;
    p->csum_ofs = 16;
    assert_int_equal(pkt_set_field(p, FIELD_IPV4_SRC, &ip, NULL), 0);
    assert_int_equal(pkt_set_field(p, FIELD_TCP_SRC, &port, NULL), 0);
    assert_int_equal(stored_csum(p), pseudo_sum(p->data, p->l3, 24, 6));
    assert_int_equal(pkt_push_vlan(p, be16_from(ETH_TYPE_VLAN), be16_from(0x1005)), 0);
    assert_int_equal(p->csum_start, 38);
    pkt_free(p);
}

static void
test_udp_without_checksum(void **state UNUSED)
{
    struct flow_key key;
    struct pkt *p = make(udp4, &key);
    uint32_t ip = be32_from(0xc0a80101).raw;
    memset(p->data + csum_at(p), 0, 2);
    assert_int_equal(pkt_set_field(p, FIELD_IPV4_DST, &ip, NULL), 0);
    assert_int_equal(stored_csum(p), 0);
    assert_true(ip_csum_ok(p));
    pkt_free(p);
}

static void
test_wrong_checksum_stays_wrong(void **state UNUSED)
{
    struct flow_key key;
    struct pkt *p = make(udp4, &key);
    uint32_t ip = be32_from(0xc0a80101).raw;
    p->data[csum_at(p)] ^= 0x40;
    assert_int_equal(pkt_set_field(p, FIELD_IPV4_DST, &ip, NULL), 0);
    assert_int_not_equal(stored_csum(p), right_csum(p));
    pkt_free(p);
}

/* Bit by bit, as RFC 9260 defines it. */
static uint32_t
slow_crc(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= i >= 8 && i < 12 ? 0 : p[i];
        for (int b = 0; b < 8; b++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
        }
    }
    return ~crc;
}

static void
test_sctp_checksum(void **state UNUSED)
{
    struct flow_key key;
    struct pkt *p = make(sctp4, &key);
    uint16_t port = be16_from(8080).raw;
    uint32_t crc = slow_crc(p->data + p->l4, 16);
    for (int i = 0; i < 4; i++) {
        p->data[p->l4 + 8 + i] = (uint8_t)(crc >> 8 * i);
    }
    assert_int_equal(pkt_set_field(p, FIELD_SCTP_DST, &port, NULL), 0);
    assert_int_equal(get_be16(p->data + p->l4 + 2), 8080);
    crc = slow_crc(p->data + p->l4, 16);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(p->data[p->l4 + 8 + i], (uint8_t)(crc >> 8 * i));
    }
    pkt_free(p);
}

static void
test_vlan(void **state UNUSED)
{
    struct flow_key before, key;
    for (size_t headroom = 0; headroom < 12; headroom += 4) {
        struct pkt *q = make(udp6, &before);
        struct pkt *p = host_pkt_new(q->data, q->len, headroom);
        pkt_free(q);
        pkt_parse(p, &before);
        if (!headroom) {
            p->flags |= PKT_SHARED;
        }
        assert_int_equal(pkt_pop_vlan(p), -E_INVAL);
        assert_int_equal(pkt_push_vlan(p, be16_from(ETH_TYPE_VLAN), be16_from(0x7006)), 0);
        assert_int_equal(pkt_push_vlan(p, be16_from(ETH_TYPE_QINQ), be16_from(0x1005)), 0);
        uint16_t l3 = p->l3, l4 = p->l4;
        assert_int_equal(get_be16(p->data + 14), 5); /* without the mark */
        pkt_parse(p, &key);
        assert_int_equal(l3, p->l3);
        assert_int_equal(l4, p->l4);
        assert_int_equal(be16_host(key.vlan_tpid0), ETH_TYPE_QINQ);
        assert_int_equal(be16_host(key.vlan_tci0), 0x1005);
        assert_int_equal(be16_host(key.vlan_tci1), 0x7006);
        be16 tci = be16_from(0x3009);
        assert_int_equal(pkt_set_field(p, FIELD_VLAN_TCI, &tci, NULL), 0);
        assert_int_equal(get_be16(p->data + 14), 0x2009);
        assert_int_equal(pkt_pop_vlan(p), 0);
        assert_int_equal(pkt_pop_vlan(p), 0);
        l3 = p->l3;
        pkt_parse(p, &key);
        assert_int_equal(l3, p->l3);
        assert_true(flow_key_equal(&key, &before));
        pkt_free(p);
    }
}

static void
test_check(void **state UNUSED)
{
    uint32_t buf[128] = {0};
    struct wr w = wr_make(buf, sizeof buf);
    uint8_t mac[12] = {0};
    uint32_t p = 1000;
    assert_int_equal(dp_actions_check(buf, 0), 0);
    dp_act_put_output(&w, 1);
    dp_act_put_push_vlan(&w, ETH_TYPE_VLAN, 5);
    dp_act_put_set(&w, FIELD_ETH_SRC, mac, mac);
    dp_act_put_set(&w, FIELD_IPV4_TTL, mac, NULL);
    dp_act_put_userspace(&w, 7, "hello", 5);
    size_t clone = dp_act_begin(&w, DP_ACT_CLONE, NULL, 0);
    size_t sample = dp_act_begin(&w, DP_ACT_SAMPLE, &p, 4);
    dp_act_put(&w, DP_ACT_POP_VLAN, NULL, 0);
    dp_act_end(&w, sample);
    dp_act_end(&w, clone);
    assert_false(w.bad);
    assert_int_equal(dp_actions_check(buf, w.n), 0);
    size_t ofs = 0;
    unsigned int n = 0;
    while (dp_actions_next(buf, w.n, &ofs)) {
        n++;
    }
    assert_int_equal(n, 6);
    /* Cut short, every list but those that end between actions is refused. */
    unsigned int n_ok = 0;
    for (size_t cut = 1; cut < w.n; cut++) {
        n_ok += !dp_actions_check(buf, cut);
    }
    assert_int_equal(n_ok, 5);
    /* Read-only fields, wrong sizes, unknown actions, deep nests. */
    w = wr_make(buf, sizeof buf);
    dp_act_put_set(&w, FIELD_IPV4_PROTO, mac, NULL);
    assert_int_equal(dp_actions_check(buf, w.n), -E_INVAL);
    w = wr_make(buf, sizeof buf);
    dp_act_put(&w, DP_ACT_OUTPUT, mac, 8);
    assert_int_equal(dp_actions_check(buf, w.n), -E_INVAL);
    w = wr_make(buf, sizeof buf);
    dp_act_put(&w, 31, mac, 4);
    assert_int_equal(dp_actions_check(buf, w.n), -E_INVAL);
    for (unsigned int depth = DP_NEST_MAX; depth <= DP_NEST_MAX + 1; depth++) {
        size_t begins[DP_NEST_MAX + 1];
        w = wr_make(buf, sizeof buf);
        for (unsigned int i = 0; i < depth; i++) {
            begins[i] = dp_act_begin(&w, DP_ACT_CLONE, NULL, 0);
        }
        for (unsigned int i = depth; i-- > 0;) {
            dp_act_end(&w, begins[i]);
        }
        assert_int_equal(dp_actions_check(buf, w.n), depth > DP_NEST_MAX ? -E_OVERFLOW : 0);
    }
    w = wr_make(buf, 6);
    dp_act_put_output(&w, 1);
    assert_true(w.bad);
}

/* Executes the list in W on N packets. */
static void
execute(struct test_env *e, struct wr *w, uint32_t n)
{
    struct pkt_batch b = {.n = 0};
    struct flow_key key;
    assert_false(w->bad);
    assert_int_equal(dp_actions_check(w->start, w->n), 0);
    for (uint32_t i = 0; i < n; i++) {
        pkt_batch_add(&b, make(udp4, &key));
        b.p[i]->md.mark = i;
    }
    dp_execute(e->t, &b, w->start, w->n);
    assert_int_equal(b.n, 0);
}

static void
test_execute(void **state UNUSED)
{
    uint32_t buf[64], all = UINT32_MAX, half = UINT32_MAX / 2;
    struct test_env *e = env_new(1, 0);
    struct wr w = wr_make(buf, sizeof buf);
    dp_act_put_output(&w, 1); /* clones */
    dp_act_put_push_vlan(&w, ETH_TYPE_VLAN, 5);
    dp_act_put_output(&w, 2); /* moves */
    execute(e, &w, 32);
    assert_int_equal(e->n_out, 64);
    assert_int_equal(host_live_packets, 64);
    for (uint32_t i = 0; i < 64; i++) {
        assert_int_equal(e->out[i].port, i < 32 ? 1 : 2);
        assert_int_equal(e->out[i].p->len, i < 32 ? 46 : 50);
        assert_int_equal(e->out[i].p->md.mark, i % 32);
    }
    env_free_out(e);

    /* The clone's tag and cut are its own. */
    w = wr_make(buf, sizeof buf);
    size_t begin = dp_act_begin(&w, DP_ACT_CLONE, NULL, 0);
    dp_act_put_push_vlan(&w, ETH_TYPE_VLAN, 5);
    dp_act_put_u32(&w, DP_ACT_TRUNC, 20);
    dp_act_put_output(&w, 1);
    dp_act_put_output(&w, 2);
    dp_act_end(&w, begin);
    dp_act_put_output(&w, 3);
    execute(e, &w, 1);
    assert_int_equal(e->n_out, 3);
    assert_int_equal(e->out[0].p->len, 20);
    assert_int_equal(e->out[1].p->len, 50);
    assert_int_equal(e->out[2].p->len, 46);
    env_free_out(e);

    /* A sample of all, of about half, and a list that ends without output. */
    const uint32_t odds[] = {all, half};
    for (size_t i = 0; i < ARRAY_LEN(odds); i++) {
        w = wr_make(buf, sizeof buf);
        begin = dp_act_begin(&w, DP_ACT_SAMPLE, &odds[i], 4);
        dp_act_put_output(&w, 1);
        dp_act_end(&w, begin);
        dp_act_put(&w, DP_ACT_POP_VLAN, NULL, 0);
        for (int round = 0; round < 32; round++) {
            execute(e, &w, 32);
        }
        assert_in_range(e->n_out, i ? 400 : 1024, i ? 624 : 1024);
        assert_int_equal(host_live_packets, e->n_out);
        env_free_out(e);
    }
    w = wr_make(buf, sizeof buf);
    dp_act_put_u32(&w, DP_ACT_DROP, 2);
    execute(e, &w, 3);
    assert_int_equal(e->t->counters.drops[DROP_ACTION_RECURSION_TOO_DEEP], 3);
    w = wr_make(buf, sizeof buf);
    execute(e, &w, 2);
    assert_int_equal(e->t->counters.drops[DROP_EMPTY_ACTIONS], 2);
    env_free(e);
}

static void
test_userspace(void **state UNUSED)
{
    uint32_t buf[64];
    struct test_env *e = env_new(1, 0);
    struct wr w = wr_make(buf, sizeof buf);
    dp_act_put_userspace(&w, 7, "cookie", 7);
    dp_act_put_output(&w, 1);
    dp_act_put_userspace(&w, 7, "end", 4);
    execute(e, &w, 2);
    assert_int_equal(e->n_action, 4);
    assert_string_equal((char *)e->userdata, "end");
    assert_int_equal(e->n_out, 2);
    e->upcall_result = -E_NOBUFS;
    execute(e, &w, 2);
    assert_int_equal(e->t->counters.lost, 4);
    assert_int_equal(e->t->counters.drops[DROP_USERSPACE_ACTION_ERROR], 4);
    env_free(e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_every_field),
        cmocka_unit_test(test_partial_checksum),
        cmocka_unit_test(test_udp_without_checksum),
        cmocka_unit_test(test_wrong_checksum_stays_wrong),
        cmocka_unit_test(test_sctp_checksum),
        cmocka_unit_test(test_vlan),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_execute),
        cmocka_unit_test(test_userspace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
