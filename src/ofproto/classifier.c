/* SPDX-License-Identifier: Apache-2.0 */
/* Tuple-space search (Srinivasan, Suri, Varghese: "Packet Classification using Tuple Space
 * Search", 1999). A subtable's max_priority is an upper bound: a removal does not lower it at
 * once, but after as many removals as there are rules left, so that its cost stays constant. */
#include "ofproto/classifier.h"

#include <string.h>

#include "base/hash.h"
#include "os/mem.h"

enum { KEY_WORDS = sizeof(struct of_key) / 4 };

struct cls_subtable {
    struct list order;
    struct hnode mask_node;
    struct hmap rules;
    int32_t max_priority;
    size_t n_removed; /* since max_priority was exact */
    uint16_t n_words;
    uint16_t at[KEY_WORDS];   /* which words of the key the mask has */
    uint32_t mask[KEY_WORDS]; /* those words of the mask */
};

/* -- Words of keys -- */

static inline uint32_t
word_of(const struct of_key *key, size_t i)
{
    uint32_t w;
    memcpy(&w, (const uint8_t *)key + 4 * i, sizeof w);
    return w;
}

static inline void
set_word(struct of_key *key, size_t i, uint32_t w)
{
    memcpy((uint8_t *)key + 4 * i, &w, sizeof w);
}

/* The masked words of KEY, as a rule of SUBTABLE has them; gives their hash. */
static inline uint32_t
gather(const struct cls_subtable *s, const struct of_key *key, uint32_t *value)
{
    uint64_t h = 0;
    for (size_t i = 0; i < s->n_words; i++) {
        value[i] = word_of(key, s->at[i]) & s->mask[i];
        h = hash_add64(h, value[i]);
    }
    return hash_finish(h);
}

static inline bool
value_equal(const struct cls_subtable *s, const uint32_t *a, const uint32_t *b)
{
    return !memcmp(a, b, 4u * s->n_words);
}

/* -- Subtables -- */

static uint32_t
mask_hash(const struct of_key *mask)
{
    return hash_bytes(mask, sizeof *mask, 0);
}

static bool
has_mask(const struct cls_subtable *s, const struct of_key *mask)
{
    size_t n = 0;
    for (size_t i = 0; i < KEY_WORDS; i++) {
        uint32_t w = word_of(mask, i);
        if (w && (n == s->n_words || s->at[n] != i || s->mask[n] != w)) {
            return false;
        }
        n += w != 0;
    }
    return n == s->n_words;
}

static struct cls_subtable *
find_subtable(const struct cls *c, const struct of_key *mask)
{
    HMAP_FOR_EACH_WITH_HASH (struct cls_subtable, s, mask_node, mask_hash(mask), &c->by_mask) {
        if (has_mask(s, mask)) {
            return s;
        }
    }
    return NULL;
}

static struct cls_subtable *
new_subtable(struct cls *c, const struct of_key *mask, int32_t priority)
{
    struct cls_subtable *s = xzalloc(sizeof *s);
    for (uint16_t i = 0; i < KEY_WORDS; i++) {
        uint32_t w = word_of(mask, i);
        if (w) {
            s->at[s->n_words] = i;
            s->mask[s->n_words++] = w;
        }
    }
    s->max_priority = priority;
    hmap_init(&s->rules);
    hmap_insert(&c->by_mask, &s->mask_node, mask_hash(mask));
    list_push_back(&c->subtables, &s->order);
    return s;
}

static void
free_subtable(struct cls *c, struct cls_subtable *s)
{
    hmap_remove(&c->by_mask, &s->mask_node);
    list_remove(&s->order);
    hmap_fini(&s->rules);
    os_free(s);
}

/* Puts S, whose max_priority changed, where it belongs. */
static void
put_in_order(struct cls *c, struct cls_subtable *s)
{
    list_remove(&s->order);
    struct list *before = &c->subtables;
    LIST_FOR_EACH (struct cls_subtable, other, order, &c->subtables) {
        if (other->max_priority < s->max_priority) {
            before = &other->order;
            break;
        }
    }
    list_insert_before(before, &s->order);
}

static void
lower_bound(struct cls *c, struct cls_subtable *s)
{
    int32_t max = INT32_MIN;
    HMAP_FOR_EACH (struct cls_rule, rule, node, &s->rules) {
        max = MAX(max, rule->priority);
    }
    s->n_removed = 0;
    if (max != s->max_priority) {
        s->max_priority = max;
        put_in_order(c, s);
    }
}

/* -- The table -- */

void
cls_init(struct cls *c)
{
    list_init(&c->subtables);
    hmap_init(&c->by_mask);
    c->n_rules = 0;
    c->n_walks = 0;
}

void
cls_fini(struct cls *c)
{
    VERIFY(!c->n_rules);
    hmap_fini(&c->by_mask);
}

size_t
cls_value_size(const struct of_key *mask)
{
    size_t n = 0;
    for (size_t i = 0; i < KEY_WORDS; i++) {
        n += word_of(mask, i) != 0;
    }
    return 4 * n;
}

