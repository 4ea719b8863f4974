/* SPDX-License-Identifier: Apache-2.0 */
/* dpif/flow_text: datapath flows to text and back. The vectors are what the packaged
 * `ovs-appctl dpctl/add-flow` was given and what dump-flows and dump-flows -m printed then. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "dpif/flow_text.h"

static const char *
name_of(void *aux, uint32_t port_no)
{
    (void)aux;
    return port_no == 1 ? "p1" : port_no == 5 ? "5x" : NULL;
}

static bool
number_of(void *aux, const char *name, size_t n, uint32_t *port_no)
{
    (void)aux;
    if (n == 2 && (!memcmp(name, "p1", 2) || !memcmp(name, "5x", 2))) {
        *port_no = name[0] == '5' ? 5 : 1;
        return true;
    }
    return false;
}

static const struct port_names names = {name_of, number_of, NULL};

#define REST "in_port(1),eth(),eth_type(0x0800)"

/* Read, then written: OUT NULL is the same as IN. */
static const struct {
    const char *in, *out;
} masked[] = {
    {"in_port(1),eth(),eth_type(0x0800),ipv4(src=1.2.3.4)", NULL},
    {"in_port(1),eth(),eth_type(0x0800),ipv4()", REST},
    {"in_port(p1) eth() , eth_type(0x800),\n ipv4()", REST},
    {"in_port(5x),eth(),eth_type(0x1234)", "in_port(5),eth(),eth_type(0x1234)"},
    {"in_port(1),eth(src=00:01:02:03:04:05/ff:ff:00:00:00:00,dst=01:00:00:00:00:00/"
     "01:00:00:00:00:00),eth_type(0x0800),ipv4(src=1.2.3.4/255.255.255.0,dst=1.2.3.4/255.255.0.0,"
     "proto=6,tos=0x10/0x30,ttl=64,frag=no),tcp(src=80/0xff00,dst=8080),tcp_flags(+syn-ack)",
     NULL},
    {REST ",ipv4(proto=6,frag=no),tcp(src=80,dst=90),tcp_flags(0x2/0xfff)",
     REST ",ipv4(proto=6,frag=no),tcp(src=80,dst=90),tcp_flags(syn)"},
    {REST ",ipv4(proto=6,frag=no),tcp(src=80,dst=90),tcp_flags(syn|ack)", NULL},
    {REST ",ipv4(proto=6,frag=no),tcp(src=80,dst=90),tcp_flags(0)", NULL},
    {REST ",ipv4(proto=17,frag=first),udp(src=80/0x0,dst=90)",
     REST ",ipv4(proto=17,frag=first),udp(dst=90)"},
    {REST ",ipv4(proto=17,frag=later)", NULL},
    {REST ",ipv4(proto=1),icmp(type=8/0xf0,code=0/1)",
     REST ",ipv4(proto=1),icmp(type=8/0xf0,code=0/0x1)"},
    {REST ",ipv4(proto=132),sctp(src=1,dst=2)", NULL},
    {"in_port(1),eth(),eth_type(0x8035),arp(sip=1.2.3.4,op=3)", NULL},
    {"in_port(1),eth(),eth_type(0x86dd),ipv6(src=fe80::1/ffff::,dst=::1,label=0x12345,proto=58,"
     "tclass=0x10,hlimit=64,frag=no),icmpv6(type=135,code=0),nd(target=fe80::3,"
     "sll=00:01:02:03:04:05,tll=00:00:00:00:00:00)",
     NULL},
    {"in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x86dd),"
     "ipv6(src=fe80::1))",
     NULL},
    {"in_port(1),eth(),eth_type(0x8100),vlan(vid=5/0xff0,pcp=3/"
     "0x3),encap(eth_type(0x0800),ipv4())",
     "in_port(1),eth(),eth_type(0x8100),vlan(vid=5/0xff0,pcp=3/0x3),encap(eth_type(0x0800))"},
    {"in_port(1),eth(),eth_type(0x88a8),vlan(vid=5,pcp=3),encap(eth_type(0x8100),"
     "vlan(vid=6,pcp=1),encap(eth_type(0x0800),ipv4(proto=6),tcp(src=1)))",
     NULL},
    {"in_port(1),eth(),eth_type(0x8847),mpls(label=5,tc=1,ttl=3,bos=1)", NULL},
    {"in_port(1),eth(),eth_type(0x8847),mpls(label=5/0xff,tc=1/1,ttl=3/3,bos=1)",
     "in_port(1),eth(),eth_type(0x8847),mpls(label=5/0xff,tc=1/1,ttl=3/0x3,bos=1/1)"},
    {"skb_priority(5),skb_mark(0x5/0xff),in_port(1),eth(),eth_type(0x0800)",
     "skb_priority(0x5),skb_mark(0x5/0xff),in_port(1),eth(),eth_type(0x0800)"},
    {"ct_state(new|trk),ct_zone(5),ct_mark(0xa/0xf),ct_label(0x12345/0xfffff),recirc_id(0)," REST,
     "ct_state(+new-est-rel-rpl-inv+trk-snat-dnat),ct_zone(0x5),ct_mark(0xa/0xf),"
     "ct_label(0x12345/0xfffff),recirc_id(0)," REST},
    {"ct_state(+new-est+trk)," REST, NULL},
    {"recirc_id(0x5),dp_hash(0x5/0xf),in_port(1),packet_type(ns=0,id=0),eth(),eth_type(0x0800)",
     "recirc_id(0x5),dp_hash(0x5/0xf),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800)"},
    {"tunnel(tun_id=0x5,src=1.1.1.1,dst=2.2.2.2,ttl=64,flags(df|key))," REST, NULL},
    {"tunnel(tun_id=0x5/0xff,src=1.1.1.1/255.255.255.0,dst=2.2.2.2,tos=0x1/0x3,ttl=64,tp_src=1,"
     "tp_dst=4789,flags(-df+csum+key))," REST,
     NULL},
};

