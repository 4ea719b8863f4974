/* SPDX-License-Identifier: Apache-2.0 */
/* Most members are copied by a table; ARP's operation is a field of its own in the datapath, and
 * in OpenFlow a byte where IP has its protocol. */
#include "ofproto/of_view.h"

#include <string.h>

#include "openflow/port_text.h"

enum order { NETWORK, HOST };

static const struct view_row {
    uint16_t view_ofs, flow_ofs;
    uint8_t size;
    uint8_t order;
} rows[] = {
#define SIZE_OF(STRUCT, MEMBER) sizeof(((struct STRUCT *)0)->MEMBER)
#define VIEW(OF, FLOW, ORDER)                                                                     \
    {offsetof(struct of_key, OF), offsetof(struct flow_key, FLOW), SIZE_OF(of_key, OF), ORDER},
#include "ofproto/of_view.def"
#undef VIEW
};
#define VIEW(OF, FLOW, ORDER)                                                                     \
    static_assert(SIZE_OF(of_key, OF) == SIZE_OF(flow_key, FLOW), "sizes differ: " #OF);
#include "ofproto/of_view.def"
#undef VIEW

/* Copies SIZE bytes; an integer of the host's to network order or back, which is the same. */
static void
copy(uint8_t *to, const uint8_t *from, const struct view_row *row)
{
    if (row->order == NETWORK) {
        memcpy(to, from, row->size);
    } else if (row->size == 2) {
        uint16_t x;
        memcpy(&x, from, sizeof x);
        be16 y = be16_from(x);
        memcpy(to, &y, sizeof y);
    } else {
        uint32_t x;
        memcpy(&x, from, sizeof x);
        be32 y = be32_from(x);
        memcpy(to, &y, sizeof y);
    }
}

static bool
is_arp(const struct flow_key *flow)
{
    return flow_prereq_holds(PREREQ_ARP, flow);
}

void
of_view_set(struct of_key *view, const struct flow_key *flow, uint16_t in_port)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        copy((uint8_t *)view + rows[i].view_ofs, (const uint8_t *)flow + rows[i].flow_ofs,
             &rows[i]);
    }
    uint16_t op = be16_host(flow->arp_op);
    if (is_arp(flow)) {
        view->nw_proto[0] = op <= UINT8_MAX ? (uint8_t)op : 0;
    }
    put_be32(view->in_port, of_port_to_11(in_port));
}

void
of_view_apply(const struct of_key *view, struct flow_key *flow)
{
    uint8_t proto = flow->nw_proto;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        copy((uint8_t *)flow + rows[i].flow_ofs, (const uint8_t *)view + rows[i].view_ofs,
             &rows[i]);
    }
    if (is_arp(flow)) {
        flow->nw_proto = proto;
        if (view->nw_proto[0] || be16_host(flow->arp_op) <= UINT8_MAX) {
            flow->arp_op = be16_from(view->nw_proto[0]);
        }
    }
}

void
of_view_add_mask(const struct of_key *wc, const struct flow_key *flow, struct flow_key *mask)
{
    struct flow_key more = {.pad_end = 0}, there = {.pad_end = 0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        copy((uint8_t *)&more + rows[i].flow_ofs, (const uint8_t *)wc + rows[i].view_ofs,
             &rows[i]);
    }
    if (is_arp(flow) && wc->nw_proto[0]) {
        more.arp_op = be16_from(UINT16_MAX);
    }
    /* Of a header that the packet lacks nothing can be matched. */
    flow_mask_exact(&there, flow);
    there.vlan_tci0 = be16_from(UINT16_MAX);
    flow_key_mask(&more, &more, &there);
    flow_key_or(mask, &more);
}

bool
of_view_has(enum of_field_id id)
{
    const struct of_field *f = &of_fields[id];
    if (of_field_is_tun_metadata(id)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].view_ofs == f->key_ofs) {
            return true;
        }
    }
    size_t regs = offsetof(struct of_key, reg);
    return id == OF_METADATA || id == OF_IN_PORT || id == OF_IN_PORT_OXM ||
           (f->key_ofs >= regs && f->key_ofs < regs + SIZE_OF(of_key, reg));
}
