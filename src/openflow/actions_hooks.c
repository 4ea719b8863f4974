/* SPDX-License-Identifier: Apache-2.0 */
/* What is irregular about actions: layouts that tables do not say, which of several rows to write,
 * and what a reader must refuse. */
#include <string.h>

#include "openflow/actions_internal.h"
#include "openflow/field_use.h"
#include "openflow/match_oxm.h"
#include "openflow/port_text.h"
#include "os/log.h"

LOG_MODULE(ofp_actions);

enum {
    NX_LOAD2 = 33,
    STD_SET_FIELD = 25,
    STD_POP_VLAN = 18,
    NX_RESUBMIT = 1,
    NX_RESUBMIT_TABLE = 14,
    NX_RESUBMIT_CT = 44,
    NX_BUNDLE = 12,
    NX_BUNDLE_LOAD = 13,
    NX_LEARN = 16,
    NX_LEARN2 = 45,
    NX_CONTROLLER = 20,
    NX_CONTROLLER2 = 37,
    NX_SAMPLE = 29,
    NX_SAMPLE2 = 38,
    NX_SAMPLE3 = 41,
    NX_TUNNEL = 2,
    NX_TUNNEL64 = 9,
    MEMBERS_OFPORT = 0x00000002, /* NXM_OF_IN_PORT, the type of bundles' members */
};

static bool
act_has_mask(const struct of_act_set_field *set)
{
    size_t i = 0;
    while (i < set->size && set->value[set->size + i] == UINT8_MAX) {
        i++;
    }
    return i < set->size;
}

/* -- Rows -- */

static bool
sample_fits(const struct of_act_sample *s, uint16_t number)
{
    uint16_t needs = s->direction                        ? NX_SAMPLE3
                     : s->sampling_port != OFP_PORT_NONE ? NX_SAMPLE2
                                                         : NX_SAMPLE;
    return number == needs;
}

static bool
controller_fits(const struct of_act_controller *c, uint16_t number)
{
    bool is_simple = !c->meter_id && !c->pause && c->act.len == sizeof *c;
    return number == (is_simple ? NX_CONTROLLER : NX_CONTROLLER2);
}

/* Of a whole field, or where masks can be said; tunnel metadata, which has no length that a load
 * could go by, in Nicira's form where there is no other. */
static bool
set_field_fits(const struct of_act_set_field *set, uint16_t number, enum ofp_version version)
{
    return number == STD_SET_FIELD
               ? version >= OFP_15 || (!act_has_mask(set) &&
                                       (!set->is_load || of_field_is_tun_metadata(set->field)))
               : of_field_is_tun_metadata(set->field);
}

bool
act_row_fits(const struct of_act *a, uint16_t number, enum ofp_version version)
{
    const void *p = a;
    const struct of_act_resubmit *resubmit = p;
    const struct of_act_tunnel *tunnel = p;
    const struct of_act_bundle *bundle = p;
    const struct of_act_learn *learn = p;
    switch (a->type) {
    case OF_ACT_RESUBMIT:
        return number == (resubmit->with_ct ? NX_RESUBMIT_CT : NX_RESUBMIT_TABLE);
    case OF_ACT_SET_TUNNEL:
        return number == (tunnel->is_wide || tunnel->id > UINT32_MAX ? NX_TUNNEL64 : NX_TUNNEL);
    case OF_ACT_BUNDLE:
        return number == (bundle->dst.n_bits ? NX_BUNDLE_LOAD : NX_BUNDLE);
    case OF_ACT_LEARN:
        return number == (learn->has_limit ? NX_LEARN2 : NX_LEARN);
    case OF_ACT_SAMPLE:
        return sample_fits(p, number);
    case OF_ACT_CONTROLLER:
        return controller_fits(p, number);
    case OF_ACT_SET_FIELD:
        return set_field_fits(p, number, version);
    default:
        return true;
    }
}

/* -- What must hold -- */

static enum ofp_error
check_subfield(const struct of_subfield *sub, bool is_written)
{
    if (!of_subfield_is_valid(sub)) {
        return OFPBAC_BAD_SET_LEN;
    }
    return is_written ? of_field_check_writable((enum of_field_id)sub->field) : OFP_OK;
}

static enum ofp_error
check_load(const struct of_act_load *l)
{
    enum ofp_error error = check_subfield(&l->dst, true);
    bool fits = l->dst.n_bits >= 64 || !(l->value >> l->dst.n_bits);
    return error ? error : fits ? OFP_OK : OFPBAC_BAD_ARGUMENT;
}

