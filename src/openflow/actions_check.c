/* SPDX-License-Identifier: Apache-2.0 */
/* The actions are gone through with a match that changes as they would change packets: a tag is
 * pushed, the type becomes MPLS's. An action on a header has that header's demand (fields.def) in
 * the table below. */
#include "openflow/actions_check.h"

#include "openflow/field_use.h"
#include "openflow/port_text.h"
#include "os/log.h"

LOG_MODULE(ofp_actions);

static struct log_rate prereq_rate = LOG_RATE(1, 5);

enum {
    TAG_PRESENT = 0x1000,
    N_TAGS_MAX = 2,
    METER_MAX = 0xffff0000u,
    PORT_FTP = 21, /* of ct()'s helpers */
    PORT_TFTP = 69,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    TYPE_NSH = 0x894f,
    NS_ETHERTYPE = 1,
    TABLE_UNKNOWN = 0xff,
};
#define PACKET_TYPE_NSH (NS_ETHERTYPE << 16 | TYPE_NSH)

struct check {
    struct of_match m;
    uint8_t table;
    unsigned int n_tags;
    bool consistent;
};

/* What actions on headers ask for. */
static const struct {
    uint16_t type; /* enum of_act_type */
    uint8_t prereq, or_prereq;
} demands[] = {
    {OF_ACT_STRIP_VLAN, OF_PREREQ_VLAN_VID, OF_PREREQ_VLAN_VID},
    {OF_ACT_PUSH_MPLS, OF_PREREQ_ETH, OF_PREREQ_ETH},
    {OF_ACT_POP_MPLS, OF_PREREQ_MPLS, OF_PREREQ_MPLS},
    {OF_ACT_SET_IPV4_SRC, OF_PREREQ_IPV4, OF_PREREQ_IPV4},
    {OF_ACT_SET_IPV4_DST, OF_PREREQ_IPV4, OF_PREREQ_IPV4},
    {OF_ACT_SET_IP_DSCP, OF_PREREQ_IP, OF_PREREQ_IP},
    {OF_ACT_SET_IP_ECN, OF_PREREQ_IP, OF_PREREQ_IP},
    {OF_ACT_SET_IP_TTL, OF_PREREQ_IP, OF_PREREQ_IP},
    {OF_ACT_DEC_TTL, OF_PREREQ_IP, OF_PREREQ_IP},
    {OF_ACT_DEC_TTL_IDS, OF_PREREQ_IP, OF_PREREQ_IP},
    {OF_ACT_SET_L4_SRC, OF_PREREQ_TCP, OF_PREREQ_UDP},
    {OF_ACT_SET_L4_DST, OF_PREREQ_TCP, OF_PREREQ_UDP},
    {OF_ACT_SET_MPLS_LABEL, OF_PREREQ_MPLS, OF_PREREQ_MPLS},
    {OF_ACT_SET_MPLS_TC, OF_PREREQ_MPLS, OF_PREREQ_MPLS},
    {OF_ACT_SET_MPLS_TTL, OF_PREREQ_MPLS, OF_PREREQ_MPLS},
    {OF_ACT_DEC_MPLS_TTL, OF_PREREQ_MPLS, OF_PREREQ_MPLS},
    {OF_ACT_DEC_NSH_TTL, OF_PREREQ_NSH, OF_PREREQ_NSH},
    {OF_ACT_FIN_TIMEOUT, OF_PREREQ_TCP, OF_PREREQ_TCP},
};

static bool
is_l4(const struct of_act *a)
{
    return a->type == OF_ACT_SET_L4_SRC || a->type == OF_ACT_SET_L4_DST;
}

static void
check_demand(struct check *c, const struct of_act *a)
{
    size_t i = 0;
    while (i < ARRAY_LEN(demands) && demands[i].type != a->type) {
        i++;
    }
    if (i < ARRAY_LEN(demands)) {
        bool met = of_prereq_holds((enum of_prereq)demands[i].prereq, &c->m) ||
                   of_prereq_holds((enum of_prereq)demands[i].or_prereq, &c->m) ||
                   (is_l4(a) && of_prereq_holds(OF_PREREQ_SCTP, &c->m));
        c->consistent = c->consistent && met;
    }
}

/* -- What becomes of packets -- */

static void
set_tags(struct check *c, unsigned int n)
{
    c->n_tags = n;
    c->m.mask.vlan_tci[0] |= TAG_PRESENT >> 8;
    c->m.key.vlan_tci[0] =
        (uint8_t)((c->m.key.vlan_tci[0] & ~(TAG_PRESENT >> 8)) | (n ? TAG_PRESENT >> 8 : 0));
}

