/* SPDX-License-Identifier: Apache-2.0 */
/* Features of tables as a list of properties, each for flows and, with the next number, for a
 * table's miss. */
#include "openflow/msg_table_features.h"

#include <string.h>

#include "openflow/ofp_prop.h"

enum { HEAD_SIZE = 64, ITEM_HEAD = 4, TABLE_NONE = 255 };

enum prop_type {
    PROP_INSTRUCTIONS = 0,
    PROP_NEXT_TABLES = 2,
    PROP_WRITE_ACTIONS = 4,
    PROP_APPLY_ACTIONS = 6,
    PROP_MATCH = 8,
    PROP_WILDCARDS = 10,
    PROP_WRITE_SETFIELD = 12,
    PROP_APPLY_SETFIELD = 14,
    PROP_EXPERIMENTER_MISS = 0xfffe,
};
/* Those that must be there if any is: bit N for property N. */
enum { REQUIRED = 0x5555 };

enum { CONFIG_EVICTION = 1 << 2, CONFIG_VACANCY = 1 << 3 };

static const struct {
    uint32_t bit;
    uint16_t number;
    uint8_t since;
} instructions[] = {
    {OFP_CAN_GOTO_TABLE, 1, OFP_11},    {OFP_CAN_WRITE_METADATA, 2, OFP_11},
    {OFP_CAN_WRITE_ACTIONS, 3, OFP_11}, {OFP_CAN_APPLY_ACTIONS, 4, OFP_11},
    {OFP_CAN_CLEAR_ACTIONS, 5, OFP_11}, {OFP_CAN_METER, 6, OFP_13},
};

void
ofp_table_features_init(struct ofp_table_features *f)
{
    *f = (struct ofp_table_features){.can_evict = -1, .has_vacancy = -1};
}

bool
ofp_table_actions_equal(const struct ofp_table_actions *a, const struct ofp_table_actions *b)
{
    return a->actions == b->actions &&
           !memcmp(&a->set_fields, &b->set_fields, sizeof a->set_fields);
}

bool
ofp_table_instructions_equal(const struct ofp_table_instructions *a,
                             const struct ofp_table_instructions *b)
{
    return !memcmp(a->next, b->next, sizeof a->next) && a->instructions == b->instructions &&
           ofp_table_actions_equal(&a->write, &b->write) &&
           ofp_table_actions_equal(&a->apply, &b->apply);
}

/* -- Reading properties -- */

/* The type of the item at R, which is taken. *KNOWN: it is no experimenter's. */
static enum ofp_error
get_item(struct rd *r, uint16_t *type, bool *known)
{
    size_t n = rd_left(r);
    *type = rd_be16(r);
    uint16_t len = rd_be16(r);
    if (r->bad || len < ITEM_HEAD || len > n) {
        return OFPBPC_BAD_LEN;
    }
    rd_skip(r, (size_t)len - ITEM_HEAD);
    *known = *type != UINT16_MAX;
    return OFP_OK;
}

static enum ofp_error
get_instructions(struct rd *r, uint8_t version, uint32_t *bits)
{
    *bits = 0;
    while (rd_left(r)) {
        uint16_t type;
        bool known;
        enum ofp_error error = get_item(r, &type, &known);
        if (error) {
            return error;
        }
        for (size_t i = 0; known && i < ARRAY_LEN(instructions); i++) {
            bool is_it = instructions[i].number == type && instructions[i].since <= version;
            *bits |= is_it ? instructions[i].bit : 0;
        }
    }
    return OFP_OK;
}

static enum ofp_error
get_actions(struct rd *r, uint8_t version, uint32_t *bits)
{
    *bits = 0;
    while (rd_left(r)) {
        uint16_t type;
        bool known;
        enum ofp_error error = get_item(r, &type, &known);
        if (error) {
            return error;
        }
        enum of_can_action id =
            known ? of_action_bit_find(type, (enum ofp_version)version) : OF_CAN_COUNT;
        *bits |= id < OF_CAN_COUNT ? UINT32_C(1) << id : 0;
    }
    return OFP_OK;
}

