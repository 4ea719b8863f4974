/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of a packet through tables and switches. Changes to the packet are made in x->flow and
 * turned into datapath actions only when it is sent somewhere (xlate_commit), as the difference to
 * what the actions so far made of it (x->base). Crossing a patch port goes on at the peer with a
 * copy of the packet's state; depth is bounded. */
#include "ofproto/translate.h"

#include "datapath/actions.h"
#include "netdev/netdev_patch.h"
#include "ofproto/flow_table.h"
#include "ofproto/of_view.h"
#include "openflow/msg_config.h"
#include "openflow/msg_port.h"

#include <string.h>

/* -- From what the packet is to what it should be -- */

struct tags {
    unsigned int n;
    struct {
        be16 tpid, tci;
    } tag[2]; /* outermost first */
};

static struct tags
tags_of(const struct flow_key *key)
{
    struct tags t = {.n = 0};
    const be16 tpid[] = {key->vlan_tpid0, key->vlan_tpid1};
    const be16 tci[] = {key->vlan_tci0, key->vlan_tci1};
    while (t.n < ARRAY_LEN(tci) && be16_host(tci[t.n]) & FLOW_VLAN_PRESENT) {
        t.tag[t.n].tpid = tpid[t.n];
        t.tag[t.n].tci = tci[t.n];
        t.n++;
    }
    return t;
}

/* How many of the innermost tags A and B have in common. */
static unsigned int
common_tags(const struct tags *a, const struct tags *b)
{
    unsigned int n = 0;
    while (n < a->n && n < b->n &&
           be16_equal(a->tag[a->n - 1 - n].tpid, b->tag[b->n - 1 - n].tpid) &&
           be16_equal(a->tag[a->n - 1 - n].tci, b->tag[b->n - 1 - n].tci)) {
        n++;
    }
    return n;
}

static void
commit_tags(struct xlate *x)
{
    struct tags have = tags_of(&x->base);
    struct tags want = tags_of(&x->flow);
    unsigned int common = common_tags(&have, &want);
    if (have.n > common || want.n > common) {
        flow_field_set_exact(FIELD_VLAN_TCI, &x->out->mask); /* the priority goes along */
    }
    for (unsigned int i = have.n; i > common; i--) {
        dp_act_put(&x->out->actions, DP_ACT_POP_VLAN, NULL, 0);
    }
    for (unsigned int i = want.n - common; i-- > 0;) {
        dp_act_put_push_vlan(&x->out->actions, be16_host(want.tag[i].tpid),
                             be16_host(want.tag[i].tci));
    }
}

/* Sets the fields of headers from FIRST to LAST that differ, in the bits that were looked at. */
static void
commit_fields(struct xlate *x, enum flow_layer first, enum flow_layer last)
{
    struct flow_key looked = x->out->mask;
    of_view_add_mask(&x->wc, &x->flow, &looked);
    for (unsigned int i = 0; i < FIELD_COUNT; i++) {
        const struct flow_field *f = &flow_fields[i];
        uint8_t have[FLOW_FIELD_MAX_SIZE], want[FLOW_FIELD_MAX_SIZE], mask[FLOW_FIELD_MAX_SIZE];
        enum flow_field_id id = (enum flow_field_id)i;
        if (f->layer < first || f->layer > last || id == FIELD_VLAN_TCI ||
            !flow_prereq_holds((enum flow_prereq)f->prereq, &x->flow)) {
            continue;
        }
        flow_field_get(id, &x->base, have);
        flow_field_get(id, &x->flow, want);
        flow_field_get(id, &looked, mask);
        if (memcmp(have, want, f->size)) {
            for (size_t b = 0; b < f->size; b++) {
                want[b] &= mask[b];
            }
            dp_act_put_set(&x->out->actions, id, want,
                           flow_field_is_exact(id, &looked) ? NULL : mask);
        }
    }
}

void
xlate_commit(struct xlate *x)
{
    commit_fields(x, LAYER_L2, LAYER_L2);
    commit_fields(x, LAYER_L3, LAYER_L4);
    commit_fields(x, LAYER_L2_5, LAYER_L2_5);
    commit_tags(x);
    commit_fields(x, LAYER_META, LAYER_META);
    x->base = x->flow;
}

