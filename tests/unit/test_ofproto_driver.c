/* SPDX-License-Identifier: Apache-2.0 */
/* Switches over the Windows driver in the native simulator: from ofproto through messages, the
 * driver's device and the core in it, to frames at virtual machines; and a daemon that ends under
 * traffic and is followed by another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../corpus/host_native.h"
#include "dpif/dpif_provider.h"
#include "netdev/netdev_patch.h"
#include "ofproto/ofproto.h"
#include "os/mem.h"

enum { A = 1, B = 2, C = 3, PIF = 4 };

struct daemon {
    struct os_loop *loop;
    struct netdev_registry *registry;
    struct dpif_set *dpifs;
    struct ofproto_set *set;
    struct ofproto *br_int, *br_pif;
    struct netdev *devices[16];
    size_t n_devices;
};

static void
no_change(void *aux UNUSED)
{
}

static void
add_port(struct daemon *d, struct ofproto *o, const char *name, const char *type, uint16_t tag)
{
    struct vlan_rules rules;
    struct netdev *device;
    uint16_t number;
    memset(&rules, 0, sizeof rules);
    rules.mode = tag ? VLAN_ACCESS : VLAN_TRUNK;
    rules.tag = tag;
    rules.all_trunks = !tag;
    assert_int_equal(netdev_open(d->registry, name, type, &device, NULL), 0);
    assert_int_equal(ofproto_port_add(o, device, OFP_PORT_NONE, &number, NULL), 0);
    ofproto_bundle_set(
        o, device,
        &(struct bundle_settings){.name = name, .vlan = rules, .ports = &number, .n_ports = 1});
    d->devices[d->n_devices++] = device;
}

static void
add_patch(struct daemon *d, struct ofproto *o, const char *name, const char *peer)
{
    const char *key = "peer";
    add_port(d, o, name, "patch", 0);
    assert_int_equal(netdev_configure(d->devices[d->n_devices - 1], &key, &peer, 1, NULL), 0);
}

static void
start(struct daemon *d)
{
    d->n_devices = 0;
    d->registry = netdev_registry_new(d->loop, no_change, NULL);
    netdev_enable_dummies(d->registry, NETDEV_DUMMIES);
    d->dpifs = dpif_set_new(d->registry);
    dpif_set_kernel(d->dpifs, host_native_open, NULL);
    d->set = ofproto_set_new(d->dpifs, d->registry);
    assert_int_equal(ofproto_create(d->set, "br-int", "", &d->br_int, NULL), 0);
    assert_int_equal(ofproto_create(d->set, "br-pif", "", &d->br_pif, NULL), 0);
    assert_string_equal(ofproto_datapath_type(d->br_int), "system");
    add_port(d, d->br_int, "br-int", "dummy-internal", 0);
    add_port(d, d->br_pif, "br-pif", "dummy-internal", 0);
    add_port(d, d->br_int, "p1", "dummy", 900);
    add_port(d, d->br_int, "p2", "dummy", 900);
    add_port(d, d->br_int, "p3", "dummy", 901);
    add_port(d, d->br_pif, "p4", "dummy", 0);
    add_patch(d, d->br_int, "to-pif", "to-int");
    add_patch(d, d->br_pif, "to-int", "to-pif");
    ofproto_end_adoption(d->set);
}

static void
stop(struct daemon *d, bool leave)
{
    ofproto_leave_datapaths(d->set, leave);
    while (ofproto_first(d->set)) {
        ofproto_destroy(ofproto_first(d->set));
    }
    for (size_t i = 0; i < d->n_devices; i++) {
        netdev_unref(d->devices[i]);
    }
    ofproto_set_free(d->set);
    dpif_set_free(d->dpifs);
    netdev_registry_free(d->registry);
}

static int
set_up(void **state)
{
    struct daemon *d = calloc(1, sizeof *d);
    struct dpif_transport *t;
    d->loop = os_loop_new();
    os_time_stop(d->loop);
    assert_true(corpus_host_native.start(d->loop, &t));
    t->ops->close(t);
    start(d);
    *state = d;
    return 0;
}

static int
tear_down(void **state)
{
    struct daemon *d = *state;
    stop(d, false);
    corpus_host_native.stop();
    os_loop_free(d->loop);
    free(d);
    return 0;
}

/* Sends a frame from station SRC to DST (0: all) into PORT. EXPECTED has, for each port that gets
 * it, how: 'p' plain, 't' tagged with 900, 'o' with another; nobody else may get any. */
