/* SPDX-License-Identifier: Apache-2.0 */
/* Two matches are the same if their OXM is, which is written in one order. Actions are compared as
 * bytes and, where these differ, as text, since a switch may say the same in another way. */
#include "cmd/ovs-ofctl/flow_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/match_oxm.h"
#include "openflow/ofp_printers.h"

enum { MATCH_MAX = 4096 };

void
flow_set_init(struct flow_set *set)
{
    hmap_init(&set->map);
}

void
flow_set_fini(struct flow_set *set)
{
    HMAP_FOR_EACH_SAFE (struct flow_entry, entry, node, &set->map) {
        hmap_remove(&set->map, &entry->node);
        os_free(entry->versions[0]);
        os_free(entry->versions[1]);
        os_free(entry);
    }
    hmap_fini(&set->map);
}

static struct flow_entry *
find_or_add(struct flow_set *set, uint8_t table, uint16_t priority, const struct of_match *match)
{
    uint8_t bytes[MATCH_MAX];
    struct wr w = wr_make(bytes, sizeof bytes);
    of_match_put_oxm(&w, match, OFP_15);
    uint32_t hash = hash_bytes(bytes, w.n, (uint32_t)table << 16 | priority);
    HMAP_FOR_EACH_WITH_HASH (struct flow_entry, entry, node, hash, &set->map) {
        if (entry->table == table && entry->priority == priority && entry->n == w.n &&
            !memcmp(entry->match, bytes, w.n)) {
            return entry;
        }
    }
    struct flow_entry *entry = xzalloc(sizeof *entry + w.n);
    entry->table = table;
    entry->priority = priority;
    entry->n = w.n;
    entry->place = hmap_count(&set->map);
    memcpy(entry->match, bytes, w.n);
    hmap_insert(&set->map, &entry->node, hash);
    return entry;
}

static struct flow_version *
set_version(struct flow_entry *entry, unsigned int side, const struct wr *actions)
{
    struct flow_version *version = xzalloc(sizeof *version + actions->n);
    version->n = actions->n;
    memcpy(version->actions, actions->start, actions->n);
    os_free(entry->versions[side]);
    entry->versions[side] = version;
    return version;
}

void
flow_set_add_mod(struct flow_set *set, unsigned int side, const struct ofp_flow_mod *fm)
{
    uint8_t table = fm->table == OFP_TABLE_ALL ? 0 : fm->table;
    struct flow_entry *entry = find_or_add(set, table, fm->priority, &fm->match);
    struct flow_version *v = set_version(entry, side, &fm->actions);
    v->cookie = fm->new_cookie;
    v->idle_timeout = fm->idle_timeout;
    v->hard_timeout = fm->hard_timeout;
    v->importance = fm->importance;
    v->flags = fm->flags;
}

void
flow_set_add_stats(struct flow_set *set, unsigned int side, const struct ofp_flow_stats *fs)
{
    struct flow_entry *entry = find_or_add(set, fs->table, fs->priority, &fs->match);
    struct flow_version *v = set_version(entry, side, &fs->actions);
    v->cookie = fs->cookie;
    v->idle_timeout = fs->idle_timeout;
    v->hard_timeout = fs->hard_timeout;
    v->importance = fs->importance;
}

static int
compare(const void *a_, const void *b_)
{
    const struct flow_entry *a = *(struct flow_entry *const *)a_;
    const struct flow_entry *b = *(struct flow_entry *const *)b_;
    return a->table != b->table         ? (a->table < b->table ? -1 : 1)
           : a->priority != b->priority ? (a->priority > b->priority ? -1 : 1)
                                        : (a->place < b->place ? -1 : 1);
}

struct flow_entry **
flow_set_sort(struct flow_set *set, size_t *n)
{
    struct flow_entry **entries = xalloc((hmap_count(&set->map) + 1) * sizeof *entries);
    *n = 0;
    HMAP_FOR_EACH (struct flow_entry, entry, node, &set->map) {
        entries[(*n)++] = entry;
    }
    qsort(entries, *n, sizeof *entries, compare);
    return entries;
}

static bool
actions_equal(const struct flow_version *a, const struct flow_version *b)
{
    struct str sa = STR_INIT, sb = STR_INIT;
    if (a->n == b->n && !memcmp(a->actions, b->actions, a->n)) {
        return true;
    }
    of_acts_text_put(&sa, a->actions, a->n, NULL);
    of_acts_text_put(&sb, b->actions, b->n, NULL);
    bool equal = !strcmp(sa.s, sb.s);
    str_fini(&sa);
    str_fini(&sb);
    return equal;
}

bool
flow_version_equal(const struct flow_version *a, const struct flow_version *b)
{
    return a->cookie == b->cookie && a->idle_timeout == b->idle_timeout &&
           a->hard_timeout == b->hard_timeout && a->importance == b->importance &&
           actions_equal(a, b);
}

void
flow_entry_get_match(const struct flow_entry *entry, struct of_match *match)
{
    enum ofp_error error = of_match_get_oxm(entry->match, entry->n, true, match);
    VERIFY(!error);
}

static void
put_number(struct str *s, const char *name, unsigned int x)
{
    if (x) {
        str_putf(s, " %s=%u", name, x);
    }
}

void
flow_entry_put(struct str *s, const struct flow_entry *entry, unsigned int side,
               const struct ofp_print *how)
{
    const struct flow_version *v = entry->versions[side];
    struct of_match match;
    if (entry->table) {
        str_puts(s, "table=");
        of_table_put(s, entry->table, how->tables);
        str_putc(s, ' ');
    }
    flow_entry_get_match(entry, &match);
    ofp_match_with_priority_put(s, &match, entry->priority, how->ports);
    if (v->cookie) {
        str_putf(s, " cookie=0x%llx", (unsigned long long)v->cookie);
    }
    put_number(s, "idle_timeout", v->idle_timeout);
    put_number(s, "hard_timeout", v->hard_timeout);
    put_number(s, "importance", v->importance);
    str_puts(s, " actions=");
    struct flow_names names = ofp_print_names(how);
    of_acts_text_put(s, v->actions, v->n, &names);
}

static void
make(const struct flow_entry *entry, enum ofp_flow_command command, struct ofp_flow_mod *fm)
{
    ofp_flow_mod_init(fm);
    fm->command = (uint8_t)command;
    fm->table = entry->table;
    fm->priority = entry->priority;
    fm->new_cookie = 0;
    fm->actions = wr_make(NULL, 0);
    flow_entry_get_match(entry, &fm->match);
}

void
flow_entry_make_add(const struct flow_entry *entry, unsigned int side, struct ofp_flow_mod *fm)
{
    struct flow_version *v = entry->versions[side];
    make(entry, OFP_FLOW_ADD, fm);
    fm->new_cookie = v->cookie;
    fm->idle_timeout = v->idle_timeout;
    fm->hard_timeout = v->hard_timeout;
    fm->importance = v->importance;
    fm->flags = v->flags;
    fm->actions = (struct wr){v->actions, v->n, v->n, false};
}

void
flow_entry_make_delete(const struct flow_entry *entry, struct ofp_flow_mod *fm)
{
    make(entry, OFP_FLOW_DELETE_STRICT, fm);
}
