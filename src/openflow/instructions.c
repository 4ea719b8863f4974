/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions: a table of them in the order of execution, which is the order in a list here. */
#include "openflow/instructions.h"

#include <string.h>

enum { HEAD = 4, BODY = 4, EXPERIMENTER = 0xffff, N_SLOTS = 7, NS_PER_S = 1000000000 };

/* Where the instruction stands in a list. */
static const struct slot {
    uint16_t number;
    uint16_t len;        /* of the instruction; 0: as long as it says */
    uint8_t type;        /* enum of_act_type; OF_ACT_COUNT: all that are no instruction */
    uint8_t first, last; /* versions */
} slots[N_SLOTS] = {
    {6, 8, OF_ACT_METER, OFP_13, OFP_14},           {4, 0, OF_ACT_COUNT, OFP_11, OFP_15},
    {5, 8, OF_ACT_CLEAR_ACTIONS, OFP_11, OFP_15},   {3, 0, OF_ACT_WRITE_ACTIONS, OFP_11, OFP_15},
    {2, 24, OF_ACT_WRITE_METADATA, OFP_11, OFP_15}, {7, 0, OF_ACT_STAT_TRIGGER, OFP_15, OFP_15},
    {1, 8, OF_ACT_GOTO_TABLE, OFP_11, OFP_15},
};
enum { SLOT_METER, SLOT_APPLY };

static bool
is_in_version(const struct slot *s, enum ofp_version version)
{
    return s->first <= version && version <= s->last;
}

/* The slot of A in VERSION; OpenFlow 1.5's meter is an action like others. */
static size_t
slot_of(const struct of_act *a, enum ofp_version version)
{
    for (size_t i = 0; i < N_SLOTS; i++) {
        if (slots[i].type == a->type && is_in_version(&slots[i], version)) {
            return i;
        }
    }
    return SLOT_APPLY;
}

/* -- Writing -- */

static size_t
begin(struct wr *w, uint16_t number)
{
    size_t at = w->n;
    wr_be16(w, number);
    wr_be16(w, 0);
    return at;
}

static void
end(struct wr *w, size_t at)
{
    size_t len = w->n - at;
    if (len > UINT16_MAX) {
        w->bad = true;
    }
    if (!w->bad) {
        put_be16(w->start + at + 2, (uint16_t)len);
    }
}

static void
put_one(struct wr *w, const struct slot *s, const struct of_act *a, enum ofp_version version,
        bool *lost)
{
    const void *p = a;
    const struct of_act_metadata *metadata = p;
    const struct of_act_list *list = p;
    const struct of_act_stat_trigger *trigger = p;
    if (a->type == OF_ACT_WRITE_ACTIONS && list->act.len == sizeof *list) {
        return; /* writes nothing */
    }
    size_t at = begin(w, s->number);
    switch (a->type) {
    case OF_ACT_METER:
        wr_be32(w, ((const struct of_act_u32 *)p)->value);
        break;
    case OF_ACT_GOTO_TABLE:
        wr_u8(w, ((const struct of_act_u8 *)p)->value);
        wr_zeros(w, 3);
        break;
    case OF_ACT_WRITE_METADATA:
        wr_zeros(w, BODY);
        wr_be64(w, metadata->value);
        wr_be64(w, metadata->mask);
        break;
    case OF_ACT_STAT_TRIGGER:
        wr_be32(w, trigger->flags);
        ofp_oxs_put(w, &trigger->thresholds);
        break;
    case OF_ACT_WRITE_ACTIONS:
        wr_zeros(w, BODY);
        of_acts_put(w, list->list, list->act.len - sizeof *list, version, lost);
        break;
    default:
        wr_zeros(w, BODY);
        break;
    }
    end(w, at);
}

/* Writes what of LIST from *OFS on is to be applied, which moves past it. */
static void
put_applied(struct wr *w, const uint8_t *list, size_t size, size_t *ofs, enum ofp_version version,
            bool *lost)
{
    size_t start = *ofs, stop = start;
    while (of_acts_next(list, size, ofs) &&
           slot_of((const void *)(list + stop), version) == SLOT_APPLY) {
        stop = *ofs;
    }
    *ofs = stop;
    size_t at = begin(w, slots[SLOT_APPLY].number);
    wr_zeros(w, BODY);
    of_acts_put(w, list + start, stop - start, version, lost);
    end(w, at);
}

