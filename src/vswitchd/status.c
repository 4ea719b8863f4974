/* SPDX-License-Identifier: Apache-2.0 */
/* What the database is told of the switch: numbers and errors of interfaces, addresses of
 * bridges, cur_cfg once a configuration is applied, and now and then counters. Only objects marked
 * dirty, or whose device changed, are looked at, and writes that change nothing are dropped by
 * the replica, so an idle switch writes nothing. */
#include "vswitchd/vswitchd_internal.h"

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Keys and values on their way into a map column. */
struct pairs {
    char *key[32], *value[32];
    size_t n;
};

static void
pairs_put(void *pairs_, const char *key, const char *value)
{
    struct pairs *p = pairs_;
    if (p->n < ARRAY_LEN(p->key)) {
        p->key[p->n] = xstrdup(key);
        p->value[p->n++] = xstrdup(value);
    }
}

/* The pairs as a datum; they are freed. */
static struct datum *
pairs_take(struct pairs *p)
{
    struct datum *d =
        datum_from_pairs((const char *const *)p->key, (const char *const *)p->value, p->n);
    for (size_t i = 0; i < p->n; i++) {
        os_free(p->key[i]);
        os_free(p->value[i]);
    }
    p->n = 0;
    return d;
}

static const struct {
    const char *column;
    size_t ofs; /* in struct netdev_stats */
} counters[] = {
#define STAT(MEMBER, COLUMN) {COLUMN, offsetof(struct netdev_stats, MEMBER)},
#include "netdev/netdev_stats.def"
#undef STAT
};

static void
write_counters(struct replica_txn *txn, struct iface *iface)
{
    struct netdev_stats stats;
    if (netdev_get_stats(iface->netdev, &stats)) {
        return;
    }
    size_t n = 0;
    uint64_t values[ARRAY_LEN(counters)];
    const char *keys[ARRAY_LEN(counters)];
    for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
        uint64_t value;
        memcpy(&value, (const char *)&stats + counters[i].ofs, sizeof value);
        if (counters[i].column && value != UINT64_MAX) {
            keys[n] = counters[i].column;
            values[n++] = value;
        }
    }
    struct datum *d = n ? datum_new(ATOM_STRING, ATOM_INTEGER, n) : NULL;
    for (size_t i = 0; i < n; i++) {
        atom_init_string(&d->atoms[i], keys[i], strlen(keys[i]));
        d->atoms[n + i].integer = (int64_t)values[i];
    }
    if (d) {
        datum_sort(d);
    }
    vs_interface_set_statistics(txn, iface->row, d);
}

static void
write_link(struct replica_txn *txn, const struct iface *iface)
{
    struct vs_interface *row = iface->row;
    const struct netdev_link *link = netdev_link(iface->netdev);
    int64_t mtu = link->mtu, ifindex = link->ifindex, resets = (int64_t)link->resets;
    int64_t speed = (int64_t)link->speed;
    char mac[20];
    snprintf(mac, sizeof mac, MAC_FORMAT, MAC_ARGS(link->mac));
    vs_interface_set_admin_state(txn, row, link->up ? "up" : "down");
    vs_interface_set_link_state(txn, row, link->carrier ? "up" : "down");
    vs_interface_set_link_resets(txn, row, &resets);
    vs_interface_set_mac_in_use(txn, row, mac);
    vs_interface_set_mtu(txn, row, link->mtu ? &mtu : NULL);
    vs_interface_set_ifindex(txn, row, &ifindex);
    vs_interface_set_link_speed(txn, row, link->speed ? &speed : NULL);
    vs_interface_set_duplex(txn, row,
                            link->duplex == 1   ? "full"
                            : link->duplex == 0 ? "half"
                                                : NULL);
    struct pairs status = {.n = 0};
    netdev_get_status(iface->netdev, pairs_put, &status);
    vs_interface_set_status(txn, row, pairs_take(&status));
}

