/* SPDX-License-Identifier: Apache-2.0 */
/* Switches, their ports and bundles: made and changed by vswitchd's reconciliation. Any change
 * that translation can see asks the datapath's flows to be revalidated. Control thread only. */
#include "ofproto/ofproto_internal.h"

#include "netdev/netdev_patch.h"
#include "ofproto/connmgr.h"
#include "ofproto/flow_table.h"
#include "os/err_format.h"
#include "os/mem.h"

#include <string.h>

enum { EXPIRY_MS = 1000 };
enum { DEFAULT_MAX_IDLE_MS = 10000, DEFAULT_MAX_REVALIDATE_MS = 500, DEFAULT_FLOW_LIMIT = 200000 };

/* -- The set -- */

struct ofproto_set *
ofproto_set_new(struct dpif_set *dpifs, struct netdev_registry *registry)
{
    struct ofproto_set *set = xzalloc(sizeof *set);
    set->loop = netdev_registry_loop(registry);
    set->dpifs = dpifs;
    set->registry = registry;
    list_init(&set->backers);
    list_init(&set->ofprotos);
    set->settings = (struct ofproto_settings){
        .max_idle_ms = DEFAULT_MAX_IDLE_MS,
        .max_revalidate_ms = DEFAULT_MAX_REVALIDATE_MS,
        .flow_limit = DEFAULT_FLOW_LIMIT,
    };
    return set;
}

void
ofproto_set_free(struct ofproto_set *set)
{
    if (set) {
        VERIFY(list_is_empty(&set->ofprotos) && list_is_empty(&set->backers));
        os_free(set);
    }
}

void
ofproto_set_configure(struct ofproto_set *set, const struct ofproto_settings *s)
{
    set->settings.max_idle_ms = s->max_idle_ms ? s->max_idle_ms : DEFAULT_MAX_IDLE_MS;
    set->settings.max_revalidate_ms =
        s->max_revalidate_ms ? s->max_revalidate_ms : DEFAULT_MAX_REVALIDATE_MS;
    set->settings.flow_limit = s->flow_limit ? s->flow_limit : DEFAULT_FLOW_LIMIT;
}

static struct ofproto *
at(const struct ofproto_set *set, struct list *node)
{
    return node == &set->ofprotos ? NULL : CONTAINER_OF(node, struct ofproto, node);
}

struct ofproto *
ofproto_first(const struct ofproto_set *set)
{
    return at(set, set->ofprotos.next);
}

struct ofproto *
ofproto_next(const struct ofproto *o)
{
    return at(o->set, o->node.next);
}

struct ofproto *
ofproto_find(const struct ofproto_set *set, const char *name)
{
    LIST_FOR_EACH (struct ofproto, o, node, &set->ofprotos) {
        if (!strcmp(o->name, name)) {
            return o;
        }
    }
    return NULL;
}

void
ofproto_revalidate_now(struct ofproto_set *set)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        backer_revalidate(b);
    }
}

void
ofproto_purge(struct ofproto_set *set)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        backer_purge(b);
    }
}

/* -- One switch -- */

static void
insert_sorted(struct ofproto_set *set, struct ofproto *o)
{
    struct list *before = &set->ofprotos;
    LIST_FOR_EACH (struct ofproto, other, node, &set->ofprotos) {
        if (strcmp(other->name, o->name) > 0) {
            before = &other->node;
            break;
        }
    }
    list_insert_before(before, &o->node);
}

/* Adds priority=PRIORITY,actions=NORMAL. */
static void
add_normal_flow(struct ofproto *o, int32_t priority)
{
    struct of_match any;
    uint64_t buffer[2];
    struct wr w = wr_make(buffer, sizeof buffer);
    struct of_act_output *out = of_act_begin(&w, OF_ACT_OUTPUT, sizeof *out);
    out->port = OFP_PORT_NORMAL;
    of_act_end(&w, 0);
    of_match_init(&any);
    struct rule_spec spec = {
        .match = &any, .priority = priority, .actions = buffer, .actions_size = w.n};
    flow_tables_add(o->tables, &spec, os_now_ms(o->set->loop));
}

/* What a switch begins with: it learns and forwards, where nobody is to control it, by a flow that
 * can be seen and changed, and while a controller is missed by one that cannot. */
