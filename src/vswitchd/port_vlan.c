/* SPDX-License-Identifier: Apache-2.0 */
/* VLAN columns of a Port row to rules (ovs-vswitchd.conf.db(5), Port table: tag, trunks, cvlans,
 * vlan_mode, other_config:priority-tags, qinq-ethtype). Pure. */
#include "vswitchd/vswitchd_internal.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum vlan_mode mode;
} modes[] = {
    {"access", VLAN_ACCESS},
    {"trunk", VLAN_TRUNK},
    {"native-tagged", VLAN_NATIVE_TAGGED},
    {"native-untagged", VLAN_NATIVE_UNTAGGED},
    {"dot1q-tunnel", VLAN_DOT1Q_TUNNEL},
};

static const struct {
    const char *name;
    enum vlan_priority_tags tags;
} priority_tags[] = {
    {"never", VLAN_PRIORITY_NEVER},
    {"if-nonzero", VLAN_PRIORITY_IF_NONZERO},
    {"always", VLAN_PRIORITY_ALWAYS},
    {"true", VLAN_PRIORITY_IF_NONZERO},
};

/* Without a mode: a tag makes an access port, everything else a trunk. */
static enum vlan_mode
mode_of(const struct vs_port *row)
{
    const char *name = vs_port_vlan_mode(row);
    for (size_t i = 0; name && i < ARRAY_LEN(modes); i++) {
        if (!strcmp(modes[i].name, name)) {
            return modes[i].mode;
        }
    }
    return vs_port_tag(row) ? VLAN_ACCESS : VLAN_TRUNK;
}

static void
fill_set(const struct datum *vlans, struct vlan_set *set, bool *all)
{
    *all = datum_n(vlans) == 0;
    for (size_t i = 0; i < datum_n(vlans); i++) {
        int64_t vid = datum_key(vlans, i)->integer;
        if (vid >= 0 && vid < VLAN_COUNT) {
            vlan_set_add(set, (uint16_t)vid);
        }
    }
}

struct vlan_rules
port_vlan_rules(const struct vs_port *row)
{
    struct vlan_rules rules;
    memset(&rules, 0, sizeof rules); /* rules are compared as bytes */
    rules.mode = mode_of(row);
    const int64_t *tag = vs_port_tag(row);
    rules.tag = tag && *tag >= 0 && *tag < VLAN_COUNT ? (uint16_t)*tag : 0;
    fill_set(vs_port_trunks(row), &rules.trunks, &rules.all_trunks);
    fill_set(vs_port_cvlans(row), &rules.cvlans, &rules.all_cvlans);
    const char *tpid = datum_get_string(vs_port_other_config(row), "qinq-ethtype");
    rules.qinq_tpid = tpid && !strcmp(tpid, "802.1q") ? 0x8100 : 0x88a8;
    const char *priority = datum_get_string(vs_port_other_config(row), "priority-tags");
    for (size_t i = 0; priority && i < ARRAY_LEN(priority_tags); i++) {
        if (!strcmp(priority_tags[i].name, priority)) {
            rules.priority_tags = priority_tags[i].tags;
        }
    }
    return rules;
}
