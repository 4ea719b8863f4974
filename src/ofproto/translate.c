/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of a packet through switches. Changes to the packet are made in x->flow and turned
 * into datapath actions only when it is sent somewhere (commit), as the difference to what the
 * actions so far made of it (x->base). Crossing a patch port goes on at the peer with a copy of
 * the packet's state; depth is bounded. */
#include "ofproto/translate.h"

#include "datapath/actions.h"
#include "netdev/netdev_patch.h"

#include <string.h>

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

/* Appends the actions that turn x->base into x->flow. */
static void
commit(struct xlate *x)
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
    x->base = x->flow;
}

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

static void
cross_patch(struct xlate *x, struct ofport *port, struct ofport *peer)
{
    if (x->stats) {
        netdev_patch_count(port->netdev, false, x->stats->packets, x->stats->bytes);
        netdev_patch_count(peer->netdev, true, x->stats->packets, x->stats->bytes);
    }
    if (x->depth == TRANSLATE_MAX_DEPTH || x->n_crossings == TRANSLATE_MAX_CROSSINGS) {
        return;
    }
    struct flow_key flow = x->flow;
    struct ofproto *ofproto = x->ofproto;
    x->depth++;
    x->n_crossings++;
    x->ofproto = peer->ofproto;
    xlate_normal(x, peer);
    x->ofproto = ofproto;
    x->depth--;
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
    if (port->dp_port != DPIF_PORT_NONE) {
        commit(x);
        dp_act_put_output(&x->out->actions, port->dp_port);
        return;
    }
    struct ofport *peer = patch_peer(port);
    if (peer) {
        cross_patch(x, port, peer);
    }
}

void
translate(struct backer *backer, const struct flow_key *key, const struct dpif_flow_stats *stats,
          uint64_t now_ms, struct translation *out)
{
    memset(&out->mask, 0, sizeof out->mask);
    out->actions = wr_make(out->buffer, sizeof out->buffer);
    mask_basics(&out->mask, key);
    struct ofport *in_port = backer_port_find(backer, key->in_port);
    if (!in_port) {
        return; /* no actions: dropped */
    }
    struct xlate x = {
        .backer = backer,
        .ofproto = in_port->ofproto,
        .flow = *key,
        .base = *key,
        .stats = stats,
        .now_ms = now_ms,
        .out = out,
    };
    xlate_normal(&x, in_port);
    if (out->actions.bad) {
        /* More outputs than an action list can hold: dropping is better than half of them. */
        out->actions = wr_make(out->buffer, sizeof out->buffer);
    }
}
