/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and what comes back. A peer may be wrong: what is not an answer to the last request is
 * an error, never believed. */
#include "datapath/messages/client.h"

void
msg_client_init(struct msg_client *c)
{
    *c = (struct msg_client){.seq = 0};
    for (size_t i = 0; i < MSG_N_FAMILIES; i++) {
        c->families[i] = (uint16_t)(MSG_FAMILY_MIN + i);
    }
}

void
msg_ask(struct msg_client *c, struct wr *w, enum msg_family family, uint8_t cmd, uint16_t flags,
        uint32_t dp_ifindex)
{
    const struct msg m = {
        .type = c->families[family - MSG_FAMILY_MIN],
        .flags = (uint16_t)(flags | MSG_F_REQUEST),
        .seq = ++c->seq,
        .cmd = cmd,
        .version = msg_version(family),
        .dp_ifindex = dp_ifindex,
    };
    w->n = 0;
    w->bad = false;
    msg_begin(w, &m);
}

bool
msg_client_family(const struct msg_client *c, uint16_t type, enum msg_family *family)
{
    for (size_t i = 0; i < MSG_N_FAMILIES; i++) {
        if (c->families[i] == type) {
            *family = (enum msg_family)(MSG_FAMILY_MIN + i);
            return true;
        }
    }
    return false;
}

/* What M says: the code of an error or acknowledgement, or attributes of FAMILY. */
static int
read_message(const struct msg_client *c, enum msg_family family, uint32_t seq, const struct msg *m,
             struct msg_attrs *attrs)
{
    if (m->seq != seq) {
        return -E_PROTO;
    }
    if (m->type == MSG_TYPE_ERROR) {
        memset(attrs, 0, sizeof *attrs);
        return msg_error_code(m);
    }
    return m->type != c->families[family - MSG_FAMILY_MIN] ||
                   msg_get_attrs(family, m->payload, m->payload_size, attrs)
               ? -E_PROTO
               : 0;
}

int
msg_answer(const struct msg_client *c, enum msg_family family, const void *answer, size_t n,
           struct msg *m, struct msg_attrs *attrs)
{
    struct rd r = rd_make(answer, n);
    return msg_next(&r, m) ? read_message(c, family, c->seq, m, attrs) : -E_PROTO;
}

int
msg_dumped(const struct msg_client *c, enum msg_family family, uint32_t seq, const struct msg *m,
           bool *done, struct msg_attrs *attrs)
{
    *done = m->type == MSG_TYPE_DONE || m->type == MSG_TYPE_ERROR;
    return m->type == MSG_TYPE_DONE && m->seq == seq ? 0 : read_message(c, family, seq, m, attrs);
}

void
msg_put_ufid(struct wr *w, const struct uuid *ufid)
{
    uint8_t bytes[sizeof *ufid];
    for (size_t i = 0; i < ARRAY_LEN(ufid->word); i++) {
        put_be32(bytes + 4 * i, ufid->word[i]);
    }
    nl_put(w, MSG_FLOW_ATTR_UFID, bytes, sizeof bytes);
}

bool
msg_get_ufid(const struct msg_attrs *attrs, struct uuid *ufid)
{
    if (!msg_has(attrs, MSG_FLOW_ATTR_UFID)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(ufid->word); i++) {
        ufid->word[i] = get_be32(attrs->a[MSG_FLOW_ATTR_UFID].payload + 4 * i);
    }
    return true;
}

void
msg_put_offloads(struct wr *w, const struct pkt *p)
{
    struct msg_offloads o = {.flags = p->flags & MSG_OFFLOAD_FLAGS};
    if (p->flags & PKT_CSUM_PARTIAL) {
        o.csum_start = p->csum_start;
        o.csum_ofs = p->csum_ofs;
    }
    if (p->gso_type != PKT_GSO_NONE) {
        o.gso_type = p->gso_type;
        o.gso_size = p->gso_size;
        o.hdr_len = p->hdr_len;
    }
    if (o.flags || o.gso_type) {
        nl_put(w, MSG_PACKET_ATTR_OFFLOADS, &o, sizeof o);
    }
}

void
msg_set_offloads(struct pkt *p, const struct msg_offloads *o)
{
    p->flags = (uint16_t)(p->flags | (o->flags & MSG_OFFLOAD_FLAGS));
    p->csum_start = o->csum_start;
    p->csum_ofs = o->csum_ofs;
    p->gso_type = (uint8_t)o->gso_type;
    p->gso_size = o->gso_size;
    p->hdr_len = o->hdr_len;
}
