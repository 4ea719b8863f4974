/* SPDX-License-Identifier: Apache-2.0 */
/* A table of rules by what they match and their priority, searched for the best one that a packet
 * meets. Rules with the same mask make a subtable, which is one hash look-up; subtables are
 * searched from the highest priority down, and only while a better rule can still be there. A
 * rule keeps just the words of its match that its mask has, so a million rules stay small.
 * Rules are the caller's and are not allocated here. Control thread. */
#pragma once

#include "base/hmap.h"
#include "base/list.h"
#include "openflow/match.h"

struct cls_subtable;

struct cls_rule {
    struct hnode node; /* in the subtable */
    struct cls_subtable *subtable;
    uint32_t *value; /* cls_value_size() bytes */
    int32_t priority;
};

struct cls {
    struct list subtables; /* by falling max_priority */
    struct hmap by_mask;
    size_t n_rules;
    unsigned int n_walks; /* subtables stay while somebody walks */
};

void cls_init(struct cls *);
/* All rules must be out. */
void cls_fini(struct cls *);

/* The bytes of memory that a rule with this mask needs for its value. */
size_t cls_value_size(const struct of_key *mask);
/* Adds RULE, whose VALUE has room for cls_value_size(); there must be none with the same match and
 * priority. Bits of MATCH->key outside its mask are 0. */
void cls_insert(struct cls *, struct cls_rule *rule, uint32_t *value, const struct of_match *match,
                int32_t priority);
void cls_remove(struct cls *, struct cls_rule *rule);
/* What RULE matches, but for tunnel metadata's layout. */
void cls_rule_match(const struct cls_rule *rule, struct of_match *match);

/* The rule of exactly this match and priority, or NULL. */
struct cls_rule *cls_find(const struct cls *, const struct of_match *match, int32_t priority);
/* The best rule that a packet with KEY meets, or NULL. Adds to WC (may be NULL) the bits that this
 * depends on. Of equal priorities any may be the answer. */
struct cls_rule *cls_lookup(const struct cls *, const struct of_key *key, struct of_key *wc);

/* Calls EACH for every rule that matches only packets that CRITERIA (NULL: all) matches, too. EACH
 * may remove its rule, and may not insert. */
void cls_for_each(struct cls *, const struct of_match *criteria,
                  void (*each)(void *aux, struct cls_rule *), void *aux);
