/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that a version cannot say, said by others: setting a field is an action of its own up to
 * OpenFlow 1.1, set_field from 1.2 on, and with a mask only from 1.5 on, before which Nicira's
 * load writes runs of bits. */
#include <string.h>

#include "openflow/actions_internal.h"
#include "openflow/port_text.h"

enum { MAX_SET_FIELD = 128, TAG_PRESENT = 0x1000 };

/* The fields that actions of old versions set. */
static const struct setter {
    uint8_t id;
    enum of_field_id field;
    uint8_t shift; /* of the action's value against the field's */
} setters[] = {
    {OF_ACT_SET_VLAN_VID, OF_VLAN_VID, 0}, {OF_ACT_SET_VLAN_PCP, OF_VLAN_PCP, 0},
    {OF_ACT_SET_ETH_SRC, OF_ETH_SRC, 0},   {OF_ACT_SET_ETH_DST, OF_ETH_DST, 0},
    {OF_ACT_SET_IPV4_SRC, OF_IPV4_SRC, 0}, {OF_ACT_SET_IPV4_DST, OF_IPV4_DST, 0},
    {OF_ACT_SET_IP_DSCP, OF_IP_DSCP, 2},   {OF_ACT_SET_IP_ECN, OF_IP_ECN, 0},
    {OF_ACT_SET_IP_TTL, OF_IP_TTL, 0},     {OF_ACT_SET_L4_SRC, OF_TCP_SRC, 0},
    {OF_ACT_SET_L4_DST, OF_TCP_DST, 0},    {OF_ACT_SET_MPLS_LABEL, OF_MPLS_LABEL, 0},
    {OF_ACT_SET_MPLS_TC, OF_MPLS_TC, 0},   {OF_ACT_SET_TUNNEL, OF_TUN_ID, 0},
};

/* An action made here, and its place. */
struct made {
    uint64_t buffer[MAX_SET_FIELD / 8 + 4];
    struct wr w;
};

/* Has P write the action in MADE instead. */
static bool
put_made(struct act_put *p, struct made *made)
{
    const struct of_act *was = p->act;
    of_act_end(&made->w, 0);
    p->act = (const void *)made->buffer;
    bool done =
        !made->w.bad && (act_put_row(p) || (p->act->type != was->type && act_put_converted(p)));
    p->act = was;
    return done;
}

/* Makes set_field of N bytes of value and mask. */
static void
make_set_field(struct made *made, enum of_field_id field, const uint8_t *value,
               const uint8_t *mask, size_t n)
{
    made->w = wr_make(made->buffer, sizeof made->buffer);
    struct of_act_set_field *set = of_act_begin(&made->w, OF_ACT_SET_FIELD, sizeof *set);
    set->field = (uint16_t)field;
    set->size = (uint16_t)n;
    wr_bytes(&made->w, value, n);
    wr_bytes(&made->w, mask, n);
}

static void
store(uint8_t *p, size_t n, uint64_t x)
{
    while (n--) {
        p[n] = (uint8_t)x;
        x >>= 8;
    }
}

/* The value that a setter carries. */
static uint64_t
setter_value(const struct of_act *a)
{
    const void *p = a;
    switch (a->type) {
    case OF_ACT_SET_ETH_SRC:
    case OF_ACT_SET_ETH_DST: {
        const uint8_t *mac = ((const struct of_act_mac *)p)->mac;
        return (uint64_t)get_be16(mac) << 32 | get_be32(mac + 2);
    }
    case OF_ACT_SET_VLAN_VID:
        return ((const struct of_act_vlan_vid *)p)->value;
    case OF_ACT_SET_L4_SRC:
    case OF_ACT_SET_L4_DST:
        return ((const struct of_act_l4_port *)p)->value;
    case OF_ACT_SET_IPV4_SRC:
    case OF_ACT_SET_IPV4_DST:
    case OF_ACT_SET_MPLS_LABEL:
        return ((const struct of_act_u32 *)p)->value;
    case OF_ACT_SET_TUNNEL:
        return ((const struct of_act_tunnel *)p)->id;
    default:
        return ((const struct of_act_u8 *)p)->value;
    }
}

