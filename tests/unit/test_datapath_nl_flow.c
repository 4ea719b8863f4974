/* SPDX-License-Identifier: Apache-2.0 */
/* datapath/messages/nl_flow: keys, masks and actions to the kernel's attributes and back: known
 * bytes, random keys, and input that is cut short or damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "dpif/action_text.h"
#include "dpif/flow_text.h"
#include "datapath/messages/nl_flow.h"

static uint64_t
next_random(void)
{
    static uint64_t x = 88172645463325252u; /* xorshift64 */
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* Attributes as the kernel lays them out (little-endian hosts), with length and type. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static void
test_bytes(void **state)
{
    (void)state;
    static const uint8_t expected[] = {
        8,  0, 3,  0, 1,    0, 0, 0,                           /* in_port(1) */
        16, 0, 4,  0, 0,    1, 2, 3, 4, 5, 0, 1, 2,  3, 4,  6, /* eth(src,dst) */
        6,  0, 6,  0, 0x81, 0, 0, 0,                           /* eth_type(0x8100) */
        6,  0, 5,  0, 0x70, 5, 0, 0,                           /* vlan(vid=5,pcp=3) */
        36, 0, 1,  0,                                          /* encap */
        6,  0, 6,  0, 8,    0, 0, 0,                           /* eth_type(0x0800) */
        16, 0, 7,  0, 1,    2, 3, 4, 5, 6, 7, 8, 17, 4, 64, 0, /* ipv4(…) */
        8,  0, 10, 0, 0,    8, 0, 9,                           /* udp(src=8,dst=9) */
    };
    struct flow_key key, back;
    assert_int_equal(flow_text_parse("in_port(1),eth(src=00:01:02:03:04:05,dst=00:01:02:03:04:06),"
                                     "eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),"
                                     "ipv4(src=1.2.3.4,dst=5.6.7.8,proto=17,tos=4,ttl=64,frag=no),"
                                     "udp(src=8,dst=9))",
                                     NULL, &key, NULL, NULL, NULL),
                     0);
    uint32_t buffer[128];
    struct wr w = wr_make(buffer, sizeof buffer);
    nl_flow_put_key(&w, &key, NULL);
    assert_false(w.bad);
    assert_int_equal(w.n, sizeof expected);
    assert_memory_equal(buffer, expected, sizeof expected);
    assert_int_equal(nl_flow_get_key(buffer, w.n, &back), 0);
    assert_true(flow_key_equal(&key, &back));
}
#endif

/* Fills all fields of KEY that a packet of this kind has. */
static void
random_key(struct flow_key *key)
{
    static const uint16_t types[] = {ETH_TYPE_IPV4, ETH_TYPE_IPV6, ETH_TYPE_ARP,    ETH_TYPE_RARP,
                                     ETH_TYPE_MPLS, 0x1234,        ETH_TYPE_NOT_ETH};
    static const uint8_t protos[] = {IP_PROTO_TCP,  IP_PROTO_UDP,    IP_PROTO_SCTP,
                                     IP_PROTO_ICMP, IP_PROTO_ICMPV6, 99};
    memset(key, 0, sizeof *key);
    key->eth_type = be16_from(types[next_random() % ARRAY_LEN(types)]);
    uint16_t type = be16_host(key->eth_type);
    if (type == ETH_TYPE_IPV4 || type == ETH_TYPE_IPV6) {
        key->nw_proto = protos[next_random() % ARRAY_LEN(protos)];
        key->nw_frag = (uint8_t[]){0, 0, 1, 3}[next_random() % 4];
        if (flow_prereq_holds(PREREQ_ICMPV6, key) && next_random() % 2) {
            key->icmp_type = ND_NEIGHBOR_SOLICIT;
        }
    }
    unsigned int n_vlans = next_random() % 3;
    be16 *const vlan[2][2] = {{&key->vlan_tpid0, &key->vlan_tci0},
                              {&key->vlan_tpid1, &key->vlan_tci1}};
    for (unsigned int i = 0; i < n_vlans; i++) {
        *vlan[i][0] = be16_from(ETH_TYPE_QINQ);
        *vlan[i][1] = be16_from((uint16_t)next_random() | FLOW_VLAN_PRESENT);
    }
    if (next_random() % 3 == 0) {
        key->tun_dst = be32_from((uint32_t)next_random() | 1);
        key->tun_flags = FLOW_TUN_KEY | FLOW_TUN_DF;
    }
    struct flow_key kind = *key;
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        uint8_t value[FLOW_FIELD_MAX_SIZE], bits[FLOW_FIELD_MAX_SIZE];
        struct flow_key all = {.pad_end = 0};
        if (id == FIELD_PACKET_TYPE || flow_fields[id].form == FORM_VLAN_TCI ||
            !flow_field_is_zero(id, &kind) || flow_fields[id].form == FORM_FRAG ||
            id == FIELD_VLAN_TPID || id == FIELD_VLAN1_TPID ||
            flow_fields[id].form == FORM_TUN_FLAGS ||
            !flow_prereq_holds((enum flow_prereq)flow_fields[id].prereq, &kind) ||
            (kind.icmp_type == ND_NEIGHBOR_SOLICIT && id == FIELD_ICMPV6_CODE) ||
            id == FIELD_IPV4_PROTO || id == FIELD_IPV6_PROTO) {
            continue;
        }
        flow_field_set_exact(id, &all);
        flow_field_get(id, &all, bits);
        for (size_t i = 0; i < flow_fields[id].size; i++) {
            value[i] = (uint8_t)(next_random() & bits[i]);
        }
        flow_field_set(id, key, value);
    }
    if (flow_prereq_holds(PREREQ_ICMPV6, key) && !flow_prereq_holds(PREREQ_ND, &kind)) {
        key->icmp_type = 128; /* not by chance a message with more fields */
    }
}

