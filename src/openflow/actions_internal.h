/* SPDX-License-Identifier: Apache-2.0 */
/* Between actions_wire.c, which walks layouts, and actions_hooks.c, which has what is irregular.
 */
#pragma once

#include "openflow/actions_wire.h"

/* One action on its way to the wire. */
struct act_put {
    struct wr *w;
    enum ofp_version version;
    const struct of_act *act;
    uint16_t number;         /* of the row */
    enum ofp_version naming; /* how fields are named: Nicira's actions go by NXM */
    bool *lost;
};

/* And from it: R has what follows the head. */
struct act_get {
    struct rd r;
    enum ofp_version version;
    struct wr *list;
    size_t begin; /* of the action in the list */
    uint16_t number;
    unsigned int depth; /* lists within lists */
};

/* Where the action being read lies. Not to be kept while the list grows. */
static inline void *
act_get_it(const struct act_get *g)
{
    return g->list->start + g->begin;
}

/* A field's header of four or eight bytes, as version P->naming names it, or else the newest; a
 * field that has no number makes P->w bad. */
void act_put_field(struct act_put *p, enum of_field_id field);
/* Reads one. OFPBAC_BAD_SET_TYPE: unknown, OFPBAC_BAD_LEN. */
enum ofp_error act_get_field(struct rd *r, uint16_t *field);
/* Whether SUB lies within its field. */
bool of_subfield_is_valid(const struct of_subfield *sub);

/* Writes p->act by the first row that can; false if none can. */
bool act_put_row(struct act_put *p);
/* Writes it as actions that say the same (actions_convert.c); false if there are none. */
bool act_put_converted(struct act_put *p);
/* Writes the push_vlan that an action on a tag needs from OpenFlow 1.1 on, if packets may lack
 * one.
 */
void act_put_tag(struct act_put *p);
void act_put_list(struct act_put *p, const void *list, size_t size);
enum ofp_error act_get_list(struct act_get *g);

#define ACT_HOOKS(HOOK)                                                                           \
    HOOK(bundle)                                                                                  \
    HOOK(controller)                                                                              \
    HOOK(ids)                                                                                     \
    HOOK(learn)                                                                                   \
    HOOK(nat)                                                                                     \
    HOOK(set_field)                                                                               \
    HOOK(zone)

#define DECLARE(NAME)                                                                             \
    void put_##NAME(struct act_put *p);                                                           \
    enum ofp_error get_##NAME(struct act_get *g);
ACT_HOOKS(DECLARE)
#undef DECLARE

/* What is wrong with an action as read by row NUMBER, beyond its layout; completes it. */
enum ofp_error act_check(struct of_act *act, uint16_t number, enum ofp_version version);
/* Whether row NUMBER of several can say ACT. */
bool act_row_fits(const struct of_act *act, uint16_t number, enum ofp_version version);
