/* SPDX-License-Identifier: Apache-2.0 */
/* Offloads between the kernel and the datapath. What the kernel hands over is bounded against the
 * frame before it is believed: a guest behind a tap can choose these values. */
#include "netdev/linux/vnet.h"

static const struct {
    uint8_t vnet, pkt;
} gso_types[] = {
    {VIRTIO_NET_HDR_GSO_NONE, PKT_GSO_NONE},
    {VIRTIO_NET_HDR_GSO_TCPV4, PKT_GSO_TCPV4},
    {VIRTIO_NET_HDR_GSO_TCPV6, PKT_GSO_TCPV6},
    {VIRTIO_NET_HDR_GSO_UDP, PKT_GSO_UDP},
    {5 /* VIRTIO_NET_HDR_GSO_UDP_L4, which older headers lack */, PKT_GSO_UDP_L4},
};

bool
vnet_to_pkt(const struct virtio_net_hdr *h, struct pkt *p)
{
    if (h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        if ((uint32_t)h->csum_start + h->csum_offset + 2 > p->len) {
            return false;
        }
        p->flags |= PKT_CSUM_PARTIAL;
        p->csum_start = h->csum_start;
        p->csum_ofs = h->csum_offset;
    } else if (h->flags & VIRTIO_NET_HDR_F_DATA_VALID) {
        p->flags |= PKT_CSUM_GOOD;
    }
    uint8_t type = h->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
    for (size_t i = 0; i < ARRAY_LEN(gso_types); i++) {
        if (gso_types[i].vnet == type) {
            p->gso_type = gso_types[i].pkt;
            if (type != VIRTIO_NET_HDR_GSO_NONE) {
                p->gso_type |= h->gso_type & VIRTIO_NET_HDR_GSO_ECN ? PKT_GSO_ECN : 0;
                p->gso_size = h->gso_size;
                p->hdr_len = (uint16_t)MIN((uint32_t)h->hdr_len, p->len);
                return h->gso_size != 0;
            }
            return true;
        }
    }
    return false;
}

void
vnet_from_pkt(const struct pkt *p, struct virtio_net_hdr *h)
{
    *h = (struct virtio_net_hdr){.flags = 0};
    if (p->flags & PKT_CSUM_PARTIAL) {
        h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        h->csum_start = p->csum_start;
        h->csum_offset = p->csum_ofs;
    } else if (p->flags & PKT_CSUM_GOOD) {
        h->flags = VIRTIO_NET_HDR_F_DATA_VALID;
    }
    uint8_t type = p->gso_type & (uint8_t)~PKT_GSO_ECN;
    for (size_t i = 0; i < ARRAY_LEN(gso_types); i++) {
        if (gso_types[i].pkt == type && type != PKT_GSO_NONE) {
            h->gso_type = gso_types[i].vnet;
            h->gso_type |= p->gso_type & PKT_GSO_ECN ? VIRTIO_NET_HDR_GSO_ECN : 0;
            h->gso_size = p->gso_size;
            h->hdr_len = p->hdr_len;
        }
    }
}
