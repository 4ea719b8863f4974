/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS's offload information and the core's, which has it in the sense of virtio (packet.h). In
 * both, the checksum field of a packet to be summed holds the sum of the pseudo header. NDIS says
 * where a TCP header starts, but not a UDP header: there the core's parser is asked. A list of
 * ours has a copy of what the list it came from says, so only what differs is written here. */
#include "driver/offload.h"

#include "datapath/parse.h"
#include "datapath/set_field.h"

enum { TCP_CSUM_OFS = 16, UDP_CSUM_OFS = 6, TAG_AT = 12, TAG_LEN = 4, TPID = 0x8100 };

/* -- From a list -- */

static void
set_received(PNET_BUFFER_LIST nbl, struct pkt *p)
{
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
        .Value = NET_BUFFER_LIST_INFO(nbl, TcpIpChecksumNetBufferListInfo)};
    if (sum.Receive.TcpChecksumSucceeded || sum.Receive.UdpChecksumSucceeded) {
        p->flags |= PKT_CSUM_GOOD;
    }
    if (sum.Receive.IpChecksumSucceeded) {
        p->flags |= PKT_IP_CSUM_GOOD;
    }
}

/* The transport's checksum is to be made, at CSUM_OFS in the header at START (0: not known). */
static void
set_partial(struct pkt *p, uint32_t start, uint16_t csum_ofs)
{
    if (!start) {
        struct flow_key key;
        pkt_parse(p, &key);
        start = p->l4;
    }
    if (start + csum_ofs + 2 <= MIN(p->len, (uint32_t)PKT_NO_LAYER)) {
        p->flags |= PKT_CSUM_PARTIAL;
        p->csum_start = (uint16_t)start;
        p->csum_ofs = csum_ofs;
    }
}

static void
set_to_send(PNET_BUFFER_LIST nbl, struct pkt *p)
{
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
        .Value = NET_BUFFER_LIST_INFO(nbl, TcpIpChecksumNetBufferListInfo)};
    NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO lso = {
        .Value = NET_BUFFER_LIST_INFO(nbl, TcpLargeSendNetBufferListInfo)};
    if (lso.LsoV2Transmit.MSS) {
        bool v6 = lso.LsoV2Transmit.Type == NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE &&
                  lso.LsoV2Transmit.IPVersion == NDIS_TCP_LARGE_SEND_OFFLOAD_IPv6;
        p->gso_type = v6 ? PKT_GSO_TCPV6 : PKT_GSO_TCPV4;
        p->gso_size = (uint16_t)MIN(lso.LsoV2Transmit.MSS, (ULONG)UINT16_MAX);
        set_partial(p, lso.LsoV2Transmit.TcpHeaderOffset, TCP_CSUM_OFS);
    } else if (sum.Transmit.TcpChecksum) {
        set_partial(p, sum.Transmit.TcpHeaderOffset, TCP_CSUM_OFS);
    } else if (sum.Transmit.UdpChecksum) {
        set_partial(p, 0, UDP_CSUM_OFS);
    }
}

/* Puts the tag that came out of band where a tag belongs. */
static bool
put_tag(PNET_BUFFER_LIST nbl, struct nbl_packet *v)
{
    NDIS_NET_BUFFER_LIST_8021Q_INFO tag = {
        .Value = NET_BUFFER_LIST_INFO(nbl, Ieee8021QNetBufferListInfo)};
    if (!tag.Value) {
        return true;
    }
    uint32_t tci = tag.TagHeader.UserPriority << 13 | tag.TagHeader.CanonicalFormatId << 12 |
                   tag.TagHeader.VlanId;
    if (v->pkt.len < TAG_AT + 2) {
        return true; /* too short to have a tag: the core's to drop */
    }
    if (pkt_push_vlan(&v->pkt, be16_from(TPID), be16_from((uint16_t)tci))) {
        return false;
    }
    put_be16(v->pkt.data + TAG_AT + 2, (uint16_t)tci); /* the drop-eligible bit, too */
    return true;
}

_Use_decl_annotations_
bool
offload_from_list(PNET_BUFFER_LIST nbl, bool external, struct nbl_packet *v)
{
    if (external) {
        set_received(nbl, &v->pkt);
    } else {
        set_to_send(nbl, &v->pkt);
    }
    if (!put_tag(nbl, v)) {
        return false;
    }
    nbl_packet_set_original(v);
    return true;
}

/* -- To a list -- */

_Use_decl_annotations_
NDIS_NET_BUFFER_LIST_8021Q_INFO
offload_take_tag(struct block *b)
{
    NDIS_NET_BUFFER_LIST_8021Q_INFO tag = {.Value = NULL};
    if (b->linear < TAG_AT + TAG_LEN + 2 || get_be16(b->data + TAG_AT) != TPID) {
        return tag;
    }
    uint16_t tci = get_be16(b->data + TAG_AT + 2);
    if (!tci) {
        return tag; /* out of band, nothing would be left of it */
    }
    tag.TagHeader.UserPriority = tci >> 13;
    tag.TagHeader.CanonicalFormatId = tci >> 12 & 1;
    tag.TagHeader.VlanId = tci & 0xfff;
    memmove(b->data + TAG_LEN, b->data, TAG_AT);
    b->data += TAG_LEN;
    b->len -= TAG_LEN;
    b->linear -= TAG_LEN;
    b->offloads.csum_start = (uint16_t)(b->offloads.csum_start - TAG_LEN);
    return tag;
}

/* The checksum that is to be made, in NDIS's words. SUM has what the list it came from said. */
static void
put_partial(const struct block *b, NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO *sum)
{
    const struct pkt *p = &b->offloads;
    sum->Transmit.TcpChecksum = p->csum_ofs == TCP_CSUM_OFS;
    sum->Transmit.UdpChecksum = p->csum_ofs == UDP_CSUM_OFS;
    sum->Transmit.TcpHeaderOffset = p->csum_start;
    sum->Transmit.IsIPv4 = !b->is_ipv6;
    sum->Transmit.IsIPv6 = b->is_ipv6;
}

_Use_decl_annotations_
void
offload_to_list(const struct block *b, NDIS_NET_BUFFER_LIST_8021Q_INFO tag, bool external,
                PNET_BUFFER_LIST nbl)
{
    const struct pkt *p = &b->offloads;
    NET_BUFFER_LIST_INFO(nbl, Ieee8021QNetBufferListInfo) = tag.Value;
    if (external) {
        return;
    }
    NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO sum = {
        .Value = NET_BUFFER_LIST_INFO(nbl, TcpIpChecksumNetBufferListInfo)};
    NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO lso = {.Value = NULL};
    sum.Transmit.TcpChecksum = sum.Transmit.UdpChecksum = 0;
    if (p->flags & PKT_CSUM_PARTIAL) {
        put_partial(b, &sum);
        if (p->gso_type != PKT_GSO_NONE) {
            lso.LsoV2Transmit.MSS = p->gso_size;
            lso.LsoV2Transmit.TcpHeaderOffset = p->csum_start;
            lso.LsoV2Transmit.Type = NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE;
            lso.LsoV2Transmit.IPVersion =
                b->is_ipv6 ? NDIS_TCP_LARGE_SEND_OFFLOAD_IPv6 : NDIS_TCP_LARGE_SEND_OFFLOAD_IPv4;
        }
    }
    NET_BUFFER_LIST_INFO(nbl, TcpIpChecksumNetBufferListInfo) = sum.Value;
    NET_BUFFER_LIST_INFO(nbl, TcpLargeSendNetBufferListInfo) = lso.Value;
}