static void
check(uint32_t port, uint8_t src, uint8_t dst, const char expected[CORPUS_PORTS + 1])
{
    uint8_t bytes[64] = {2, 0, 0, 0, 0, dst, 2, 0, 0, 0, 0, src, 0x12, 0x34, 5, 6, 7};
    char got[CORPUS_PORTS + 1] = "........";
    struct corpus_frame *f = xalloc(sizeof *f);
    if (!dst) {
        memset(bytes, 0xff, 6);
    }
    corpus_host_native.inject(port, bytes, 60);
    corpus_host_native.poll();
    while (corpus_host_native.capture(f)) {
        bool is_tagged = f->n == 64 && get_be16(f->bytes + 12) == 0x8100 &&
                         !memcmp(f->bytes + 16, bytes + 12, 48);
        bool is_900 = is_tagged && get_be16(f->bytes + 14) == 900;
        bool is_plain = f->n == 60 && !memcmp(f->bytes + 12, bytes + 12, 48);
        assert_true((is_plain || is_tagged) && !memcmp(f->bytes, bytes, 12));
        assert_int_equal(got[f->port - 1], '.');
        got[f->port - 1] = is_plain ? 'p' : is_900 ? 't' : 'o';
    }
    os_free(f);
    assert_string_equal(got, expected);
}

static void
test_two_bridges(void **state)
{
    struct daemon *d = *state;
    struct dpif_stats s;
    check(A, 1, 0, ".p.t....");
    check(A, 1, 0, ".p.t....");
    check(B, 2, 1, "p.......");
    check(B, 2, 1, "p.......");
    check(C, 3, 0, "...o....");
    dpif_get_stats(ofproto_dpif(d->br_int), &s);
    assert_int_equal(s.missed, 3);
    assert_int_equal(s.hit, 2);
    assert_int_equal(s.lost, 0);
    ofproto_revalidate_now(d->set);
    dpif_get_stats(ofproto_dpif(d->br_int), &s);
    assert_int_equal(s.n_flows, 3);
}

static void
test_restart(void **state)
{
    struct daemon *d = *state;
    struct dpif_port before, after;
    struct dpif_stats s, then;
    check(A, 1, 0, ".p.t....");
    check(B, 2, 1, "p.......");
    assert_true(dpif_port_find(ofproto_dpif(d->br_int), "p2", &before));
    uint32_t no = before.port_no;
    stop(d, true);
    check(B, 2, 1, "p......."); /* nobody is there, and it goes on */
    start(d);
    assert_true(dpif_port_find(ofproto_dpif(d->br_int), "p2", &after));
    assert_int_equal(after.port_no, no);
    dpif_get_stats(ofproto_dpif(d->br_int), &then);
    assert_int_equal(then.n_flows, 2);
    check(B, 2, 1, "p.......");
    ofproto_revalidate_now(d->set);
    check(B, 2, 1, "p..t...."); /* the new daemon has to learn where 1 is, */
    check(A, 1, 2, ".p......"); /* and where 2 is, the adopted flow has taught it */
    ofproto_revalidate_now(d->set);
    check(B, 2, 1, "p.......");
    dpif_get_stats(ofproto_dpif(d->br_int), &s);
    assert_int_equal(s.missed, then.missed + 1);
    assert_int_equal(s.hit, then.hit + 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_bridges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restart, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("ofproto_driver", tests, NULL, NULL);
}