static enum ofp_error
check_move(struct of_act_move *m)
{
    m->dst.n_bits = m->src.n_bits;
    enum ofp_error error = check_subfield(&m->src, false);
    return error ? error : check_subfield(&m->dst, true);
}

static enum ofp_error
check_resubmit(struct of_act_resubmit *r, uint16_t number)
{
    r->table = number == NX_RESUBMIT ? OF_TABLE_NONE : r->table;
    r->with_ct = number == NX_RESUBMIT_CT;
    return OFP_OK;
}

static enum ofp_error
check_sample(struct of_act_sample *s, uint16_t number)
{
    s->sampling_port = number == NX_SAMPLE ? OFP_PORT_NONE : s->sampling_port;
    return !s->probability || s->direction > 2 ? OFPBAC_BAD_ARGUMENT : OFP_OK;
}

static enum ofp_error
check_ct(const struct of_act_ct *ct)
{
    if (ct->flags & ~(OF_CT_COMMIT | OF_CT_FORCE)) {
        return OFPBAC_BAD_ARGUMENT;
    }
    return ct->flags & OF_CT_FORCE && !(ct->flags & OF_CT_COMMIT) ? OFPBAC_BAD_ARGUMENT : OFP_OK;
}

static enum ofp_error
check_mpls(const struct of_act_u16 *a)
{
    return a->value == 0x8847 || a->value == 0x8848 ? OFP_OK : OFPBAC_BAD_ARGUMENT;
}

static enum ofp_error
check_vlan(const struct of_act_u16 *a)
{
    return a->value == 0x8100 || a->value == 0x88a8 ? OFP_OK : OFPBAC_BAD_ARGUMENT;
}

/* OpenFlow 1.0 gives packets a tag, later versions change those that have one. */
static enum ofp_error
check_tag(struct of_act_vlan_vid *v, unsigned int value, unsigned int max,
          enum ofp_version version)
{
    v->only_tagged = version >= OFP_11;
    return value > max ? OFPBAC_BAD_ARGUMENT : OFP_OK;
}

enum ofp_error
act_check(struct of_act *a, uint16_t number, enum ofp_version version)
{
    void *p = a;
    struct of_act_check *check = p;
    switch (a->type) {
    case OF_ACT_LOAD:
        return check_load(p);
    case OF_ACT_MOVE:
        return check_move(p);
    case OF_ACT_RESUBMIT:
        return check_resubmit(p, number);
    case OF_ACT_SAMPLE:
        return check_sample(p, number);
    case OF_ACT_OUTPUT_TRUNC:
        return ((struct of_act_output_trunc *)p)->max_len < OF_TRUNC_MIN ? OFPBAC_BAD_ARGUMENT
                                                                         : OFP_OK;
    case OF_ACT_CT:
        return check_ct(p);
    case OF_ACT_PUSH_MPLS:
        return check_mpls(p);
    case OF_ACT_PUSH_VLAN:
        return check_vlan(p);
    case OF_ACT_STRIP_VLAN: /* by the name that it has since OpenFlow 1.1 */
        ((struct of_act_u8 *)p)->value = number == STD_POP_VLAN;
        return OFP_OK;
    case OF_ACT_SET_TUNNEL:
        ((struct of_act_tunnel *)p)->is_wide = number == NX_TUNNEL64;
        return OFP_OK;
    case OF_ACT_CHECK_PKT_LARGER:
        check->dst.n_bits = 1;
        return check_subfield(&check->dst, true);
    case OF_ACT_OUTPUT_REG:
        return check_subfield(&((struct of_act_output_reg *)p)->src, false);
    case OF_ACT_STACK_PUSH:
        return check_subfield(&((struct of_act_subfield *)p)->sub, false);
    case OF_ACT_STACK_POP:
        return check_subfield(&((struct of_act_subfield *)p)->sub, true);
    case OF_ACT_MULTIPATH:
        return check_subfield(&((struct of_act_multipath *)p)->dst, true);
    case OF_ACT_SET_VLAN_VID:
        return check_tag(p, ((struct of_act_vlan_vid *)p)->value, 0xfff, version);
    case OF_ACT_SET_VLAN_PCP:
        return check_tag(p, ((struct of_act_vlan_pcp *)p)->value, 7, version);
    case OF_ACT_SET_IP_DSCP:
        return ((struct of_act_u8 *)p)->value & 3 ? OFPBAC_BAD_ARGUMENT : OFP_OK;
    case OF_ACT_SET_IP_ECN:
        return ((struct of_act_u8 *)p)->value > 3 ? OFPBAC_BAD_ARGUMENT : OFP_OK;
    default:
        return OFP_OK;
    }
}

