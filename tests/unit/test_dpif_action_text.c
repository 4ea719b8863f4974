/* SPDX-License-Identifier: Apache-2.0 */
/* dpif/action_text: datapath actions from text and back, as the packaged dpctl/add-flow and
 * dpctl/parse-actions read and print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "dpif/action_text.h"

static const char *
name_of(void *aux, uint32_t port_no)
{
    (void)aux;
    return port_no == 1 ? "p1" : port_no == 2 ? "a b" : NULL;
}

static bool
number_of(void *aux, const char *name, size_t n, uint32_t *port_no)
{
    (void)aux;
    *port_no = 1;
    return n == 2 && !memcmp(name, "p1", n);
}

static const struct port_names names = {name_of, number_of, NULL};

/* OUT NULL: the same as IN. */
static const struct {
    const char *in, *out;
} good[] = {
    {"", "drop"},
    {"drop", NULL},
    {",", "drop"},
    {"1 2", "1,2"},
    {"1,,2,", "1,2"},
    {"0x10", "16"},
    {"p1,4294967295", "1,4294967295"},
    {"push_vlan(vid=5,pcp=0),1,100,pop_vlan,3", NULL},
    {"push_vlan(tpid=0x88a8,vid=5,pcp=3)", NULL},
    {"push_vlan(tpid=0x8100,vid=0x5,pcp=0x1)", "push_vlan(vid=5,pcp=1)"},
    {"set(eth(src=00:01:02:03:04:05,dst=00:01:02:03:04:06))", NULL},
    {"set(eth(src=00:01:02:03:04:05/ff:ff:ff:00:00:00))", NULL},
    {"set(ipv4(src=1.2.3.4,dst=2.3.4.5,tos=0x10/0x10,ttl=3))", NULL},
    {"set(ipv4(ttl=3,tos=0x10/0x10,src=1.2.3.4))", "set(ipv4(src=1.2.3.4,tos=0x10/0x10,ttl=3))"},
    {"set(ipv6(src=::1/ffff::,dst=::2,label=5,tclass=3,hlimit=6))",
     "set(ipv6(src=::1/ffff::,dst=::2,label=0x5,tclass=0x3,hlimit=6))"},
    {"set(tcp(src=1,dst=2)),set(udp(src=1/0xff)),set(sctp(src=1,dst=5))", NULL},
    {"set(tcp(src=1/0xffff))", "set(tcp(src=1))"},
    {"set(eth(src=00:01:02:03:04:05)),set(ipv4(src=1.2.3.4)) 1,pop_vlan push_vlan(vid=5,pcp=3)",
     "set(eth(src=00:01:02:03:04:05)),set(ipv4(src=1.2.3.4)),1,pop_vlan,push_vlan(vid=5,pcp=3)"},
    {"set(arp(sip=1.2.3.4,tip=1.2.3.5,op=2,sha=00:01:02:03:04:05,tha=00:01:02:03:04:06))", NULL},
    {"set(nd(target=::1,sll=00:01:02:03:04:05,tll=00:01:02:03:04:05))", NULL},
    {"set(icmpv6(type=1,code=5)),set(icmp(type=1))", NULL},
    {"set(mpls(label=5,tc=1,ttl=3,bos=1))", NULL},
    {"set(mpls(label=5/0xff))", "set(mpls(label=5/0xff,tc=0/0,ttl=0/0x0,bos=0/0))"},
    {"set(skb_priority(5)),set(skb_mark(0x5/0xf))",
     "set(skb_priority(0x5)),set(skb_mark(0x5/0xf))"},
    {"userspace(pid=5)", NULL},
    {"userspace(pid=6633,userdata(0102030405060708090a0b0c0d0e0f))", NULL},
    {"trunc(100),1", NULL},
    {"hash(l4(0)),recirc(0x2)", NULL},
    {"hash(hash_l4(12)),recirc(2)", "hash(l4(12)),recirc(0x2)"},
    {"sample(sample=9.7%,actions(1,2,3,push_vlan(vid=1,pcp=2))),2", NULL},
    {"sample(sample=50%,actions(1))", "sample(sample=50.0%,actions(1))"},
    {"sample(sample=0.001%,actions(1))", "sample(sample=0.0%,actions(1))"},
    {"clone(clone(push_vlan(vid=12,pcp=0),2),1),3", NULL},
    {"clone()", "clone(drop)"},
    {"clone(drop),clone(1)", NULL},
    {"push_eth(src=00:01:02:03:04:05,dst=00:01:02:03:04:06),pop_eth", NULL},
};

static void
test_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        uint32_t buffer[256];
        struct wr w = wr_make(buffer, sizeof buffer);
        struct err e = {.text = ""};
        if (action_text_parse(good[i].in, &names, &w, &e)) {
            fail_msg("%s: %s", good[i].in, e.text);
        }
        struct str s = STR_INIT;
        action_text_put(&s, buffer, w.n, NULL, NULL);
        assert_string_equal(str_text(&s), good[i].out ? good[i].out : good[i].in);
        str_fini(&s);
    }
}

static const char *const bad[] = {
    "nope",
    "drop,1",
    "1,drop",
    "drop ",
    "drop(5)",
    "4294967296",
    "-1",
    "push_vlan(vid=5)",
    "push_vlan()",
    "push_vlan(vid=5,pcp=3,cfi=0)",
    "push_vlan(vid=4096,pcp=3)",
    "push_vlan(tpid=0x1234,vid=5,pcp=3)",
    "push_vlan( vid=5 , pcp=0 )",
    "set(foo(bar))",
    "set()",
    "set",
    "set(eth(src=00:01:02:03:04:05)",
    "set(in_port(1))",
    "set(eth_type(0x800))",
    "userspace()",
    "userspace(pid=1,userdata(zz))",
    "userspace(pid=1,userdata(0))",
    "sample(sample=100.1%,actions(1))",
    "sample(sample=1%,actions(1)",
    "clone(1",
    "foo",
    "1,foo(2)",
    "clone(clone(clone(clone(clone(clone(clone(clone(clone(1)))))))))",
};

static void
test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint32_t buffer[256];
        struct wr w = wr_make(buffer, sizeof buffer);
        if (!action_text_parse(bad[i], &names, &w, NULL)) {
            fail_msg("%s: accepted", bad[i]);
        }
    }
    uint32_t small[2];
    struct wr w = wr_make(small, sizeof small);
    assert_int_equal(action_text_parse("1,2", NULL, &w, NULL), -E_OVERFLOW);
}

static bool
put_userdata(void *aux, struct str *s, const void *userdata, size_t size)
{
    (void)aux;
    const uint8_t *p = userdata;
    if (size != 2) {
        return false;
    }
    str_putf(s, "controller(reason=%u)", p[1]);
    return true;
}

static void
test_names_and_userdata(void **state)
{
    (void)state;
    uint32_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    assert_int_equal(action_text_parse("1,2,3,userspace(pid=0,userdata(0003)),"
                                       "userspace(pid=0,userdata(01)),clone(1)",
                                       NULL, &w, NULL),
                     0);
    const struct userdata_text userdata = {put_userdata, NULL};
    struct str s = STR_INIT;
    action_text_put(&s, buffer, w.n, &names, &userdata);
    assert_string_equal(str_text(&s), "p1,a b,3,userspace(pid=0,controller(reason=3)),"
                                      "userspace(pid=0,userdata(01)),clone(p1)");
    str_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_names_and_userdata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
