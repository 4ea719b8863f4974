/* SPDX-License-Identifier: Apache-2.0 */
/* Adding and removing layer 2 headers. Layer and offload offsets follow the bytes, and a header
 * that stays in front of the change is moved, not copied out. Called on packet threads; fails
 * for want of headroom and memory, or when there is nothing to pop. IEEE 802.1Q. */
#include "datapath/set_field.h"

#include "base/err.h"

#define ETH_LEN  14
#define MACS_LEN 12
#define VLAN_LEN 4

/* The Ethernet type at 12, or 0. */
static uint16_t
outer_type(struct pkt *p)
{
    const uint8_t *h = pkt_need(p, MACS_LEN, 2);
    return h ? get_be16(h) : 0;
}

int
pkt_push_vlan(struct pkt *p, be16 tpid, be16 tci)
{
    if (p->len < ETH_LEN) {
        return -E_INVAL;
    }
    uint8_t *h = pkt_push(p, VLAN_LEN, MACS_LEN);
    if (!h) {
        return -E_NOMEM;
    }
    memmove(h, h + VLAN_LEN, MACS_LEN);
    put_be16(h + MACS_LEN, be16_host(tpid));
    put_be16(h + MACS_LEN + 2, (uint16_t)(be16_host(tci) & ~FLOW_VLAN_PRESENT));
    return 0;
}

int
pkt_pop_vlan(struct pkt *p)
{
    uint16_t type = outer_type(p);
    if ((type != ETH_TYPE_VLAN && type != ETH_TYPE_QINQ) || p->len < ETH_LEN + VLAN_LEN) {
        return -E_INVAL;
    }
    uint8_t *h = pkt_edit(p, 0, ETH_LEN + VLAN_LEN);
    if (!h) {
        return -E_NOMEM;
    }
    memmove(h + VLAN_LEN, h, MACS_LEN);
    if (p->l3 < ETH_LEN + VLAN_LEN) {
        /* More headers than the parser looks through: nothing is known of what is inside. */
        p->l2_5 = p->l3 = p->l4 = PKT_NO_LAYER;
    }
    pkt_pull(p, VLAN_LEN);
    return 0;
}

int
pkt_push_eth(struct pkt *p, const uint8_t dst[6], const uint8_t src[6], be16 type)
{
    uint8_t *h = pkt_push(p, ETH_LEN, 0);
    if (!h) {
        return -E_NOMEM;
    }
    memcpy(h, dst, 6);
    memcpy(h + 6, src, 6);
    put_be16(h + MACS_LEN, be16_host(type));
    return 0;
}

int
pkt_pop_eth(struct pkt *p)
{
    if (p->l3 != ETH_LEN || !pkt_need(p, 0, ETH_LEN)) {
        return -E_INVAL;
    }
    pkt_pull(p, ETH_LEN);
    return 0;
}
