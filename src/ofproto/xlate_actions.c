/* SPDX-License-Identifier: Apache-2.0 */
/* Actions, by a table of handlers (ovs-actions(7)). Fields are written in the view of the packet
 * and then in the packet; xlate_commit() makes datapath actions of the difference. */
#include "ofproto/xlate_actions.h"

#include <string.h>

#include "datapath/actions.h"
#include "ofproto/flow_table.h"
#include "ofproto/of_view.h"
#include "openflow/msg_port.h"
#include "ofproto/packet_in.h"
#include "ofproto/translate.h"
#include "openflow/match.h"

enum { TAG_PRESENT = FLOW_VLAN_PRESENT, FIELD_BYTES = 16 };

/* -- Fields -- */

static void
look_at(struct xlate *x, enum of_field_id id)
{
    uint8_t ones[FIELD_BYTES];
    memset(ones, 0xff, sizeof ones);
    of_field_set(id, &x->wc, ones);
}

/* Whether the packet has FIELD; so have then all packets that are alike in what was looked at. */
static bool
has_field(struct xlate *x, enum of_field_id id)
{
    enum of_prereq prereq = (enum of_prereq)of_fields[id].prereq;
    struct of_match exact = {.key = x->view};
    if (prereq > OF_PREREQ_ARP) {
        look_at(x, OF_IP_PROTO);
    }
    if (prereq >= OF_PREREQ_ND) {
        look_at(x, OF_ICMPV6_TYPE);
        look_at(x, OF_ICMPV6_CODE);
    }
    memset(&exact.mask, 0xff, sizeof exact.mask);
    return of_prereq_holds(prereq, &exact);
}

/* Writes the bits of MASK in FIELD; the datapath's action depends on what was there. */
static void
write_masked(struct xlate *x, enum of_field_id id, const uint8_t *value, const uint8_t *mask)
{
    uint8_t now[FIELD_BYTES], looked[FIELD_BYTES];
    xlate_look(x);
    if (!has_field(x, id)) {
        return;
    }
    of_field_get(id, &x->view, now);
    of_field_get(id, &x->wc, looked);
    for (size_t i = 0; i < of_fields[id].wire; i++) {
        now[i] = (uint8_t)((now[i] & ~mask[i]) | (value[i] & mask[i]));
        looked[i] |= mask[i];
    }
    of_field_set(id, &x->wc, looked);
    of_field_set(id, &x->view, now);
    of_view_apply(&x->view, &x->flow);
}

static bool
get_bit(const uint8_t *value, size_t size, size_t i)
{
    return value[size - 1 - i / 8] >> i % 8 & 1;
}

static void
set_bit(uint8_t *value, size_t size, size_t i, bool bit)
{
    value[size - 1 - i / 8] = (uint8_t)(value[size - 1 - i / 8] | (unsigned int)bit << i % 8);
}

/* Writes N bits of FROM, SIZE bytes, from its bit OFS on, to DST. */
static void
write_bits(struct xlate *x, const struct of_subfield *dst, const uint8_t *from, size_t size,
           size_t ofs)
{
    uint8_t value[FIELD_BYTES] = {0}, mask[FIELD_BYTES] = {0};
    size_t wire = of_fields[dst->field].wire;
    for (size_t i = 0; i < dst->n_bits; i++) {
        set_bit(value, wire, dst->ofs + i, get_bit(from, size, ofs + i));
        set_bit(mask, wire, dst->ofs + i, true);
    }
    write_masked(x, (enum of_field_id)dst->field, value, mask);
}

static void
look_at_bits(struct xlate *x, const struct of_subfield *src)
{
    enum of_field_id id = (enum of_field_id)src->field;
    uint8_t looked[FIELD_BYTES];
    of_field_get(id, &x->wc, looked);
    for (size_t i = 0; i < src->n_bits; i++) {
        set_bit(looked, of_fields[id].wire, src->ofs + i, true);
    }
    of_field_set(id, &x->wc, looked);
}

static uint64_t
read_subfield(struct xlate *x, const struct of_subfield *src)
{
    uint8_t value[FIELD_BYTES];
    uint64_t result = 0;
    xlate_look(x);
    look_at_bits(x, src);
    of_field_get((enum of_field_id)src->field, &x->view, value);
    for (size_t i = src->n_bits; i-- > 0;) {
        result = result << 1 | get_bit(value, of_fields[src->field].wire, src->ofs + i);
    }
    return result;
}

/* Setting a field of IP's makes a flow for each protocol, as the packaged switch does. */
static void
look_at_protocol(struct xlate *x, enum of_field_id id)
{
    uint8_t prereq = of_fields[id].prereq;
    if (prereq >= OF_PREREQ_IPV4 && prereq <= OF_PREREQ_IP) {
        look_at(x, OF_IP_PROTO);
    }
}

