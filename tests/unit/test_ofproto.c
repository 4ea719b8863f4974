/* SPDX-License-Identifier: Apache-2.0 */
/* ofproto over dpif over the core, whole but in one process: switches of dummy devices, frames in
 * at one, counters read at the others. Time is stopped and warped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "netdev/netdev_dummy.h"
#include "netdev/netdev_patch.h"
#include "ofproto/ofproto.h"

enum { MAX_PORTS = 16 };

struct net {
    struct os_loop *loop;
    struct netdev_registry *registry;
    struct dpif_set *dpifs;
    struct ofproto_set *set;
    struct ofproto *sw;
    struct netdev *port[MAX_PORTS];
    size_t n_ports;
};

static void
no_change(void *aux UNUSED)
{
}

static struct net *
net_new(void)
{
    struct net *n = calloc(1, sizeof *n);
    n->loop = os_loop_new();
    os_time_stop(n->loop);
    n->registry = netdev_registry_new(n->loop, no_change, NULL);
    netdev_enable_dummies(n->registry, NETDEV_DUMMIES);
    n->dpifs = dpif_set_new(n->registry);
    dpif_enable_dummies(n->dpifs, NETDEV_DUMMIES);
    n->set = ofproto_set_new(n->dpifs, n->registry);
    assert_int_equal(ofproto_create(n->set, "br0", "dummy", &n->sw, NULL), 0);
    return n;
}

static void
net_free(struct net *n)
{
    while (ofproto_first(n->set)) {
        ofproto_destroy(ofproto_first(n->set));
    }
    for (size_t i = 0; i < n->n_ports; i++) {
        netdev_unref(n->port[i]);
    }
    ofproto_set_free(n->set);
    dpif_set_free(n->dpifs);
    netdev_registry_free(n->registry);
    os_loop_free(n->loop);
    free(n);
}

static struct netdev *
add_port(struct net *n, struct ofproto *sw, const char *name, const char *type,
         struct vlan_rules v)
{
    struct netdev *d;
    uint16_t number;
    assert_int_equal(netdev_open(n->registry, name, type, &d, NULL), 0);
    assert_int_equal(ofproto_port_add(sw, d, OFP_PORT_NONE, &number, NULL), 0);
    ofproto_bundle_set(
        sw, d, &(struct bundle_settings){.name = name, .vlan = v, .ports = &number, .n_ports = 1});
    n->port[n->n_ports++] = d;
    return d;
}

static struct vlan_rules
access_port(uint16_t tag)
{
    struct vlan_rules r;
    memset(&r, 0, sizeof r);
    r.mode = VLAN_ACCESS;
    r.tag = tag;
    return r;
}

static struct vlan_rules
trunk(void)
{
    struct vlan_rules r;
    memset(&r, 0, sizeof r);
    r.mode = VLAN_TRUNK;
    r.all_trunks = true;
    return r;
}

/* A 60-byte frame from station SRC to DST (0: broadcast), with VLAN's tag unless 0. */
static void
receive(struct netdev *d, uint8_t src, uint8_t dst, uint16_t vlan)
{
    uint8_t frame[60] = {2, 0, 0, 0, 0, dst, 2, 0, 0, 0, 0, src, 0x12, 0x34};
    if (!dst) {
        memset(frame, 0xff, 6);
    }
    if (vlan) {
        put_be16(frame + 12, 0x8100);
        put_be16(frame + 14, vlan);
        put_be16(frame + 16, 0x1234);
    }
    netdev_dummy_receive(d, pkt_buf_from(frame, sizeof frame));
}

static uint64_t
sent(struct netdev *d)
{
    struct netdev_stats s;
    assert_int_equal(netdev_get_stats(d, &s), 0);
    return s.tx_packets;
}

static uint64_t
sent_bytes(struct netdev *d)
{
    struct netdev_stats s;
    assert_int_equal(netdev_get_stats(d, &s), 0);
    return s.tx_bytes;
}

static void
settle(struct net *n)
{
    ofproto_revalidate_now(n->set);
}

static void
test_floods_then_forwards(void **state UNUSED)
{
    struct net *n = net_new();
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", trunk());
    struct netdev *b = add_port(n, n->sw, "p2", "dummy", trunk());
    struct netdev *c = add_port(n, n->sw, "p3", "dummy", trunk());
    receive(a, 1, 2, 0); /* 2 is unknown */
    assert_int_equal(sent(a), 0);
    assert_int_equal(sent(b), 1);
    assert_int_equal(sent(c), 1);
    receive(b, 2, 1, 0); /* 1 is known, and 2 now is */
    assert_int_equal(sent(a), 1);
    assert_int_equal(sent(c), 1);
    settle(n); /* the flow that flooded becomes one that forwards */
    receive(a, 1, 2, 0);
    assert_int_equal(sent(b), 2);
    assert_int_equal(sent(c), 1);
    struct dpif_stats s;
    dpif_get_stats(ofproto_dpif(n->sw), &s);
    assert_int_equal(s.missed, 2);
    assert_int_equal(s.hit, 1);
    assert_int_equal(s.n_flows, 2);
    net_free(n);
}