static void
reset_flows(struct ofproto *o)
{
    enum { FAIL_OPEN_PRIORITY = 0xf0f0f0 };
    flow_tables_flush(o->tables);
    if (!o->is_secure) {
        add_normal_flow(o, o->is_controlled ? FAIL_OPEN_PRIORITY : 0);
    }
    backer_need_revalidate(o->backer);
}

void
ofproto_set_control(struct ofproto *o, bool is_secure, bool is_controlled)
{
    if (o->is_secure != is_secure || o->is_controlled != is_controlled) {
        o->is_secure = is_secure;
        o->is_controlled = is_controlled;
        reset_flows(o);
    }
}

/* Once a second, while there are flows with timeouts. */
static void
expire_flows(void *o_)
{
    struct ofproto *o = o_;
    if (flow_tables_expire(o->tables, os_now_ms(o->set->loop))) {
        backer_need_revalidate(o->backer);
    }
    ofproto_flows_changed(o);
}

static void
flow_removed(void *o_, const struct rule *rule, enum ofp_flow_removed_reason why)
{
    struct ofproto *o = o_;
    connmgr_flow_removed(o->connmgr, rule, why);
}

void
ofproto_flows_changed(struct ofproto *o)
{
    if (!list_is_empty(&o->tables->mortals) && !os_timer_is_running(&o->expiry)) {
        os_timer_start(&o->expiry, EXPIRY_MS);
    }
}

int
ofproto_create(struct ofproto_set *set, const char *name, const char *type,
               struct ofproto **ofproto, struct err *e)
{
    struct err backer_error = {.code = 0};
    struct backer *backer = backer_get(set, dpif_normalize_type(set->dpifs, type), &backer_error);
    if (!backer) {
        return err_fail(e, backer_error.code, "%s", backer_error.text);
    }
    struct ofproto *o = xzalloc(sizeof *o);
    o->set = set;
    o->backer = backer;
    o->name = xstrdup(name);
    o->type = xstrdup(type);
    hmap_init(&o->ports);
    hmap_init(&o->by_name);
    hmap_init(&o->bundles);
    list_init(&o->bundle_order);
    o->macs = mac_table_new();
    o->tables = flow_tables_new();
    o->id = ++set->last_id;
    o->connmgr = connmgr_new(o);
    os_timer_init(&o->expiry, set->loop, expire_flows, o);
    o->tables->removed = flow_removed;
    o->tables->aux = o;
    reset_flows(o);
    insert_sorted(set, o);
    *ofproto = o;
    return 0;
}

static void remove_port(struct ofport *port);
static void remove_bundle(struct bundle *bundle);

void
ofproto_destroy(struct ofproto *o)
{
    HMAP_FOR_EACH_SAFE (struct bundle, bundle, node, &o->bundles) {
        remove_bundle(bundle);
    }
    HMAP_FOR_EACH_SAFE (struct ofport, port, node, &o->ports) {
        remove_port(port);
    }
    list_remove(&o->node);
    mac_table_free(o->macs);
    os_timer_stop(&o->expiry);
    connmgr_free(o->connmgr);
    flow_tables_free(o->tables);
    hmap_fini(&o->ports);
    hmap_fini(&o->by_name);
    hmap_fini(&o->bundles);
    backer_put(o->backer);
    os_free(o->name);
    os_free(o->type);
    os_free(o);
}

int
ofproto_listen(struct ofproto *o, const char *name, struct err *e)
{
    return connmgr_listen(o->connmgr, name, e);
}

void
ofproto_set_datapath_id(struct ofproto *o, uint64_t datapath_id)
{
    o->datapath_id = datapath_id;
}

const char *
ofproto_name(const struct ofproto *o)
{
    return o->name;
}

const char *
ofproto_type(const struct ofproto *o)
{
    return o->type;
}

const char *
ofproto_datapath_type(const struct ofproto *o)
{
    return dpif_type(o->backer->dpif);
}

struct dpif *
ofproto_dpif(const struct ofproto *o)
{
    return o->backer->dpif;
}

void
ofproto_set_mac_limits(struct ofproto *o, uint64_t idle_ms, size_t max)
{
    mac_table_set_idle_ms(o->macs, idle_ms);
    size_t before = mac_count(o->macs);
    mac_table_set_max(o->macs, max);
    if (mac_count(o->macs) != before) {
        backer_need_revalidate(o->backer);
    }
}

