/* SPDX-License-Identifier: Apache-2.0 */
/* Family ovs_packet: packets that the datapath sends up, and packets that are to be executed. A
 * checksum or segmentation that a packet's sender left to the device travels with it, so that a
 * packet that goes up and comes back is the same. Upcalls are written on packet threads. */
#include "datapath/messages/server_internal.h"

#include "base/mem.h"
#include "datapath/messages/client.h"
#include "datapath/messages/nl_flow.h"

enum {
    PACKET_MAX = 65528, /* bytes in an attribute */
    KEY_MAX = 512,      /* of all a key's attributes */
    UPCALL_FIXED = MSG_HEADER + 4 * NL_ATTR_HEADER + 4 + sizeof(struct msg_offloads) + KEY_MAX +
                   NL_ATTR_HEADER + 4,
};

/* -- Up -- */

size_t
dp_server_upcall_size(const struct pkt *p, const struct dp_upcall *up)
{
    return UPCALL_FIXED + ROUND_UP(MIN(p->len, (uint32_t)PACKET_MAX), 4u) +
           (up->act ? ROUND_UP(up->act->userdata_size, 4u) : 0);
}

int
dp_server_put_upcall(struct wr *w, struct pkt *p, const struct dp_upcall *up)
{
    struct wr before = *w;
    uint32_t n = MIN(p->len, (uint32_t)PACKET_MAX);
    const uint8_t *frame = pkt_need(p, 0, n);
    if (!frame) {
        return -E_NOMEM;
    }
    struct msg m = server_note(MSG_PACKET, up->reason == DP_UPCALL_MISS ? MSG_PACKET_CMD_MISS
                                                                        : MSG_PACKET_CMD_ACTION);
    size_t at = msg_begin(w, &m);
    size_t nest = nl_begin(w, MSG_PACKET_ATTR_KEY);
    nl_flow_put_key(w, up->key, NULL);
    nl_end(w, nest);
    if (up->act && up->act->userdata_size) {
        nl_put(w, MSG_PACKET_ATTR_USERDATA, up->userdata, up->act->userdata_size);
    }
    if (up->len > n) {
        nl_put_u32(w, MSG_PACKET_ATTR_LEN, up->len);
    }
    msg_put_offloads(w, p);
    nl_put(w, MSG_PACKET_ATTR_PACKET, frame, n);
    msg_end(w, at);
    if (w->bad) {
        *w = before;
        return -E_OVERFLOW;
    }
    return 0;
}

/* -- Down -- */

/* Whether a packet of LEN bytes can be like that. */
static bool
check_offloads(const struct msg_offloads *o, uint32_t len)
{
    uint32_t type = o->gso_type & ~(uint32_t)PKT_GSO_ECN;
    if (o->flags & ~(uint32_t)MSG_OFFLOAD_FLAGS || type > PKT_GSO_UDP_L4 || o->hdr_len > len) {
        return false;
    }
    if (o->flags & PKT_CSUM_PARTIAL && (uint32_t)o->csum_start + o->csum_ofs + 2 > len) {
        return false;
    }
    return type ? o->gso_size != 0 : !o->gso_type;
}

static void
set_metadata(struct pkt *p, const struct flow_key *key)
{
    p->md = (struct pkt_md){
        .in_port = key->in_port,
        .recirc_id = key->recirc_id,
        .dp_hash = key->dp_hash,
        .priority = key->skb_priority,
        .mark = key->skb_mark,
    };
}

static int
execute(struct dp_server *s, const struct msg_offloads *o, const void *list, size_t size)
{
    const struct nl_attr *frame = &s->attrs.a[MSG_PACKET_ATTR_PACKET];
    struct pkt *p = s->host.packet_new(s->host.aux, frame->payload, frame->size);
    if (!p) {
        return -E_NOMEM;
    }
    set_metadata(p, &s->key);
    msg_set_offloads(p, o);
    pkt_parse(p, &s->key);
    struct pkt_batch batch = {.n = 1, .p = {p}};
    struct dp_thread *t = s->host.enter(s->host.aux);
    dp_execute(t, &batch, list, size);
    s->host.leave(s->host.aux, t);
    return 0;
}

int
server_packet_execute(struct dp_server *s, struct wr *reply UNUSED)
{
    const struct msg_attrs *attrs = &s->attrs;
    struct msg_offloads o = {.flags = 0};
    if (!msg_has(attrs, MSG_PACKET_ATTR_PACKET) || !msg_has(attrs, MSG_PACKET_ATTR_KEY) ||
        !msg_has(attrs, MSG_PACKET_ATTR_ACTIONS)) {
        return -E_INVAL;
    }
    msg_get(attrs, MSG_PACKET_ATTR_OFFLOADS, &o, sizeof o);
    if (!check_offloads(&o, attrs->a[MSG_PACKET_ATTR_PACKET].size)) {
        return -E_INVAL;
    }
    const struct nl_attr *key = &attrs->a[MSG_PACKET_ATTR_KEY];
    int code = nl_flow_get_key(key->payload, key->size, &s->key);
    if (code) {
        return code;
    }
    void *list;
    size_t size, capacity;
    code = server_get_actions(&attrs->a[MSG_PACKET_ATTR_ACTIONS], &list, &size, &capacity);
    if (!code) {
        code = execute(s, &o, list, size);
        mem_free(list, capacity);
    }
    return code;
}
