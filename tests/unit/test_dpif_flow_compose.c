/* SPDX-License-Identifier: Apache-2.0 */
/* dpif/flow_compose: packets from flow keys, byte for byte what the packaged
 * `ovs-appctl netdev-dummy/receive` makes of the same text, and from hexadecimal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "datapath/parse.h"
#include "dpif/flow_compose.h"
#include "dpif/flow_text.h"

/* In texts, @ is the port and the addresses. In packets, E is the two addresses, and @ at the end
 * 64 counted bytes; with a size of its own a packet ends in zeros that are not written here.
 * (There the reference's UDP length is wrong, so there is no such vector.) */
#define AT "in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07)"

static const struct {
    const char *flow;
    size_t size;
    const char *packet;
} vectors[] = {
    {"@,eth_type(0x1234)", 0, "E1234"},
    {"@,eth_type(0x1234)", 64, "E1234"},
    {"@", 0, "E000e"},
    {"@,eth_type(0x0800),ipv4()", 0, "E080045000014000000000000baeb0000000000000000"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=0,tos=4,ttl=64,frag=no)", 0,
     "E0800450400140000000040006ad30102030405060708"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no)", 0,
     "E0800450400680000000040066a79010203040506070800000000000000000000000050000000bb8d000"
     "0@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9)",
     0,
     "E0800450400680000000040066a79010203040506070800080009000000000000000050000000bb7c000"
     "0@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(syn)",
     0,
     "E0800450400280000000040066ab90102030405060708000800090000000000000000500200009fbe000"
     "0"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9)",
     200, "E0800450400ba0000000040066a270102030405060708000800090000000000000000500000009f2e"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9)",
     60, "E08004504002e0000000040066ab30102030405060708000800090000000000000000500000009fba"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=first),tcp"
     "(src=8,dst=9)",
     0,
     "E0800450400680000200040064a79010203040506070800080009000000000000000050000000bb7c000"
     "0@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=later)", 0,
     "E0800450400140000206440064a690102030405060708"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=17,tos=4,ttl=64,frag=no),udp(s"
     "rc=8,dst=9)",
     0, "E08004504005c0000000040116a7a01020304050607080008000900480b36@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=17,tos=4,ttl=64,frag=no),udp(s"
     "rc=8,dst=4789)",
     0, "E08004504005c0000000040116a7a0102030405060708000812b50048f889@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=132,tos=4,ttl=64,frag=no),sctp"
     "(src=8,dst=9)",
     0, "E0800450400200000000040846a430102030405060708000800090000000000000000"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=1,tos=4,ttl=64,frag=no),icmp(t"
     "ype=8,code=0)",
     0, "E08004504005c0000000040016a8a0102030405060708080013fc00000000@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=1,tos=4,ttl=64,frag=no),icmp(t"
     "ype=3,code=1)",
     0, "E08004504001c0000000040016aca01020304050607080301fcfe00000000"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=1,tos=4,ttl=64,frag=no),icmp(t"
     "ype=8,code=0)",
     70, "E0800450400380000000040016aae01020304050607080800f7ff"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=2,tos=4,ttl=64,frag=no)", 0,
     "E08004504001c0000000040026ac901020304050607080000ffff00000000"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=99,tos=4,ttl=64,frag=no)", 0,
     "E0800450400140000000040636a700102030405060708"},
    {"@,eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=1,sha=50:54:00:00:00:09,tha=00:00:"
     "00:00:00:00)",
     0, "E080600010800060400015054000000090102030400000000000001020305"},
    {"@,eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=3,sha=50:54:00:00:00:09,tha=00:00:"
     "00:00:00:00)",
     0, "E080600010800060400030000000000000000000000000000000000000000"},
    {"@,eth_type(0x0806)", 0, "E080600010800060400000000000000000000000000000000000000000000"},
    {"@,eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=1,sha=50:54:00:00:00:09,tha=00:00:"
     "00:00:00:00)",
     64, "E080600010800060400015054000000090102030400000000000001020305"},
    {"@,eth_type(0x8035),arp(sip=1.2.3.4,tip=1.2.3.5,op=3,sha=50:54:00:00:00:09,tha=00:00:"
     "00:00:00:00)",
     0, "E803500010800060400030000000000000000000000000000000000000000"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x12345,proto=6,tclass=0x20,hl"
     "imit=64,frag=no),tcp(src=8,dst=9)",
     0,
     "E86dd6201234500540640fe800000000000000000000000000001fe80000000000000000000000000000"
     "200080009000000000000000050000000ce8b0000@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=17,tclass=0x20,hlimit="
     "64,frag=no),udp(src=8,dst=9)",
     0,
     "E86dd6200000000481140fe800000000000000000000000000001fe80000000000000000000000000000"
     "20008000900481e45@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=17,tclass=0x20,hlimit="
     "64,frag=first),udp(src=8,dst=9)",
     0,
     "E86dd6200000000481140fe800000000000000000000000000001fe80000000000000000000000000000"
     "20008000900481e45@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=17,tclass=0x20,hlimit="
     "64,frag=later)",
     0,
     "E86dd6200000000001140fe800000000000000000000000000001fe80000000000000000000000000000"
     "2"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=64,"
     "frag=no),icmpv6(type=128,code=0)",
     0,
     "E86dd6000000000483a40fe800000000000000000000000000001fe80000000000000000000000000000"
     "280009e7400000000@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=135,code=0),nd(target=fe80::3,sll=00:01:02:03:04:05,tll=00:00:"
     "00:00:00:00)",
     0,
     "E86dd6000000000203afffe800000000000000000000000000001fe80000000000000000000000000000"
     "28700761200000000fe8000000000000000000000000000030101000102030405"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=136,code=0),nd(target=fe80::3,sll=00:01:02:03:04:05,tll=00:01:"
     "02:03:04:06)",
     0,
     "E86dd6000000000283afffe800000000000000000000000000001fe80000000000000000000000000000"
     "288006cff00000000fe80000000000000000000000000000301010001020304050201000102030406"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=136,code=0),nd(target=fe80::3)",
     0,
     "E86dd6000000000183afffe800000000000000000000000000001fe80000000000000000000000000000"
     "288007c2400000000fe800000000000000000000000000003"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=136,code=0)",
     0,
     "E86dd6000000000183afffe800000000000000000000000000001fe80000000000000000000000000000"
     "288007aa80000000000000000000000000000000000000000"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=132,tclass=0,hlimit=25"
     "5,frag=no),sctp(src=1,dst=2)",
     0,
     "E86dd60000000000c84fffe800000000000000000000000000001fe80000000000000000000000000000"
     "2000100020000000000000000"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=99,tclass=0,hlimit=255"
     ",frag=no)",
     0,
     "E86dd60000000000063fffe800000000000000000000000000001fe80000000000000000000000000000"
     "2"},
    {"@,eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6"
     ".7.8,proto=17,tos=4,ttl=64,frag=no),udp(src=8,dst=9))",
     0, "E8100600508004504005c0000000040116a7a01020304050607080008000900480b36@"},
    {"@,eth_type(0x8847),mpls(label=5,tc=1,ttl=3,bos=1)", 0, "E884700005303"},
    {"@,eth_type(0x8847),mpls(label=5,tc=1,ttl=3,bos=0)", 0, "E8847000052030000000000000000"},
    {"in_port(2),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x0800),ipv4(sr"
     "c=1.2.3.4,dst=5.6.7.8,proto=1,tos=4,ttl=64,frag=no)",
     0, "E08004504005c0000000040016a8a010203040506070800001bfc00000000@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=first),tcp"
     "(src=1,dst=2)",
     0,
     "E0800450400680000200040064a79010203040506070800010002000000000000000050000000bb8a000"
     "0@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=1,code=0)",
     0,
     "E86dd6000000000083afffe800000000000000000000000000001fe80000000000000000000000000000"
     "2010001b900000000"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=129,code=0)",
     0,
     "E86dd6000000000483afffe800000000000000000000000000001fe80000000000000000000000000000"
     "281009d7400000000@"},
    {"@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255"
     ",frag=no),icmpv6(type=128,code=1)",
     0,
     "E86dd6000000000083afffe800000000000000000000000000001fe80000000000000000000000000000"
     "2800182b700000000"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=1,tos=4,ttl=64,frag=no),icmp(t"
     "ype=0,code=0)",
     0, "E08004504005c0000000040016a8a010203040506070800001bfc00000000@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(syn|ack)",
     0,
     "E0800450400280000000040066ab90102030405060708000800090000000000000000501200009fae000"
     "0"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(ack)",
     0,
     "E0800450400680000000040066a79010203040506070800080009000000000000000050100000bb6c000"
     "0@"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(fin)",
     0,
     "E0800450400280000000040066ab90102030405060708000800090000000000000000500100009fbf000"
     "0"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(rst)",
     0,
     "E0800450400280000000040066ab90102030405060708000800090000000000000000500400009fbc000"
     "0"},
    {"@,eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),tcp(sr"
     "c=8,dst=9),tcp_flags(syn)",
     100, "E0800450400560000000040066a8b0102030405060708000800090000000000000000500200009f90"},
    {"@,eth_type(0x9000)", 0, "E9000"},
};