void
cls_insert(struct cls *c, struct cls_rule *rule, uint32_t *value, const struct of_match *match,
           int32_t priority)
{
    struct cls_subtable *s = find_subtable(c, &match->mask);
    bool is_new = !s;
    s = s ? s : new_subtable(c, &match->mask, priority);
    rule->subtable = s;
    rule->value = value;
    rule->priority = priority;
    hmap_insert(&s->rules, &rule->node, gather(s, &match->key, value));
    if (is_new || priority > s->max_priority) {
        s->max_priority = priority;
        put_in_order(c, s);
    }
    c->n_rules++;
}

void
cls_remove(struct cls *c, struct cls_rule *rule)
{
    struct cls_subtable *s = rule->subtable;
    hmap_remove(&s->rules, &rule->node);
    rule->subtable = NULL;
    c->n_rules--;
    if (c->n_walks) {
        s->n_removed++; /* end_walk() does the rest */
    } else if (hmap_is_empty(&s->rules)) {
        free_subtable(c, s);
    } else if (++s->n_removed >= hmap_count(&s->rules)) {
        lower_bound(c, s);
    }
}

void
cls_rule_match(const struct cls_rule *rule, struct of_match *match)
{
    const struct cls_subtable *s = rule->subtable;
    of_match_init(match);
    for (size_t i = 0; i < s->n_words; i++) {
        set_word(&match->mask, s->at[i], s->mask[i]);
        set_word(&match->key, s->at[i], rule->value[i]);
    }
}

struct cls_rule *
cls_find(const struct cls *c, const struct of_match *match, int32_t priority)
{
    struct cls_subtable *s = find_subtable(c, &match->mask);
    if (s) {
        uint32_t value[KEY_WORDS];
        uint32_t hash = gather(s, &match->key, value);
        HMAP_FOR_EACH_WITH_HASH (struct cls_rule, rule, node, hash, &s->rules) {
            if (rule->priority == priority && value_equal(s, rule->value, value)) {
                return rule;
            }
        }
    }
    return NULL;
}

static struct cls_rule *
lookup_in(const struct cls_subtable *s, const struct of_key *key, struct cls_rule *best)
{
    uint32_t value[KEY_WORDS];
    uint32_t hash = gather(s, key, value);
    HMAP_FOR_EACH_WITH_HASH (struct cls_rule, rule, node, hash, &s->rules) {
        if ((!best || rule->priority > best->priority) && value_equal(s, rule->value, value)) {
            best = rule;
        }
    }
    return best;
}

struct cls_rule *
cls_lookup(const struct cls *c, const struct of_key *key, struct of_key *wc)
{
    struct cls_rule *best = NULL;
    LIST_FOR_EACH (struct cls_subtable, s, order, &c->subtables) {
        if (best && best->priority >= s->max_priority) {
            break;
        }
        for (size_t i = 0; wc && i < s->n_words; i++) {
            set_word(wc, s->at[i], word_of(wc, s->at[i]) | s->mask[i]);
        }
        best = lookup_in(s, key, best);
    }
    return best;
}

/* -- Walks -- */

/* Whether S's mask has all bits of MASK. */
static bool
mask_covers(const struct cls_subtable *s, const struct of_key *mask)
{
    size_t n = 0;
    for (size_t i = 0; i < KEY_WORDS; i++) {
        uint32_t w = word_of(mask, i);
        bool here = n < s->n_words && s->at[n] == i;
        if (w & ~(here ? s->mask[n] : 0)) {
            return false;
        }
        n += here;
    }
    return true;
}

static bool
value_meets(const struct cls_rule *rule, const struct of_match *criteria)
{
    const struct cls_subtable *s = rule->subtable;
    for (size_t i = 0; i < s->n_words; i++) {
        if ((rule->value[i] ^ word_of(&criteria->key, s->at[i])) &
            word_of(&criteria->mask, s->at[i])) {
            return false;
        }
    }
    return true;
}

static void
end_walk(struct cls *c)
{
    if (--c->n_walks) {
        return;
    }
    LIST_FOR_EACH_SAFE (struct cls_subtable, s, order, &c->subtables) {
        if (hmap_is_empty(&s->rules)) {
            free_subtable(c, s);
        } else if (s->n_removed >= hmap_count(&s->rules)) {
            lower_bound(c, s);
        }
    }
}

void
cls_for_each(struct cls *c, const struct of_match *criteria,
             void (*each)(void *aux, struct cls_rule *), void *aux)
{
    c->n_walks++;
    LIST_FOR_EACH (struct cls_subtable, s, order, &c->subtables) {
        if (criteria && !mask_covers(s, &criteria->mask)) {
            continue;
        }
        HMAP_FOR_EACH_SAFE (struct cls_rule, rule, node, &s->rules) {
            if (!criteria || value_meets(rule, criteria)) {
                each(aux, rule);
            }
        }
    }
    end_walk(c);
}
