/* SPDX-License-Identifier: Apache-2.0 */
/* Switches on a kernel's datapath, in one process: two bridges joined by patch ports, as Windows
 * hosts have them; then the program ends and another takes over, while traffic goes on. */
#include "loopback.h"
#include "netdev/netdev_patch.h"
#include "ofproto/ofproto.h"

struct program {
    struct os_loop *loop;
    struct loop_kernel *kernel;
    struct netdev_registry *registry;
    struct dpif_set *dpifs;
    struct ofproto_set *set;
    struct ofproto *br_int, *br_pif;
    struct netdev *devices[16];
    size_t n_devices;
};

static struct vlan_rules
rules(uint16_t tag)
{
    struct vlan_rules r;
    memset(&r, 0, sizeof r);
    r.mode = tag ? VLAN_ACCESS : VLAN_TRUNK;
    r.tag = tag;
    r.all_trunks = !tag;
    return r;
}

static void
add_port(struct program *p, struct ofproto *o, const char *name, const char *type, uint16_t tag)
{
    struct netdev *d;
    struct vlan_rules r = rules(tag);
    uint16_t number;
    assert_int_equal(netdev_open(p->registry, name, type, &d, NULL), 0);
    assert_int_equal(ofproto_port_add(o, d, OFP_PORT_NONE, &number, NULL), 0);
    ofproto_bundle_set(
        o, d, &(struct bundle_settings){.name = name, .vlan = r, .ports = &number, .n_ports = 1});
    p->devices[p->n_devices++] = d;
}

static void
add_patch(struct program *p, struct ofproto *o, const char *name, const char *peer)
{
    const char *key = "peer";
    add_port(p, o, name, "patch", 0);
    assert_int_equal(netdev_configure(p->devices[p->n_devices - 1], &key, &peer, 1, NULL), 0);
}

/* Starts with the configuration of the Windows guide. */
static void
start(struct program *p, bool with_b)
{
    p->n_devices = 0;
    p->registry = netdev_registry_new(p->loop, loop_no_change, NULL);
    netdev_enable_dummies(p->registry, NETDEV_DUMMIES);
    p->dpifs = dpif_set_new(p->registry);
    dpif_set_kernel(p->dpifs, loop_open, p->kernel);
    p->set = ofproto_set_new(p->dpifs, p->registry);
    assert_int_equal(ofproto_create(p->set, "br-int", "", &p->br_int, NULL), 0);
    assert_int_equal(ofproto_create(p->set, "br-pif", "", &p->br_pif, NULL), 0);
    assert_string_equal(ofproto_datapath_type(p->br_int), "system");
    add_port(p, p->br_int, "br-int", "dummy-internal", 0);
    add_port(p, p->br_pif, "br-pif", "dummy-internal", 0);
    add_port(p, p->br_pif, "Ethernet0", "dummy", 0);
    add_port(p, p->br_int, "ovs-port-a", "dummy", 900);
    if (with_b) {
        add_port(p, p->br_int, "ovs-port-b", "dummy", 900);
    }
    add_port(p, p->br_int, "ovs-port-c", "dummy", 901);
    add_patch(p, p->br_int, "patch-to-pif", "patch-to-int");
    add_patch(p, p->br_pif, "patch-to-int", "patch-to-pif");
    ofproto_end_adoption(p->set);
}

static void
stop(struct program *p, bool leave)
{
    ofproto_leave_datapaths(p->set, leave);
    while (ofproto_first(p->set)) {
        ofproto_destroy(ofproto_first(p->set));
    }
    for (size_t i = 0; i < p->n_devices; i++) {
        netdev_unref(p->devices[i]);
    }
    ofproto_set_free(p->set);
    dpif_set_free(p->dpifs);
    netdev_registry_free(p->registry);
}

static int
set_up(void **state)
{
    struct program *p = calloc(1, sizeof *p);
    p->loop = os_loop_new();
    os_time_stop(p->loop);
    p->kernel = loop_kernel_new(p->loop);
    start(p, true);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct program *p = *state;
    stop(p, false);
    assert_false(p->kernel->server.exists); /* not left, so gone */
    loop_kernel_free(p->kernel);
    os_loop_free(p->loop);
    free(p);
    return 0;
}

static void
turn(struct program *p)
{
    for (int i = 0; i < 10; i++) {
        os_loop_turn(p->loop, 0);
    }
}