void
ofproto_set_flood_vlans(struct ofproto *o, const struct vlan_set *vlans)
{
    if (memcmp(&o->flood_vlans, vlans, sizeof *vlans)) {
        o->flood_vlans = *vlans;
        mac_flush(o->macs);
        backer_need_revalidate(o->backer);
    }
}

void
ofproto_set_forward_bpdu(struct ofproto *o, bool forward)
{
    if (o->forward_bpdu != forward) {
        o->forward_bpdu = forward;
        backer_need_revalidate(o->backer);
    }
}

/* -- Ports -- */

struct ofport *
ofproto_port_find(const struct ofproto *o, uint16_t number)
{
    HMAP_FOR_EACH_WITH_HASH (struct ofport, port, node, hash_u32(number, 0), &o->ports) {
        if (port->number == number) {
            return port;
        }
    }
    return NULL;
}

struct ofport *
ofproto_port_find_name(const struct ofproto *o, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct ofport, port, name_node, hash_string(name, 0), &o->by_name) {
        if (!strcmp(netdev_name(port->netdev), name)) {
            return port;
        }
    }
    return NULL;
}

/* WANTED if it is free, else the next free number after the last one given. */
static uint16_t
choose_number(struct ofproto *o, const char *name, uint16_t wanted)
{
    if (!strcmp(name, o->name)) {
        return OFP_PORT_LOCAL;
    }
    if (wanted != OFP_PORT_NONE && wanted && wanted < OFP_PORT_MAX &&
        !ofproto_port_find(o, wanted)) {
        return wanted;
    }
    for (uint32_t tries = 0; tries < OFP_PORT_MAX; tries++) {
        o->last_number = (uint16_t)(o->last_number + 1 < OFP_PORT_MAX ? o->last_number + 1 : 1);
        if (!ofproto_port_find(o, o->last_number)) {
            return o->last_number;
        }
    }
    return OFP_PORT_NONE;
}

static int
attach_to_datapath(struct ofport *port, struct err *e)
{
    struct backer *b = port->ofproto->backer;
    port->dp_port = DPIF_PORT_NONE;
    if (netdev_type_is_virtual(netdev_type(port->netdev))) {
        return 0;
    }
    struct dpif_port there;
    bool attached =
        dpif_port_find(b->dpif, netdev_name(port->netdev), &there) && there.netdev == port->netdev;
    if (attached && !backer_port_find(b, there.port_no)) {
        port->dp_port = there.port_no; /* dpctl/add-if was first */
    } else {
        int code = attached ? -E_EXIST : dpif_port_add(b->dpif, port->netdev, &port->dp_port);
        if (code) {
            return err_fail(e, code, "could not add network device %s to ofproto (%s)",
                            netdev_name(port->netdev), err_text(code));
        }
    }
    hmap_insert(&b->ports, &port->dp_node, hash_u32(port->dp_port, 0));
    return 0;
}

int
ofproto_port_add(struct ofproto *o, struct netdev *netdev, uint16_t ofp_port, uint16_t *given,
                 struct err *e)
{
    uint16_t number = choose_number(o, netdev_name(netdev), ofp_port);
    if (number == OFP_PORT_NONE) {
        return err_fail(e, -E_FBIG, "could not add network device %s to ofproto (%s)",
                        netdev_name(netdev), err_text(E_FBIG));
    }
    struct ofport *port = xzalloc(sizeof *port);
    port->ofproto = o;
    port->netdev = netdev_ref(netdev);
    port->number = number;
    port->created_ms = os_now_ms(o->set->loop);
    int code = attach_to_datapath(port, e);
    if (code) {
        netdev_unref(netdev);
        os_free(port);
        return code;
    }
    hmap_insert(&o->ports, &port->node, hash_u32(number, 0));
    hmap_insert(&o->by_name, &port->name_node, hash_string(netdev_name(netdev), 0));
    backer_need_revalidate(o->backer);
    connmgr_port_changed(o->connmgr, port, OFP_PORT_ADD);
    *given = number;
    return 0;
}

static void
leave_bundle(struct ofport *port)
{
    if (port->bundle) {
        list_remove(&port->bundle_node);
        port->bundle = NULL;
    }
}

