/* SPDX-License-Identifier: Apache-2.0 */
/* Desired state (rows) against actual state (struct bridge, bridge_port, iface): what is gone or
 * of another type is taken out first, so that its names are free, then what is new is put in,
 * then everything whose row changed is configured again. A pass walks all rows, but does work
 * only for rows that changed, so that one port more costs the same with a thousand as with ten.
 * Every object carries the number of the pass that last saw its row. */
#include "vswitchd/vswitchd_internal.h"

#include "os/dirs.h"
#include "os/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

LOG_MODULE(bridge);

/* Did somebody else change ROW? What we write ourselves does not count. */
static bool
changed(const struct replica_row *row)
{
    return row->marks & (REPLICA_INSERTED | REPLICA_ALERTED);
}

/* -- Looking up -- */

static struct bridge *
bridge_find(const struct vswitchd *v, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct bridge, b, node, hash_string(name, 0), &v->bridges) {
        if (!strcmp(b->name, name)) {
            return b;
        }
    }
    return NULL;
}

static struct bridge_port *
port_find(const struct bridge *b, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct bridge_port, p, node, hash_string(name, 0), &b->ports) {
        if (!strcmp(p->name, name)) {
            return p;
        }
    }
    return NULL;
}

static struct iface *
iface_find(const struct bridge *b, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct iface, i, node, hash_string(name, 0), &b->ifaces) {
        if (!strcmp(i->name, name)) {
            return i;
        }
    }
    return NULL;
}

/* -- Taking out -- */

static void
remove_iface(struct iface *iface)
{
    iface_tear_down(iface);
    hmap_remove(&iface->bridge->ifaces, &iface->node);
    os_free(iface->name);
    os_free(iface->type);
    os_free(iface->error);
    os_free(iface);
}

static void
remove_port(struct bridge_port *port)
{
    ofproto_bundle_remove(port->bridge->ofproto, port);
    hmap_remove(&port->bridge->ports, &port->node);
    os_free(port->name);
    os_free(port);
}

static void
remove_bridge(struct vswitchd *v, struct bridge *b)
{
    HMAP_FOR_EACH_SAFE (struct iface, iface, node, &b->ifaces) {
        remove_iface(iface);
    }
    HMAP_FOR_EACH_SAFE (struct bridge_port, port, node, &b->ports) {
        remove_port(port);
    }
    ofproto_destroy(b->ofproto);
    hmap_remove(&v->bridges, &b->node);
    hmap_fini(&b->ifaces);
    hmap_fini(&b->ports);
    os_free(b->name);
    os_free(b);
}

void
reconcile_remove_all(struct vswitchd *v)
{
    HMAP_FOR_EACH_SAFE (struct bridge, b, node, &v->bridges) {
        remove_bridge(v, b);
    }
}

/* -- First walk: which objects still have a row -- */

static void
mark_iface(struct bridge *b, struct vs_interface *row, struct bridge_port *port,
           uint64_t generation)
{
    struct iface *iface = iface_find(b, vs_interface_name(row));
    if (iface && !strcmp(iface->type, iface_wanted_type(b, row)) &&
        iface->generation != generation) {
        iface->row = row;
        iface->port = port;
        iface->generation = generation;
    }
}

static void
mark_bridge(struct vswitchd *v, struct bridge *b, struct vs_bridge *row)
{
    b->row = row;
    b->generation = v->generation;
    for (size_t i = 0; i < vs_bridge_n_ports(row); i++) {
        struct vs_port *port_row = vs_bridge_ports(row, i);
        struct bridge_port *port = port_row ? port_find(b, vs_port_name(port_row)) : NULL;
        if (!port) {
            continue;
        }
        port->row = port_row;
        port->generation = v->generation;
        for (size_t j = 0; j < vs_port_n_interfaces(port_row); j++) {
            struct vs_interface *iface_row = vs_port_interfaces(port_row, j);
            if (iface_row) {
                mark_iface(b, iface_row, port, v->generation);
            }
        }
    }
}

static void
remove_unmarked(struct vswitchd *v)
{
    HMAP_FOR_EACH_SAFE (struct bridge, b, node, &v->bridges) {
        if (b->generation != v->generation) {
            remove_bridge(v, b);
            continue;
        }
        HMAP_FOR_EACH_SAFE (struct iface, iface, node, &b->ifaces) {
            if (iface->generation != v->generation) {
                remove_iface(iface);
                b->dirty = true;
            }
        }
        HMAP_FOR_EACH_SAFE (struct bridge_port, port, node, &b->ports) {
            if (port->generation != v->generation) {
                remove_port(port);
            }
        }
    }
}

/* -- Second walk: putting in and configuring -- */

