/* SPDX-License-Identifier: Apache-2.0 */
/* dpif: datapaths, ports and flows of the userspace provider, and its refusals, on dummies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dpif/dpif.h"
#include "netdev/netdev_dummy.h"

struct fixture {
    struct os_loop *loop;
    struct netdev_registry *registry;
    struct dpif_set *set;
    struct dpif *dpif;
    struct netdev *a, *b;
    uint32_t port_a, port_b;
    unsigned int n_upcalls;
};

static void
no_change(void *aux UNUSED)
{
}

static void
count_upcall(void *f_, struct dpif *dpif UNUSED, const struct dpif_upcall *up)
{
    struct fixture *f = f_;
    f->n_upcalls++;
    pkt_free(up->pkt);
}

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->loop = os_loop_new();
    f->registry = netdev_registry_new(f->loop, no_change, NULL);
    netdev_enable_dummies(f->registry, NETDEV_DUMMIES);
    f->set = dpif_set_new(f->registry);
    dpif_enable_dummies(f->set, NETDEV_DUMMIES);
    assert_int_equal(dpif_create(f->set, "test", "dummy", &f->dpif), 0);
    dpif_set_upcall(f->dpif, count_upcall, f);
    f->port_a = f->port_b = DPIF_PORT_NONE;
    netdev_open(f->registry, "p1", "dummy", &f->a, NULL);
    netdev_open(f->registry, "p2", "dummy", &f->b, NULL);
    assert_int_equal(dpif_port_add(f->dpif, f->a, &f->port_a), 0);
    assert_int_equal(dpif_port_add(f->dpif, f->b, &f->port_b), 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    netdev_unref(f->a);
    netdev_unref(f->b);
    dpif_set_free(f->set);
    netdev_registry_free(f->registry);
    os_loop_free(f->loop);
    free(f);
    return 0;
}

static void
test_datapaths(void **state)
{
    struct fixture *f = *state;
    struct dpif *other;
    assert_int_equal(dpif_create(f->set, "test", "dummy", &other), -E_EXIST);
    assert_int_equal(dpif_create(f->set, "x", "nonsense", &other), -E_AFNOSUPPORT);
    assert_int_equal(dpif_create(f->set, "other", "dummy", &other), 0);
    assert_ptr_equal(dpif_find(f->set, "other", "dummy"), other);
    assert_ptr_equal(dpif_next(f->dpif), other);
    dpif_destroy(other);
    assert_null(dpif_find(f->set, "other", "dummy"));
    assert_string_equal(dpif_normalize_type(f->set, ""), "netdev");
    assert_string_equal(dpif_normalize_type(f->set, "system"), "netdev");
    assert_string_equal(dpif_normalize_type(f->set, "dummy"), "dummy");
}

static void
test_ports(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->port_a, 1); /* from the digits of its name */
    assert_int_equal(f->port_b, 2);
    struct netdev *c;
    netdev_open(f->registry, "br7", "dummy-internal", &c, NULL);
    uint32_t number = 2;
    assert_int_equal(dpif_port_add(f->dpif, c, &number), -E_BUSY);
    number = 70000;
    assert_int_equal(dpif_port_add(f->dpif, c, &number), -E_FBIG);
    number = DPIF_PORT_NONE;
    assert_int_equal(dpif_port_add(f->dpif, c, &number), 0);
    assert_int_equal(number, 107);
    assert_int_equal(dpif_port_add(f->dpif, c, &number), -E_EXIST);
    struct dpif_port port;
    assert_true(dpif_port_find(f->dpif, "br7", &port));
    assert_string_equal(port.type, "dummy-internal");
    assert_int_equal(dpif_port_del(f->dpif, number), 0);
    assert_int_equal(dpif_port_del(f->dpif, number), -E_NOENT);
    assert_false(dpif_port_get(f->dpif, number, &port));
    netdev_unref(c);
}

static void
receive(struct netdev *d)
{
    static const uint8_t frame[60] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x12, 0x34};
    netdev_dummy_receive(d, pkt_buf_from(frame, sizeof frame));
}

static uint64_t
sent(struct netdev *d)
{
    struct netdev_stats s;
    netdev_get_stats(d, &s);
    return s.tx_packets;
}

