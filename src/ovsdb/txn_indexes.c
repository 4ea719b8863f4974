/* SPDX-License-Identifier: Apache-2.0 */
/* Unique indexes, at the end of a transaction. They hold committed rows only, so first all rows
 * that change or go are taken out, then all that changed or came are entered; whoever meets an
 * equal row then is the violation. Undoing does the same backwards. */
#include "ovsdb/txn_internal.h"

#include <string.h>

static bool
index_is_affected(const struct txn_row *tr, const struct column_set *set)
{
    if (tr->inserted || tr->deleted) {
        return true;
    }
    for (size_t i = 0; i < tr->n_changes; i++) {
        if (column_set_contains(set, tr->changes[i].column)) {
            return true;
        }
    }
    return false;
}

/* The hash of the columns of SET as they were before the transaction. */
static uint32_t
hash_old(const struct txn_row *tr, const struct column_set *set)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < set->n; i++) {
        struct datum_one tmp;
        struct datum *owned;
        hash = datum_hash(txn_row_old(tr, set->columns[i], &tmp, &owned), hash);
        datum_unref(owned);
    }
    return hash;
}

static struct row *
find_equal(struct table *table, const struct row *row, size_t index, uint32_t hash)
{
    const struct column_set *set = &table->schema->indexes[index];
    struct hnode *node = hmap_first_with_hash(&table->indexes[index], hash);
    for (; node; node = hmap_next_same(node->next, hash)) {
        struct row *other = row_of_index_node(table, node, index);
        if (rows_equal_columns(other, row, set)) {
            return other;
        }
    }
    return NULL;
}

/* ---- The complaint ---- */

static void
put_names(struct str *out, const struct column_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const char *join = i == 0 ? "" : set->n == 2 ? " and " : i + 1 == set->n ? ", and " : ", ";
        str_putf(out, "%s\"%s\"", join, set->columns[i]->name);
    }
}

static void
put_values(struct str *out, const struct txn_row *tr, const struct row *row,
           const struct column_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct column *c = set->columns[i];
        struct datum_one tmp;
        struct datum *owned = NULL;
        str_puts(out, i == 0 ? "" : set->n == 2 ? " and " : i + 1 == set->n ? ", and " : ", ");
        datum_write_text(out, tr ? txn_row_old(tr, c, &tmp, &owned) : row_cell(row, c, &tmp),
                         &c->type);
        datum_unref(owned);
    }
}

static void
put_history(struct str *out, const struct row *row, const struct column_set *set)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(&row->uuid, text);
    str_putf(out, "row, with UUID %s, ", text);
    const struct txn_row *tr = row->txn_row;
    if (!tr || (!tr->inserted && !tr->n_changes)) {
        str_puts(out, "existed in the database before this transaction and was not modified by "
                      "the transaction.");
    } else if (tr->inserted) {
        str_puts(out, "was inserted by this transaction.");
    } else if (!index_is_affected(tr, set)) {
        str_puts(out, "existed in the database before this transaction, which modified some of "
                      "the row's columns but not any columns in this index.");
    } else {
        str_puts(out, "had the following index values before the transaction: ");
        put_values(out, tr, row, set);
        str_putc(out, '.');
    }
}

static int
complain(const struct row *first, const struct row *second, const struct column_set *set,
         struct fault *f)
{
    struct str text = STR_INIT;
    str_putf(&text, "Transaction causes multiple rows in \"%s\" table to have identical values (",
             first->table->schema->name);
    put_values(&text, NULL, first, set);
    str_putf(&text, ") for index on column%s ", set->n == 1 ? "" : "s");
    put_names(&text, set);
    str_puts(&text, ".  First ");
    put_history(&text, first, set);
    str_puts(&text, "  Second ");
    put_history(&text, second, set);
    int code = fault_set(f, -E_EXIST, FAULT_CONSTRAINT, "%s", str_text(&text));
    str_fini(&text);
    return code;
}

/* ---- Doing and undoing ---- */

static void
take_out_old(struct txn_row *tr)
{
    struct table *table = tr->row->table;
    if (tr->inserted) {
        return;
    }
    for (size_t i = 0; i < table->schema->n_indexes; i++) {
        if (index_is_affected(tr, &table->schema->indexes[i])) {
            hmap_remove(&table->indexes[i], row_index_node(tr->row, i));
        }
    }
}

static void
put_back_old(struct txn_row *tr)
{
    struct table *table = tr->row->table;
    if (tr->inserted) {
        return;
    }
    for (size_t i = 0; i < table->schema->n_indexes; i++) {
        const struct column_set *set = &table->schema->indexes[i];
        if (index_is_affected(tr, set)) {
            hmap_insert(&table->indexes[i], row_index_node(tr->row, i), hash_old(tr, set));
        }
    }
}

/* Takes TR's new state out of its first N indexes. */
static void
take_out_new(struct txn_row *tr, size_t n)
{
    struct table *table = tr->row->table;
    for (size_t i = 0; i < n && !tr->deleted; i++) {
        if (index_is_affected(tr, &table->schema->indexes[i])) {
            hmap_remove(&table->indexes[i], row_index_node(tr->row, i));
        }
    }
}

static int
put_in_new(struct txn_row *tr, struct fault *f)
{
    struct table *table = tr->row->table;
    for (size_t i = 0; i < table->schema->n_indexes && !tr->deleted; i++) {
        const struct column_set *set = &table->schema->indexes[i];
        if (!index_is_affected(tr, set)) {
            continue;
        }
        uint32_t hash = row_hash_columns(tr->row, set);
        const struct row *equal = find_equal(table, tr->row, i, hash);
        if (equal) {
            complain(equal, tr->row, set, f);
            take_out_new(tr, i);
            return -E_EXIST;
        }
        hmap_insert(&table->indexes[i], row_index_node(tr->row, i), hash);
    }
    tr->index_updated = true;
    return 0;
}

int
txn_indexes_do(struct txn *t, struct fault *f)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        take_out_old(tr);
    }
    int code = 0;
    TXN_FOR_EACH_ROW(tr, t)
    {
        code = put_in_new(tr, f);
        if (code) {
            break;
        }
    }
    if (code) {
        txn_indexes_undo(t);
        TXN_FOR_EACH_ROW(tr, t)
        {
            if (!tr->index_updated) {
                put_back_old(tr);
            }
            tr->index_updated = false;
        }
    }
    return code;
}

void
txn_indexes_undo(struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->index_updated) {
            take_out_new(tr, tr->row->table->schema->n_indexes);
        }
    }
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->index_updated) {
            put_back_old(tr);
        }
    }
}
