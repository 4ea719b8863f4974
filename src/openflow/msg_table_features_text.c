/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text. Most tables are like the one before, so only what is not is told. */
#include <string.h>

#include "openflow/msg_table_features.h"
#include "openflow/ofp_printers.h"

void
ofp_table_listing_init(struct ofp_table_listing *l)
{
    *l = (struct ofp_table_listing){.ditto_from = -1};
    ofp_table_features_init(&l->last);
}

/* -- What is like the table before -- */

/* Whether TABLE can go to the same tables as the one before, or to all of them but itself: each
 * table has one less to go to than the one in front of it, which is not worth telling. */
static bool
same_next(const uint64_t next[4], const uint64_t before[4], uint8_t table)
{
    bool same = true, but_itself = true;
    for (unsigned int i = 0; i < 4; i++) {
        uint64_t own = i == table / 64 ? UINT64_C(1) << table % 64 : 0;
        same = same && next[i] == before[i];
        but_itself = but_itself && next[i] == (before[i] & ~own);
    }
    return same || but_itself;
}

/* The same of all that TABLE, which does A, can do, and of what B does. */
static bool
same_does(const struct ofp_table_instructions *a, const struct ofp_table_instructions *b,
          uint8_t table)
{
    return same_next(a->next, b->next, table) && a->instructions == b->instructions &&
           ofp_table_actions_equal(&a->write, &b->write) &&
           ofp_table_actions_equal(&a->apply, &b->apply);
}

/* How they are matched is not looked at. */
static bool
same_match(const struct ofp_table_features *a, const struct ofp_table_features *b)
{
    return !memcmp(&a->match, &b->match, sizeof a->match);
}

static bool
same_features(const struct ofp_table_features *a, const struct ofp_table_features *b)
{
    return a->metadata_match == b->metadata_match && a->metadata_write == b->metadata_write &&
           a->miss == b->miss && a->can_evict == b->can_evict &&
           a->has_vacancy == b->has_vacancy && a->max_entries == b->max_entries &&
           same_does(&a->hit, &b->hit, a->table) &&
           same_does(&a->miss_does, &b->miss_does, a->table) && same_match(a, b);
}

static bool
same_stats(const struct ofp_table_stats *a, const struct ofp_table_stats *b)
{
    return a->n_active == b->n_active && a->n_lookups == b->n_lookups &&
           a->n_matches == b->n_matches;
}

/* Whether anything is told of F but its number. */
static bool
is_empty(const struct ofp_table_features *f)
{
    struct ofp_table_features none;
    ofp_table_features_init(&none);
    return same_features(f, &none);
}

/* -- Pieces -- */

static void
put_next_tables(struct str *s, const uint64_t next[4])
{
    const char *gap = "      next tables: ";
    for (unsigned int from = 0, to; from < 256; from = to + 1) {
        for (to = from; to < 256 && next[to / 64] >> to % 64 & 1;) {
            to++;
        }
        if (to > from) {
            str_putf(s, "%s%u", gap, from);
            if (to > from + 1) {
                str_putf(s, "-%u", to - 1);
            }
            gap = ",";
        }
    }
    str_put_repeat(s, '\n', *gap == ',');
}

static void
put_actions(struct str *s, const struct ofp_table_actions *a)
{
    if (a->actions) {
        str_puts(s, "        actions:");
        of_action_bits_put(s, a->actions);
        str_putc(s, '\n');
    }
    if (!of_field_set_is_empty(&a->set_fields)) {
        str_puts(s, "        supported on Set-Field: ");
        of_field_set_put(s, &a->set_fields);
        str_putc(s, '\n');
    }
}

static bool
has_actions(const struct ofp_table_actions *a)
{
    return a->actions || !of_field_set_is_empty(&a->set_fields);
}

