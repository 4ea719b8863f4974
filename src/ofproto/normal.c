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

/* Takes the outermost tag off KEY. */
static void
strip_tag(struct flow_key *key)
{
    key->vlan_tpid0 = key->vlan_tpid1;
    key->vlan_tci0 = key->vlan_tci1;
    key->vlan_tpid1 = key->vlan_tci1 = be16_from(0);
}

/* Puts a tag in front of KEY's. The key has room for two; what was third inside stays in the
 * packet, where nothing looks at it. */
static void
add_tag(struct flow_key *key, uint16_t tpid, uint16_t tci)
{
    key->vlan_tpid1 = key->vlan_tpid0;
    key->vlan_tci1 = key->vlan_tci0;
    key->vlan_tpid0 = be16_from(tpid);
    key->vlan_tci0 = be16_from((uint16_t)(tci | FLOW_VLAN_PRESENT));
}

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
        strip_tag(&f->inner);
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
        add_tag(&x->flow, 0x8100, (uint16_t)(vid | f->pcp));
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
xlate_normal(struct xlate *x, struct ofport *in_port)
{
    flow_field_set_exact(FIELD_ETH_SRC, &x->out->mask);
    flow_field_set_exact(FIELD_ETH_DST, &x->out->mask);
    struct bundle *in = in_port->bundle;
    struct mac dst;
    memcpy(&dst, x->flow.eth_dst, sizeof dst);
    struct frame f;
    if (!in || (mac_is_reserved(dst) && !x->ofproto->forward_bpdu) || !classify(x, in, &f)) {
        return;
    }
    learn(x, &f, in);
    const struct mac_entry *known =
        mac_is_group(dst) ? NULL : mac_find(x->ofproto->macs, dst, f.vlan);
    if (!known) {
        flood(x, &f, in);
        return;
    }
    const struct bundle *out = mac_entry_port(known);
    if (may_send(in, out, f.vlan)) {
        output_to_bundle(x, &f, out);
    }
}