/* -- dec_ttl(ID,...) -- */

void
put_ids(struct act_put *p)
{
    const struct of_act_ids *a = (const void *)p->act;
    size_t n = (a->act.len - sizeof *a) / sizeof *a->ids;
    wr_be16(p->w, (uint16_t)n);
    wr_zeros(p->w, 4);
    for (size_t i = 0; i < n; i++) {
        wr_be16(p->w, a->ids[i]);
    }
}

enum ofp_error
get_ids(struct act_get *g)
{
    uint16_t n = rd_be16(&g->r);
    rd_skip(&g->r, 4);
    for (uint16_t i = 0; i < n && !g->r.bad; i++) {
        uint16_t id = rd_be16(&g->r);
        wr_bytes(g->list, &id, sizeof id);
    }
    return n ? OFP_OK : OFPBAC_BAD_LEN;
}

/* -- controller: properties -- */

enum { PROP_MAX_LEN, PROP_CONTROLLER_ID, PROP_REASON, PROP_USERDATA, PROP_PAUSE, PROP_METER_ID };
enum { PROP_HEAD = 4, NO_LIMIT = 0xffff };

static void
put_prop(struct wr *w, uint16_t type, const void *p, size_t n)
{
    wr_be16(w, type);
    wr_be16(w, (uint16_t)(PROP_HEAD + n));
    wr_bytes(w, p, n);
    wr_zeros(w, ROUND_UP(PROP_HEAD + n, 8) - (PROP_HEAD + n));
}

static void
put_u16_prop(struct wr *w, uint16_t type, uint16_t x, uint16_t usual)
{
    uint8_t bytes[4] = {0}; /* with padding, which counts */
    put_be16(bytes, x);
    if (x != usual) {
        put_prop(w, type, bytes, sizeof bytes);
    }
}

void
put_controller(struct act_put *p)
{
    const struct of_act_controller *c = (const void *)p->act;
    size_t n = c->act.len - sizeof *c;
    uint8_t meter[4], reason[4] = {c->reason};
    wr_zeros(p->w, 6);
    put_u16_prop(p->w, PROP_MAX_LEN, c->max_len, NO_LIMIT);
    put_u16_prop(p->w, PROP_CONTROLLER_ID, c->controller_id, 0);
    if (c->reason != OF_REASON_ACTION) {
        put_prop(p->w, PROP_REASON, reason, sizeof reason);
    }
    if (n) {
        put_prop(p->w, PROP_USERDATA, c->userdata, n);
    }
    if (c->pause) {
        put_prop(p->w, PROP_PAUSE, NULL, 0);
    }
    if (c->meter_id) {
        put_be32(meter, c->meter_id);
        put_prop(p->w, PROP_METER_ID, meter, sizeof meter);
    }
}

static enum ofp_error
get_prop(struct act_get *g, uint16_t type, struct rd *r)
{
    struct of_act_controller *c = act_get_it(g);
    switch (type) {
    case PROP_MAX_LEN:
        c->max_len = rd_be16(r);
        break;
    case PROP_CONTROLLER_ID:
        c->controller_id = rd_be16(r);
        break;
    case PROP_REASON:
        c->reason = rd_u8(r);
        break;
    case PROP_USERDATA:
        wr_bytes(g->list, r->p, rd_left(r));
        rd_skip(r, rd_left(r));
        break;
    case PROP_PAUSE:
        c->pause = true;
        break;
    case PROP_METER_ID:
        c->meter_id = rd_be32(r);
        break;
    default:
        return OFPBPC_BAD_TYPE;
    }
    return r->bad || rd_left(r) >= sizeof(uint32_t) ? OFPBPC_BAD_LEN : OFP_OK;
}

enum ofp_error
get_controller(struct act_get *g)
{
    struct of_act_controller *c = act_get_it(g);
    enum ofp_error error = OFP_OK;
    bool has_userdata = false;
    c->max_len = NO_LIMIT;
    c->reason = OF_REASON_ACTION;
    rd_skip(&g->r, 6);
    while (!error && rd_left(&g->r)) {
        uint16_t type = rd_be16(&g->r), len = rd_be16(&g->r);
        size_t n = len - (size_t)PROP_HEAD;
        if (g->r.bad || len < PROP_HEAD || n > rd_left(&g->r)) {
            return OFPBPC_BAD_LEN;
        }
        struct rd prop = rd_sub(&g->r, n);
        rd_skip(&g->r, MIN(ROUND_UP((size_t)len, 8) - len, rd_left(&g->r)));
        error = type == PROP_USERDATA && has_userdata ? OFPBPC_DUP_TYPE : get_prop(g, type, &prop);
        has_userdata = has_userdata || type == PROP_USERDATA;
    }
    return error;
}

