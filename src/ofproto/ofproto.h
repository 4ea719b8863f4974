/* SPDX-License-Identifier: Apache-2.0 */
/* OpenFlow switches: what a bridge of the database becomes. A switch has ports (devices with
 * OpenFlow numbers), bundles of ports (the database's Port, with VLAN rules) and, in this
 * version, the one flow that forwards as a learning switch does (NORMAL). Switches whose
 * datapaths have the same type share one datapath, so that patch ports cost nothing. Missed
 * packets are translated into datapath flows, which a revalidator keeps true, accounts for, and
 * removes when they idle. Control thread only. */
#pragma once

#include "dpif/dpif.h"
#include "ofproto/vlan.h"
#include "openflow/port_text.h"
#include "protocols/mac_learning/mac_table.h"
#include "text/json.h"

struct ofproto_set;
struct ofproto;

/* -- All switches of the process -- */

struct ofproto_settings {
    uint64_t max_idle_ms;       /* other_config:max-idle */
    uint64_t max_revalidate_ms; /* other_config:max-revalidator */
    uint32_t flow_limit;        /* other_config:flow-limit */
};

struct ofproto_set *ofproto_set_new(struct dpif_set *, struct netdev_registry *);
/* All switches must be gone. */
void ofproto_set_free(struct ofproto_set *);
void ofproto_set_configure(struct ofproto_set *, const struct ofproto_settings *);
/* Sorted by name. NULL at the end. */
struct ofproto *ofproto_first(const struct ofproto_set *);
struct ofproto *ofproto_next(const struct ofproto *);
struct ofproto *ofproto_find(const struct ofproto_set *, const char *name);
/* Brings flows up to date now; for tests (revalidator/wait) and before exit. */
void ofproto_revalidate_now(struct ofproto_set *);
/* All ports that are wanted have been added: those that were found in a datapath and are not
 * wanted are removed. */
void ofproto_end_adoption(struct ofproto_set *);
/* What is destroyed from now on leaves datapaths that outlive this process as they are: they go
 * on forwarding until another process takes them over. */
void ofproto_leave_datapaths(struct ofproto_set *, bool leave);
/* Removes all datapath flows (revalidator/purge). */
void ofproto_purge(struct ofproto_set *);

/* -- One switch -- */

/* A switch NAME on a datapath of TYPE ("", "netdev", "dummy"…), without ports. */
int ofproto_create(struct ofproto_set *, const char *name, const char *type, struct ofproto **,
                   struct err *);
void ofproto_destroy(struct ofproto *);
/* Serves OpenFlow to those who connect to NAME (punix:FILE); errors as listener_open(). */
int ofproto_listen(struct ofproto *, const char *name, struct err *);
/* Whether it does without its controllers nothing at all (fail_mode secure), and whether it has
 * any. A change empties the flow tables. */
void ofproto_set_control(struct ofproto *, bool is_secure, bool is_controlled);
/* What it calls itself to controllers. */
void ofproto_set_datapath_id(struct ofproto *, uint64_t datapath_id);
const char *ofproto_name(const struct ofproto *);
/* As given, and as what it runs ("netdev" for ""). */
const char *ofproto_type(const struct ofproto *);
const char *ofproto_datapath_type(const struct ofproto *);
void ofproto_set_mac_limits(struct ofproto *, uint64_t idle_ms, size_t max);
void ofproto_set_flood_vlans(struct ofproto *, const struct vlan_set *);
void ofproto_set_forward_bpdu(struct ofproto *, bool);

/* -- Ports -- */

/* Adds NETDEV (a reference is taken). OFP_PORT: the number wanted, OFP_PORT_NONE for any; *GIVEN
 * is what it got: another if the wanted one is taken. */
int ofproto_port_add(struct ofproto *, struct netdev *, uint16_t ofp_port, uint16_t *given,
                     struct err *);
void ofproto_port_del(struct ofproto *, uint16_t ofp_port);
/* A patch port's peer, or a link, changed: flows are brought up to date. */
void ofproto_port_changed(struct ofproto *, uint16_t ofp_port);

struct bundle_settings {
    const char *name;
    struct vlan_rules vlan;
    bool is_protected;
    const uint16_t *ports; /* OpenFlow numbers; several are not balanced yet: the first carries */
    size_t n_ports;
};

/* Makes or changes the bundle known as AUX. */
void ofproto_bundle_set(struct ofproto *, const void *aux, const struct bundle_settings *);
void ofproto_bundle_remove(struct ofproto *, const void *aux);

/* -- What runtime commands show; text is appended to OUT as the reference words it -- */

void ofproto_show_datapaths(const struct ofproto_set *, struct str *out); /* dpif/show */
/* The same as an object: "TYPE@NAME" → {hit, missed, bridges: BRIDGE → {ports: PORT → {ofport,
 * odp_port (null: none), type, peer (patch ports)}}}. The caller's reference. */
json_t *ofproto_datapaths_json(const struct ofproto_set *);
void ofproto_show_upcalls(const struct ofproto_set *, struct str *out); /* upcall/show */
/* fdb/show: the table of N switches, with a column of their names if there are several. */
void ofproto_show_macs(const struct ofproto *const switches[], size_t n, struct str *out);
void ofproto_show_mac_counters(const struct ofproto *, struct str *out); /* fdb/stats-show */
void ofproto_flush_macs(struct ofproto *);
void ofproto_clear_mac_counters(struct ofproto *);
/* The datapath that the switch shares with others. */
struct dpif *ofproto_dpif(const struct ofproto *);
/* One learned address, for replies in JSON. */
struct ofproto_mac_row {
    uint16_t ofp_port;
    const char *port_name;
    uint16_t vlan;
    struct mac mac;
    uint64_t age_s;
};
void ofproto_for_each_mac(const struct ofproto *,
                          void (*each)(void *aux, const struct ofproto_mac_row *), void *aux);
/* Counts for memory/show: datapath flows known, handlers, revalidators. */
void ofproto_memory(const struct ofproto_set *, size_t *n_flows, size_t *n_ports, size_t *n_rules);
