/* SPDX-License-Identifier: Apache-2.0 */
/* The VLAN rules of a port (ovs-vswitchd.conf.db(5), Port table, "VLAN Configuration"): in which
 * VLAN a frame is that it receives, and how a frame of a VLAN leaves it. Pure; any thread. */
#pragma once

#include "base/types.h"

enum vlan_mode {
    VLAN_ACCESS,
    VLAN_TRUNK,
    VLAN_NATIVE_TAGGED,
    VLAN_NATIVE_UNTAGGED,
    VLAN_DOT1Q_TUNNEL
};

enum vlan_priority_tags {
    VLAN_PRIORITY_NEVER,      /* never send a tag with VLAN 0 */
    VLAN_PRIORITY_IF_NONZERO, /* send one when the frame has a priority */
    VLAN_PRIORITY_ALWAYS
};

enum { VLAN_COUNT = 4096, VLAN_VID_MASK = 0x0fff, VLAN_PCP_MASK = 0xe000, VLAN_PCP_SHIFT = 13 };

struct vlan_set {
    uint64_t bits[VLAN_COUNT / 64];
};

struct vlan_rules {
    enum vlan_mode mode;
    uint16_t tag;    /* access, native and tunnel VLAN */
    bool all_trunks; /* trunks are all VLANs */
    struct vlan_set trunks;
    bool all_cvlans;
    struct vlan_set cvlans;
    uint16_t qinq_tpid; /* of the tag that a tunnel port's frames get elsewhere */
    enum vlan_priority_tags priority_tags;
};

static inline bool
vlan_set_has(const struct vlan_set *s, uint16_t vid)
{
    return s->bits[vid / 64] >> (vid % 64) & 1;
}

static inline void
vlan_set_add(struct vlan_set *s, uint16_t vid)
{
    s->bits[vid / 64] |= UINT64_C(1) << (vid % 64);
}

/* Does the port carry VLAN? */
bool vlan_port_carries(const struct vlan_rules *, uint16_t vlan);

/* The VLAN of a frame that the port receives with outer tag TCI (0 with TAGGED false). False if
 * the port does not accept it. *OWN_TAG: the frame's outer tag is the VLAN's tag (or a priority
 * tag) and not something inside it. */
bool vlan_of_input(const struct vlan_rules *, bool tagged, uint16_t tci, uint16_t *vlan,
                   bool *own_tag);

/* Whether a frame of VLAN, with priority PCP, leaves the port with a tag; *VID is the tag's VLAN
 * (0: a priority tag). The port must carry VLAN. */
bool vlan_output_tag(const struct vlan_rules *, uint16_t vlan, uint16_t pcp, uint16_t *vid);