/* Ports are set by the protocol's own name for them. */
static enum of_field_id
field_to_set(const struct of_act *a, const struct setter *s)
{
    enum { PROTO_UDP = 17, PROTO_SCTP = 132 };
    bool is_src = a->type == OF_ACT_SET_L4_SRC;
    if (!is_src && a->type != OF_ACT_SET_L4_DST) {
        return s->field;
    }
    uint8_t proto = ((const struct of_act_l4_port *)(const void *)a)->proto;
    return proto == PROTO_UDP    ? (is_src ? OF_UDP_SRC : OF_UDP_DST)
           : proto == PROTO_SCTP ? (is_src ? OF_SCTP_SRC : OF_SCTP_DST)
                                 : s->field;
}

/* A setter as set_field. */
static bool
put_as_set_field(struct act_put *p, const struct setter *s)
{
    struct made made;
    size_t n = of_fields[s->field].wire;
    uint8_t value[8], mask[8];
    uint64_t x = setter_value(p->act) >> s->shift;
    if (s->field == OF_VLAN_VID) {
        x |= TAG_PRESENT;
    }
    store(value, n, x & (UINT64_MAX >> (64 - of_fields[s->field].bits))); /* all that is set */
    memset(mask, UINT8_MAX, n);
    make_set_field(&made, field_to_set(p->act, s), value, mask, n);
    return put_made(p, &made);
}

/* load as set_field with a mask. */
static bool
put_load(struct act_put *p)
{
    const struct of_act_load *load = (const void *)p->act;
    struct made made;
    size_t n = of_fields[load->dst.field].wire;
    uint8_t value[MAX_SET_FIELD] = {0}, mask[MAX_SET_FIELD] = {0};
    for (unsigned int i = 0; i < load->dst.n_bits; i++) {
        size_t bit = (size_t)load->dst.ofs + i, byte = n - 1 - bit / 8;
        mask[byte] |= (uint8_t)(1 << bit % 8);
        value[byte] |= (uint8_t)((i < 64 ? load->value >> i & 1 : 0) << bit % 8);
    }
    make_set_field(&made, (enum of_field_id)load->dst.field, value, mask, n);
    return put_made(p, &made);
}

static bool
bit_of(const uint8_t *bytes, size_t n, size_t bit)
{
    return bytes[n - 1 - bit / 8] >> bit % 8 & 1;
}

/* set_field as loads of the runs of bits in its mask. */
static bool
put_as_loads(struct act_put *p)
{
    const struct of_act_set_field *set = (const void *)p->act;
    const uint8_t *value = set->value, *mask = set->value + set->size;
    size_t bits = of_fields[set->field].bits, n = set->size;
    bool all = true;
    for (size_t bit = 0, end; bit < bits && all; bit = end) {
        struct made made = {.w = {0}};
        uint64_t x = 0;
        for (end = bit; end < bits && end - bit < 64 && bit_of(mask, n, end); end++) {
            x |= (uint64_t)bit_of(value, n, end) << (end - bit);
        }
        if (end == bit) {
            end++;
            continue;
        }
        made.w = wr_make(made.buffer, sizeof made.buffer);
        struct of_act_load *load = of_act_begin(&made.w, OF_ACT_LOAD, sizeof *load);
        load->dst = (struct of_subfield){set->field, (uint16_t)bit, (uint16_t)(end - bit), 0};
        load->value = x;
        all = put_made(p, &made);
    }
    return all;
}