/* An interface that is not in the switch has no state. */
static void
clear_link(struct replica_txn *txn, struct vs_interface *row)
{
    vs_interface_set_admin_state(txn, row, NULL);
    vs_interface_set_link_state(txn, row, NULL);
    vs_interface_set_link_resets(txn, row, NULL);
    vs_interface_set_mac_in_use(txn, row, NULL);
    vs_interface_set_mtu(txn, row, NULL);
    vs_interface_set_ifindex(txn, row, NULL);
    vs_interface_set_link_speed(txn, row, NULL);
    vs_interface_set_duplex(txn, row, NULL);
    vs_interface_set_status(txn, row, NULL);
    vs_interface_set_statistics(txn, row, NULL);
}

static void
write_iface(struct replica_txn *txn, struct iface *iface, bool with_counters)
{
    bool link_changed = iface->netdev && iface->change_seq != iface->netdev->change_seq;
    if (iface->dirty || link_changed) {
        int64_t ofport = iface->netdev ? iface->ofp_port : -1;
        vs_interface_set_ofport(txn, iface->row, &ofport);
        vs_interface_set_error(txn, iface->row, iface->error);
        if (iface->netdev) {
            write_link(txn, iface);
            iface->change_seq = iface->netdev->change_seq;
        } else {
            clear_link(txn, iface->row);
        }
    }
    if (iface->netdev && (with_counters || iface->dirty)) {
        write_counters(txn, iface);
    }
    iface->dirty = false;
}

static void
write_bridge(struct replica_txn *txn, struct bridge *b, bool with_counters)
{
    HMAP_FOR_EACH (struct iface, iface, node, &b->ifaces) {
        write_iface(txn, iface, with_counters);
    }
    if (b->dirty) {
        const char *configured = datum_get_string(vs_bridge_other_config(b->row), "datapath-id");
        char id[20];
        snprintf(id, sizeof id, "%016" PRIx64, mac_to_u64(b->mac));
        vs_bridge_set_datapath_id(txn, b->row,
                                  configured && strlen(configured) == 16 ? configured : id);
        vs_bridge_set_datapath_version(txn, b->row, "<built-in>");
        b->dirty = false;
    }
}

struct names {
    const char *name[64];
    size_t n;
};

static void
names_add(void *names_, const char *name)
{
    struct names *names = names_;
    if (names->n < ARRAY_LEN(names->name)) {
        names->name[names->n++] = name;
    }
}

/* What this build can do. */
static void
write_types(struct vswitchd *v, struct replica_txn *txn, struct vs_open_vswitch *ovs)
{
    struct names names = {.n = 0};
    dpif_for_each_type(v->dpifs, names_add, &names);
    vs_open_vswitch_set_datapath_types(txn, ovs, datum_from_strings(names.name, names.n));
    names.n = 0;
    netdev_for_each_type(v->registry, names_add, &names);
    vs_open_vswitch_set_iface_types(txn, ovs, datum_from_strings(names.name, names.n));
    vs_open_vswitch_set_dpdk_initialized(txn, ovs, false);
    vs_open_vswitch_set_dpdk_version(txn, ovs, "none");
}

static void
txn_done(void *v_, struct replica_txn *txn)
{
    struct vswitchd *v = v_;
    enum replica_result result = replica_txn_result(txn);
    replica_txn_free(txn);
    if (result == REPLICA_TXN_TRY_AGAIN) {
        /* The connection went away, or a row did: say all of it again. */
        HMAP_FOR_EACH (struct bridge, b, node, &v->bridges) {
            b->dirty = true;
            HMAP_FOR_EACH (struct iface, iface, node, &b->ifaces) {
                iface->dirty = true;
            }
        }
    }
}

void
status_write(struct vswitchd *v, bool with_counters)
{
    struct vs_open_vswitch *ovs = vs_open_vswitch_first(v->replica);
    if (!ovs || !replica_has_lock(v->replica)) {
        return;
    }
    struct replica_txn *txn = replica_txn_new(v->replica);
    HMAP_FOR_EACH (struct bridge, b, node, &v->bridges) {
        write_bridge(txn, b, with_counters);
    }
    write_types(v, txn, ovs);
    if (vs_open_vswitch_cur_cfg(ovs) != v->applied_cfg) {
        vs_open_vswitch_set_cur_cfg(txn, ovs, v->applied_cfg);
    }
    replica_txn_commit(txn, txn_done, v);
}