static void
set_type(struct check *c, uint16_t type)
{
    of_match_set_u64(&c->m, OF_ETH_TYPE, type);
    of_match_clear(&c->m, OF_IP_PROTO);
}

static void
encapsulate(struct check *c, uint32_t packet_type)
{
    of_match_set_u64(&c->m, OF_PACKET_TYPE, packet_type);
    if (packet_type) {
        set_type(c, (uint16_t)packet_type);
    }
}

static void
decapsulate(struct check *c)
{
    if (of_field_get_u64(OF_PACKET_TYPE, &c->m.key)) { /* what is inside is not known */
        of_match_clear(&c->m, OF_PACKET_TYPE);
        of_match_clear(&c->m, OF_ETH_TYPE);
    } else {
        uint64_t type = of_field_get_u64(OF_ETH_TYPE, &c->m.key);
        of_match_set_u64(&c->m, OF_PACKET_TYPE, NS_ETHERTYPE << 16 | type);
    }
}

static enum ofp_error
apply(struct check *c, const struct of_act *a)
{
    const void *p = a;
    const struct of_act_u16 *u16 = p;
    switch (a->type) {
    case OF_ACT_PUSH_VLAN:
        if (c->n_tags >= N_TAGS_MAX) {
            return OFPBAC_BAD_TAG;
        }
        set_tags(c, c->n_tags + 1);
        break;
    case OF_ACT_STRIP_VLAN:
        set_tags(c, c->n_tags ? c->n_tags - 1 : 0);
        break;
    case OF_ACT_SET_VLAN_VID:
    case OF_ACT_SET_VLAN_PCP:
        set_tags(c, c->n_tags ? c->n_tags : 1);
        break;
    case OF_ACT_PUSH_MPLS:
    case OF_ACT_POP_MPLS:
        set_type(c, u16->value);
        break;
    case OF_ACT_ENCAP:
        encapsulate(c, ((const struct of_act_encap *)p)->packet_type);
        break;
    case OF_ACT_DECAP:
        decapsulate(c);
        break;
    default:
        break;
    }
    return OFP_OK;
}

/* -- What must hold -- */

/* A port that can be sent to; OpenFlow's numbers above the ordinary ones are few. */
static enum ofp_error
check_port(uint32_t port)
{
    bool is_reserved = port >= OFP_PORT_IN_PORT && port <= OFP_PORT_LOCAL;
    return port < OFP_PORT_MAX || is_reserved ? OFP_OK : OFPBAC_BAD_OUT_PORT;
}

/* One with queues. */
static enum ofp_error
check_device(uint32_t port)
{
    bool good = port < OFP_PORT_MAX || port == OFP_PORT_IN_PORT || port == OFP_PORT_LOCAL;
    return good ? OFP_OK : OFPBAC_BAD_OUT_PORT;
}

/* One that a choice can be made among. */
static enum ofp_error
check_member(uint32_t port)
{
    return port == OFP_PORT_NONE         ? OFP_OK
           : port == OFP_PORT_CONTROLLER ? OFPBAC_BAD_OUT_PORT
                                         : check_port(port);
}

static enum ofp_error
check_members(const struct of_act_bundle *b)
{
    enum ofp_error error = OFP_OK;
    for (uint16_t i = 0; !error && i < b->n_ports; i++) {
        error = check_member(b->ports[i]);
    }
    return error;
}

static enum ofp_error
check_ports(const struct of_act *a)
{
    const void *p = a;
    switch (a->type) {
    case OF_ACT_OUTPUT:
        return check_port(((const struct of_act_output *)p)->port);
    case OF_ACT_ENQUEUE:
        return check_device(((const struct of_act_enqueue *)p)->port);
    case OF_ACT_BUNDLE:
        return check_members(p);
    default:
        return OFP_OK;
    }
}

enum ofp_error
of_acts_check_ports(const void *list, size_t size)
{
    enum ofp_error error = OFP_OK;
    const struct of_act *a;
    for (size_t ofs = 0; !error && (a = of_acts_next(list, size, &ofs));) {
        error = check_ports(a);
    }
    return error;
}

static enum ofp_error
check_source(const struct check *c, const struct of_subfield *sub)
{
    return of_field_check_source(&c->m, (enum of_field_id)sub->field);
}

static enum ofp_error
check_destination(const struct check *c, const struct of_subfield *sub)
{
    return of_field_check_destination(&c->m, (enum of_field_id)sub->field);
}