static void
write_u64(struct xlate *x, enum of_field_id id, uint64_t value)
{
    uint8_t bytes[8];
    put_be64(bytes, value);
    struct of_subfield all = {(uint16_t)id, 0, of_fields[id].bits, 0};
    look_at_protocol(x, id);
    write_bits(x, &all, bytes, sizeof bytes, 0);
}

static void
run_set_field(struct xlate *x, const struct of_act *act)
{
    const struct of_act_set_field *a = (const void *)act;
    look_at_protocol(x, (enum of_field_id)a->field);
    write_masked(x, (enum of_field_id)a->field, a->value, a->value + a->size);
}

static void
run_load(struct xlate *x, const struct of_act *act)
{
    const struct of_act_load *a = (const void *)act;
    uint8_t bytes[8];
    put_be64(bytes, a->value);
    look_at_protocol(x, (enum of_field_id)a->dst.field);
    write_bits(x, &a->dst, bytes, sizeof bytes, 0);
}

static void
run_move(struct xlate *x, const struct of_act *act)
{
    const struct of_act_move *a = (const void *)act;
    uint8_t value[FIELD_BYTES];
    xlate_look(x);
    if (has_field(x, (enum of_field_id)a->src.field)) {
        look_at_bits(x, &a->src);
        of_field_get((enum of_field_id)a->src.field, &x->view, value);
        write_bits(x, &a->dst, value, of_fields[a->src.field].wire, a->src.ofs);
    }
}

static uint64_t
value_of(const struct of_act *act)
{
    const void *p = act;
    switch (act->type) {
    case OF_ACT_SET_ETH_SRC:
    case OF_ACT_SET_ETH_DST: {
        const uint8_t *mac = ((const struct of_act_mac *)p)->mac;
        return (uint64_t)get_be16(mac) << 32 | get_be32(mac + 2);
    }
    case OF_ACT_SET_IPV4_SRC:
    case OF_ACT_SET_IPV4_DST:
        return ((const struct of_act_u32 *)p)->value;
    case OF_ACT_SET_TUNNEL:
        return ((const struct of_act_tunnel *)p)->id;
    case OF_ACT_SET_IP_DSCP:
    case OF_ACT_SET_IP_ECN:
    case OF_ACT_SET_IP_TTL:
        return ((const struct of_act_u8 *)p)->value;
    default:
        return ((const struct of_act_u16 *)p)->value;
    }
}

/* The actions of old versions that set a field. */
static void
run_setter(struct xlate *x, const struct of_act *act)
{
    static const struct {
        uint8_t type;
        uint8_t shift; /* of the action's value against the field's */
        uint16_t field;
    } setters[] = {
        {OF_ACT_SET_ETH_SRC, 0, OF_ETH_SRC},   {OF_ACT_SET_ETH_DST, 0, OF_ETH_DST},
        {OF_ACT_SET_IPV4_SRC, 0, OF_IPV4_SRC}, {OF_ACT_SET_IPV4_DST, 0, OF_IPV4_DST},
        {OF_ACT_SET_IP_DSCP, 2, OF_IP_DSCP},   {OF_ACT_SET_IP_ECN, 0, OF_IP_ECN},
        {OF_ACT_SET_IP_TTL, 0, OF_IP_TTL},     {OF_ACT_SET_TUNNEL, 0, OF_TUN_ID},
        {OF_ACT_SET_L4_SRC, 0, OF_TCP_SRC},    {OF_ACT_SET_L4_DST, 0, OF_TCP_DST},
        {OF_ACT_SET_L4_SRC, 0, OF_UDP_SRC},    {OF_ACT_SET_L4_DST, 0, OF_UDP_DST},
        {OF_ACT_SET_L4_SRC, 0, OF_SCTP_SRC},   {OF_ACT_SET_L4_DST, 0, OF_SCTP_DST},
    };
    for (size_t i = 0; i < ARRAY_LEN(setters); i++) {
        if (setters[i].type == act->type) {
            write_u64(x, (enum of_field_id)setters[i].field, value_of(act) >> setters[i].shift);
        }
    }
}

static void
run_dec_ttl(struct xlate *x, const struct of_act *act UNUSED)
{
    xlate_look(x);
    if (!has_field(x, OF_IP_TTL)) {
        return;
    }
    uint8_t ttl = x->view.nw_ttl[0];
    look_at(x, OF_IP_TTL);
    if (ttl > 1) {
        write_u64(x, OF_IP_TTL, ttl - 1u);
    } else {
        x->done = true;
    }
}

/* -- VLANs -- */