void
xlate_strip_tag(struct flow_key *key)
{
    key->vlan_tpid0 = key->vlan_tpid1;
    key->vlan_tci0 = key->vlan_tci1;
    key->vlan_tpid1 = key->vlan_tci1 = be16_from(0);
}

void
xlate_add_tag(struct flow_key *key, uint16_t tpid, uint16_t tci)
{
    key->vlan_tpid1 = key->vlan_tpid0;
    key->vlan_tci1 = key->vlan_tci0;
    key->vlan_tpid0 = be16_from(tpid);
    key->vlan_tci0 = be16_from((uint16_t)(tci | FLOW_VLAN_PRESENT));
}

/* -- Through tables and switches -- */

/* Every flow depends on these, whatever the switch does. */
static void
mask_basics(struct flow_key *mask, const struct flow_key *key)
{
    flow_field_set_exact(FIELD_RECIRC_ID, mask);
    flow_field_set_exact(FIELD_IN_PORT, mask);
    flow_field_set_exact(FIELD_PACKET_TYPE, mask);
    flow_field_set_exact(FIELD_ETH_TYPE, mask);
    mask->vlan_tci0 = be16_from(FLOW_VLAN_PRESENT | VLAN_VID_MASK);
    if (be16_host(key->vlan_tci0) & FLOW_VLAN_PRESENT) {
        flow_field_set_exact(FIELD_VLAN_TPID, mask);
    }
    if (be16_host(key->vlan_tci1) & FLOW_VLAN_PRESENT) {
        flow_field_set_exact(FIELD_VLAN1_TCI, mask);
        flow_field_set_exact(FIELD_VLAN1_TPID, mask);
    }
    uint16_t type = be16_host(key->eth_type);
    if (type == ETH_TYPE_IPV4 || type == ETH_TYPE_IPV6) {
        mask->nw_frag = FLOW_FRAG_MASK;
    }
}

void
xlate_look(struct xlate *x)
{
    of_view_set(&x->view, &x->flow, x->in_number);
}

/* One table or switch deeper, unless that was too deep. */
static bool
enter(struct xlate *x)
{
    if (x->depth == TRANSLATE_MAX_DEPTH || x->n_crossings == TRANSLATE_MAX_CROSSINGS) {
        return false;
    }
    x->depth++;
    x->n_crossings++;
    return true;
}

/* Of fragments, by what the switch is set to do with them, the ports may be hidden. */
static struct rule *
find_rule(struct xlate *x, uint8_t table)
{
    struct flow_tables *tables = x->ofproto->tables;
    xlate_look(x);
    if (!(x->view.nw_frag[0] & FLOW_FRAG_ANY) || x->ofproto->frags == OFP_FRAGS_NX_MATCH) {
        return flow_tables_lookup(tables, table, &x->view, &x->wc);
    } else if (x->ofproto->frags == OFP_FRAGS_DROP) {
        return NULL;
    }
    struct of_key key = x->view;
    memset(key.tp_src, 0, sizeof key.tp_src);
    memset(key.tp_dst, 0, sizeof key.tp_dst);
    return flow_tables_lookup(tables, table, &key, &x->wc);
}

void
xlate_table(struct xlate *x, uint8_t table)
{
    if (table >= FLOW_TABLE_COUNT || !enter(x)) {
        return;
    }
    struct flow_tables *tables = x->ofproto->tables;
    const struct rule *outer = x->rule;
    uint8_t outer_table = x->table;
    struct rule *rule = find_rule(x, table);
    if (x->stats) {
        tables->n_lookups[table] += x->stats->packets;
        tables->n_matched[table] += rule ? x->stats->packets : 0;
    }
    if (rule) {
        if (x->stats) {
            rule_count(rule, x->stats->packets, x->stats->bytes, x->now_ms);
        }
        x->rule = rule;
        x->table = table;
        xlate_actions(x, rule->actions->list, rule->actions->size);
    }
    x->rule = outer;
    x->table = outer_table;
    x->depth--;
}