/* One that is set: a match may say which tag packets do not have, but that changes none. */
static enum ofp_error
check_set(const struct of_match *m, uint16_t field)
{
    bool lacks_tag = field == OF_VLAN_VID && !of_prereq_holds(OF_PREREQ_VLAN_VID, m);
    if (lacks_tag || !of_prereq_holds((enum of_prereq)of_fields[field].prereq, m)) {
        log_limited(&prereq_rate, LOG_WARN, "set_field %s lacks correct prerequisites",
                    of_fields[field].name);
        return OFPBAC_MATCH_INCONSISTENT;
    }
    return OFP_OK;
}

/* What is learned is matched and loaded in the flow that is learned. */
static enum ofp_error
check_learned(const struct of_match *learned, const struct of_learn_spec *s)
{
    enum of_field_id field = (enum of_field_id)s->dst.field;
    return s->dst_kind == OF_LEARN_MATCH  ? of_field_check_source(learned, field)
           : s->dst_kind == OF_LEARN_LOAD ? of_field_check_destination(learned, field)
                                          : OFP_OK;
}

static enum ofp_error
check_learn(const struct check *c, const struct of_act_learn *l)
{
    struct of_match learned;
    const struct of_learn_spec *s;
    enum ofp_error error = OFP_OK;
    of_match_init(&learned);
    for (size_t ofs = 0; !error && (s = of_learn_next(l, &ofs));) {
        if (s->src_kind == OF_LEARN_FROM_FIELD) {
            error = check_source(c, &s->src);
        }
        error = error ? error : check_learned(&learned, s);
        const struct of_field *f = &of_fields[s->dst.field];
        if (s->dst_kind == OF_LEARN_MATCH && s->src_kind == OF_LEARN_FROM_VALUE && !s->dst.ofs &&
            s->n_bits == of_subfield_bits((enum of_field_id)s->dst.field) &&
            f->wire >= s->value_size) {
            uint8_t value[OF_VALUE_MAX] = {0};
            memcpy(value + f->wire - s->value_size, s->value, s->value_size);
            of_match_set(&learned, (enum of_field_id)s->dst.field, value, NULL);
        }
    }
    return error;
}

static enum ofp_error check_list(struct check *c, void *list, size_t size);

static enum ofp_error
check_nat(const struct check *c, const struct of_act_nat *n)
{
    bool v4 = n->present & (OF_NAT_IPV4_MIN | OF_NAT_IPV4_MAX);
    bool v6 = n->present & (OF_NAT_IPV6_MIN | OF_NAT_IPV6_MAX);
    bool good = (!v4 || of_prereq_holds(OF_PREREQ_IPV4, &c->m)) &&
                (!v6 || of_prereq_holds(OF_PREREQ_IPV6, &c->m));
    return good ? OFP_OK : OFPBAC_MATCH_INCONSISTENT;
}

static bool
has_proto(const struct check *c, uint8_t proto)
{
    return of_match_is_exact(&c->m, OF_IP_PROTO) &&
           of_field_get_u64(OF_IP_PROTO, &c->m.key) == proto;
}

static enum ofp_error
check_ct(struct check *c, struct of_act_ct *ct)
{
    bool good = of_prereq_holds(OF_PREREQ_IP, &c->m);
    good = good && (ct->alg != PORT_FTP || has_proto(c, PROTO_TCP));
    good = good && (ct->alg != PORT_TFTP || has_proto(c, PROTO_UDP));
    if (!good) {
        return OFPBAC_MATCH_INCONSISTENT;
    }
    enum ofp_error error = ct->zone_src.n_bits ? check_source(c, &ct->zone_src) : OFP_OK;
    return error ? error : check_list(c, ct->list, ct->act.len - sizeof *ct);
}

/* What is only put into the set: later actions see nothing of it, and a header that may not be
 * there is no matter. */
static enum ofp_error
check_written(const struct check *c, struct of_act_list *l)
{
    struct check inner = *c;
    return check_list(&inner, l->list, l->act.len - sizeof *l);
}

/* What happens to a clone does not happen to the packet. */
static enum ofp_error
check_clone(const struct check *c, struct of_act_list *l, bool *consistent)
{
    struct check inner = *c;
    enum ofp_error error = check_list(&inner, l->list, l->act.len - sizeof *l);
    *consistent = inner.consistent;
    return error;
}

static enum ofp_error
check_goto(const struct check *c, uint8_t table)
{
    return c->table != TABLE_UNKNOWN && table <= c->table ? OFPBIC_BAD_TABLE_ID : OFP_OK;
}

static enum ofp_error
check_move(const struct check *c, const struct of_act_move *m)
{
    enum ofp_error error = check_source(c, &m->src);
    return error ? error : check_destination(c, &m->dst);
}