static void
test_masked(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(masked); i++) {
        struct flow_key key, mask;
        struct err e = {.text = ""};
        int code = flow_text_parse(masked[i].in, &names, &key, &mask, NULL, &e);
        if (code) {
            fail_msg("%s: %s", masked[i].in, e.text);
        }
        struct str s = STR_INIT;
        flow_text_put(&s, &key, &mask, NULL, 0);
        assert_string_equal(str_text(&s), masked[i].out ? masked[i].out : masked[i].in);
        struct flow_key key2, mask2;
        assert_int_equal(flow_text_parse(str_text(&s), NULL, &key2, &mask2, NULL, NULL), 0);
        struct str again = STR_INIT;
        flow_text_put(&again, &key2, &mask2, NULL, 0);
        assert_string_equal(str_text(&again), str_text(&s));
        str_fini(&s);
        str_fini(&again);
    }
}

static const struct {
    const char *in;
    int code;
    const char *at;
} bad[] = {
    {"foo(1)", -E_SYNTAX, "foo(1)"},
    {"in_port(1),foo", -E_SYNTAX, "foo"},
    {"in_port(1),eth(foo=1)", -E_SYNTAX, "eth(foo=1)"},
    {"in_port(1),eth(src=zz)", -E_SYNTAX, "eth(src=zz)"},
    {"in_port(1),eth(src=00:01:02:03:04:05,dst)", -E_SYNTAX, "eth(src=00:01:02:03:04:05,dst)"},
    {"in_port(1),eth(src=00:01:02:03:04:05", -E_SYNTAX, "eth(src=00:01:02:03:04:05"},
    {"in_port(nope),eth()", -E_SYNTAX, "in_port(nope),eth()"},
    {REST ",ipv4(src=1.2.3.4.5)", -E_SYNTAX, "ipv4(src=1.2.3.4.5)"},
    {REST ",ipv4(src=1.2.3.4/33)", -E_SYNTAX, "ipv4(src=1.2.3.4/33)"},
    {REST ",ipv4(frag=foo)", -E_SYNTAX, "ipv4(frag=foo)"},
    {REST ",ipv4(frag=no/0)", -E_SYNTAX, "ipv4(frag=no/0)"},
    {"in_port(1),eth(),eth_type(0x8100),vlan(vid=5000,pcp=1),encap()", -E_SYNTAX,
     "vlan(vid=5000,pcp=1),encap()"},
    {"in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=1),encap(foo)", -E_SYNTAX, "encap(foo)"},
    {"ct_state(foo),in_port(1)", -E_SYNTAX, "ct_state(foo),in_port(1)"},
    {REST ",packets:5", -E_SYNTAX, "packets:5"},
    {REST ",ipv6(src=::1)", -E_INVAL, NULL},
    {REST ",tcp(src=1,dst=2)", -E_INVAL, NULL},
    {REST ",ipv4(proto=6),udp(src=1,dst=2)", -E_INVAL, NULL},
    {"in_port(1),in_port(2),eth(),eth_type(0x800)", -E_INVAL, NULL},
    {"in_port(1/0xff),eth(),eth_type(0x800)", -E_INVAL, NULL},
    {"in_port(1),eth(),eth_type(0x800/0xff00)", -E_INVAL, NULL},
    {"in_port(1),eth(),eth_type(800)", -E_INVAL, NULL},
    {"in_port(1),eth(),eth_type(0x8100)", -E_INVAL, NULL},
    {"in_port(1),eth(),eth_type(0x8100),encap(eth_type(0x800))", -E_INVAL, NULL},
    {"in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=1),eth_type(0x800),ipv4()", -E_INVAL, NULL},
    {"in_port(1),eth(src=50:54:00:00:00:05),eth_type(0x05ff)", -E_INVAL, NULL},
};