static void
run_push_vlan(struct xlate *x, const struct of_act *act)
{
    uint16_t tci = be16_host(x->flow.vlan_tci0);
    xlate_add_tag(&x->flow, ((const struct of_act_u16 *)(const void *)act)->value, tci);
    look_at(x, OF_VLAN_TCI);
}

static void
run_strip_vlan(struct xlate *x, const struct of_act *act UNUSED)
{
    look_at(x, OF_VLAN_TCI);
    xlate_strip_tag(&x->flow);
}

/* Changes the bits of MASK in the outermost tag, which is made if there is none. */
static void
write_tag(struct xlate *x, uint16_t value, uint16_t mask)
{
    look_at(x, OF_VLAN_TCI);
    uint16_t tci = be16_host(x->flow.vlan_tci0);
    if (!(tci & TAG_PRESENT)) {
        xlate_add_tag(&x->flow, ETH_TYPE_VLAN, 0);
        tci = TAG_PRESENT;
    }
    x->flow.vlan_tci0 = be16_from((uint16_t)((tci & ~mask) | (value & mask)));
}

static void
run_set_vlan_vid(struct xlate *x, const struct of_act *act)
{
    write_tag(x, ((const struct of_act_u16 *)(const void *)act)->value, VLAN_VID_MASK);
}

static void
run_set_vlan_pcp(struct xlate *x, const struct of_act *act)
{
    uint16_t pcp = ((const struct of_act_u8 *)(const void *)act)->value;
    write_tag(x, (uint16_t)(pcp << VLAN_PCP_SHIFT), VLAN_PCP_MASK);
}

/* -- Output -- */

/* To all ports but the one where the packet came in and those with any of SKIP; by number. */
static void
output_to_all(struct xlate *x, uint32_t skip)
{
    size_t n;
    struct ofport **ports = ofproto_ports_sorted(x->ofproto, &n);
    for (size_t i = 0; i < n; i++) {
        if (ports[i] != x->in_port && !(ports[i]->config & skip)) {
            xlate_output(x, ports[i]);
        }
    }
    os_free(ports);
}

static void
output_to_controller(struct xlate *x, uint16_t max_len, uint16_t controller_id, uint8_t reason)
{
    if (x->in_port && x->in_port->config & OFP_PC_NO_PACKET_IN) {
        return;
    }
    xlate_commit(x);
    struct packet_in_note note = {
        .magic = PACKET_IN_MAGIC,
        .max_len = max_len,
        .controller_id = controller_id,
        .cookie = x->rule ? x->rule->cookie : UINT64_MAX,
        .metadata = get_be64(x->view.metadata),
        .switch_id = x->ofproto->id,
        .in_port = x->in_number,
        .table = x->table,
        .reason = reason,
    };
    dp_act_put_userspace(&x->out->actions, 0, &note, sizeof note);
}

static void
output_to(struct xlate *x, uint16_t number, uint16_t max_len)
{
    switch (number) {
    case OFP_PORT_IN_PORT:
        if (x->in_port) {
            xlate_output(x, x->in_port);
        }
        break;
    case OFP_PORT_TABLE:
        xlate_table(x, 0);
        break;
    case OFP_PORT_NORMAL:
        xlate_normal(x);
        break;
    case OFP_PORT_FLOOD:
        output_to_all(x, OFP_PC_NO_FLOOD);
        break;
    case OFP_PORT_ALL:
        output_to_all(x, 0);
        break;
    case OFP_PORT_CONTROLLER:
        output_to_controller(x, max_len, 0, OF_REASON_ACTION);
        break;
    default: {
        struct ofport *port = ofproto_port_find(x->ofproto, number);
        if (port && port != x->in_port) {
            xlate_output(x, port);
        }
    }
    }
}

static void
run_output(struct xlate *x, const struct of_act *act)
{
    const struct of_act_output *a = (const void *)act;
    output_to(x, a->port, a->max_len);
}

static void
run_output_reg(struct xlate *x, const struct of_act *act)
{
    const struct of_act_output_reg *a = (const void *)act;
    uint64_t port = read_subfield(x, &a->src);
    if (port <= UINT16_MAX) {
        output_to(x, (uint16_t)port, a->max_len);
    }
}

static void
run_controller(struct xlate *x, const struct of_act *act)
{
    const struct of_act_controller *a = (const void *)act;
    output_to_controller(x, a->max_len, a->controller_id, a->reason);
}

/* -- Programs -- */

static void
run_resubmit(struct xlate *x, const struct of_act *act)
{
    const struct of_act_resubmit *a = (const void *)act;
    struct ofport *in_port = x->in_port;
    uint16_t in_number = x->in_number;
    if (a->port != OFP_PORT_IN_PORT) {
        x->in_port = ofproto_port_find(x->ofproto, a->port);
        x->in_number = a->port;
    }
    xlate_table(x, a->table == OF_TABLE_NONE ? x->table : a->table);
    x->in_port = in_port;
    x->in_number = in_number;
}