/* set_field of a whole field as the old action for it, if that version has one. */
static bool
put_as_setter(struct act_put *p)
{
    const struct of_act_set_field *set = (const void *)p->act;
    const struct setter *s = setters;
    while (s < setters + ARRAY_LEN(setters) && s->field != set->field) {
        s++;
    }
    for (size_t i = 0; i < set->size; i++) {
        if (set->value[set->size + i] != UINT8_MAX) {
            return false;
        }
    }
    if (s == setters + ARRAY_LEN(setters) || set->size > 8 || s->id == OF_ACT_SET_TUNNEL) {
        return false;
    }
    uint64_t x = 0;
    for (size_t i = 0; i < set->size; i++) {
        x = x << 8 | set->value[i];
    }
    x = (s->field == OF_VLAN_VID ? x & ~(uint64_t)TAG_PRESENT : x) << s->shift;
    struct made made = {.w = {0}};
    made.w = wr_make(made.buffer, sizeof made.buffer);
    struct of_act *a = of_act_begin(&made.w, (enum of_act_type)s->id, of_act_infos[s->id].size);
    uint8_t *payload = (uint8_t *)(a + 1);
    size_t size = of_act_infos[s->id].size - sizeof *a;
    if (s->id == OF_ACT_SET_ETH_SRC || s->id == OF_ACT_SET_ETH_DST) {
        memcpy(payload, set->value, set->size);
    } else if (set->size == 1) {
        payload[0] = (uint8_t)x;
    } else if (size == sizeof(uint16_t) || set->size == 2) {
        uint16_t x16 = (uint16_t)x;
        memcpy(payload, &x16, sizeof x16);
    } else {
        uint32_t x32 = (uint32_t)x;
        memcpy(payload, &x32, sizeof x32);
    }
    const struct of_act *was = p->act;
    of_act_end(&made.w, 0);
    p->act = a;
    bool done = act_put_row(p);
    p->act = was;
    return done;
}

/* Going to another table is looking it up for the rest of the actions. */
static bool
put_goto_table(struct act_put *p)
{
    struct made made = {.w = {0}};
    made.w = wr_make(made.buffer, sizeof made.buffer);
    struct of_act_resubmit *r = of_act_begin(&made.w, OF_ACT_RESUBMIT, sizeof *r);
    r->port = OFP_PORT_IN_PORT;
    r->table = ((const struct of_act_u8 *)(const void *)p->act)->value;
    return put_made(p, &made);
}

static bool
put_other(const struct act_put *p, const struct of_act *a)
{
    struct act_put made = *p;
    made.act = a;
    return act_put_row(&made);
}

/* enqueue, which OpenFlow 1.1 no longer has, as what sets a queue, sends, and leaves the queue. */
static bool
put_enqueue(struct act_put *p)
{
    const void *a = p->act;
    const struct of_act_enqueue *e = a;
    const struct of_act_u32 set = {{OF_ACT_SET_QUEUE, sizeof set, 0}, e->queue};
    const struct of_act_output output = {{OF_ACT_OUTPUT, sizeof output, 0}, e->port, 0};
    const struct of_act_none pop = {{OF_ACT_POP_QUEUE, sizeof pop, 0}};
    return put_other(p, &set.act) && put_other(p, &output.act) && put_other(p, &pop.act);
}

bool
act_put_converted(struct act_put *p)
{
    if (p->act->type == OF_ACT_ENQUEUE) {
        return put_enqueue(p);
    }
    if (p->act->type == OF_ACT_GOTO_TABLE) {
        return p->version == OFP_10 && put_goto_table(p);
    }
    if (p->act->type == OF_ACT_LOAD) {
        return put_load(p);
    }
    if (p->act->type == OF_ACT_SET_FIELD) {
        return put_as_setter(p) || put_as_loads(p);
    }
    for (size_t i = 0; i < ARRAY_LEN(setters); i++) {
        if (setters[i].id == p->act->type) {
            return put_as_set_field(p, &setters[i]);
        }
    }
    return false;
}

void
act_put_tag(struct act_put *p)
{
    const void *a = p->act;
    const struct of_act_vlan_vid *v = a;
    bool is_tag = p->act->type == OF_ACT_SET_VLAN_VID || p->act->type == OF_ACT_SET_VLAN_PCP;
    if (is_tag && p->version >= OFP_11 && !v->only_tagged && !v->has_tag) {
        struct of_act_u16 push = {{OF_ACT_PUSH_VLAN, sizeof push, 0}, 0x8100};
        put_other(p, &push.act);
    }
}
