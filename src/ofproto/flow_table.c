/* SPDX-License-Identifier: Apache-2.0 */
/* Rules with timeouts are on a list of their own, so that expiry does not walk the others. */
#include "ofproto/flow_table.h"

#include "openflow/port_text.h"
#include "os/mem.h"

static struct rule *
rule_of(struct cls_rule *c)
{
    return HMAP_OBJECT(c, struct rule, cls);
}

/* -- All tables -- */

struct flow_tables *
flow_tables_new(void)
{
    struct flow_tables *t = xzalloc(sizeof *t);
    for (size_t i = 0; i < FLOW_TABLE_COUNT; i++) {
        cls_init(&t->table[i]);
    }
    list_init(&t->mortals);
    rule_actions_pool_init(&t->pool);
    return t;
}

static void
free_rule(struct flow_tables *t, struct rule *rule)
{
    cls_remove(&t->table[rule->table], &rule->cls);
    list_remove(&rule->mortal);
    rule_actions_put(&t->pool, rule->actions);
    os_free(rule);
}

static void
remove_rule(struct flow_tables *t, struct rule *rule, enum ofp_flow_removed_reason why)
{
    if (t->removed) {
        t->removed(t->aux, rule, why);
    }
    free_rule(t, rule);
}

static void
drop(void *t, struct cls_rule *c)
{
    free_rule(t, rule_of(c));
}

void
flow_tables_flush(struct flow_tables *t)
{
    for (size_t i = 0; i < FLOW_TABLE_COUNT; i++) {
        cls_for_each(&t->table[i], NULL, drop, t);
    }
}

void
flow_tables_free(struct flow_tables *t)
{
    if (!t) {
        return;
    }
    flow_tables_flush(t);
    for (size_t i = 0; i < FLOW_TABLE_COUNT; i++) {
        cls_fini(&t->table[i]);
    }
    rule_actions_pool_fini(&t->pool);
    os_free(t);
}

size_t
flow_tables_count(const struct flow_tables *t)
{
    size_t n = 0;
    for (size_t i = 0; i < FLOW_TABLE_COUNT; i++) {
        n += t->table[i].n_rules;
    }
    return n;
}

/* -- Choosing rules -- */

struct walk {
    struct flow_tables *t;
    const struct rule_choice *choice;
    void (*each)(void *aux, struct rule *);
    void *aux;
    size_t n;
};

static bool
is_chosen(const struct rule *rule, const struct rule_choice *choice)
{
    return rule->cls.priority <= RULE_PRIORITY_MAX &&
           !((rule->cookie ^ choice->cookie) & choice->cookie_mask) &&
           of_acts_send_to(rule->actions->list, rule->actions->size, choice->out_port,
                           choice->out_group);
}

static void
visit(void *w_, struct cls_rule *c)
{
    struct walk *w = w_;
    struct rule *rule = rule_of(c);
    if (is_chosen(rule, w->choice)) {
        w->n++;
        w->each(w->aux, rule);
    }
}

/* Calls EACH, which may remove the rule, for every chosen one. */
static size_t
walk(struct flow_tables *t, const struct rule_choice *choice,
     void (*each)(void *aux, struct rule *), void *aux)
{
    struct walk w = {t, choice, each, aux, 0};
    size_t first = choice->table == OFP_TABLE_ALL ? 0 : choice->table;
    size_t last = choice->table == OFP_TABLE_ALL ? FLOW_TABLE_COUNT - 1 : choice->table;
    for (size_t i = first; i <= last && i < FLOW_TABLE_COUNT; i++) {
        if (!choice->strict) {
            cls_for_each(&t->table[i], choice->match, visit, &w);
            continue;
        }
        struct cls_rule *c = cls_find(&t->table[i], choice->match, choice->priority);
        if (c) {
            visit(&w, c);
        }
    }
    return w.n;
}

struct reading {
    void (*each)(void *aux, const struct rule *);
    void *aux;
};

static void
read_rule(void *r_, struct rule *rule)
{
    struct reading *r = r_;
    r->each(r->aux, rule);
}

void
flow_tables_for_each(struct flow_tables *t, const struct rule_choice *choice,
                     void (*each)(void *aux, const struct rule *), void *aux)
{
    struct reading r = {each, aux};
    walk(t, choice, read_rule, &r);
}

/* -- What flow_mods do -- */

struct overlap {
    const struct of_match *match;
    int32_t priority;
    bool found;
};

/* Whether some packet meets both, at the same priority. */
static void
compare(void *o_, struct cls_rule *c)
{
    struct overlap *o = o_;
    struct of_match other;
    if (c->priority != o->priority || o->found) {
        return;
    }
    cls_rule_match(c, &other);
    const uint8_t *ka = (const void *)&other.key, *kb = (const void *)&o->match->key;
    const uint8_t *ma = (const void *)&other.mask, *mb = (const void *)&o->match->mask;
    for (size_t i = 0; i < sizeof other.key; i++) {
        if ((ka[i] ^ kb[i]) & ma[i] & mb[i]) {
            return;
        }
    }
    o->found = true;
}