static enum ofp_error
check_bundle(const struct check *c, const struct of_act_bundle *b)
{
    enum ofp_error error = check_members(b);
    return error || !b->dst.n_bits ? error : check_destination(c, &b->dst);
}

static enum ofp_error
check_resubmit(const struct check *c, const struct of_act_resubmit *r)
{
    return r->with_ct && !of_prereq_holds(OF_PREREQ_CT, &c->m) ? OFPBAC_MATCH_INCONSISTENT
                                                               : OFP_OK;
}

static enum ofp_error
check_one(struct check *c, struct of_act *a)
{
    void *p = a;
    uint32_t meter;
    switch (a->type) {
    case OF_ACT_OUTPUT_REG:
        return check_source(c, &((const struct of_act_output_reg *)p)->src);
    case OF_ACT_SET_FIELD:
        return check_set(&c->m, ((const struct of_act_set_field *)p)->field);
    case OF_ACT_LOAD:
        return check_set(&c->m, ((const struct of_act_load *)p)->dst.field);
    case OF_ACT_MOVE:
        return check_move(c, p);
    case OF_ACT_STACK_PUSH:
        return check_source(c, &((const struct of_act_subfield *)p)->sub);
    case OF_ACT_DELETE_FIELD:
        return of_field_is_tun_metadata(
                   (enum of_field_id)((const struct of_act_subfield *)p)->sub.field)
                   ? OFP_OK
                   : OFPBAC_BAD_ARGUMENT;
    case OF_ACT_STACK_POP:
        return check_destination(c, &((const struct of_act_subfield *)p)->sub);
    case OF_ACT_MULTIPATH:
        return check_destination(c, &((const struct of_act_multipath *)p)->dst);
    case OF_ACT_LEARN:
        return check_learn(c, p);
    case OF_ACT_BUNDLE:
        return check_bundle(c, p);
    case OF_ACT_RESUBMIT:
        return check_resubmit(c, p);
    case OF_ACT_CT:
        return check_ct(c, p);
    case OF_ACT_NAT:
        return check_nat(c, p);
    case OF_ACT_CLONE:
        return check_clone(c, p, &c->consistent);
    case OF_ACT_WRITE_ACTIONS:
        return check_written(c, p);
    case OF_ACT_GOTO_TABLE:
        return check_goto(c, ((const struct of_act_u8 *)p)->value);
    case OF_ACT_METER:
        meter = ((const struct of_act_u32 *)p)->value;
        return meter && meter <= METER_MAX ? OFP_OK : OFPMMFC_INVALID_METER;
    default:
        return check_ports(a);
    }
}

/* Whether packets have a tag is noted where it matters to how the action travels. */
static void
note_tag(struct check *c, struct of_act_vlan_vid *v)
{
    v->has_tag = c->n_tags;
    c->consistent = c->consistent && (v->has_tag || !v->only_tagged);
}

static void
note_protocol(const struct check *c, struct of_act_l4_port *port)
{
    port->proto = of_match_is_exact(&c->m, OF_IP_PROTO)
                      ? (uint8_t)of_field_get_u64(OF_IP_PROTO, &c->m.key)
                      : 0;
}

static enum ofp_error
check_list(struct check *c, void *list, size_t size)
{
    enum ofp_error error = OFP_OK;
    size_t at = 0;
    const struct of_act *a;
    for (size_t ofs = 0; !error && (a = of_acts_next(list, size, &ofs)); at = ofs) {
        if (a->type == OF_ACT_SET_VLAN_VID || a->type == OF_ACT_SET_VLAN_PCP) {
            note_tag(c, (void *)((uint8_t *)list + at));
        }
        if (is_l4(a)) {
            note_protocol(c, (void *)((uint8_t *)list + at));
        }
        check_demand(c, a);
        error = check_one(c, (void *)((uint8_t *)list + at));
        error = error ? error : apply(c, a);
    }
    return error;
}

enum ofp_error
of_acts_check_any(void *list, size_t size, const struct of_match *m, uint8_t table,
                  bool *consistent)
{
    struct check c = {*m, table, of_prereq_holds(OF_PREREQ_VLAN_VID, m), true};
    enum ofp_error error = check_list(&c, list, size);
    *consistent = c.consistent;
    return error;
}

enum ofp_error
of_acts_check(void *list, size_t size, const struct of_match *m, uint8_t table,
              enum ofp_version version)
{
    bool consistent;
    enum ofp_error error = of_acts_check_any(list, size, m, table, &consistent);
    return error ? error : consistent || version < OFP_11 ? OFP_OK : OFPBAC_MATCH_INCONSISTENT;
}
