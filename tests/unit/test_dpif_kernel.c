/* SPDX-License-Identifier: Apache-2.0 */
/* dpif/kernel over a kernel in this process: datapaths, ports, flows, packets and upcalls through
 * messages; adoption; a transport that fails. */
#include "loopback.h"

struct fixture {
    struct os_loop *loop;
    struct loop_kernel *kernel;
    struct netdev_registry *registry;
    struct dpif_set *set;
    struct dpif *dpif;
    unsigned int n_upcalls;
    struct flow_key last_key;
    uint8_t last_userdata[16];
    size_t last_userdata_size;
    uint32_t last_len;
    uint16_t last_flags;
};

static void
take_upcall(void *f_, struct dpif *d UNUSED, const struct dpif_upcall *up)
{
    struct fixture *f = f_;
    f->n_upcalls++;
    f->last_key = *up->key;
    f->last_len = up->pkt->len;
    f->last_flags = up->pkt->flags;
    f->last_userdata_size = up->userdata_size;
    assert_true(up->userdata_size <= sizeof f->last_userdata);
    if (up->userdata_size) {
        memcpy(f->last_userdata, up->userdata, up->userdata_size);
    }
    pkt_free(up->pkt);
}

/* The program starts. */
static void
start(struct fixture *f)
{
    f->registry = netdev_registry_new(f->loop, loop_no_change, NULL);
    netdev_enable_dummies(f->registry, NETDEV_DUMMIES);
    f->set = dpif_set_new(f->registry);
    dpif_enable_dummies(f->set, NETDEV_DUMMIES);
    dpif_set_kernel(f->set, loop_open, f->kernel);
}

static void
stop(struct fixture *f)
{
    dpif_set_free(f->set);
    netdev_registry_free(f->registry);
}

static int
create(struct fixture *f)
{
    int code = dpif_create(f->set, "ovs-system", "system", &f->dpif);
    if (!code) {
        dpif_set_upcall(f->dpif, take_upcall, f);
    }
    return code;
}

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->loop = os_loop_new();
    os_time_stop(f->loop);
    f->kernel = loop_kernel_new(f->loop);
    start(f);
    assert_int_equal(create(f), 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    stop(f);
    loop_kernel_free(f->kernel);
    os_loop_free(f->loop);
    free(f);
    return 0;
}

static uint32_t
attach(struct fixture *f, const char *name, const char *type, uint32_t wanted)
{
    struct netdev *d;
    assert_int_equal(netdev_open(f->registry, name, type, &d, NULL), 0);
    int code = dpif_port_add(f->dpif, d, &wanted);
    netdev_unref(d);
    assert_int_equal(code, 0);
    return wanted;
}

static void
turn(struct fixture *f)
{
    for (int i = 0; i < 5; i++) {
        os_loop_turn(f->loop, 0);
    }
}

static void
test_types(void **state)
{
    struct fixture *f = *state;
    assert_true(dpif_has_kernel(f->set));
    assert_string_equal(dpif_normalize_type(f->set, ""), "system");
    assert_string_equal(dpif_normalize_type(f->set, "system"), "system");
    assert_string_equal(dpif_normalize_type(f->set, "netdev"), "netdev");
    assert_true(dpif_outlives(f->dpif));
    struct dpif *other;
    assert_int_equal(dpif_create(f->set, "ovs-system", "system", &other), -E_EXIST);
    assert_int_equal(dpif_create(f->set, "another", "system", &other), -E_BUSY);
    dpif_disable_kernel(f->set);
    assert_string_equal(dpif_normalize_type(f->set, ""), "netdev");
    assert_int_equal(dpif_create(f->set, "x", "system", &other), -E_AFNOSUPPORT);
}

