/* SPDX-License-Identifier: Apache-2.0 */
/* ofproto/vlan: what ovs-vswitchd.conf.db(5) says of each vlan_mode, as two tables of vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "ofproto/vlan.h"

/* A port of tag 10 that trunks 10 (native) and 20, or all VLANs. */
static struct vlan_rules
rules(enum vlan_mode mode, bool all)
{
    struct vlan_rules r = {
        .mode = mode, .tag = mode == VLAN_TRUNK ? 0 : 10, .all_trunks = all, .all_cvlans = true};
    if (!all) {
        vlan_set_add(&r.trunks, 20);
    }
    return r;
}

static const struct {
    enum vlan_mode mode;
    bool all, tagged;
    uint16_t tci;
    bool accepted;
    uint16_t vlan;
    bool own_tag;
} inputs[] = {
    /* access: untagged and priority-tagged frames are in the tag's VLAN, tagged ones go */
    {VLAN_ACCESS, false, false, 0, true, 10, false},
    {VLAN_ACCESS, false, true, 0xe000, true, 10, true},
    {VLAN_ACCESS, false, true, 10, false, 0, false},
    {VLAN_ACCESS, false, true, 20, false, 0, false},
    /* trunk: by tag; untagged is VLAN 0, which must be a trunk too */
    {VLAN_TRUNK, true, false, 0, true, 0, false},
    {VLAN_TRUNK, true, true, 0x6014, true, 20, true},
    {VLAN_TRUNK, false, true, 20, true, 20, true},
    {VLAN_TRUNK, false, true, 21, false, 0, false},
    {VLAN_TRUNK, false, false, 0, false, 0, false},
    /* native: untagged is the native VLAN, which needs no mention in trunks */
    {VLAN_NATIVE_TAGGED, false, false, 0, true, 10, false},
    {VLAN_NATIVE_TAGGED, false, true, 10, true, 10, true},
    {VLAN_NATIVE_TAGGED, false, true, 20, true, 20, true},
    {VLAN_NATIVE_TAGGED, false, true, 30, false, 0, false},
    {VLAN_NATIVE_UNTAGGED, false, false, 0, true, 10, false},
    {VLAN_NATIVE_UNTAGGED, true, true, 30, true, 30, true},
    /* tunnel: everything is in the tag's VLAN, its own tags inside */
    {VLAN_DOT1Q_TUNNEL, false, true, 77, true, 10, false},
    {VLAN_DOT1Q_TUNNEL, false, false, 0, true, 10, false},
};

static void
test_input(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
        struct vlan_rules r = rules(inputs[i].mode, inputs[i].all);
        uint16_t vlan = 0xffff;
        bool own = false;
        bool accepted = vlan_of_input(&r, inputs[i].tagged, inputs[i].tci, &vlan, &own);
        if (accepted != inputs[i].accepted ||
            (accepted && (vlan != inputs[i].vlan || own != inputs[i].own_tag))) {
            fail_msg("row %u: accepted %d vlan %u own %d", (unsigned int)i, accepted, vlan, own);
        }
    }
}

static const struct {
    enum vlan_mode mode;
    enum vlan_priority_tags priority;
    uint16_t vlan, pcp;
    bool tagged;
    uint16_t vid;
} outputs[] = {
    {VLAN_ACCESS, VLAN_PRIORITY_NEVER, 10, 0xe000, false, 0},
    {VLAN_ACCESS, VLAN_PRIORITY_IF_NONZERO, 10, 0, false, 0},
    {VLAN_ACCESS, VLAN_PRIORITY_IF_NONZERO, 10, 0xe000, true, 0},
    {VLAN_ACCESS, VLAN_PRIORITY_ALWAYS, 10, 0, true, 0},
    {VLAN_TRUNK, VLAN_PRIORITY_NEVER, 20, 0, true, 20},
    {VLAN_TRUNK, VLAN_PRIORITY_NEVER, 0, 0, false, 0},
    {VLAN_NATIVE_TAGGED, VLAN_PRIORITY_NEVER, 10, 0, true, 10},
    {VLAN_NATIVE_UNTAGGED, VLAN_PRIORITY_NEVER, 10, 0, false, 0},
    {VLAN_NATIVE_UNTAGGED, VLAN_PRIORITY_NEVER, 20, 0, true, 20},
    {VLAN_DOT1Q_TUNNEL, VLAN_PRIORITY_ALWAYS, 10, 0, false, 0},
};

static void
test_output(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        struct vlan_rules r = rules(outputs[i].mode, true);
        r.priority_tags = outputs[i].priority;
        uint16_t vid = 0xffff;
        bool tagged = vlan_output_tag(&r, outputs[i].vlan, outputs[i].pcp, &vid);
        if (tagged != outputs[i].tagged || vid != outputs[i].vid) {
            fail_msg("row %u: tagged %d vid %u", (unsigned int)i, tagged, vid);
        }
    }
}

static void
test_carries(void **state UNUSED)
{
    struct vlan_rules access = rules(VLAN_ACCESS, true);
    assert_true(vlan_port_carries(&access, 10));
    assert_false(vlan_port_carries(&access, 20));
    struct vlan_rules trunk = rules(VLAN_TRUNK, false);
    assert_true(vlan_port_carries(&trunk, 20));
    assert_false(vlan_port_carries(&trunk, 10));
    assert_false(vlan_port_carries(&trunk, 4095));
    struct vlan_rules native = rules(VLAN_NATIVE_UNTAGGED, false);
    assert_true(vlan_port_carries(&native, 10));
    assert_true(vlan_port_carries(&native, 20));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_carries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