static void
test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct flow_key key, mask;
        struct err e = {.text = ""};
        int code = flow_text_parse(bad[i].in, &names, &key, &mask, NULL, &e);
        if (code != bad[i].code) {
            fail_msg("%s: %d", bad[i].in, code);
        }
        if (bad[i].at) {
            char expected[256] = "syntax error at ";
            strcat(expected, bad[i].at);
            assert_string_equal(e.text, expected);
        }
    }
    struct flow_key key;
    assert_int_equal(flow_text_parse("in_port(1),eth(src=50:54:00:00:00:05/ff:00:00:00:00:00)",
                                     &names, &key, NULL, NULL, NULL),
                     -E_SYNTAX);
    assert_int_equal(flow_text_parse("in_port(p1)", NULL, &key, NULL, NULL, NULL), -E_SYNTAX);
}

#define WILD                                                                                      \
    "skb_priority(0/0),skb_mark(0/0),ct_state(0/0),ct_zone(0/0),ct_mark(0/0),ct_label(0/0),"      \
    "recirc_id(0),dp_hash(0/0),in_port(p1),packet_type(ns=0,id=0),"                               \
    "eth(src=50:54:00:00:00:05/00:00:00:00:00:00,dst=50:54:00:00:00:07/00:00:00:00:00:00),"
#define ETH "eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),"
#define IP  "ipv4(src=1.2.3.4/0.0.0.0,dst=5.6.7.8/0.0.0.0,"

/* A packet under the mask of a flow that looks at its kind alone, as -m shows it. */
static const struct {
    const char *packet, *verbose, *terse;
} wildcarded[] = {
    {ETH "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=first),"
         "tcp(src=1,dst=2)",
     WILD "eth_type(0x0800)," IP "proto=6/0,tos=0x4/0,ttl=64/0,frag=first),tcp(src=1/0,dst=2/0)",
     "eth_type(0x0800),ipv4(frag=first)"},
    {ETH "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=4,ttl=64,frag=no),"
         "tcp(src=8,dst=9),tcp_flags(syn)",
     WILD "eth_type(0x0800)," IP "proto=6/0,tos=0x4/0,ttl=64/0,frag=no),tcp(src=8/0,dst=9/0),"
          "tcp_flags(0/0)",
     "eth_type(0x0800),ipv4(frag=no)"},
    {ETH "eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,"
         "proto=17,tos=4,ttl=64,frag=later))",
     WILD "eth_type(0x8100),vlan(vid=5,pcp=3/0x0),encap(eth_type(0x0800)," IP
          "proto=17/0,tos=0x4/0,ttl=64/0,frag=later))",
     "eth_type(0x8100),vlan(vid=5,pcp=3/0x0),encap(eth_type(0x0800),ipv4(frag=later))"},
    {ETH "eth_type(0x8847),mpls(label=5,tc=1,ttl=3,bos=1)",
     WILD "eth_type(0x8847),mpls(label=5/0x0,tc=1/0,ttl=3/0x0,bos=1/0)", "eth_type(0x8847)"},
    {ETH "eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=255,"
         "frag=no),icmpv6(type=135,code=0),nd(target=fe80::3,sll=00:01:02:03:04:05)",
     WILD "eth_type(0x86dd),ipv6(src=fe80::1/::,dst=fe80::2/::,label=0/0,proto=58/0,tclass=0/0,"
          "hlimit=255/0,frag=no),icmpv6(type=135/0,code=0/0),nd(target=fe80::3/::,"
          "sll=00:01:02:03:04:05/00:00:00:00:00:00,tll=00:00:00:00:00:00/00:00:00:00:00:00)",
     "eth_type(0x86dd),ipv6(frag=no)"},
    {ETH, WILD "eth_type(0/0xffff)", "eth_type(0/0xffff)"},
};