/* A mask of whole fields that KEY has. */
static void
random_mask(const struct flow_key *key, struct flow_key *mask)
{
    memset(mask, 0, sizeof *mask);
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        if (next_random() % 2 && id != FIELD_PACKET_TYPE &&
            flow_fields[id].prereq != PREREQ_TUNNEL && id != FIELD_VLAN_TPID &&
            id != FIELD_VLAN_TCI && id != FIELD_VLAN1_TPID && id != FIELD_VLAN1_TCI &&
            flow_prereq_holds((enum flow_prereq)flow_fields[id].prereq, key)) {
            flow_field_set_exact(id, mask);
        }
    }
    /* Whether headers are there is always matched. */
    mask->vlan_tci0 = be16_from(be16_host(key->vlan_tci0) ? 0x1fff : UINT16_MAX);
    if (be16_host(key->vlan_tci0)) {
        mask->vlan_tpid0 = be16_from(UINT16_MAX);
        mask->vlan_tci1 = be16_from(be16_host(key->vlan_tci1) ? 0xf00f : UINT16_MAX);
    }
    if (flow_prereq_holds(PREREQ_TUNNEL, key)) {
        mask->tun_src = be32_from(0xffff0000);
        mask->tun_ttl = 0xff;
    }
}

static void
test_random_keys(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct flow_key key, mask, back;
        uint32_t buffer[256];
        random_key(&key);
        random_mask(&key, &mask);
        struct wr w = wr_make(buffer, sizeof buffer);
        nl_flow_put_key(&w, &key, &mask);
        assert_false(w.bad);
        int code = nl_flow_get_key(buffer, w.n, &back);
        if (code || !flow_key_equal(&key, &back)) {
            struct str s = STR_INIT;
            flow_text_put(&s, &key, NULL, NULL, 0);
            str_puts(&s, " is not ");
            flow_text_put(&s, &back, NULL, NULL, 0);
            fail_msg("%d: %s", code, str_text(&s));
        }
        w = wr_make(buffer, sizeof buffer);
        nl_flow_put_mask(&w, &key, &mask);
        assert_int_equal(nl_flow_get_mask(buffer, w.n, &key, &back), 0);
        for (size_t word = 0; word < FLOW_KEY_WORDS; word++) {
            if (back.words[word] != mask.words[word]) {
                struct str s = STR_INIT;
                flow_text_put(&s, &key, &mask, NULL, 0);
                str_puts(&s, " is not ");
                flow_text_put(&s, &key, &back, NULL, 0);
                fail_msg("word %u: %s", (unsigned int)word, str_text(&s));
            }
        }
    }
}