static void
test_ports(void **state)
{
    struct fixture *f = *state;
    struct dpif_port port;
    assert_int_equal(attach(f, "p1", "dummy", DPIF_PORT_NONE), 1);
    assert_int_equal(attach(f, "br-int", "dummy-internal", 7), 7);
    turn(f); /* their notifications change nothing */
    uint32_t no = 0;
    const char *expected[] = {"ovs-system", "p1", "br-int"};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(dpif_port_next(f->dpif, &no, &port));
        assert_string_equal(port.name, expected[i]);
    }
    assert_false(dpif_port_next(f->dpif, &no, &port));
    assert_true(dpif_port_find(f->dpif, "p1", &port));
    assert_non_null(port.netdev);
    assert_true(dpif_port_get(f->dpif, 0, &port));
    assert_null(port.netdev);
    assert_string_equal(port.type, "internal");
    struct netdev *d;
    uint32_t wanted = 7;
    assert_int_equal(netdev_open(f->registry, "p2", "dummy", &d, NULL), 0);
    assert_int_equal(dpif_port_add(f->dpif, d, &wanted), -E_BUSY);
    wanted = DPIF_PORT_NONE;
    assert_int_equal(dpif_port_add(f->dpif, d, &wanted), 0);
    assert_int_equal(dpif_port_add(f->dpif, d, &wanted), -E_EXIST);
    netdev_unref(d);
    assert_int_equal(dpif_port_del(f->dpif, 7), 0);
    assert_int_equal(dpif_port_del(f->dpif, 7), -E_NOENT);
    assert_false(dpif_port_find(f->dpif, "br-int", &port));
    assert_false(f->kernel->ports[7].adapter);
}

/* Somebody else adds a port, and removes one. */
static void
test_port_news(void **state)
{
    struct fixture *f = *state;
    struct dpif_port port;
    struct netdev_registry *registry = netdev_registry_new(f->loop, loop_no_change, NULL);
    netdev_enable_dummies(registry, NETDEV_DUMMIES);
    struct dpif_set *set = dpif_set_new(registry);
    dpif_set_kernel(set, loop_open, f->kernel);
    dpif_open_all(set);
    struct dpif *d = dpif_find(set, "ovs-system", "system");
    assert_non_null(d);
    struct netdev *netdev;
    uint32_t no = DPIF_PORT_NONE;
    assert_int_equal(netdev_open(registry, "p5", "dummy", &netdev, NULL), 0);
    assert_int_equal(dpif_port_add(d, netdev, &no), 0);
    netdev_unref(netdev);
    turn(f);
    assert_true(dpif_port_find(f->dpif, "p5", &port));
    assert_null(port.netdev);
    assert_int_equal(dpif_port_del(d, no), 0);
    turn(f);
    assert_false(dpif_port_find(f->dpif, "p5", &port));
    /* Ours, too; but not one that was made anew before its news came. */
    no = attach(f, "p6", "dummy", DPIF_PORT_NONE);
    turn(f);
    assert_int_equal(dpif_port_del(f->dpif, no), 0);
    assert_int_equal(attach(f, "p6", "dummy", no), no);
    turn(f);
    assert_true(dpif_port_find(f->dpif, "p6", &port));
    assert_non_null(port.netdev);
    assert_int_equal(dpif_port_del(d, no), 0);
    turn(f);
    assert_false(dpif_port_find(f->dpif, "p6", &port));
    dpif_set_free(set); /* which leaves the datapath where it is */
    netdev_registry_free(registry);
    struct dpif_stats stats;
    dpif_get_stats(f->dpif, &stats);
    assert_true(f->kernel->server.exists);
    assert_int_equal(f->kernel->ports[0].vport.upcall_pid, 1 + 1); /* after the first look */
}

static void
make_flow(struct flow_key *key, struct flow_key *mask)
{
    memset(key, 0, sizeof *key);
    memset(mask, 0, sizeof *mask);
    key->in_port = 1;
    key->eth_type = be16_from(0x1234);
    mask->in_port = mask->recirc_id = UINT32_MAX;
    mask->eth_type = mask->vlan_tci0 = be16_from(UINT16_MAX);
}

static struct pkt *
frame(void)
{
    static const uint8_t bytes[60] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34};
    return pkt_buf_from(bytes, sizeof bytes);
}

struct seen {
    unsigned int n;
    struct dpif_flow flow;
    struct flow_key key, mask;
    uint32_t actions[64];
};