static void
cross_patch(struct xlate *x, struct ofport *port, struct ofport *peer)
{
    if (x->stats) {
        netdev_patch_count(port->netdev, false, x->stats->packets, x->stats->bytes);
        netdev_patch_count(peer->netdev, true, x->stats->packets, x->stats->bytes);
    }
    if (peer->config & OFP_PC_NO_RECV) {
        return;
    }
    struct flow_key flow = x->flow;
    struct of_key view = x->view;
    struct ofproto *ofproto = x->ofproto;
    struct ofport *in_port = x->in_port;
    uint16_t in_number = x->in_number;
    bool done = x->done;
    memset(&x->view, 0, sizeof x->view);
    x->ofproto = peer->ofproto;
    x->in_port = peer;
    x->in_number = peer->number;
    xlate_table(x, 0);
    x->done = done;
    x->ofproto = ofproto;
    x->in_port = in_port;
    x->in_number = in_number;
    x->view = view;
    x->flow = flow;
}

/* The other end of a patch port, if that end names this one. */
static struct ofport *
patch_peer(struct ofport *port)
{
    const char *name = netdev_patch_peer(port->netdev);
    struct netdev *d = name ? netdev_find(port->ofproto->set->registry, name) : NULL;
    const char *back = d ? netdev_patch_peer(d) : NULL;
    if (!back || strcmp(back, netdev_name(port->netdev))) {
        return NULL;
    }
    LIST_FOR_EACH (struct ofproto, o, node, &port->ofproto->set->ofprotos) {
        struct ofport *peer =
            o->backer == port->ofproto->backer ? ofproto_port_find_name(o, name) : NULL;
        if (peer) {
            return peer;
        }
    }
    return NULL;
}

void
xlate_output(struct xlate *x, struct ofport *port)
{
    if (port->config & (OFP_PC_PORT_DOWN | OFP_PC_NO_FWD)) {
        return;
    } else if (port->dp_port != DPIF_PORT_NONE) {
        xlate_commit(x);
        dp_act_put_output(&x->out->actions, port->dp_port);
        return;
    }
    struct ofport *peer = patch_peer(port);
    if (peer) {
        cross_patch(x, port, peer);
    }
}

/* -- A whole packet -- */

static struct xlate *
begin(struct ofproto *o, const struct flow_key *key, const struct dpif_flow_stats *stats,
      uint64_t now_ms, struct translation *out)
{
    memset(&out->mask, 0, sizeof out->mask);
    out->actions = wr_make(out->buffer, sizeof out->buffer);
    mask_basics(&out->mask, key);
    struct xlate *x = xzalloc(sizeof *x);
    x->ofproto = o;
    x->backer = o ? o->backer : NULL;
    x->flow = *key;
    x->base = *key;
    x->stats = stats;
    x->now_ms = now_ms;
    x->out = out;
    return x;
}

static void
end(struct xlate *x, const struct flow_key *key)
{
    struct translation *out = x->out;
    of_view_add_mask(&x->wc, key, &out->mask);
    if (out->actions.bad) {
        /* More outputs than an action list can hold: dropping is better than half of them. */
        out->actions = wr_make(out->buffer, sizeof out->buffer);
    }
    os_free(x);
}

void
translate(struct backer *backer, const struct flow_key *key, const struct dpif_flow_stats *stats,
          uint64_t now_ms, struct translation *out)
{
    struct ofport *in_port = backer_port_find(backer, key->in_port);
    struct xlate *x = begin(in_port ? in_port->ofproto : NULL, key, stats, now_ms, out);
    if (in_port && !(in_port->config & (OFP_PC_PORT_DOWN | OFP_PC_NO_RECV))) {
        x->in_port = in_port;
        x->in_number = in_port->number;
        xlate_table(x, 0);
    }
    end(x, key);
}

void
translate_packet_out(struct ofproto *o, const struct flow_key *key, uint16_t in_port,
                     const void *actions, size_t size, const struct dpif_flow_stats *stats,
                     uint64_t now_ms, struct translation *out)
{
    struct xlate *x = begin(o, key, stats, now_ms, out);
    x->in_port = ofproto_port_find(o, in_port);
    x->in_number = in_port;
    xlate_look(x);
    xlate_actions(x, actions, size);
    end(x, key);
}