static void
test_verbose(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wildcarded); i++) {
        struct flow_key key, mask = {.pad_end = 0};
        assert_int_equal(flow_text_parse(wildcarded[i].packet, NULL, &key, NULL, NULL, NULL), 0);
        key.in_port = 1;
        flow_field_set_exact(FIELD_RECIRC_ID, &mask);
        flow_field_set_exact(FIELD_IN_PORT, &mask);
        flow_field_set_exact(FIELD_PACKET_TYPE, &mask);
        flow_field_set_exact(FIELD_ETH_TYPE, &mask);
        flow_field_set_exact(FIELD_IPV4_FRAG, &mask);
        mask.vlan_tci0 = be16_from(0x1fff);
        struct str s = STR_INIT;
        flow_text_put(&s, &key, &mask, &names, FLOW_TEXT_VERBOSE);
        assert_string_equal(str_text(&s), wildcarded[i].verbose);
        str_clear(&s);
        flow_text_put(&s, &key, &mask, NULL, 0);
        const char *head = "recirc_id(0),in_port(1),packet_type(ns=0,id=0),";
        assert_memory_equal(str_text(&s), head, strlen(head));
        assert_string_equal(str_text(&s) + strlen(head), wildcarded[i].terse);
        str_fini(&s);
    }
}

static void
test_exact(void **state)
{
    (void)state;
    struct flow_key key;
    assert_int_equal(flow_text_parse("in_port(1),eth(),eth_type(0x8100),vlan(vid=5,pcp=1),"
                                     "encap(eth_type(0x0800),ipv4())",
                                     NULL, &key, NULL, NULL, NULL),
                     0);
    struct str s = STR_INIT;
    flow_text_put(&s, &key, NULL, NULL, 0);
    assert_string_equal(str_text(&s),
                        "in_port(1),eth(src=00:00:00:00:00:00,dst=00:00:00:00:00:00),"
                        "eth_type(0x8100),vlan(vid=5,pcp=1),encap(eth_type(0x0800),"
                        "ipv4(src=0.0.0.0,dst=0.0.0.0,proto=0,tos=0,ttl=0,frag=no))");
    str_fini(&s);
}

static void
test_stats(void **state)
{
    (void)state;
    static const struct {
        struct dpif_flow_stats stats;
        const char *text;
    } vectors[] = {
        {{0, 0, 0, 0}, "packets:0, bytes:0, used:never"},
        {{1, 118, 9893, 0x10}, "packets:1, bytes:118, used:0.107s, flags:."},
        {{4, 344, 8866, 0x1d}, "packets:4, bytes:344, used:1.134s, flags:FRP."},
        {{6, 580, 10000, 0xfd}, "packets:6, bytes:580, used:0.000s, flags:FRP.UEC"},
        {{6, 580, 10001, 2}, "packets:6, bytes:580, used:0.000s, flags:S"},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct str s = STR_INIT;
        flow_text_put_stats(&s, &vectors[i].stats, 10000);
        assert_string_equal(str_text(&s), vectors[i].text);
        str_fini(&s);
    }
}

static void
test_ufid(void **state)
{
    (void)state;
    struct uuid ufid;
    const char *p = "ufid:d8a681d5-1ac6-4d3d-8b47-1b6715942320, in_port(1)";
    assert_int_equal(flow_text_parse_ufid(&p, &ufid), 1);
    assert_string_equal(p, "in_port(1)");
    struct str s = STR_INIT;
    flow_text_put_ufid(&s, &ufid);
    assert_string_equal(str_text(&s), "ufid:d8a681d5-1ac6-4d3d-8b47-1b6715942320");
    str_fini(&s);
    p = "ufid:abc,in_port(1)";
    assert_int_equal(flow_text_parse_ufid(&p, &ufid), -E_INVAL);
    p = "in_port(1)";
    assert_int_equal(flow_text_parse_ufid(&p, &ufid), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masked),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_verbose), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_stats),   cmocka_unit_test(test_ufid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