static void
keep_flow(void *flow, const struct dpif_flow *f)
{
    *(struct dpif_flow *)flow = *f;
}

static void
test_flows(void **state)
{
    struct fixture *f = *state;
    receive(f->a);
    assert_int_equal(f->n_upcalls, 1);

    struct flow_key key = {.in_port = f->port_a}, mask = {.in_port = UINT32_MAX};
    uint32_t list[8];
    struct wr w = wr_make(list, sizeof list);
    dp_act_put_output(&w, f->port_b);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, NULL, list, w.n, DPIF_PUT_MODIFY),
                     -E_NOENT);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, NULL, list, w.n, DPIF_PUT_CREATE), 0);
    assert_int_equal(dpif_flow_put(f->dpif, &key, &mask, NULL, list, w.n, DPIF_PUT_CREATE),
                     -E_EXIST);
    receive(f->a);
    assert_int_equal(f->n_upcalls, 1);
    assert_int_equal(sent(f->b), 1);

    struct dpif_flow flow;
    assert_int_equal(dpif_flow_get(f->dpif, &key, NULL, keep_flow, &flow), 0);
    assert_int_equal(flow.stats.packets, 1);
    assert_int_equal(flow.stats.bytes, 60);
    struct dpif_flow_stats last;
    assert_int_equal(dpif_flow_del(f->dpif, NULL, NULL, &flow.ufid, &last), 0);
    assert_int_equal(last.packets, 1);
    assert_int_equal(dpif_flow_del(f->dpif, NULL, NULL, &flow.ufid, &last), -E_NOENT);
    receive(f->a);
    assert_int_equal(f->n_upcalls, 2);

    struct dpif_stats s;
    dpif_get_stats(f->dpif, &s);
    assert_int_equal(s.missed, 2);
    assert_int_equal(s.hit, 1);
    assert_int_equal(s.n_flows, 0);
}

struct shown {
    struct flow_key key, mask;
};

static void
keep_shown(void *shown_, const struct dpif_flow *f)
{
    *(struct shown *)shown_ = (struct shown){*f->key, *f->mask};
}

static void
test_a_flow_shows_the_key_it_was_put_with(void **state)
{
    struct fixture *f = *state;
    struct flow_key first = {.in_port = 1, .nw_ttl = 64}, later = {.in_port = 1, .nw_ttl = 1};
    struct flow_key mask = {.in_port = UINT32_MAX, .packet_type = be32_from(UINT32_MAX)};
    struct shown shown;
    assert_int_equal(dpif_flow_put(f->dpif, &first, &mask, NULL, NULL, 0, DPIF_PUT_CREATE), 0);
    assert_int_equal(
        dpif_flow_put(f->dpif, &later, &mask, NULL, NULL, 0, DPIF_PUT_CREATE | DPIF_PUT_MODIFY),
        0);
    assert_int_equal(dpif_flow_get(f->dpif, &later, NULL, keep_shown, &shown), 0);
    assert_memory_equal(&shown.key, &first, sizeof first);
    assert_memory_equal(&shown.mask, &mask, sizeof mask);
    dpif_flow_flush(f->dpif);
    assert_int_equal(dpif_flow_get(f->dpif, &later, NULL, keep_shown, &shown), -E_NOENT);
}

static void
test_output_to_a_port_that_went(void **state)
{
    struct fixture *f = *state;
    uint32_t list[8];
    struct wr w = wr_make(list, sizeof list);
    dp_act_put_output(&w, f->port_b);
    assert_int_equal(dpif_port_del(f->dpif, f->port_b), 0);
    struct pkt *p = pkt_buf_from("0123456789abcdef", 16);
    p->md.in_port = f->port_a;
    dpif_execute(f->dpif, p, list, w.n); /* dropped, not crashed, not leaked */
    assert_int_equal(sent(f->b), 0);
}

static void
test_without_a_listener_misses_are_lost(void **state)
{
    struct fixture *f = *state;
    dpif_set_upcall(f->dpif, NULL, NULL);
    receive(f->a);
    struct dpif_stats s;
    dpif_get_stats(f->dpif, &s);
    assert_int_equal(s.lost, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_datapaths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_flow_shows_the_key_it_was_put_with, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_output_to_a_port_that_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_listener_misses_are_lost, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