/* A frame from station SRC to DST (0: all) into adapter NAME. */
static void
send_frame(struct program *p, const char *name, uint8_t src, uint8_t dst)
{
    uint8_t bytes[60] = {2, 0, 0, 0, 0, dst, 2, 0, 0, 0, 0, src, 0x12, 0x34};
    if (!dst) {
        memset(bytes, 0xff, 6);
    }
    netdev_dummy_receive(loop_adapter(p->kernel, name), pkt_buf_from(bytes, sizeof bytes));
    turn(p);
}

/* Something that all flows may depend on changes. */
static void
backer_changed(struct program *p)
{
    ofproto_port_changed(p->br_int, OFP_PORT_LOCAL);
}

static const struct dp_vport_stats *
stats_of(struct program *p, const char *name)
{
    for (size_t i = 0; i < LOOP_PORTS; i++) {
        if (p->kernel->ports[i].adapter && !strcmp(p->kernel->ports[i].vport.name, name)) {
            return &p->kernel->ports[i].vport.stats;
        }
    }
    fail_msg("no port %s", name);
    return NULL;
}

/* Sends BYTES into adapter NAME. */
static void
send_bytes(struct program *p, const char *name, const void *bytes, uint32_t n)
{
    netdev_dummy_receive(loop_adapter(p->kernel, name), pkt_buf_from(bytes, n));
    turn(p);
}

/* Flows of all kinds of packets read back as they were put: revalidation lets them be. */
static void
test_revalidation_is_calm(void **state)
{
    struct program *p = *state;
    static const char *const from[] = {"Ethernet0", "ovs-port-a", "ovs-port-b", "Ethernet0",
                                       "Ethernet0", "ovs-port-a", "Ethernet0",  "ovs-port-b"};
    uint8_t frames[8][60] = {
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 0x81, 0, 0x63, 0x84, 8, 0, 0x45},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 2, 0x00, 0x20, 0x42, 0x42, 3},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0, 0x45},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 0x81, 0, 3, 0x84, 0x81, 0, 0, 6, 8, 6, 0, 1},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x20, 1, 64, 17},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 7, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 6, 58, 64},
        {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 2, 0x88, 0x47, 0, 0, 0x11, 64, 0x45},
    };
    for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
        send_bytes(p, from[i], frames[i], sizeof frames[i]);
    }
    unsigned int upcalls = p->kernel->n_upcalls;
    assert_int_equal(upcalls, ARRAY_LEN(frames));
    for (int round = 0; round < 3; round++) {
        backer_changed(p);
        ofproto_revalidate_now(p->set);
        struct dpif_stats s;
        dpif_get_stats(ofproto_dpif(p->br_int), &s);
        assert_int_equal(s.n_flows, ARRAY_LEN(frames));
        for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
            send_bytes(p, from[i], frames[i], sizeof frames[i]);
        }
        assert_int_equal(p->kernel->n_upcalls, upcalls);
    }
}

static void
test_two_bridges(void **state)
{
    struct program *p = *state;
    send_frame(p, "ovs-port-a", 1, 0);
    assert_int_equal(p->kernel->n_upcalls, 1);
    assert_int_equal(stats_of(p, "ovs-port-b")->tx_packets, 1);
    assert_int_equal(stats_of(p, "ovs-port-c")->tx_packets, 0); /* another VLAN */
    assert_int_equal(stats_of(p, "Ethernet0")->tx_bytes, 64);   /* tagged */
    send_frame(p, "ovs-port-a", 1, 0);
    assert_int_equal(p->kernel->n_upcalls, 1); /* by the flow */
    assert_int_equal(stats_of(p, "ovs-port-b")->tx_packets, 2);
    assert_int_equal(stats_of(p, "Ethernet0")->tx_packets, 2);
    send_frame(p, "ovs-port-b", 2, 1);
    assert_int_equal(stats_of(p, "ovs-port-a")->tx_packets, 1);
    assert_int_equal(stats_of(p, "Ethernet0")->tx_packets, 2);
    struct dpif_stats s;
    dpif_get_stats(ofproto_dpif(p->br_int), &s);
    assert_int_equal(s.hit, 1);
    assert_int_equal(s.missed, 2);
    assert_int_equal(s.n_flows, 2);
}