static enum ofp_error
get_next_tables(struct rd *r, uint64_t next[4])
{
    memset(next, 0, 4 * sizeof *next);
    while (rd_left(r)) {
        uint8_t table = rd_u8(r);
        if (table == TABLE_NONE) {
            return OFPBPC_BAD_VALUE;
        }
        next[table / 64] |= UINT64_C(1) << table % 64;
    }
    return OFP_OK;
}

static enum ofp_error
get_prop(struct ofp_prop *p, uint8_t version, struct ofp_table_features *f)
{
    struct rd *body = &p->body;
    struct ofp_table_instructions *does = p->type & 1 ? &f->miss_does : &f->hit;
    switch (p->type & ~1) {
    case PROP_INSTRUCTIONS:
        return get_instructions(body, version, &does->instructions);
    case PROP_NEXT_TABLES:
        return get_next_tables(body, does->next);
    case PROP_WRITE_ACTIONS:
        return get_actions(body, version, &does->write.actions);
    case PROP_APPLY_ACTIONS:
        return get_actions(body, version, &does->apply.actions);
    case PROP_WRITE_SETFIELD:
        return of_field_set_get(body, &does->write.set_fields, NULL);
    case PROP_APPLY_SETFIELD:
        return of_field_set_get(body, &does->apply.set_fields, NULL);
    default:
        break;
    }
    if (p->type == PROP_MATCH) {
        return of_field_set_get(body, &f->match, &f->mask);
    }
    return p->type == PROP_WILDCARDS ? of_field_set_get(body, &f->wildcard, NULL) : OFP_OK;
}

/* What is not told of the miss is as it is of flows. */
static void
complete_miss(struct ofp_table_features *f, uint32_t seen)
{
    const struct ofp_table_instructions *hit = &f->hit;
    struct ofp_table_instructions *miss = &f->miss_does;
    if (!(seen & 1 << (PROP_INSTRUCTIONS + 1))) {
        miss->instructions = hit->instructions;
    }
    if (!(seen & 1 << (PROP_NEXT_TABLES + 1))) {
        memcpy(miss->next, hit->next, sizeof miss->next);
    }
    if (!(seen & 1 << (PROP_WRITE_ACTIONS + 1))) {
        miss->write.actions = hit->write.actions;
    }
    if (!(seen & 1 << (PROP_APPLY_ACTIONS + 1))) {
        miss->apply.actions = hit->apply.actions;
    }
    if (!(seen & 1 << (PROP_WRITE_SETFIELD + 1))) {
        miss->write.set_fields = hit->write.set_fields;
    }
    if (!(seen & 1 << (PROP_APPLY_SETFIELD + 1))) {
        miss->apply.set_fields = hit->apply.set_fields;
    }
}

static enum ofp_error
get_props(struct rd *r, uint8_t version, struct ofp_table_features *f)
{
    uint32_t seen = 0;
    bool any = rd_left(r);
    while (rd_left(r)) {
        struct ofp_prop p;
        enum ofp_error error = ofp_prop_get(r, &p);
        if (error) {
            return error;
        }
        if (p.type < 32) {
            if (seen >> p.type & 1) {
                return OFPTFFC_BAD_FEATURES;
            }
            seen |= UINT32_C(1) << p.type;
        }
        error = get_prop(&p, version, f);
        if (error) {
            return error;
        }
    }
    if ((any || version < OFP_15) && (seen & REQUIRED) != REQUIRED) {
        return OFPTFFC_BAD_FEATURES;
    }
    complete_miss(f, seen);
    return OFP_OK;
}

enum ofp_error
ofp_table_features_get(struct rd *r, uint8_t version, struct ofp_table_features *f)
{
    ofp_table_features_init(f);
    uint16_t len = rd_be16(r);
    f->table = rd_u8(r);
    uint8_t command = rd_u8(r);
    rd_skip(r, 4);
    rd_copy(r, f->name, sizeof f->name);
    f->name[sizeof f->name - 1] = '\0';
    f->metadata_match = rd_be64(r);
    f->metadata_write = rd_be64(r);
    uint32_t config = rd_be32(r);
    f->max_entries = rd_be32(r);
    if (r->bad || len < HEAD_SIZE || (size_t)len - HEAD_SIZE > rd_left(r)) {
        return OFPBPC_BAD_LEN;
    }
    if (version >= OFP_15 && command > OFP_TABLE_DISABLE) {
        return OFPTFFC_BAD_COMMAND;
    }
    f->command = version >= OFP_15 ? (enum ofp_table_features_command)command : OFP_TABLE_REPLACE;
    if (version >= OFP_14) {
        f->can_evict = (config & CONFIG_EVICTION) != 0;
        f->has_vacancy = (config & CONFIG_VACANCY) != 0;
    }
    if (f->table == TABLE_NONE) {
        return OFPTFFC_BAD_TABLE;
    }
    struct rd props = rd_sub(r, (size_t)len - HEAD_SIZE);
    return get_props(&props, version, f);
}