static struct pkt *
expand(const char *packet, size_t size)
{
    struct str s = STR_INIT;
    for (const char *p = packet; *p; p++) {
        if (*p == 'E') {
            str_puts(&s, "505400000007 505400000005 ");
        } else if (*p == '@') {
            for (unsigned int i = 0; i < 64; i++) {
                str_putf(&s, "%02x", i);
            }
        } else {
            str_putc(&s, *p);
        }
    }
    struct pkt *short_one = packet_from_hex(str_text(&s));
    assert_non_null(short_one);
    str_fini(&s);
    if (!size) {
        return short_one;
    }
    struct pkt *pkt = pkt_buf_new((uint32_t)size);
    memset(pkt->data, 0, size);
    memcpy(pkt->data, short_one->data, short_one->len);
    pkt_free(short_one);
    return pkt;
}

static void
read_flow(const char *text, struct flow_key *key)
{
    char flow[512] = "";
    if (*text == '@') {
        strcpy(flow, AT);
        text++;
    }
    strcat(flow, text);
    struct err e = {.text = ""};
    if (flow_text_parse(flow, NULL, key, NULL, NULL, &e)) {
        fail_msg("%s: %s", flow, e.text);
    }
}

static void
test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct flow_key key;
        read_flow(vectors[i].flow, &key);
        struct pkt *expected = expand(vectors[i].packet, vectors[i].size), *pkt;
        assert_int_equal(flow_compose(&key, vectors[i].size, &pkt), 0);
        if (pkt->len != expected->len || memcmp(pkt->data, expected->data, pkt->len)) {
            for (size_t j = 0; j < pkt->len; j++) {
                print_error("%02x", pkt->data[j]);
            }
            fail_msg(" is not what %s gives", vectors[i].flow);
        }
        pkt_free(pkt);
        pkt_free(expected);
    }
}