static void
run_goto_table(struct xlate *x, const struct of_act *act)
{
    xlate_table(x, ((const struct of_act_u8 *)(const void *)act)->value);
}

static void
run_write_metadata(struct xlate *x, const struct of_act *act)
{
    const struct of_act_metadata *a = (const void *)act;
    uint64_t now = get_be64(x->view.metadata);
    put_be64(x->view.metadata, (now & ~a->mask) | (a->value & a->mask));
}

static void
run_clone(struct xlate *x, const struct of_act *act)
{
    const struct of_act_list *a = (const void *)act;
    struct flow_key flow = x->flow;
    struct of_key view = x->view;
    xlate_actions(x, a->list, a->act.len - sizeof *a);
    x->flow = flow;
    x->view = view;
    x->done = false; /* what ends inside is the clone */
}

static void
run_exit(struct xlate *x, const struct of_act *act UNUSED)
{
    x->done = true;
}

static void
run_note(struct xlate *x UNUSED, const struct of_act *act UNUSED)
{
}

typedef void run_fn(struct xlate *, const struct of_act *);

static run_fn *const runs[OF_ACT_COUNT] = {
    [OF_ACT_OUTPUT] = run_output,
    [OF_ACT_OUTPUT_REG] = run_output_reg,
    [OF_ACT_CONTROLLER] = run_controller,
    [OF_ACT_STRIP_VLAN] = run_strip_vlan,
    [OF_ACT_PUSH_VLAN] = run_push_vlan,
    [OF_ACT_SET_VLAN_VID] = run_set_vlan_vid,
    [OF_ACT_SET_VLAN_PCP] = run_set_vlan_pcp,
    [OF_ACT_SET_FIELD] = run_set_field,
    [OF_ACT_LOAD] = run_load,
    [OF_ACT_MOVE] = run_move,
    [OF_ACT_SET_ETH_SRC] = run_setter,
    [OF_ACT_SET_ETH_DST] = run_setter,
    [OF_ACT_SET_IPV4_SRC] = run_setter,
    [OF_ACT_SET_IPV4_DST] = run_setter,
    [OF_ACT_SET_IP_DSCP] = run_setter,
    [OF_ACT_SET_IP_ECN] = run_setter,
    [OF_ACT_SET_IP_TTL] = run_setter,
    [OF_ACT_SET_L4_SRC] = run_setter,
    [OF_ACT_SET_L4_DST] = run_setter,
    [OF_ACT_SET_TUNNEL] = run_setter,
    [OF_ACT_DEC_TTL] = run_dec_ttl,
    [OF_ACT_NOTE] = run_note,
    [OF_ACT_RESUBMIT] = run_resubmit,
    [OF_ACT_CLONE] = run_clone,
    [OF_ACT_EXIT] = run_exit,
    [OF_ACT_WRITE_METADATA] = run_write_metadata,
    [OF_ACT_GOTO_TABLE] = run_goto_table,
};

void
xlate_actions(struct xlate *x, const void *list, size_t size)
{
    const struct of_act *act;
    for (size_t ofs = 0; !x->done && (act = of_acts_next(list, size, &ofs));) {
        if (runs[act->type]) {
            runs[act->type](x, act);
        }
    }
}

/* -- Checks -- */

static bool
writes_known_field(const struct of_act *act)
{
    const void *p = act;
    switch (act->type) {
    case OF_ACT_SET_FIELD:
        return of_view_has((enum of_field_id)((const struct of_act_set_field *)p)->field);
    case OF_ACT_LOAD:
        return of_view_has((enum of_field_id)((const struct of_act_load *)p)->dst.field);
    case OF_ACT_MOVE: {
        const struct of_act_move *move = p;
        return of_view_has((enum of_field_id)move->src.field) &&
               of_view_has((enum of_field_id)move->dst.field);
    }
    case OF_ACT_OUTPUT_REG:
        return of_view_has((enum of_field_id)((const struct of_act_output_reg *)p)->src.field);
    default:
        return true;
    }
}

enum ofp_error
xlate_actions_check(const void *list, size_t size)
{
    const struct of_act *act;
    for (size_t ofs = 0; (act = of_acts_next(list, size, &ofs));) {
        if (!runs[act->type]) {
            return OFPBAC_BAD_TYPE;
        } else if (!writes_known_field(act)) {
            return OFPBAC_BAD_SET_TYPE;
        }
        const struct of_act_list *inner = (const void *)act;
        enum ofp_error error = act->type == OF_ACT_CLONE
                                   ? xlate_actions_check(inner->list, act->len - sizeof *inner)
                                   : OFP_OK;
        if (error) {
            return error;
        }
    }
    return OFP_OK;
}