/* -- set_field -- */

void
put_set_field(struct act_put *p)
{
    const struct of_act_set_field *set = (const void *)p->act;
    const struct of_oxm *oxm = of_oxm_of((enum of_field_id)set->field, p->version);
    const uint8_t *mask = set->value + set->size;
    if (!oxm) {
        p->w->bad = true;
        return;
    }
    bool has_mask = act_has_mask(set);
    of_oxm_put_header(p->w, oxm, has_mask, set->size);
    wr_bytes(p->w, set->value, set->size);
    if (has_mask) {
        wr_bytes(p->w, mask, set->size);
    }
}

enum ofp_error
get_set_field(struct act_get *g)
{
    const struct of_oxm *oxm;
    bool has_mask;
    size_t len;
    if (!of_oxm_get_header(&g->r, &oxm, &has_mask, &len)) {
        return OFPBAC_BAD_SET_LEN;
    }
    if (!oxm) {
        return OFPBAC_BAD_SET_TYPE;
    }
    const struct of_field *f = &of_fields[oxm->field];
    if (!(of_field_is_tun_metadata(oxm->field) ? len <= f->wire : len == f->wire)) {
        return len ? OFPBAC_BAD_SET_LEN : OFPBAC_BAD_SET_TYPE;
    }
    const uint8_t *value = rd_take(&g->r, len), *mask = has_mask ? rd_take(&g->r, len) : NULL;
    if (g->r.bad) {
        return OFPBAC_BAD_SET_LEN;
    }
    if (f->access != OF_ACCESS_RW) {
        static struct log_rate rate = LOG_RATE(1, 5);
        log_limited(&rate, LOG_WARN, "destination field %s is not writable", f->name);
        return OFPBAC_BAD_SET_ARGUMENT;
    }
    if (!of_field_fits(oxm->field, value)) {
        return OFPBAC_BAD_SET_ARGUMENT;
    }
    struct of_act_set_field *set = act_get_it(g);
    set->field = (uint16_t)oxm->field;
    set->size = (uint16_t)len;
    wr_bytes(g->list, value, len);
    for (size_t i = 0; i < len; i++) {
        uint8_t bits = mask ? mask[i] : UINT8_MAX;
        if (value[i] & ~bits) {
            return OFPBAC_BAD_SET_ARGUMENT;
        }
        wr_u8(g->list, bits);
    }
    while (rd_left(&g->r)) { /* what pads it must not look like a value */
        if (rd_u8(&g->r)) {
            return OFPBAC_BAD_SET_ARGUMENT;
        }
    }
    return OFP_OK;
}

/* -- ct: the zone, a number or part of a field -- */

void
put_zone(struct act_put *p)
{
    const struct of_act_ct *ct = (const void *)p->act;
    if (ct->zone_src.n_bits) {
        act_put_field(p, (enum of_field_id)ct->zone_src.field);
        wr_be16(p->w, (uint16_t)(ct->zone_src.ofs << 6 | (ct->zone_src.n_bits - 1)));
    } else {
        wr_be32(p->w, 0);
        wr_be16(p->w, ct->zone_imm);
    }
}

enum ofp_error
get_zone(struct act_get *g)
{
    struct of_act_ct *ct = act_get_it(g);
    struct rd peek = g->r;
    if (!rd_be32(&peek)) {
        rd_skip(&g->r, 4);
        ct->zone_imm = rd_be16(&g->r);
        return OFP_OK;
    }
    enum ofp_error error = act_get_field(&g->r, &ct->zone_src.field);
    uint16_t slice = rd_be16(&g->r);
    ct->zone_src.ofs = slice >> 6;
    ct->zone_src.n_bits = (uint16_t)((slice & 63) + 1);
    bool good = ct->zone_src.n_bits == 16 && of_subfield_is_valid(&ct->zone_src);
    return error ? error : good ? OFP_OK : OFPBAC_BAD_SET_LEN;
}

/* -- nat: as much of its range as is there -- */

static const struct {
    uint16_t bit;
    uint8_t size;
    uint16_t ofs;
} nat_parts[] = {
    {OF_NAT_IPV4_MIN, 4, offsetof(struct of_act_nat, ipv4_min)},
    {OF_NAT_IPV4_MAX, 4, offsetof(struct of_act_nat, ipv4_max)},
    {OF_NAT_IPV6_MIN, 16, offsetof(struct of_act_nat, ipv6_min)},
    {OF_NAT_IPV6_MAX, 16, offsetof(struct of_act_nat, ipv6_max)},
    {OF_NAT_PROTO_MIN, 2, offsetof(struct of_act_nat, proto_min)},
    {OF_NAT_PROTO_MAX, 2, offsetof(struct of_act_nat, proto_max)},
};