static void
remove_port(struct ofport *port)
{
    struct backer *b = port->ofproto->backer;
    leave_bundle(port);
    if (port->dp_port != DPIF_PORT_NONE) {
        hmap_remove(&b->ports, &port->dp_node);
        if (!backer_leaves(b)) {
            dpif_port_del(b->dpif, port->dp_port);
        }
    }
    hmap_remove(&port->ofproto->ports, &port->node);
    hmap_remove(&port->ofproto->by_name, &port->name_node);
    connmgr_port_changed(port->ofproto->connmgr, port, OFP_PORT_DELETE);
    netdev_unref(port->netdev);
    os_free(port);
    backer_need_revalidate(b);
}

void
ofproto_port_del(struct ofproto *o, uint16_t ofp_port)
{
    struct ofport *port = ofproto_port_find(o, ofp_port);
    if (port) {
        remove_port(port);
    }
}

void
ofproto_port_changed(struct ofproto *o, uint16_t ofp_port)
{
    struct ofport *port = ofproto_port_find(o, ofp_port);
    backer_need_revalidate(o->backer);
    if (port) {
        connmgr_port_changed(o->connmgr, port, OFP_PORT_MODIFY);
    }
}

/* -- Bundles -- */

static struct bundle *
find_bundle(const struct ofproto *o, const void *aux)
{
    HMAP_FOR_EACH_WITH_HASH (struct bundle, bundle, node, hash_pointer(aux, 0), &o->bundles) {
        if (bundle->aux == aux) {
            return bundle;
        }
    }
    return NULL;
}

static struct bundle *
new_bundle(struct ofproto *o, const void *aux)
{
    struct bundle *bundle = xzalloc(sizeof *bundle);
    bundle->ofproto = o;
    bundle->aux = aux;
    list_init(&bundle->ports);
    hmap_insert(&o->bundles, &bundle->node, hash_pointer(aux, 0));
    list_push_back(&o->bundle_order, &bundle->order);
    return bundle;
}

static bool
same_ports(const struct bundle *bundle, const struct bundle_settings *s)
{
    size_t i = 0;
    LIST_FOR_EACH (struct ofport, port, bundle_node, &bundle->ports) {
        if (i == s->n_ports || port->number != s->ports[i++]) {
            return false;
        }
    }
    return i == s->n_ports;
}

static void
set_ports(struct bundle *bundle, const struct bundle_settings *s)
{
    LIST_FOR_EACH_SAFE (struct ofport, port, bundle_node, &bundle->ports) {
        leave_bundle(port);
    }
    for (size_t i = 0; i < s->n_ports; i++) {
        struct ofport *port = ofproto_port_find(bundle->ofproto, s->ports[i]);
        if (port) {
            leave_bundle(port);
            port->bundle = bundle;
            list_push_back(&bundle->ports, &port->bundle_node);
        }
    }
}

void
ofproto_bundle_set(struct ofproto *o, const void *aux, const struct bundle_settings *s)
{
    struct bundle *bundle = find_bundle(o, aux);
    if (!bundle) {
        bundle = new_bundle(o, aux);
        backer_need_revalidate(o->backer);
    }
    if (!bundle->name || strcmp(bundle->name, s->name)) {
        os_free(bundle->name);
        bundle->name = xstrdup(s->name);
    }
    if (!same_ports(bundle, s)) {
        set_ports(bundle, s);
        backer_need_revalidate(o->backer);
    }
    if (memcmp(&bundle->vlan, &s->vlan, sizeof s->vlan) ||
        bundle->is_protected != s->is_protected) {
        bundle->vlan = s->vlan;
        bundle->is_protected = s->is_protected;
        mac_forget_port(o->macs, bundle); /* its addresses were learned in other VLANs */
        backer_need_revalidate(o->backer);
    }
}

static void
remove_bundle(struct bundle *bundle)
{
    struct ofproto *o = bundle->ofproto;
    LIST_FOR_EACH_SAFE (struct ofport, port, bundle_node, &bundle->ports) {
        leave_bundle(port);
    }
    mac_forget_port(o->macs, bundle);
    hmap_remove(&o->bundles, &bundle->node);
    list_remove(&bundle->order);
    os_free(bundle->name);
    os_free(bundle);
    backer_need_revalidate(o->backer);
}

void
ofproto_bundle_remove(struct ofproto *o, const void *aux)
{
    struct bundle *bundle = find_bundle(o, aux);
    if (bundle) {
        remove_bundle(bundle);
    }
}
