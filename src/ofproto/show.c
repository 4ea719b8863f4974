/* SPDX-License-Identifier: Apache-2.0 */
/* What runtime commands show of switches, and the few things they do to learned addresses. Text
 * is as the packaged ovs-vswitchd prints it (ovs-vswitchd(8), "Runtime management commands");
 * fdb/show's columns as in newer releases. */
#include "netdev/netdev_patch.h"
#include "ofproto/ofproto_internal.h"

#include "base/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int
compare_ports(const void *a_, const void *b_)
{
    const struct ofport *a = *(struct ofport *const *)a_, *b = *(struct ofport *const *)b_;
    return strcmp(netdev_name(a->netdev), netdev_name(b->netdev));
}

static void
show_port(const struct ofport *port, struct str *out)
{
    str_putf(out, "    %s %u/", netdev_name(port->netdev), port->number);
    if (port->dp_port == DPIF_PORT_NONE) {
        str_puts(out, "none:");
    } else {
        str_putf(out, "%" PRIu32 ":", port->dp_port);
    }
    str_putf(out, " (%s", netdev_type(port->netdev));
    const char *peer = netdev_patch_peer(port->netdev);
    if (peer) {
        str_putf(out, ": peer=%s", peer);
    }
    str_puts(out, ")\n");
}

/* The switch's ports by name; N gets how many. The caller frees the array. */
static struct ofport **
sorted_ports(const struct ofproto *o, size_t *n)
{
    size_t i = 0;
    struct ofport **ports = xalloc(hmap_count(&o->ports) * sizeof *ports);
    HMAP_FOR_EACH (struct ofport, port, node, &o->ports) {
        ports[i++] = port;
    }
    qsort(ports, i, sizeof *ports, compare_ports);
    *n = i;
    return ports;
}

static void
show_ports(const struct ofproto *o, struct str *out)
{
    size_t n;
    struct ofport **ports = sorted_ports(o, &n);
    for (size_t i = 0; i < n; i++) {
        show_port(ports[i], out);
    }
    os_free(ports);
}

void
ofproto_show_datapaths(const struct ofproto_set *set, struct str *out)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        struct dpif_stats s;
        dpif_get_stats(b->dpif, &s);
        str_putf(out, "%s@%s: hit:%" PRIu64 " missed:%" PRIu64 "\n", dpif_type(b->dpif),
                 dpif_name(b->dpif), s.hit, s.missed);
        LIST_FOR_EACH (struct ofproto, o, node, &set->ofprotos) {
            if (o->backer == b) {
                str_putf(out, "  %s:\n", o->name);
                show_ports(o, out);
            }
        }
    }
}

static json_t *
port_json(const struct ofport *port)
{
    bool in_datapath = port->dp_port != DPIF_PORT_NONE;
    const char *peer = netdev_patch_peer(port->netdev);
    /* s* leaves out what is NULL. */
    return json_pack("{s:i, s:o, s:s, s:s*}", "ofport", (int)port->number, "odp_port",
                     in_datapath ? json_integer((json_int_t)port->dp_port) : json_null(), "type",
                     netdev_type(port->netdev), "peer", peer);
}

static json_t *
switch_json(const struct ofproto *o)
{
    size_t n;
    struct ofport **ports = sorted_ports(o, &n);
    json_t *object = json_object();
    for (size_t i = 0; i < n; i++) {
        json_object_set_new(object, netdev_name(ports[i]->netdev), port_json(ports[i]));
    }
    os_free(ports);
    return json_pack("{s:o}", "ports", object);
}

json_t *
ofproto_datapaths_json(const struct ofproto_set *set)
{
    json_t *datapaths = json_object();
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        struct dpif_stats s;
        dpif_get_stats(b->dpif, &s);
        json_t *bridges = json_object();
        LIST_FOR_EACH (struct ofproto, o, node, &set->ofprotos) {
            if (o->backer == b) {
                json_object_set_new(bridges, o->name, switch_json(o));
            }
        }
        char *name = xasprintf("%s@%s", dpif_type(b->dpif), dpif_name(b->dpif));
        json_object_set_new(datapaths, name,
                            json_pack("{s:I, s:I, s:o}", "hit", (json_int_t)s.hit, "missed",
                                      (json_int_t)s.missed, "bridges", bridges));
        os_free(name);
    }
    return datapaths;
}

void
ofproto_show_upcalls(const struct ofproto_set *set, struct str *out)
{
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        size_t n = hmap_count(&b->ukeys);
        str_putf(out, "%s@%s:\n", dpif_type(b->dpif), dpif_name(b->dpif));
        str_putf(out, "  flows         : (current %zu) (avg %zu) (max %zu) (limit %" PRIu32 ")\n",
                 n, b->n_dumps ? b->n_flows_sum / b->n_dumps : 0, b->n_flows_max,
                 set->settings.flow_limit);
        str_putf(out, "  dump duration : %" PRIu64 "ms\n", b->last_duration_ns / 1000000);
        str_puts(out, "  ufid enabled : true\n\n");
        str_putf(out, "  0: (keys %zu)\n", n);
    }
}