static void
see(void *seen_, const struct dpif_flow *flow)
{
    struct seen *seen = seen_;
    seen->n++;
    seen->flow = *flow;
    seen->key = *flow->key;
    seen->mask = *flow->mask;
    assert_true(flow->actions_size <= sizeof seen->actions);
    memcpy(seen->actions, flow->actions, flow->actions_size);
}

static void
test_flows(void **state)
{
    struct fixture *f = *state;
    const struct uuid ufid = {{1, 2, 3, 4}};
    struct flow_key key, mask;
    struct seen seen = {.n = 0};
    uint32_t list[8];
    struct wr w = wr_make(list, sizeof list);
    attach(f, "p1", "dummy", 1);
    attach(f, "p2", "dummy", 2);
    make_flow(&key, &mask);
    dp_act_put_output(&w, 2);
    os_time_warp(f->loop, 5000, 5000, loop_no_change, NULL);
    turn(f);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, &ufid, list, w.n, DPIF_PUT_MODIFY),
                     -E_NOENT);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, &ufid, list, w.n, DPIF_PUT_CREATE), 0);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, &ufid, list, w.n, DPIF_PUT_CREATE),
                     -E_EXIST);
    netdev_dummy_receive(loop_adapter(f->kernel, "p1"), frame());
    dpif_flow_dump(f->dpif, see, &seen);
    assert_int_equal(seen.n, 1);
    assert_true(flow_key_equal(&seen.key, &key));
    assert_true(flow_key_equal(&seen.mask, &mask));
    assert_true(uuid_equal(&seen.flow.ufid, &ufid));
    assert_int_equal(seen.flow.actions_size, w.n);
    assert_memory_equal(seen.actions, list, w.n);
    assert_int_equal(seen.flow.stats.packets, 1);
    assert_int_equal(seen.flow.stats.bytes, 60);
    assert_int_equal(seen.flow.stats.used_ms, os_now_ms(f->loop)); /* the kernel's is another */
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, NULL, list, w.n,
                                   DPIF_PUT_CREATE | DPIF_PUT_MODIFY | DPIF_PUT_ZERO_STATS),
                     0);
    assert_int_equal(dpif_flow_get(f->dpif, &key, NULL, see, &seen), 0);
    assert_int_equal(seen.flow.stats.packets, 0);
    netdev_dummy_receive(loop_adapter(f->kernel, "p1"), frame());
    struct dpif_flow_stats stats;
    assert_int_equal(dpif_flow_del(f->dpif, &key, &mask, &ufid, &stats), 0);
    assert_int_equal(stats.packets, 1);
    assert_int_equal(dpif_flow_del(f->dpif, &key, &mask, &ufid, NULL), -E_NOENT);
    assert_int_equal(dpif_flow_get(f->dpif, &key, &ufid, see, &seen), -E_NOENT);
    struct dpif_stats dp;
    dpif_get_stats(f->dpif, &dp);
    assert_int_equal(dp.hit, 2);
    assert_int_equal(dp.n_flows, 0);
}

static void
test_packets(void **state)
{
    struct fixture *f = *state;
    attach(f, "p1", "dummy", 1);
    attach(f, "p2", "dummy", 2);
    netdev_dummy_receive(loop_adapter(f->kernel, "p1"), frame());
    assert_int_equal(f->n_upcalls, 0);
    turn(f);
    assert_int_equal(f->n_upcalls, 1);
    assert_int_equal(f->last_key.in_port, 1);
    assert_int_equal(be16_host(f->last_key.eth_type), 0x1234);
    assert_int_equal(f->last_len, 60);
    /* Down: output, and a userspace action that comes back up with its cookie. */
    uint32_t list[32];
    struct wr w = wr_make(list, sizeof list);
    dp_act_put_output(&w, 2);
    dp_act_put_userspace(&w, f->kernel->last_pid, "abc", 3);
    struct pkt *p = frame();
    p->md.in_port = 1;
    p->flags |= PKT_CSUM_PARTIAL;
    p->csum_start = 20;
    p->csum_ofs = 4;
    dpif_execute(f->dpif, p, list, w.n);
    turn(f);
    assert_int_equal(f->kernel->ports[2].vport.stats.tx_packets, 1);
    assert_int_equal(f->n_upcalls, 2);
    assert_int_equal(f->last_userdata_size, 3);
    assert_memory_equal(f->last_userdata, "abc", 3);
    assert_true(f->last_flags & PKT_CSUM_PARTIAL);
}