/* Adds or keeps the interface of ROW; true if it changed its port number or came. */
static bool
apply_iface(struct vswitchd *v, struct bridge_port *port, struct vs_interface *row)
{
    struct bridge *b = port->bridge;
    struct iface *iface = iface_find(b, vs_interface_name(row));
    bool is_new = !iface;
    if (is_new) {
        iface = xzalloc(sizeof *iface);
        iface->name = xstrdup(vs_interface_name(row));
        iface->type = xstrdup(iface_wanted_type(b, row));
        iface->bridge = b;
        iface->port = port;
        iface->row = row;
        iface->ofp_port = OFP_PORT_NONE;
        iface->generation = v->generation;
        iface->dirty = true;
        hmap_insert(&b->ifaces, &iface->node, hash_string(iface->name, 0));
    }
    if (!iface->netdev) {
        if (is_new || v->retry || changed(&row->row)) {
            iface_set_up(v, iface);
        }
        return iface->netdev != NULL;
    }
    if (changed(&row->row)) {
        const int64_t *request = vs_interface_ofport_request(row);
        if (request && *request != iface->ofp_port && iface->ofp_port != OFP_PORT_LOCAL) {
            iface_tear_down(iface);
            iface_set_up(v, iface);
            return true;
        }
        iface_configure(iface);
    }
    return false;
}

static void
apply_bundle(struct bridge_port *port)
{
    size_t n = vs_port_n_interfaces(port->row);
    uint16_t *numbers = xalloc((n + 1) * sizeof *numbers);
    size_t n_numbers = 0;
    for (size_t i = 0; i < n; i++) {
        struct vs_interface *row = vs_port_interfaces(port->row, i);
        struct iface *iface = row ? iface_find(port->bridge, vs_interface_name(row)) : NULL;
        if (iface && iface->netdev) {
            numbers[n_numbers++] = iface->ofp_port;
        }
    }
    struct bundle_settings settings = {
        .name = port->name,
        .vlan = port_vlan_rules(port->row),
        .is_protected = vs_port_protected(port->row),
        .ports = numbers,
        .n_ports = n_numbers,
    };
    if (n_numbers) {
        ofproto_bundle_set(port->bridge->ofproto, port, &settings);
    } else {
        ofproto_bundle_remove(port->bridge->ofproto, port);
    }
    os_free(numbers);
}

static void
apply_port(struct vswitchd *v, struct bridge *b, struct vs_port *row)
{
    struct bridge_port *port = port_find(b, vs_port_name(row));
    bool need_bundle = !port || changed(&row->row) || v->retry;
    if (!port) {
        port = xzalloc(sizeof *port);
        port->name = xstrdup(vs_port_name(row));
        port->bridge = b;
        port->row = row;
        port->generation = v->generation;
        hmap_insert(&b->ports, &port->node, hash_string(port->name, 0));
    }
    for (size_t i = 0; i < vs_port_n_interfaces(row); i++) {
        struct vs_interface *iface_row = vs_port_interfaces(row, i);
        if (iface_row && apply_iface(v, port, iface_row)) {
            need_bundle = true;
            b->dirty = true;
        }
    }
    if (need_bundle) {
        apply_bundle(port);
    }
}

/* Does an interface of the port ask for an OpenFlow number, or had one before a restart? */
static bool
wants_number(const struct vs_port *row)
{
    for (size_t i = 0; i < vs_port_n_interfaces(row); i++) {
        const struct vs_interface *iface = vs_port_interfaces(row, i);
        if (iface && (vs_interface_ofport_request(iface) || vs_interface_ofport(iface))) {
            return true;
        }
    }
    return false;
}

static uint64_t
number_of(const struct datum *map, const char *key, uint64_t otherwise)
{
    const char *text = datum_get_string(map, key);
    char *end;
    uint64_t x = text ? strtoull(text, &end, 0) : 0;
    return text && *text && !*end ? x : otherwise;
}

static void
configure_bridge(struct bridge *b)
{
    enum { DEFAULT_AGING_S = 300, DEFAULT_TABLE_SIZE = 8192 };
    const struct datum *config = vs_bridge_other_config(b->row);
    ofproto_set_mac_limits(b->ofproto, number_of(config, "mac-aging-time", DEFAULT_AGING_S) * 1000,
                           number_of(config, "mac-table-size", DEFAULT_TABLE_SIZE));
    const char *bpdu = datum_get_string(config, "forward-bpdu");
    ofproto_set_forward_bpdu(b->ofproto, bpdu && !strcmp(bpdu, "true"));
    struct vlan_set flood = {.bits = {0}};
    const struct datum *vlans = vs_bridge_flood_vlans(b->row);
    for (size_t i = 0; i < datum_n(vlans); i++) {
        int64_t vid = datum_key(vlans, i)->integer;
        if (vid >= 0 && vid < VLAN_COUNT) {
            vlan_set_add(&flood, (uint16_t)vid);
        }
    }
    ofproto_set_flood_vlans(b->ofproto, &flood);
    const char *fail_mode = vs_bridge_fail_mode(b->row);
    ofproto_set_control(b->ofproto, fail_mode && !strcmp(fail_mode, "secure"),
                        vs_bridge_n_controller(b->row));
}

/* The datapath ID: other_config's, 16 hexadecimal digits, or made of the local port's address. */
static uint64_t
datapath_id(const struct bridge *b)
{
    const char *text = datum_get_string(vs_bridge_other_config(b->row), "datapath-id");
    char *end;
    uint64_t id = text ? strtoull(text, &end, 16) : 0;
    return id && strlen(text) == 16 && !*end ? id : mac_to_u64(b->mac);
}