static bool
overlaps(struct flow_tables *t, const struct rule_spec *spec)
{
    struct overlap o = {spec->match, spec->priority, false};
    cls_for_each(&t->table[spec->table], NULL, compare, &o);
    return o.found;
}

static struct rule *
new_rule(struct flow_tables *t, const struct rule_spec *spec, uint64_t now_ms)
{
    struct rule *rule = xzalloc(sizeof *rule + cls_value_size(&spec->match->mask));
    rule->actions = rule_actions_get(&t->pool, spec->actions, spec->actions_size);
    rule->cookie = spec->cookie;
    rule->created_ms = rule->modified_ms = rule->used_ms = now_ms;
    rule->idle_timeout = spec->idle_timeout;
    rule->hard_timeout = spec->hard_timeout;
    rule->importance = spec->importance;
    rule->flags = spec->flags;
    rule->table = spec->table;
    list_init(&rule->mortal);
    if (rule->idle_timeout || rule->hard_timeout) {
        list_push_back(&t->mortals, &rule->mortal);
    }
    return rule;
}

enum ofp_error
flow_tables_add(struct flow_tables *t, const struct rule_spec *spec, uint64_t now_ms)
{
    struct cls *cls = &t->table[spec->table];
    if (spec->flags & OFP_FF_CHECK_OVERLAP && overlaps(t, spec)) {
        return OFPFMFC_OVERLAP;
    }
    struct rule *old = rule_of(cls_find(cls, spec->match, spec->priority));
    struct rule *rule = new_rule(t, spec, now_ms);
    if (old) {
        if (!(spec->flags & OFP_FF_RESET_COUNTS)) {
            rule->n_packets = old->n_packets;
            rule->n_bytes = old->n_bytes;
            rule->used_ms = old->used_ms;
        }
        free_rule(t, old);
    }
    cls_insert(cls, &rule->cls, rule->value, spec->match, spec->priority);
    return 0;
}

struct change {
    struct flow_tables *t;
    const struct rule_spec *spec;
    bool set_cookie;
    uint64_t now_ms;
};

static void
change_rule(void *c_, struct rule *rule)
{
    struct change *c = c_;
    const struct rule_actions *old = rule->actions;
    rule->actions = rule_actions_get(&c->t->pool, c->spec->actions, c->spec->actions_size);
    rule_actions_put(&c->t->pool, old);
    rule->modified_ms = c->now_ms;
    if (c->set_cookie) {
        rule->cookie = c->spec->cookie;
    }
    if (c->spec->flags & OFP_FF_RESET_COUNTS) {
        rule->n_packets = rule->n_bytes = 0;
    }
}

size_t
flow_tables_modify(struct flow_tables *t, const struct rule_choice *choice,
                   const struct rule_spec *spec, bool set_cookie, uint64_t now_ms)
{
    struct change c = {t, spec, set_cookie, now_ms};
    return walk(t, choice, change_rule, &c);
}

static void
delete_rule(void *t, struct rule *rule)
{
    remove_rule(t, rule, OFP_REMOVED_DELETE);
}

size_t
flow_tables_delete(struct flow_tables *t, const struct rule_choice *choice)
{
    return walk(t, choice, delete_rule, t);
}

/* -- Time and packets -- */

size_t
flow_tables_expire(struct flow_tables *t, uint64_t now_ms)
{
    size_t n = 0;
    LIST_FOR_EACH_SAFE (struct rule, rule, mortal, &t->mortals) {
        uint64_t hard_ms = 1000u * (uint64_t)rule->hard_timeout;
        uint64_t idle_ms = 1000u * (uint64_t)rule->idle_timeout;
        bool hard = hard_ms && now_ms >= rule->modified_ms + hard_ms;
        if (hard || (idle_ms && now_ms >= rule->used_ms + idle_ms)) {
            remove_rule(t, rule, hard ? OFP_REMOVED_HARD : OFP_REMOVED_IDLE);
            n++;
        }
    }
    return n;
}

struct rule *
flow_tables_lookup(const struct flow_tables *t, uint8_t table, const struct of_key *key,
                   struct of_key *wc)
{
    return rule_of(cls_lookup(&t->table[table], key, wc));
}

void
rule_count(struct rule *rule, uint64_t n_packets, uint64_t n_bytes, uint64_t now_ms)
{
    rule->n_packets += n_packets;
    rule->n_bytes += n_bytes;
    rule->used_ms = MAX(rule->used_ms, now_ms);
}
