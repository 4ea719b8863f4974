/* SPDX-License-Identifier: Apache-2.0 */
/* The address of a bridge's local port (ovs-vswitchd.conf.db(5), Bridge other_config:hwaddr):
 * the one configured, else the lowest universally administered address of its ports, else one
 * made from the row's UUID, which is the same after every restart. */
#include "vswitchd/vswitchd_internal.h"

#include <stdio.h>
#include <string.h>

static bool
parse_mac(const char *text, struct mac *mac)
{
    char end;
    struct mac m;
    if (!text || sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &m.byte[0], &m.byte[1],
                        &m.byte[2], &m.byte[3], &m.byte[4], &m.byte[5], &end) != 6) {
        return false;
    }
    *mac = m;
    return !mac_is_group(m) && !mac_is_zero(m);
}

static bool
is_candidate(const struct iface *iface)
{
    if (!iface->netdev || iface->ofp_port == OFP_PORT_LOCAL ||
        netdev_type_is_virtual(netdev_type(iface->netdev))) {
        return false;
    }
    struct mac mac = netdev_link(iface->netdev)->mac;
    return !mac_is_group(mac) && !mac_is_zero(mac) && !(mac.byte[0] & 2);
}

static struct mac
mac_from_uuid(const struct uuid *uuid)
{
    struct mac mac;
    /* The first words' bytes, least significant first, as a local address. */
    for (size_t i = 0; i < sizeof mac.byte; i++) {
        mac.byte[i] = (uint8_t)(uuid->word[i / 4] >> (8 * (i % 4)));
    }
    mac.byte[0] = (uint8_t)((mac.byte[0] & ~1) | 2);
    return mac;
}

struct mac
bridge_choose_mac(const struct bridge *b)
{
    struct mac mac;
    if (parse_mac(datum_get_string(vs_bridge_other_config(b->row), "hwaddr"), &mac)) {
        return mac;
    }
    bool found = false;
    HMAP_FOR_EACH (struct iface, iface, node, &b->ifaces) {
        if (is_candidate(iface)) {
            struct mac theirs = netdev_link(iface->netdev)->mac;
            if (!found || memcmp(&theirs, &mac, sizeof mac) < 0) {
                mac = theirs;
                found = true;
            }
        }
    }
    return found ? mac : mac_from_uuid(&b->row->row.uuid);
}