struct mac_walk {
    const struct ofproto *ofproto;
    void (*each)(void *aux, const struct ofproto_mac_row *);
    void *aux;
    uint64_t now_ms;
};

static void
walk_mac(const struct mac_entry *m, void *walk_)
{
    const struct mac_walk *walk = walk_;
    const struct bundle *bundle = mac_entry_port(m);
    const struct ofport *port =
        list_is_empty(&bundle->ports)
            ? NULL
            : CONTAINER_OF(bundle->ports.next, const struct ofport, bundle_node);
    walk->each(walk->aux, &(struct ofproto_mac_row){
                              .ofp_port = port ? port->number : OFP_PORT_NONE,
                              .port_name = port ? netdev_name(port->netdev) : bundle->name,
                              .vlan = m->vlan,
                              .mac = m->mac,
                              .age_s = (walk->now_ms - MIN(m->used_ms, walk->now_ms)) / 1000,
                          });
}

void
ofproto_for_each_mac(const struct ofproto *o,
                     void (*each)(void *aux, const struct ofproto_mac_row *), void *aux)
{
    struct mac_walk walk = {o, each, aux, os_now_ms(o->set->loop)};
    mac_for_each(o->macs, walk_mac, &walk);
}

/* Where rows go, and the column of the bridge's name before them (width 0: none). */
struct mac_text {
    struct str *out;
    int name_width;
    const char *name; /* "" after the first row */
};

static void
show_mac(void *text_, const struct ofproto_mac_row *row)
{
    struct mac_text *text = text_;
    struct str *out = text->out;
    str_putf(out, "%-*s", text->name_width, text->name);
    text->name = "";
    if (row->ofp_port == OFP_PORT_LOCAL) {
        str_puts(out, "LOCAL");
    } else {
        str_putf(out, "%5u", row->ofp_port);
    }
    str_putf(out, "  %4u  " MAC_FORMAT "  %3" PRIu64 "\n", row->vlan, MAC_ARGS(row->mac),
             row->age_s);
}

void
ofproto_show_macs(const struct ofproto *const switches[], size_t n, struct str *out)
{
    int width = 0;
    for (size_t i = 0; n > 1 && i < n; i++) {
        width = MAX(width, (int)MAX(strlen(switches[i]->name), strlen("Bridge")) + 1);
    }
    str_putf(out, "%-*s Port  VLAN  MAC                Age\n", width, n > 1 ? "Bridge" : "");
    for (size_t i = 0; i < n; i++) {
        struct mac_text text = {out, width, n > 1 ? switches[i]->name : ""};
        ofproto_for_each_mac(switches[i], show_mac, &text);
        if (*text.name) {
            str_putf(out, "%s\n", text.name); /* no address, but it was asked for */
        }
    }
}

void
ofproto_show_mac_counters(const struct ofproto *o, struct str *out)
{
    const struct mac_counters *c = mac_counters(o->macs);
    str_putf(out, "Statistics for bridge \"%s\":\n", o->name);
    str_putf(out, "  Current/maximum MAC entries in the table: %zu/%zu\n", mac_count(o->macs),
             mac_max(o->macs));
    str_putf(out, "  Current static MAC entries in the table : %" PRIu64 "\n", c->n_static);
    str_putf(out, "  Total number of learned MAC entries     : %" PRIu64 "\n", c->learned);
    str_putf(out, "  Total number of expired MAC entries     : %" PRIu64 "\n", c->expired);
    str_putf(out, "  Total number of evicted MAC entries     : %" PRIu64 "\n", c->evicted);
    str_putf(out, "  Total number of port moved MAC entries  : %" PRIu64 "\n", c->moved);
}

void
ofproto_clear_mac_counters(struct ofproto *o)
{
    mac_counters_clear(o->macs);
}

void
ofproto_flush_macs(struct ofproto *o)
{
    mac_flush(o->macs);
    backer_need_revalidate(o->backer);
}

void
ofproto_memory(const struct ofproto_set *set, size_t *n_flows, size_t *n_ports, size_t *n_rules)
{
    *n_flows = *n_ports = *n_rules = 0;
    LIST_FOR_EACH (struct backer, b, node, &set->backers) {
        *n_flows += hmap_count(&b->ukeys);
    }
    LIST_FOR_EACH (struct ofproto, o, node, &set->ofprotos) {
        *n_ports += hmap_count(&o->ports);
        *n_rules += 1; /* NORMAL */
    }
}