static void
test_adoption(void **state)
{
    struct fixture *f = *state;
    const struct uuid ufid = {{1, 2, 3, 4}};
    struct flow_key key, mask;
    struct seen seen = {.n = 0};
    struct dpif_port port;
    attach(f, "p1", "dummy", 4);
    attach(f, "p2", "dummy", 5);
    attach(f, "p3", "dummy", 6);
    make_flow(&key, &mask);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, &ufid, NULL, 0, DPIF_PUT_CREATE), 0);
    stop(f); /* the program ends */
    assert_true(f->kernel->server.exists);
    assert_int_equal(f->kernel->ports[4].vport.upcall_pid, 0);
    netdev_dummy_receive(loop_adapter(f->kernel, "p1"), frame());
    assert_int_equal(f->kernel->n_lost, 1);
    start(f);
    assert_int_equal(create(f), 0);
    assert_true(dpif_port_find(f->dpif, "p1", &port));
    assert_null(port.netdev);
    dpif_flow_dump(f->dpif, see, &seen);
    assert_int_equal(seen.n, 1);
    assert_int_equal(attach(f, "p1", "dummy", DPIF_PORT_NONE), 4);          /* as before */
    assert_int_equal(attach(f, "p2", "dummy-internal", DPIF_PORT_NONE), 1); /* another device */
    assert_int_equal(attach(f, "p3", "dummy", 9), 9); /* another number is wanted */
    assert_false(f->kernel->ports[5].adapter || f->kernel->ports[6].adapter);
    netdev_dummy_receive(loop_adapter(f->kernel, "p1"), frame());
    turn(f);
    assert_int_equal(f->n_upcalls, 1);
    struct dpif *d = f->dpif;
    dpif_destroy(d);
    assert_false(f->kernel->server.exists);
    assert_int_equal(dp_n_flows(&f->kernel->dp), 0);
}

/* Each request in turn meets a kernel that is gone: an error, no crash, nothing half made. */
static void
test_failing_transport(void **state)
{
    struct fixture *f = *state;
    struct netdev *d;
    struct flow_key key, mask;
    struct dpif_stats stats;
    struct seen seen = {.n = 0};
    make_flow(&key, &mask);
    assert_int_equal(netdev_open(f->registry, "p1", "dummy", &d, NULL), 0);
    uint32_t no = DPIF_PORT_NONE;
    f->kernel->fail = 1;
    assert_int_equal(dpif_port_add(f->dpif, d, &no), -E_NODEV);
    f->kernel->fail = 1;
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, NULL, NULL, 0, DPIF_PUT_CREATE),
                     -E_NODEV);
    f->kernel->fail = 1;
    dpif_get_stats(f->dpif, &stats);
    assert_int_equal(stats.n_flows, 0);
    f->kernel->fail = 2;
    dpif_flow_dump(f->dpif, see, &seen);
    f->kernel->fail = 1;
    dpif_execute(f->dpif, frame(), NULL, 0);
    assert_int_equal(dpif_port_add(f->dpif, d, &no), 0);
    netdev_unref(d);
    stop(f);
    for (unsigned int n = 1; n <= 4; n++) {
        start(f);
        for (f->kernel->n_requests = 0; f->kernel->n_requests < n;) {
            f->kernel->fail = 1;
            int code = create(f);
            assert_int_equal(code, -E_NODEV);
        }
        stop(f);
    }
    start(f);
    f->kernel->fail = 0;
    assert_int_equal(create(f), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_port_news, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_adoption, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failing_transport, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("dpif_kernel", tests, NULL, NULL);
}
