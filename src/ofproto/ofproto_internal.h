/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of src/ofproto, for its own files. Ownership: the set owns backers and switches; a
 * switch owns its ports and bundles; a backer is shared by the switches of one datapath type and
 * goes with the last of them. Control thread only. */
#pragma once

#include "ofproto/ofproto.h"

struct backer;
struct flow_tables;
struct connmgr;
struct ofp_port_desc;

struct ofproto_set {
    struct os_loop *loop;
    struct dpif_set *dpifs;
    struct netdev_registry *registry;
    struct list backers;
    struct list ofprotos; /* by name */
    struct ofproto_settings settings;
    uint32_t last_id;
    bool leaving; /* datapaths that outlive us stay as they are */
};

struct ofport {
    struct hnode node; /* in the switch, by number */
    struct hnode name_node;
    struct hnode dp_node; /* in the backer, by datapath number; patch ports are not there */
    struct list bundle_node;
    struct ofproto *ofproto;
    struct bundle *bundle; /* NULL: in none */
    struct netdev *netdev;
    uint16_t number;
    uint32_t dp_port; /* DPIF_PORT_NONE for a patch port */
    uint32_t config;  /* what controllers forbid it: enum ofp_port_config */
    uint64_t created_ms;
};

struct bundle {
    struct hnode node; /* in the switch, by cookie */
    struct list order; /* in the switch, oldest first */
    struct ofproto *ofproto;
    const void *aux;
    char *name;
    struct vlan_rules vlan;
    bool is_protected;
    struct list ports;
};

struct ofproto {
    struct ofproto_set *set;
    struct backer *backer;
    struct list node;
    char *name, *type;
    uint32_t id; /* of all switches of this process, never given again */
    struct hmap ports, by_name;
    struct hmap bundles;
    struct list bundle_order;
    struct mac_table *macs;
    struct flow_tables *tables;
    struct connmgr *connmgr;
    uint64_t datapath_id;
    uint8_t frags; /* enum ofp_frags */
    bool is_secure, is_controlled;
    struct os_timer expiry;
    struct vlan_set flood_vlans;
    bool forward_bpdu;
    uint16_t last_number; /* given to a port without a wish */
};

/* Rules were added: those with timeouts will be looked at. */
void ofproto_flows_changed(struct ofproto *);
/* All ports by number; the array is the caller's (os_free). */
struct ofport **ofproto_ports_sorted(const struct ofproto *, size_t *n);
/* PORT as messages describe it. */
void ofport_describe(const struct ofport *, struct ofp_port_desc *);
struct ofport *ofproto_port_find(const struct ofproto *, uint16_t number);
struct ofport *ofproto_port_find_name(const struct ofproto *, const char *name);

/* -- backer.c, revalidate.c: a datapath and the flows in it -- */

/* A flow that we installed or adopted. */
struct ukey {
    struct hnode node; /* in the backer, by ufid */
    struct uuid ufid;
    uint64_t created_ms;
    struct dpif_flow_stats accounted; /* of them, what has been pushed to ports and addresses */
    bool seen;                        /* in the dump under way */
};

struct backer {
    struct ofproto_set *set;
    struct list node;
    struct dpif *dpif;
    unsigned int n_refs;
    struct hmap ports; /* ofport.dp_node */
    struct hmap ukeys;
    struct os_timer revalidate; /* periodic, or as soon as allowed after a change */
    bool need_revalidate;
    uint64_t last_end_ns, last_duration_ns;
    size_t n_flows_max, n_flows_sum, n_dumps;
};

struct backer *backer_get(struct ofproto_set *, const char *type, struct err *);
void backer_put(struct backer *);
/* Whether its datapath is being left to itself, so that nothing in it is to be touched. */
bool backer_leaves(const struct backer *);
struct ofport *backer_port_find(const struct backer *, uint32_t dp_port);
/* What flows were made from has changed. */
void backer_need_revalidate(struct backer *);
void backer_revalidate(struct backer *);
void backer_purge(struct backer *);
struct ukey *backer_ukey_find(const struct backer *, const struct uuid *ufid);
void backer_ukey_remove(struct backer *, struct ukey *);
/* For dpif_set_upcall(). */
void backer_upcall(void *backer, struct dpif *, const struct dpif_upcall *);