static void
put_does(struct str *s, const struct ofp_table_instructions *does,
         const struct ofp_table_instructions *last)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{OFP_CAN_METER, "meter"},
                 {OFP_CAN_APPLY_ACTIONS, "apply_actions"},
                 {OFP_CAN_CLEAR_ACTIONS, "clear_actions"},
                 {OFP_CAN_WRITE_ACTIONS, "write_actions"},
                 {OFP_CAN_WRITE_METADATA, "write_metadata"},
                 {OFP_CAN_GOTO_TABLE, "goto_table"}};
    put_next_tables(s, does->next);
    if (does->instructions && last && does->instructions == last->instructions) {
        str_puts(s, "      (same instructions)\n");
    } else if (does->instructions) {
        str_puts(s, "      instructions:");
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            if (does->instructions & names[i].bit) {
                str_putf(s, " %s", names[i].name);
            }
        }
        str_putc(s, '\n');
    }
    /* The reference says so only where fields can be set. */
    bool any = has_actions(&does->write) || has_actions(&does->apply),
         sets = !of_field_set_is_empty(&does->write.set_fields);
    if (sets && last && ofp_table_actions_equal(&does->write, &last->write) &&
        ofp_table_actions_equal(&does->apply, &last->apply)) {
        str_puts(s, "      (same actions)\n");
    } else if (any && ofp_table_actions_equal(&does->write, &does->apply)) {
        str_puts(s, "      Write-Actions and Apply-Actions features:\n");
        put_actions(s, &does->write);
    } else if (any) {
        str_puts(s, "      Write-Actions features:\n");
        put_actions(s, &does->write);
        str_puts(s, "      Apply-Actions features:\n");
        put_actions(s, &does->apply);
    }
}

static bool
does_anything(const struct ofp_table_instructions *does, uint8_t table)
{
    static const struct ofp_table_instructions none;
    return !same_does(does, &none, table);
}

static void
put_instructions(struct str *s, const struct ofp_table_features *f,
                 const struct ofp_table_features *last)
{
    if (!does_anything(&f->hit, f->table) && !does_anything(&f->miss_does, f->table)) {
        return;
    }
    if (last && same_does(&f->hit, &last->hit, f->table) &&
        same_does(&f->miss_does, &last->miss_does, f->table)) {
        str_puts(s, "    (same instructions)\n");
    } else if (ofp_table_instructions_equal(&f->hit, &f->miss_does)) {
        str_puts(s, "    instructions (table miss and others):\n");
        put_does(s, &f->hit, last ? &last->hit : NULL);
    } else {
        str_puts(s, "    instructions (other than table miss):\n");
        put_does(s, &f->hit, last ? &last->hit : NULL);
        str_puts(s, "    instructions (table miss):\n");
        put_does(s, &f->miss_does, last ? &last->miss_does : NULL);
    }
}

enum how { ANY_MASK, OR_WILDCARD, EXACT, N_HOW };

/* The fields that F can match in one way. */
static struct of_field_set
matched(const struct ofp_table_features *f, enum how how)
{
    struct of_field_set set = {{0}};
    for (size_t i = 0; i < OF_FIELD_SET_WORDS; i++) {
        uint64_t mask = f->mask.bits[i], wildcard = f->wildcard.bits[i];
        set.bits[i] = f->match.bits[i] & (how == ANY_MASK      ? mask
                                          : how == OR_WILDCARD ? ~mask & wildcard
                                                               : ~mask & ~wildcard);
    }
    return set;
}

static void
put_match(struct str *s, const struct ofp_table_features *f, const struct ofp_table_features *last)
{
    static const char *const names[] = {
        [ANY_MASK] = "arbitrary mask",
        [OR_WILDCARD] = "exact match or wildcard",
        [EXACT] = "must exact match",
    };
    if (of_field_set_is_empty(&f->match)) {
        return;
    }
    if (last && same_match(f, last)) {
        str_puts(s, "    (same matching)\n");
        return;
    }
    str_puts(s, "    matching:\n");
    for (enum how how = ANY_MASK; how < N_HOW; how++) {
        struct of_field_set set = matched(f, how);
        if (!of_field_set_is_empty(&set)) {
            str_putf(s, "      %s: ", names[how]);
            of_field_set_put(s, &set);
            str_putc(s, '\n');
        }
    }
}

static void
put_can(struct str *s, const char *what, int8_t can)
{
    if (can >= 0) {
        str_putf(s, "    %s: %ssupported\n", what, can ? "" : "not ");
    }
}

