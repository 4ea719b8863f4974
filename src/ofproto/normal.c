/* SPDX-License-Identifier: Apache-2.0 */
/* NORMAL: forwarding of an ordinary learning switch with VLANs (IEEE 802.1Q, and the VLAN
 * configuration of ovs-vswitchd.conf.db(5)). The frame's VLAN comes from the input bundle's
 * rules; a known address goes to its bundle, everything else to all bundles of the VLAN. */
#include "ofproto/translate.h"

/* The frame while it is forwarded: in which VLAN, and the tags to give it. */
struct frame {
    uint16_t vlan;
    uint16_t pcp;          /* in the position of the tag's bits */
    struct flow_key inner; /* the packet without the VLAN's own tag */
};

static bool
classify(const struct xlate *x, const struct bundle *in, struct frame *f)
{
    uint16_t tci = be16_host(x->flow.vlan_tci0);
    bool own_tag;
    if (!vlan_of_input(&in->vlan, tci & FLOW_VLAN_PRESENT, tci, &f->vlan, &own_tag)) {
        return false;
    }
    f->inner = x->flow;
    f->pcp = 0;
    if (own_tag) {
        f->pcp = tci & VLAN_PCP_MASK;
        xlate_strip_tag(&f->inner);
    }
    return true;
}

/* The port of BUNDLE that carries frames: its only one, whatever its state, or of several the
 * first whose link is up. */
static struct ofport *
active_port(const struct bundle *bundle)
{
    LIST_FOR_EACH (struct ofport, port, bundle_node, &bundle->ports) {
        const struct netdev_link *link = netdev_link(port->netdev);
        if (bundle->ports.next == bundle->ports.prev || (link->up && link->carrier)) {
            return port;
        }
    }
    return NULL;
}

static void
output_to_bundle(struct xlate *x, const struct frame *f, const struct bundle *out)
{
    struct ofport *port = active_port(out);
    if (!port) {
        return;
    }
    uint16_t vid;
    x->flow = f->inner;
    if (out->vlan.priority_tags == VLAN_PRIORITY_IF_NONZERO) {
        flow_field_set_exact(FIELD_VLAN_TCI, &x->out->mask);
    }
    if (vlan_output_tag(&out->vlan, f->vlan, f->pcp, &vid)) {
        xlate_add_tag(&x->flow, 0x8100, (uint16_t)(vid | f->pcp));
    }
    xlate_output(x, port);
}

static bool
may_send(const struct bundle *in, const struct bundle *out, uint16_t vlan)
{
    return out != in && vlan_port_carries(&out->vlan, vlan) &&
           !(in->is_protected && out->is_protected);
}

static void
flood(struct xlate *x, const struct frame *f, const struct bundle *in)
{
    LIST_FOR_EACH (struct bundle, out, order, &x->ofproto->bundle_order) {
        if (may_send(in, out, f->vlan)) {
            output_to_bundle(x, f, out);
        }
    }
}

/* Where a controller's packets come in, in any VLAN that their tag names. */
static struct bundle *
no_bundle(const struct xlate *x)
{
    static struct bundle none = {.vlan = {.mode = VLAN_TRUNK, .all_trunks = true}};
    return x->in_number == OFP_PORT_CONTROLLER || x->in_number == OFP_PORT_NONE ? &none : NULL;
}

static void
learn(struct xlate *x, const struct frame *f, struct bundle *in)
{
    struct mac src;
    memcpy(&src, x->flow.eth_src, sizeof src);
    if (x->stats && !vlan_set_has(&x->ofproto->flood_vlans, f->vlan) &&
        mac_learn(x->ofproto->macs, src, f->vlan, in, false, x->now_ms)) {
        backer_need_revalidate(x->backer);
    }
}

void
xlate_normal(struct xlate *x)
{
    flow_field_set_exact(FIELD_ETH_SRC, &x->out->mask);
    flow_field_set_exact(FIELD_ETH_DST, &x->out->mask);
    struct bundle *in = x->in_port ? x->in_port->bundle : no_bundle(x);
    struct mac dst;
    memcpy(&dst, x->flow.eth_dst, sizeof dst);
    struct flow_key flow = x->flow;
    struct frame f;
    if (!in || (mac_is_reserved(dst) && !x->ofproto->forward_bpdu) || !classify(x, in, &f)) {
        return;
    }
    if (x->in_port) {
        learn(x, &f, in);
    }
    const struct mac_entry *known =
        mac_is_group(dst) ? NULL : mac_find(x->ofproto->macs, dst, f.vlan);
    const struct bundle *out = known ? mac_entry_port(known) : NULL;
    if (!known) {
        flood(x, &f, in);
    } else if (may_send(in, out, f.vlan)) {
        output_to_bundle(x, &f, out);
    }
    x->flow = flow;
}