static void
count_flow(void *n, const struct dpif_flow *f UNUSED)
{
    ++*(unsigned int *)n;
}

/* The program ends under traffic; installed flows go on; the next one finds everything. */
static void
test_restart(void **state)
{
    struct program *p = *state;
    send_frame(p, "ovs-port-a", 1, 0);
    send_frame(p, "ovs-port-b", 2, 1);
    struct dpif_port before, after;
    assert_true(dpif_port_find(ofproto_dpif(p->br_int), "ovs-port-b", &before));
    uint32_t no = before.port_no;
    stop(p, true);
    uint64_t sent = stats_of(p, "ovs-port-a")->tx_packets;
    send_frame(p, "ovs-port-b", 2, 1);
    assert_int_equal(stats_of(p, "ovs-port-a")->tx_packets, sent + 1);
    send_frame(p, "ovs-port-c", 3, 0); /* a new one is lost while nobody is there */
    assert_int_equal(p->kernel->n_lost, 1);
    start(p, true);
    assert_true(dpif_port_find(ofproto_dpif(p->br_int), "ovs-port-b", &after));
    assert_int_equal(after.port_no, no);
    unsigned int n = 0;
    dpif_flow_dump(ofproto_dpif(p->br_int), count_flow, &n);
    assert_int_equal(n, 2);
    unsigned int upcalls = p->kernel->n_upcalls;
    send_frame(p, "ovs-port-b", 2, 1); /* by the flow of the program before */
    assert_int_equal(stats_of(p, "ovs-port-a")->tx_packets, sent + 2);
    assert_int_equal(p->kernel->n_upcalls, upcalls);
    ofproto_revalidate_now(p->set);
    send_frame(p, "ovs-port-b", 2, 1);
    assert_int_equal(stats_of(p, "ovs-port-a")->tx_packets, sent + 3);
    send_frame(p, "ovs-port-a", 1, 2);
    assert_true(stats_of(p, "ovs-port-b")->tx_packets > 0);
    assert_int_equal(stats_of(p, "ovs-port-c")->tx_packets, 0);
    /* What packets were counted before the takeover is not counted again: the patch port got
     * one broadcast then, and by now what revalidation saw of new ones. */
    struct netdev_stats s;
    netdev_get_stats(netdev_find(p->registry, "patch-to-pif"), &s);
    assert_in_range(s.tx_packets, 0, 3);
    /* Adopted flows idle out like others. */
    os_time_warp(p->loop, 12000, 500, loop_no_change, NULL);
    for (int i = 0; i < 100; i++) {
        os_loop_turn(p->loop, 0);
    }
    struct dpif_stats dp;
    dpif_get_stats(ofproto_dpif(p->br_int), &dp);
    assert_int_equal(dp.n_flows, 0);
}

/* A port that the new program does not want goes, and flows to it are mended. */
static void
test_restart_with_less(void **state)
{
    struct program *p = *state;
    struct dpif_port port;
    send_frame(p, "ovs-port-a", 1, 0);
    stop(p, true);
    start(p, false);
    assert_false(dpif_port_find(ofproto_dpif(p->br_int), "ovs-port-b", &port));
    turn(p);
    ofproto_revalidate_now(p->set);
    struct dp_counters c = {.hit = 0};
    uint64_t sent = stats_of(p, "Ethernet0")->tx_packets;
    send_frame(p, "ovs-port-a", 1, 0);
    assert_int_equal(stats_of(p, "Ethernet0")->tx_packets, sent + 1);
    dp_thread_add_counters(p->kernel->thread, &c);
    assert_int_equal(c.drops[DROP_INVALID_PORT], 0);
}

/* Without any bridge the datapath of the program before is removed. */
static void
test_restart_with_nothing(void **state)
{
    struct program *p = *state;
    stop(p, true);
    assert_true(p->kernel->server.exists);
    p->n_devices = 0;
    p->registry = netdev_registry_new(p->loop, loop_no_change, NULL);
    p->dpifs = dpif_set_new(p->registry);
    dpif_set_kernel(p->dpifs, loop_open, p->kernel);
    p->set = ofproto_set_new(p->dpifs, p->registry);
    ofproto_end_adoption(p->set);
    assert_false(p->kernel->server.exists);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_bridges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_revalidation_is_calm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart_with_less, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart_with_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("ofproto_kernel", tests, NULL, NULL);
}
