/* SPDX-License-Identifier: Apache-2.0 */
/* What happens between a transaction's last operation and its commit, in the order in which Open
 * vSwitch reports violations: references, garbage, maxRows, weak references, unique indexes. A
 * failed check leaves the transaction to be aborted. */
#include "ovsdb/txn_internal.h"

#include <string.h>

static bool
is_no_change(struct txn_row *tr, struct txn_change *c)
{
    return c->old_is_implied ? c->diff == NULL
                             : datum_equal(c->old, tr->row->cells[c->column->index]);
}

/* Forgets changes that lead back to the old value, and all changes of deleted rows but the old
 * values, which stay readable. */
static void
drop_no_changes(struct txn_row *tr)
{
    size_t n = 0;
    for (size_t i = 0; i < tr->n_changes; i++) {
        struct txn_change *c = &tr->changes[i];
        if (!tr->deleted && is_no_change(tr, c)) {
            datum_unref(c->old);
            datum_unref(c->diff);
        } else {
            tr->changes[n++] = *c;
        }
    }
    tr->n_changes = n;
}

static int
check_max_rows(const struct txn *t, struct fault *f)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        const struct table *table = tr->row->table;
        size_t n = hmap_count(&table->rows);
        if (tr->inserted && !tr->deleted && n > table->schema->max_rows) {
            return fault_set(f, -E_RANGE, FAULT_CONSTRAINT,
                             "transaction causes \"%s\" table to contain %zu rows, greater than "
                             "the schema-defined limit of %u row(s)",
                             table->schema->name, n, table->schema->max_rows);
        }
    }
    return 0;
}

int
txn_check(struct txn *t, struct fault *f)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        drop_no_changes(tr);
    }
    int code = txn_count_refs(t, f);
    if (!code) {
        txn_collect_garbage(t);
        code = check_max_rows(t, f);
    }
    if (!code) {
        code = txn_purge_weak_refs(t, f);
    }
    if (code) {
        return code;
    }
    TXN_FOR_EACH_ROW(tr, t)
    {
        drop_no_changes(tr);
    }
    code = txn_indexes_do(t, f);
    if (code) {
        return code;
    }
    txn_weak_refs_do(t);
    t->checked = true;
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (txn_row_is_changed(tr)) {
            tr->row->version = ++t->db->last_version;
            t->has_changes = true;
        }
    }
    return 0;
}