static void
test_vlans_are_apart(void **state UNUSED)
{
    struct net *n = net_new();
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", access_port(10));
    struct netdev *b = add_port(n, n->sw, "p2", "dummy", access_port(10));
    struct netdev *c = add_port(n, n->sw, "p3", "dummy", access_port(20));
    struct netdev *t = add_port(n, n->sw, "p4", "dummy", trunk());
    receive(a, 1, 0, 0);
    assert_int_equal(sent(b), 1);
    assert_int_equal(sent(c), 0);
    assert_int_equal(sent(t), 1);
    assert_int_equal(sent_bytes(b), 60);
    assert_int_equal(sent_bytes(t), 64); /* with the tag */
    receive(t, 9, 0, 20);
    assert_int_equal(sent(a), 0);
    assert_int_equal(sent(c), 1);
    assert_int_equal(sent_bytes(c), 56); /* without it */
    receive(a, 1, 0, 10);                /* an access port takes no tagged frames */
    assert_int_equal(sent(b), 1);
    net_free(n);
}

static void
test_patch_ports_join_switches(void **state UNUSED)
{
    struct net *n = net_new();
    struct ofproto *other;
    assert_int_equal(ofproto_create(n->set, "br1", "dummy", &other, NULL), 0);
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", access_port(10));
    struct netdev *pa = add_port(n, n->sw, "pa", "patch", trunk());
    struct netdev *pb = add_port(n, other, "pb", "patch", trunk());
    struct netdev *b = add_port(n, other, "p2", "dummy", access_port(10));
    struct netdev *c = add_port(n, other, "p3", "dummy", access_port(20));
    const char *key = "peer", *to_b = "pb", *to_a = "pa";
    assert_int_equal(netdev_configure(pa, &key, &to_b, 1, NULL), 0);
    assert_int_equal(netdev_configure(pb, &key, &to_a, 1, NULL), 0);
    receive(a, 1, 0, 0);
    assert_int_equal(sent(b), 1);
    assert_int_equal(sent_bytes(b), 60);
    assert_int_equal(sent(c), 0);
    receive(a, 1, 0, 0); /* by the flow now */
    assert_int_equal(sent(b), 2);
    settle(n);
    assert_int_equal(sent(pa), 2); /* counted though nothing went through a device */
    struct netdev_stats s;
    netdev_get_stats(pb, &s);
    assert_int_equal(s.rx_packets, 2);
    net_free(n);
}

static void
test_a_loop_of_patches_ends(void **state UNUSED)
{
    struct net *n = net_new();
    struct ofproto *other;
    assert_int_equal(ofproto_create(n->set, "br1", "dummy", &other, NULL), 0);
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", trunk());
    const char *names[][2] = {{"x1", "y1"}, {"x2", "y2"}, {"x3", "y3"}};
    const char *key = "peer";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct netdev *x = add_port(n, n->sw, names[i][0], "patch", trunk());
        struct netdev *y = add_port(n, other, names[i][1], "patch", trunk());
        netdev_configure(x, &key, &names[i][1], 1, NULL);
        netdev_configure(y, &key, &names[i][0], 1, NULL);
    }
    receive(a, 1, 0, 0);
    settle(n);
    net_free(n);
}

static void
test_flows_idle_out(void **state UNUSED)
{
    struct net *n = net_new();
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", trunk());
    add_port(n, n->sw, "p2", "dummy", trunk());
    receive(a, 1, 0, 0);
    struct dpif_stats s;
    os_time_warp(n->loop, 9000, 500, no_change, NULL);
    os_loop_turn(n->loop, 0);
    for (int i = 0; i < 100; i++) {
        os_loop_turn(n->loop, 0);
    }
    dpif_get_stats(ofproto_dpif(n->sw), &s);
    assert_int_equal(s.n_flows, 1);
    os_time_warp(n->loop, 2000, 500, no_change, NULL);
    for (int i = 0; i < 100; i++) {
        os_loop_turn(n->loop, 0);
    }
    dpif_get_stats(ofproto_dpif(n->sw), &s);
    assert_int_equal(s.n_flows, 0);
    net_free(n);
}

static void
test_reserved_addresses_stay(void **state UNUSED)
{
    struct net *n = net_new();
    struct netdev *a = add_port(n, n->sw, "p1", "dummy", trunk());
    struct netdev *b = add_port(n, n->sw, "p2", "dummy", trunk());
    const uint8_t bpdu[60] = {0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 38};
    netdev_dummy_receive(a, pkt_buf_from(bpdu, sizeof bpdu));
    assert_int_equal(sent(b), 0);
    ofproto_set_forward_bpdu(n->sw, true);
    settle(n);
    netdev_dummy_receive(a, pkt_buf_from(bpdu, sizeof bpdu));
    assert_int_equal(sent(b), 1);
    net_free(n);
}

static void
test_port_numbers(void **state UNUSED)
{
    struct net *n = net_new();
    struct netdev *d[3];
    uint16_t number;
    const char *names[] = {"p1", "p2", "br0"};
    const uint16_t wanted[] = {7, 7, 5}, given[] = {7, 1, OFP_PORT_LOCAL};
    for (size_t i = 0; i < ARRAY_LEN(d); i++) {
        netdev_open(n->registry, names[i], "dummy", &d[i], NULL);
        assert_int_equal(ofproto_port_add(n->sw, d[i], wanted[i], &number, NULL), 0);
        assert_int_equal(number, given[i]);
        n->port[n->n_ports++] = d[i];
    }
    struct err e;
    assert_int_equal(ofproto_port_add(n->sw, d[0], 9, &number, &e), -E_EXIST);
    assert_string_equal(e.text, "could not add network device p1 to ofproto (File exists)");
    net_free(n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floods_then_forwards),
        cmocka_unit_test(test_vlans_are_apart),
        cmocka_unit_test(test_patch_ports_join_switches),
        cmocka_unit_test(test_a_loop_of_patches_ends),
        cmocka_unit_test(test_flows_idle_out),
        cmocka_unit_test(test_reserved_addresses_stay),
        cmocka_unit_test(test_port_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