/* Whatever comes in, the decoders stay in bounds and say no, or give a key that can be encoded. */
static void
test_damaged(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct flow_key key, mask, back;
        uint32_t buffer[256], list[512];
        random_key(&key);
        struct wr w = wr_make(buffer, sizeof buffer);
        nl_flow_put_key(&w, &key, NULL);
        uint8_t *copy = malloc(w.n);
        size_t n = next_random() % (w.n + 1);
        memcpy(copy, buffer, w.n);
        for (unsigned int flips = next_random() % 4; flips; flips--) {
            copy[next_random() % w.n] ^= (uint8_t)(1u << next_random() % 8);
        }
        if (!nl_flow_get_key(copy, n, &back)) {
            nl_flow_get_mask(copy, n, &back, &mask);
            w = wr_make(buffer, sizeof buffer);
            nl_flow_put_key(&w, &back, NULL);
            assert_false(w.bad);
        }
        struct wr l = wr_make(list, sizeof list);
        nl_actions_get(copy, n, &l);
        free(copy);
    }
}

static const char *const action_lists[] = {
    "drop",
    "push_vlan(vid=5,pcp=0),1,100,pop_vlan,3",
    "set(eth(src=00:01:02:03:04:05,dst=00:01:02:03:04:06)),1",
    "set(eth(src=00:01:02:03:04:05/ff:ff:ff:00:00:00)),set(ipv4(src=1.2.3.4,tos=0x10/0x10,ttl=3))",
    "set(ipv6(src=::1/ffff::,label=0x5,tclass=0x3)),set(tcp(dst=5)),set(skb_mark(0x5/0xf)),2",
    ("set(nd(target=::1,sll=00:01:02:03:04:05)),set(icmpv6(code=3)),set(mpls(label=5,tc=1,ttl=3,"
     "bos=1))"),
    "set(arp(sip=1.2.3.4,op=2)),set(skb_priority(0x5)),set(udp(src=1)),set(sctp(dst=9))",
    "userspace(pid=6633,userdata(0102030405)),userspace(pid=1)",
    "trunc(100),hash(l4(7)),recirc(0x2)",
    "sample(sample=9.7%,actions(1,clone(2,push_vlan(vid=1,pcp=2)))),2",
    "clone(clone(push_vlan(vid=12,pcp=0),2),1),3",
    "push_eth(src=00:01:02:03:04:05,dst=00:01:02:03:04:06),pop_eth",
};

static void
test_actions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(action_lists); i++) {
        uint32_t list[256], attrs[512], back[256];
        struct wr w = wr_make(list, sizeof list), a = wr_make(attrs, sizeof attrs);
        assert_int_equal(action_text_parse(action_lists[i], NULL, &w, NULL), 0);
        nl_actions_put(&a, list, w.n);
        assert_false(a.bad);
        struct wr b = wr_make(back, sizeof back);
        assert_int_equal(nl_actions_get(attrs, a.n, &b), 0);
        struct str s = STR_INIT;
        action_text_put(&s, back, b.n, NULL, NULL);
        assert_string_equal(str_text(&s), action_lists[i]);
        str_fini(&s);
        assert_int_equal(b.n, w.n);
        assert_memory_equal(back, list, w.n);
        for (size_t n = 0; n < a.n; n++) {
            uint8_t *cut = malloc(n + 1);
            memcpy(cut, attrs, n);
            b = wr_make(back, sizeof back);
            nl_actions_get(cut, n, &b); /* within bounds */
            free(cut);
        }
    }
}

static void
test_errors(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[16];
        size_t n;
        int code;
    } bad[] = {
        {{8, 0, 200, 0, 0, 0, 0, 0}, 8, -E_NOTSUP},
        {{3, 0, 3, 0}, 4, -E_INVAL},
        {{8, 0, 3, 0, 1, 0, 0}, 7, -E_INVAL},
        {{6, 0, 3, 0, 1, 0, 0, 0}, 8, -E_INVAL},
        {{8, 0, 3, 0, 1, 0, 0, 0, 8, 0, 3, 0, 1, 0, 0, 0}, 16, -E_INVAL},
        {{8, 0, 10, 0, 0, 8, 0, 9}, 8, -E_INVAL}, /* UDP without IP */
        {{4, 0, 1, 0}, 4, -E_INVAL},              /* ENCAP without a tag */
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct flow_key key;
        assert_int_equal(nl_flow_get_key(bad[i].bytes, bad[i].n, &key), bad[i].code);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        cmocka_unit_test(test_bytes),
#endif
        cmocka_unit_test(test_random_keys),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