#define V4 "ipv4(src=1.2.3.4,dst=5.6.7.8,proto="
#define V6 "eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x12345,proto="

/* What is parsed out of a packet is what went into it. */
static const char *const round_trips[] = {
    "@",
    "@,eth_type(0x1234)",
    "@,eth_type(0x0800)," V4 "6,tos=4,ttl=64,frag=no),tcp(src=8,dst=9),tcp_flags(syn|ack)",
    "@,eth_type(0x0800)," V4 "17,tos=4,ttl=64,frag=first),udp(src=8,dst=9)",
    "@,eth_type(0x0800)," V4 "17,tos=4,ttl=64,frag=later)",
    "@,eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800)," V4
    "132,tos=4,ttl=64,frag=no),sctp(src=8,dst=9))",
    "@,eth_type(0x88a8),vlan(vid=5,pcp=3),encap(eth_type(0x8100),vlan(vid=6,pcp=0),"
    "encap(eth_type(0x0800)," V4 "1,tos=4,ttl=64,frag=no),icmp(type=3,code=1)))",
    "@,eth_type(0x8100),vlan(vid=5,pcp=3),encap()",
    "@," V6 "6,tclass=7,hlimit=64,frag=no),tcp(src=8,dst=9)",
    ("@," V6 "58,tclass=7,hlimit=255,frag=no),icmpv6(type=135,code=0),nd(target=fe80::3,"
     "sll=00:01:02:03:04:05,tll=00:01:02:03:04:06)"),
    ("@,eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=2,sha=50:54:00:00:00:09,"
     "tha=50:54:00:00:00:01)"),
    "@,eth_type(0x8847),mpls(label=5,tc=1,ttl=3,bos=1)",
};

static void
test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(round_trips); i++) {
        struct flow_key key, parsed;
        struct pkt *pkt;
        read_flow(round_trips[i], &key);
        assert_int_equal(flow_compose(&key, 0, &pkt), 0);
        pkt->md.in_port = 1;
        pkt_parse(pkt, &parsed);
        if (!flow_key_equal(&key, &parsed)) {
            struct str s = STR_INIT;
            flow_text_put(&s, &parsed, NULL, NULL, 0);
            fail_msg("%s gives %s", round_trips[i], str_text(&s));
        }
        pkt_free(pkt);
    }
}

static void
test_sizes(void **state)
{
    (void)state;
    struct flow_key key;
    struct pkt *pkt;
    read_flow("@,eth_type(0x1234)", &key);
    assert_int_equal(flow_compose(&key, 13, &pkt), -E_INVAL);
    assert_int_equal(flow_compose(&key, 14, &pkt), -E_INVAL);
    assert_int_equal(flow_compose(&key, 70000, &pkt), -E_MSGSIZE);
    assert_int_equal(flow_compose(&key, 65536, &pkt), 0);
    pkt_free(pkt);
}

static void
test_hex(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "00", "zz", "50000000000150000000000208", "5000000000015000000000020800450", "--len"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_null(packet_from_hex(bad[i]));
    }
    struct pkt *pkt = packet_from_hex("5000 000000015000000000 020800\n");
    assert_non_null(pkt);
    assert_int_equal(pkt->len, 14);
    assert_memory_equal(pkt->data, "\x50\0\0\0\0\1\x50\0\0\0\0\2\x08", 14);
    pkt_free(pkt);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
