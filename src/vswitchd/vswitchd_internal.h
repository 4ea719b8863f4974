/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's objects, for src/vswitchd's own files. A `struct bridge` stands for a Bridge row
 * that is in the switch, with its ports (Port rows) and interfaces (Interface rows); reconcile.c
 * makes and unmakes them, status.c writes rows back. Rows are borrowed and may be deleted; the
 * objects then go in the next reconciliation. One thread. */
#pragma once

#include "ovsdb/client/replica_txn.h"
#include "vswitch_rows.h"
#include "vswitchd/vswitchd.h"

struct bridge {
    struct hnode node; /* in the daemon, by name */
    char *name;
    struct vs_bridge *row;
    struct ofproto *ofproto;
    struct hmap ports;  /* by name */
    struct hmap ifaces; /* by name */
    struct mac mac;     /* of the local port, decides the datapath ID */
    uint64_t generation;
    bool dirty; /* status must be written */
};

struct bridge_port {
    struct hnode node;
    char *name;
    struct bridge *bridge;
    struct vs_port *row;
    uint64_t generation;
};

struct iface {
    struct hnode node;
    char *name, *type;
    struct bridge *bridge;
    struct bridge_port *port;
    struct vs_interface *row;
    struct netdev *netdev; /* NULL: it could not be set up, see `error` */
    uint16_t ofp_port;     /* OFP_PORT_NONE without netdev */
    char *error;
    uint64_t change_seq; /* of the netdev, as last written to the database */
    uint64_t generation;
    bool dirty; /* status must be written */
};

struct vswitchd {
    struct os_loop *loop;
    struct db_schema *schema;
    struct replica *replica;
    struct netdev_registry *registry;
    struct dpif_set *dpifs;
    struct ofproto_set *ofprotos;
    struct command_server *commands;
    struct hmap bridges;
    uint64_t generation; /* counts reconciliations, to find what is gone */
    int64_t applied_cfg; /* next_cfg of the last one */
    bool completed;      /* the first one is done */
    bool exiting;
    bool cleanup;          /* and datapaths go with us */
    bool retry;            /* interfaces that failed may work now */
    struct os_timer stats; /* counters into the database */
    struct os_timer averages;
    struct command_call *exit_call; /* answered when everything is down */
};

/* -- reconcile.c -- */

/* Makes the switch what the replica says. True if the rows were complete enough to try. */
bool reconcile(struct vswitchd *);
void reconcile_remove_all(struct vswitchd *);

/* -- interface.c -- */

/* Opens and adds the device of a new interface, or tries again; fills iface->error on failure. */
void iface_set_up(struct vswitchd *, struct iface *);
/* Takes it out of the switch again. */
void iface_tear_down(struct iface *);
/* Applies the columns that can change while it is there: options, mac, mtu_request. */
void iface_configure(struct iface *);
const char *iface_wanted_type(const struct bridge *, const struct vs_interface *);

/* -- port_vlan.c -- */

/* The VLAN rules that the columns of a Port row ask for. */
struct vlan_rules port_vlan_rules(const struct vs_port *);

/* -- local_mac.c -- */

/* The address that the bridge's local port should have. */
struct mac bridge_choose_mac(const struct bridge *);

/* -- status.c -- */

/* Writes to the database what changed since the last time; with COUNTERS, statistics too. */
void status_write(struct vswitchd *, bool counters);

/* -- commands.c -- */

void vswitchd_add_commands(struct vswitchd *);