void
of_instructions_put(struct wr *w, const void *list, size_t size, enum ofp_version version,
                    bool *lost)
{
    if (version < OFP_11) {
        of_acts_put(w, list, size, version, lost);
        return;
    }
    bool any_lost = false;
    for (size_t ofs = 0; ofs < size;) {
        bool one_lost = false;
        size_t next = ofs;
        const struct of_act *a = of_acts_next(list, size, &next);
        size_t slot = slot_of(a, version);
        if (slot == SLOT_APPLY) {
            put_applied(w, list, size, &ofs, version, &one_lost);
        } else {
            put_one(w, &slots[slot], a, version, &one_lost);
            ofs = next;
        }
        any_lost = any_lost || one_lost;
    }
    if (lost) {
        *lost = any_lost;
    }
}

/* -- Reading -- */

/* Finds the instructions: the body of each by slot, NULL: not there. */
static enum ofp_error
find_all(struct rd *r, enum ofp_version version, struct rd bodies[N_SLOTS], bool there[N_SLOTS])
{
    while (rd_left(r)) {
        uint16_t number = rd_be16(r), len = rd_be16(r);
        size_t i = 0;
        if (r->bad || len < HEAD + BODY || len % 8 || (size_t)len - HEAD > rd_left(r)) {
            return OFPBIC_BAD_LEN;
        }
        while (i < N_SLOTS && (slots[i].number != number || !is_in_version(&slots[i], version))) {
            i++;
        }
        if (i == N_SLOTS) {
            return number == EXPERIMENTER ? OFPBIC_BAD_EXPERIMENTER : OFPBIC_UNKNOWN_INST;
        }
        if (there[i]) {
            return OFPBIC_DUP_INST;
        }
        if (slots[i].len && slots[i].len != len) {
            return OFPBIC_BAD_LEN;
        }
        there[i] = true;
        bodies[i] = rd_sub(r, (size_t)len - HEAD);
    }
    return OFP_OK;
}

/* A threshold that is not known would leave a condition out, and is refused. */
static enum ofp_error
get_stat_trigger(struct rd *body, struct of_act_stat_trigger *a)
{
    bool has_unknown;
    a->flags = rd_be32(body);
    if (ofp_oxs_get(body, &a->thresholds, &has_unknown) || rd_left(body)) {
        return OFPBIC_BAD_LEN;
    }
    const struct ofp_flow_counts *c = &a->thresholds;
    bool bad_duration = c->duration_s != OFP_COUNT32_UNKNOWN && c->duration_ns >= NS_PER_S;
    return has_unknown || bad_duration || a->flags & ~(uint32_t)OF_TRIGGER_FLAGS
               ? OFPBIC_UNSUP_INST
               : OFP_OK;
}

static enum ofp_error
get_one(const struct slot *s, struct rd *body, enum ofp_version version, struct wr *list)
{
    size_t at = list->n;
    void *a = of_act_begin(list, (enum of_act_type)s->type, of_act_infos[s->type].size);
    enum ofp_error error = OFP_OK;
    if (!a) {
        return OFPBAC_TOO_MANY;
    }
    if (s->type == OF_ACT_METER) {
        ((struct of_act_u32 *)a)->value = rd_be32(body);
    } else if (s->type == OF_ACT_GOTO_TABLE) {
        ((struct of_act_u8 *)a)->value = rd_u8(body);
    } else if (s->type == OF_ACT_WRITE_METADATA) {
        struct of_act_metadata *m = a;
        rd_skip(body, BODY);
        m->value = rd_be64(body);
        m->mask = rd_be64(body);
    } else if (s->type == OF_ACT_STAT_TRIGGER) {
        error = get_stat_trigger(body, a);
    } else if (s->type == OF_ACT_WRITE_ACTIONS) {
        rd_skip(body, BODY);
        error = of_acts_get(body->p, rd_left(body), version, list);
    }
    of_act_end(list, at);
    return error ? error : list->bad ? OFPBAC_TOO_MANY : OFP_OK;
}

enum ofp_error
of_instructions_get(const void *bytes, size_t n, enum ofp_version version, struct wr *list)
{
    struct rd r = rd_make(bytes, n), bodies[N_SLOTS];
    bool there[N_SLOTS] = {false};
    if (version < OFP_11) {
        return of_acts_get(bytes, n, version, list);
    }
    enum ofp_error error = find_all(&r, version, bodies, there);
    for (size_t i = 0; i < N_SLOTS && !error; i++) {
        if (there[i] && i == SLOT_APPLY) {
            rd_skip(&bodies[i], BODY);
            error = of_acts_get(bodies[i].p, rd_left(&bodies[i]), version, list);
        } else if (there[i]) {
            error = get_one(&slots[i], &bodies[i], version, list);
        }
    }
    return error;
}