static void
update_mac(struct bridge *b)
{
    struct mac mac = bridge_choose_mac(b);
    if (!mac_equal(mac, b->mac)) {
        b->mac = mac;
        b->dirty = true;
        struct iface *local = iface_find(b, b->name);
        if (local && local->netdev) {
            iface_configure(local);
        }
        log_info("bridge %s: using datapath ID %016" PRIx64, b->name, mac_to_u64(mac));
    }
}

static void
apply_bridge(struct vswitchd *v, struct bridge *b)
{
    /* Those that want a number come before those that take any. */
    for (int wish = 1; wish >= 0; wish--) {
        for (size_t i = 0; i < vs_bridge_n_ports(b->row); i++) {
            struct vs_port *row = vs_bridge_ports(b->row, i);
            if (row && wants_number(row) == (bool)wish) {
                apply_port(v, b, row);
            }
        }
    }
    if (changed(&b->row->row) || b->dirty) {
        configure_bridge(b);
        update_mac(b);
        ofproto_set_datapath_id(b->ofproto, datapath_id(b));
    }
}

/* A name that is a file name too (NAME.mgmt) must not leave its folder. */
static bool
is_valid_name(const char *name)
{
    return *name && !strchr(name, '/');
}

/* Opens RUNDIR/BRIDGE.mgmt, where ovs-ofctl finds the bridge. */
static void
serve_openflow(struct bridge *b)
{
    struct err e;
    char *file = xasprintf("%s.mgmt", b->name);
    char *path = os_path(os_run_dir(), file);
    char *name = xasprintf("punix:%s", path);
    if (ofproto_listen(b->ofproto, name, &e)) {
        log_err("bridge %s: no OpenFlow on %s: %s", b->name, name, e.text);
    }
    os_free(name);
    os_free(path);
    os_free(file);
}

static struct bridge *
add_bridge(struct vswitchd *v, struct vs_bridge *row)
{
    struct err e;
    struct ofproto *ofproto;
    int code = ofproto_create(v->ofprotos, vs_bridge_name(row), vs_bridge_datapath_type(row),
                              &ofproto, &e);
    if (code) {
        log_err("failed to create bridge %s: %s", vs_bridge_name(row), e.text);
        return NULL;
    }
    struct bridge *b = xzalloc(sizeof *b);
    b->name = xstrdup(vs_bridge_name(row));
    b->row = row;
    b->ofproto = ofproto;
    b->generation = v->generation;
    b->dirty = true;
    serve_openflow(b);
    hmap_init(&b->ports);
    hmap_init(&b->ifaces);
    hmap_insert(&v->bridges, &b->node, hash_string(b->name, 0));
    return b;
}

static void
mark_all(struct vswitchd *v, struct vs_open_vswitch *ovs)
{
    for (size_t i = 0; i < vs_open_vswitch_n_bridges(ovs); i++) {
        struct vs_bridge *row = vs_open_vswitch_bridges(ovs, i);
        struct bridge *b = row ? bridge_find(v, vs_bridge_name(row)) : NULL;
        if (b && !strcmp(ofproto_type(b->ofproto), vs_bridge_datapath_type(row))) {
            mark_bridge(v, b, row);
        }
    }
}

static void
apply_all(struct vswitchd *v, struct vs_open_vswitch *ovs)
{
    static struct log_rate rate = LOG_RATE(1, 5);
    for (size_t i = 0; i < vs_open_vswitch_n_bridges(ovs); i++) {
        struct vs_bridge *row = vs_open_vswitch_bridges(ovs, i);
        if (!row) {
            continue;
        }
        if (!is_valid_name(vs_bridge_name(row))) {
            log_limited(&rate, LOG_WARN, "ignoring bridge with invalid name '%s'",
                        vs_bridge_name(row));
            continue;
        }
        struct bridge *b = bridge_find(v, vs_bridge_name(row));
        b = b ? b : add_bridge(v, row);
        if (b) {
            apply_bridge(v, b);
        }
    }
}

static void
configure_switch(struct vswitchd *v, const struct vs_open_vswitch *ovs)
{
    const struct datum *config = vs_open_vswitch_other_config(ovs);
    ofproto_set_configure(v->ofprotos,
                          &(struct ofproto_settings){
                              .max_idle_ms = number_of(config, "max-idle", 0),
                              .max_revalidate_ms = number_of(config, "max-revalidator", 0),
                              .flow_limit = (uint32_t)number_of(config, "flow-limit", 0),
                          });
}

bool
reconcile(struct vswitchd *v)
{
    struct vs_open_vswitch *ovs = vs_open_vswitch_first(v->replica);
    v->generation++;
    if (!ovs) {
        reconcile_remove_all(v);
        return false;
    }
    configure_switch(v, ovs);
    mark_all(v, ovs);
    remove_unmarked(v);
    apply_all(v, ovs);
    v->applied_cfg = vs_open_vswitch_next_cfg(ovs);
    v->retry = false;
    return true;
}
