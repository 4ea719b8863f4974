/* SPDX-License-Identifier: Apache-2.0 */
/* VLAN rules of a port: one row per mode says what each kind of frame means. */
#include "ofproto/vlan.h"

static const struct {
    bool has_native;    /* untagged frames are in rules->tag */
    bool has_trunks;    /* tagged frames are in their tag's VLAN, if it is a trunk */
    bool native_tagged; /* frames of the native VLAN leave with their tag */
    bool is_tunnel;     /* any frame is in rules->tag, its own tags inside */
} modes[] = {
    [VLAN_ACCESS] = {.has_native = true},
    [VLAN_TRUNK] = {.has_trunks = true},
    [VLAN_NATIVE_TAGGED] = {.has_native = true, .has_trunks = true, .native_tagged = true},
    [VLAN_NATIVE_UNTAGGED] = {.has_native = true, .has_trunks = true},
    [VLAN_DOT1Q_TUNNEL] = {.has_native = true, .is_tunnel = true},
};

bool
vlan_port_carries(const struct vlan_rules *r, uint16_t vlan)
{
    if (modes[r->mode].has_native && vlan == r->tag) {
        return true;
    }
    return modes[r->mode].has_trunks && (r->all_trunks || vlan_set_has(&r->trunks, vlan));
}

bool
vlan_of_input(const struct vlan_rules *r, bool tagged, uint16_t tci, uint16_t *vlan, bool *own_tag)
{
    uint16_t vid = tagged ? tci & VLAN_VID_MASK : 0;
    if (modes[r->mode].is_tunnel) {
        *vlan = r->tag;
        *own_tag = false;
        return r->all_cvlans || vlan_set_has(&r->cvlans, vid);
    }
    *own_tag = tagged;
    if (vid == 0 && modes[r->mode].has_native) {
        *vlan = r->tag;
        return true;
    }
    *vlan = vid;
    return modes[r->mode].has_trunks && vlan_port_carries(r, vid);
}

bool
vlan_output_tag(const struct vlan_rules *r, uint16_t vlan, uint16_t pcp, uint16_t *vid)
{
    bool native = modes[r->mode].has_native && vlan == r->tag;
    *vid = native && !modes[r->mode].native_tagged ? 0 : vlan;
    if (*vid) {
        return true;
    }
    return !modes[r->mode].is_tunnel && (r->priority_tags == VLAN_PRIORITY_ALWAYS ||
                                         (r->priority_tags == VLAN_PRIORITY_IF_NONZERO && pcp));
}