/* -- Writing -- */

static void
put_instructions(struct wr *w, enum ofp_version version, uint32_t bits)
{
    for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
        if (bits & instructions[i].bit && instructions[i].since <= version) {
            wr_be16(w, instructions[i].number);
            wr_be16(w, ITEM_HEAD);
        }
    }
}

static void
put_actions(struct wr *w, enum ofp_version version, uint32_t bits)
{
    uint32_t wire = of_action_bits_to_wire(bits, version);
    for (uint16_t number = 0; number < 32; number++) {
        if (wire >> number & 1) {
            wr_be16(w, number);
            wr_be16(w, ITEM_HEAD);
        }
    }
}

static void
put_next_tables(struct wr *w, const uint64_t next[4])
{
    for (unsigned int table = 0; table < TABLE_NONE; table++) {
        if (next[table / 64] >> table % 64 & 1) {
            wr_u8(w, (uint8_t)table);
        }
    }
}

/* The properties of what flows, or with IS_MISS a table's miss, can do; those of a miss only where
 * they are others. */
static void
put_does(struct wr *w, enum ofp_version version, const struct ofp_table_instructions *does,
         uint16_t is_miss)
{
    size_t prop = ofp_prop_begin(w, PROP_INSTRUCTIONS + is_miss);
    put_instructions(w, version, does->instructions);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_NEXT_TABLES + is_miss);
    put_next_tables(w, does->next);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_WRITE_ACTIONS + is_miss);
    put_actions(w, version, does->write.actions);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_WRITE_SETFIELD + is_miss);
    of_field_set_put_headers(w, &does->write.set_fields, NULL, version);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_APPLY_ACTIONS + is_miss);
    put_actions(w, version, does->apply.actions);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_APPLY_SETFIELD + is_miss);
    of_field_set_put_headers(w, &does->apply.set_fields, NULL, version);
    ofp_prop_end(w, prop);
}

static void
put_properties(struct wr *w, enum ofp_version version, const struct ofp_table_features *f)
{
    put_does(w, version, &f->hit, 0);
    if (!ofp_table_instructions_equal(&f->hit, &f->miss_does)) {
        put_does(w, version, &f->miss_does, 1);
    }
    size_t prop = ofp_prop_begin(w, PROP_MATCH);
    of_field_set_put_headers(w, &f->match, &f->mask, version);
    ofp_prop_end(w, prop);
    prop = ofp_prop_begin(w, PROP_WILDCARDS);
    of_field_set_put_headers(w, &f->wildcard, NULL, version);
    ofp_prop_end(w, prop);
}

void
ofp_table_features_put(struct wr *w, enum ofp_version version, const struct ofp_table_features *f)
{
    size_t begin = w->n;
    uint32_t config =
        (f->can_evict > 0 ? CONFIG_EVICTION : 0) | (f->has_vacancy > 0 ? CONFIG_VACANCY : 0);
    wr_zeros(w, 2);
    wr_u8(w, f->table);
    wr_u8(w, version >= OFP_15 ? (uint8_t)f->command : 0);
    wr_zeros(w, 4);
    wr_bytes(w, f->name, sizeof f->name);
    wr_be64(w, f->metadata_match);
    wr_be64(w, f->metadata_write);
    wr_be32(w, version >= OFP_14 ? config : 0);
    wr_be32(w, f->max_entries);
    if (!f->keeps_properties) {
        put_properties(w, version, f);
    }
    w->bad = w->bad || w->n - begin > UINT16_MAX;
    if (!w->bad) {
        put_be16(w->start + begin, (uint16_t)(w->n - begin));
    }
}