void
put_nat(struct act_put *p)
{
    const struct of_act_nat *nat = (const void *)p->act;
    for (size_t i = 0; i < ARRAY_LEN(nat_parts); i++) {
        const uint8_t *member = (const uint8_t *)nat + nat_parts[i].ofs;
        uint16_t port;
        if (nat->present & nat_parts[i].bit && nat_parts[i].size == sizeof port) {
            memcpy(&port, member, sizeof port);
            wr_be16(p->w, port);
        } else if (nat->present & nat_parts[i].bit) {
            wr_bytes(p->w, member, nat_parts[i].size);
        }
    }
}

enum ofp_error
get_nat(struct act_get *g)
{
    struct of_act_nat *nat = act_get_it(g);
    for (size_t i = 0; i < ARRAY_LEN(nat_parts); i++) {
        uint8_t *member = (uint8_t *)nat + nat_parts[i].ofs;
        uint16_t port;
        if (nat->present & nat_parts[i].bit && nat_parts[i].size == sizeof port) {
            port = rd_be16(&g->r);
            memcpy(member, &port, sizeof port);
        } else if (nat->present & nat_parts[i].bit) {
            rd_copy(&g->r, member, nat_parts[i].size);
        }
    }
    uint16_t both = OF_NAT_SRC | OF_NAT_DST;
    bool clash = (nat->flags & both) == both || nat->flags & ~31 || nat->present & ~63;
    bool aimless = nat->present && !(nat->flags & both);
    return clash || aimless ? OFPBAC_BAD_ARGUMENT : OFP_OK;
}

/* -- bundle -- */

void
put_bundle(struct act_put *p)
{
    const struct of_act_bundle *b = (const void *)p->act;
    bool loads = b->dst.n_bits;
    wr_be16(p->w, b->algorithm);
    wr_be16(p->w, b->fields);
    wr_be16(p->w, b->basis);
    wr_be32(p->w, MEMBERS_OFPORT);
    wr_be16(p->w, b->n_ports);
    wr_be16(p->w, loads ? (uint16_t)(b->dst.ofs << 6 | (b->dst.n_bits - 1)) : 0);
    if (loads) {
        act_put_field(p, (enum of_field_id)b->dst.field);
    } else {
        wr_be32(p->w, 0);
    }
    wr_zeros(p->w, 4);
    for (uint16_t i = 0; i < b->n_ports; i++) {
        wr_be16(p->w, b->ports[i]);
    }
}

enum ofp_error
get_bundle(struct act_get *g)
{
    struct of_act_bundle b = *(struct of_act_bundle *)act_get_it(g);
    enum ofp_error error = OFP_OK;
    b.algorithm = rd_be16(&g->r);
    b.fields = rd_be16(&g->r);
    b.basis = rd_be16(&g->r);
    uint32_t members = rd_be32(&g->r);
    b.n_ports = rd_be16(&g->r);
    uint16_t slice = rd_be16(&g->r);
    if (g->number == NX_BUNDLE_LOAD) {
        b.dst.ofs = slice >> 6;
        b.dst.n_bits = (uint16_t)((slice & 63) + 1);
        error = act_get_field(&g->r, &b.dst.field);
    } else {
        error = rd_be32(&g->r) || slice ? OFPBAC_BAD_ARGUMENT : OFP_OK;
    }
    error = rd_be32(&g->r) && !error ? OFPBAC_BAD_ARGUMENT : error;
    *(struct of_act_bundle *)act_get_it(g) = b;
    for (uint16_t i = 0; i < b.n_ports && !g->r.bad; i++) {
        uint16_t port = rd_be16(&g->r);
        wr_bytes(g->list, &port, sizeof port);
    }
    rd_skip(&g->r, rd_left(&g->r) < 8 ? rd_left(&g->r) : 0); /* what pads it may be anything */
    if (!error && b.dst.n_bits) {
        error = check_subfield(&b.dst, true);
    }
    bool known = members == MEMBERS_OFPORT && b.algorithm <= OF_BUNDLE_HRW &&
                 b.fields <= OF_HASH_SYMMETRIC_L3;
    return error ? error : known ? OFP_OK : OFPBAC_BAD_ARGUMENT;
}