static void
put_features(struct str *s, const struct ofp_table_features *f,
             const struct ofp_table_features *last)
{
    static const char *const misses[] = {"", "controller", "continue", "drop"};
    if (f->metadata_match || f->metadata_write) {
        str_putf(s, "    metadata: match=%#llx write=%#llx\n",
                 (unsigned long long)f->metadata_match, (unsigned long long)f->metadata_write);
    }
    if (f->miss != OFP_MISS_DEFAULT) {
        str_putf(s, "    config=%s\n", misses[f->miss]);
    }
    put_can(s, "eviction", f->can_evict);
    put_can(s, "vacancy events", f->has_vacancy);
    if (f->max_entries) {
        str_putf(s, "    max_entries=%u\n", f->max_entries);
    }
    put_instructions(s, f, last);
    put_match(s, f, last);
}

/* -- A list -- */

/* Tells of the tables without a name that were like the one before. */
static void
put_dittos(struct str *s, struct ofp_table_listing *l, const struct ofp_table_names *names)
{
    if (l->ditto_from < 0) {
        return;
    }
    str_puts(s, l->ditto_from == l->ditto_to ? "\n  table " : "\n  tables ");
    of_table_put(s, (uint8_t)l->ditto_from, names);
    if (l->ditto_from != l->ditto_to) {
        str_puts(s, "...");
        of_table_put(s, (uint8_t)l->ditto_to, names);
    }
    str_puts(s, ": ditto\n");
    l->ditto_from = -1;
}

void
ofp_table_listing_put(struct str *s, struct ofp_table_listing *l,
                      const struct ofp_table_features *f, const struct ofp_table_stats *stats,
                      const struct ofp_table_names *names)
{
    const struct ofp_table_features *last = l->any ? &l->last : NULL;
    bool like_last = last && same_features(f, last),
         is_ditto = like_last && (!stats || same_stats(stats, &l->last_stats));
    if (is_ditto && !*f->name) {
        l->ditto_from = l->ditto_from < 0 ? f->table : l->ditto_from;
        l->ditto_to = f->table;
        l->last = *f;
        return;
    }
    put_dittos(s, l, names);
    if (f->command != OFP_TABLE_REPLACE && !l->any) {
        static const char *const commands[] = {"replace", "modify", "enable", "disable"};
        str_putf(s, "\n  command: %s", commands[f->command]);
    }
    str_puts(s, "\n  table ");
    of_table_put(s, f->table, names);
    if (*f->name) {
        str_putf(s, " (\"%s\")", f->name);
    }
    if (is_ditto) {
        str_puts(s, ": ditto");
        l->last = *f;
        return;
    }
    str_puts(s, ":\n");
    if (stats) {
        str_putf(s, "    active=%u, lookup=%llu, matched=%llu\n", stats->n_active,
                 (unsigned long long)stats->n_lookups, (unsigned long long)stats->n_matches);
        l->last_stats = *stats;
    }
    if (like_last && !is_empty(f)) {
        str_puts(s, "    (same features)\n");
    } else {
        put_features(s, f, last);
    }
    l->last = *f;
    l->any = true;
}

void
ofp_table_listing_end(struct str *s, struct ofp_table_listing *l,
                      const struct ofp_table_names *names)
{
    put_dittos(s, l, names);
}

enum ofp_error
ofp_print_table_features(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_table_listing listing;
    enum ofp_error error = OFP_OK;
    ofp_table_listing_init(&listing);
    while (!error && rd_left(&r)) {
        struct ofp_table_features f;
        error = ofp_table_features_get(&r, m->version, &f);
        if (!error) {
            ofp_table_listing_put(s, &listing, &f, NULL, how->tables);
        }
    }
    ofp_table_listing_end(s, &listing, how->tables);
    return error;
}

enum ofp_error
ofp_print_table_stats(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_table_listing listing;
    enum ofp_error error = OFP_OK;
    ofp_table_listing_init(&listing);
    while (!error && rd_left(&r)) {
        struct ofp_table_stats stats;
        struct ofp_table_features f;
        error = ofp_table_stats_get(&r, m->version, &stats, &f);
        if (!error) {
            ofp_table_listing_put(s, &listing, &f, &stats, how->tables);
        }
    }
    ofp_table_listing_end(s, &listing, how->tables);
    return error;
}
