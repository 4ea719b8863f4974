/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions as records. Rows are written table by table, since a table is one
 * member of the record; rows modified as differences, where a reader of Open vSwitch 3.1 gets
 * them right. Straight into text: this is part of every commit. */
#include "ovsdb/record_internal.h"

#include <string.h>

static void
put_uuid_member(struct str *out, const struct uuid *u)
{
    char text[UUID_TEXT_LEN + 4] = "\"";
    uuid_format(u, text + 1);
    memcpy(text + 1 + UUID_TEXT_LEN, "\":", 2);
    str_put(out, text, UUID_TEXT_LEN + 3);
}

static void
put_column(struct str *out, bool *first, const struct column *c, const struct datum *d)
{
    str_puts(out, *first ? "\"" : ",\"");
    *first = false;
    str_puts(out, c->name);
    str_puts(out, "\":");
    datum_write_json(out, d, &c->type);
}

void
record_put_row(struct str *out, const struct row *row, const struct txn_row *before)
{
    bool first = true;
    put_uuid_member(out, &row->uuid);
    str_putc(out, '{');
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        const struct column *c = row->table->schema->columns[i];
        if (!c->is_persistent) {
            continue;
        }
        struct datum *owned = NULL;
        struct datum_one tmp;
        const struct datum *d =
            before ? txn_row_old(before, c, &tmp, &owned) : row->cells[c->index];
        if (!datum_equal(d, c->initial)) {
            put_column(out, &first, c, d);
        }
        datum_unref(owned);
    }
    str_putc(out, '}');
}

static void
put_changes(struct str *out, const struct txn_row *tr, bool as_diff)
{
    bool first = true;
    str_putc(out, '{');
    for (size_t i = 0; i < tr->n_changes; i++) {
        struct txn_change *change = &tr->changes[i];
        const struct column *c = change->column;
        if (c->is_persistent) {
            put_column(out, &first, c,
                       as_diff ? txn_change_diff(tr, change) : tr->row->cells[c->index]);
        }
    }
    str_putc(out, '}');
}

/* Does TR change anything that is kept? */
static bool
is_persistent_change(const struct txn_row *tr)
{
    if (!txn_row_is_changed(tr)) {
        return false;
    }
    if (tr->inserted || tr->deleted) {
        return true;
    }
    for (size_t i = 0; i < tr->n_changes; i++) {
        if (tr->changes[i].column->is_persistent) {
            return true;
        }
    }
    return false;
}

/* The rows to write, by table; the caller frees the array. */
static struct txn_row **
sorted_rows(const struct txn *t, size_t *n)
{
    struct txn_row **rows = xalloc(t->n_rows * sizeof *rows);
    *n = 0;
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (is_persistent_change(tr)) {
            rows[(*n)++] = tr;
        }
    }
    txn_rows_sort(rows, *n);
    return rows;
}

void
record_put_comment(struct str *out, const char *comment, size_t n)
{
    str_puts(out, ",\"_comment\":");
    json_write_string(out, comment, n);
}

/* Is the difference of CHANGE one that Open vSwitch 3.1 reads as it is meant? It writes, but does
 * not read, more elements than the column may have; and it takes a difference to the default of a
 * set that must not be empty for the new value. */
static bool
difference_fits(const struct txn_row *tr, struct txn_change *change)
{
    const struct datum_type *type = &change->column->type;
    if (type->n_max == 1) {
        return true;
    }
    if (type->n_min && !change->old_is_implied && datum_is_default(change->old, type)) {
        return false;
    }
    return type->n_max == DATUM_UNLIMITED || datum_n(txn_change_diff(tr, change)) <= type->n_max;
}

static bool
differences_fit(struct txn_row *const *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct txn_row *tr = rows[i];
        for (size_t c = 0; c < tr->n_changes && !tr->deleted; c++) {
            if (!difference_fits(tr, &tr->changes[c])) {
                return false;
            }
        }
    }
    return true;
}

bool
record_write_txn(const struct txn *t, bool as_diff, uint64_t date_ms, struct str *out)
{
    size_t n;
    struct txn_row **rows = sorted_rows(t, &n);
    as_diff = as_diff && differences_fit(rows, n);
    if (n) {
        str_putf(out, "{\"_date\":%llu", (unsigned long long)date_ms);
    }
    const struct table *table = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct row *row = rows[i]->row;
        if (row->table != table) {
            str_puts(out, table ? "},\"" : ",\"");
            table = row->table;
            str_puts(out, table->schema->name);
            str_puts(out, "\":{");
        } else {
            str_putc(out, ',');
        }
        if (rows[i]->inserted && !rows[i]->deleted) {
            record_put_row(out, row, NULL);
            continue;
        }
        put_uuid_member(out, &row->uuid);
        if (rows[i]->deleted) {
            str_puts(out, "null");
        } else {
            put_changes(out, rows[i], as_diff);
        }
    }
    if (n) {
        str_puts(out, as_diff ? "},\"_is_diff\":true" : "}");
        if (t->comment.n) {
            record_put_comment(out, t->comment.s, t->comment.n);
        }
        str_putc(out, '}');
    }
    os_free(rows);
    return n > 0;
}
