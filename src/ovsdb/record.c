/* SPDX-License-Identifier: Apache-2.0 */
/* Records of transactions. Writing walks the transaction's rows table by table, since a table
 * is one member of the record. Reading changes rows in place, without transactions: a file is
 * trusted as far as its checksums go, and what spans rows is checked once at the end. */
#include "ovsdb/record.h"

#include <stdlib.h>
#include <string.h>

#include "ovsdb/txn_internal.h"

/* ---- Writing ---- */

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

static void
put_whole_row(struct str *out, const struct row *row)
{
    bool first = true;
    str_putc(out, '{');
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        const struct column *c = row->table->schema->columns[i];
        if (c->is_persistent && !datum_equal(row->cells[i], c->initial)) {
            put_column(out, &first, c, row->cells[i]);
        }
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

static int
compare_by_table(const void *a_, const void *b_)
{
    const struct txn_row *a = *(const struct txn_row *const *)a_;
    const struct txn_row *b = *(const struct txn_row *const *)b_;
    uint32_t x = a->row->table->schema->index, y = b->row->table->schema->index;
    return (x > y) - (x < y);
}

/* The rows to write, by table; the caller frees the array. */
static const struct txn_row **
sorted_rows(const struct txn *t, size_t *n)
{
    const struct txn_row **rows = xalloc(t->n_rows * sizeof *rows);
    *n = 0;
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (is_persistent_change(tr)) {
            rows[(*n)++] = tr;
        }
    }
    qsort(rows, *n, sizeof *rows, compare_by_table);
    return rows;
}

static void
put_comment(struct str *out, const char *comment, size_t n)
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
differences_fit(const struct txn_row *const *rows, size_t n)
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
    const struct txn_row **rows = sorted_rows(t, &n);
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
        put_uuid_member(out, &row->uuid);
        if (rows[i]->deleted) {
            str_puts(out, "null");
        } else if (rows[i]->inserted) {
            put_whole_row(out, row);
        } else {
            put_changes(out, rows[i], as_diff);
        }
    }
    if (n) {
        str_puts(out, as_diff ? "},\"_is_diff\":true" : "}");
        if (t->comment.n) {
            put_comment(out, t->comment.s, t->comment.n);
        }
        str_putc(out, '}');
    }
    os_free(rows);
    return n > 0;
}

void
record_write_db(const struct db *db, uint64_t date_ms, const char *comment, struct str *out)
{
    str_putf(out, "{\"_date\":%llu", (unsigned long long)date_ms);
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        const struct table *t = &db->tables[i];
        bool first = true;
        HMAP_FOR_EACH (struct row, row, node, &t->rows) {
            if (first) {
                str_putf(out, ",\"%s\":{", t->schema->name);
            } else {
                str_putc(out, ',');
            }
            first = false;
            put_uuid_member(out, &row->uuid);
            put_whole_row(out, row);
        }
        str_puts(out, first ? "" : "}");
    }
    if (comment) {
        put_comment(out, comment, strlen(comment));
    }
    str_putc(out, '}');
}

/* ---- Reading ---- */

static int
apply_column(struct row *row, const struct column *c, const json_t *v, bool is_diff,
             struct fault *f)
{
    struct datum *d = NULL;
    int code;
    if (is_diff) {
        struct datum *diff = NULL;
        code = datum_from_json_unchecked(&c->type, v, &diff, f);
        if (!code) {
            code = datum_apply_diff(row->cells[c->index], diff, &c->type, &d, f);
        }
        datum_unref(diff);
    } else {
        code = datum_from_json(&c->type, v, NULL, &d, f);
    }
    if (!code) {
        datum_unref(row->cells[c->index]);
        row->cells[c->index] = d;
    }
    return code;
}

static int
apply_columns(struct row *row, json_t *v, bool is_diff, struct fault *f)
{
    const struct table_schema *schema = row->table->schema;
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        const char *name = json_object_iter_key(it);
        const struct column *c = table_schema_find_column(schema, name);
        if (!c || column_is_virtual(c)) {
            return fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", name,
                                    schema->name);
        }
        int code = apply_column(row, c, json_object_iter_value(it), is_diff, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

static int
apply_row(struct table *t, const char *uuid_text, json_t *v, bool is_diff, struct fault *f)
{
    struct uuid uuid;
    if (!uuid_parse(uuid_text, strlen(uuid_text), &uuid)) {
        return -E_SYNTAX;
    }
    struct row *row = table_find_row(t, &uuid);
    if (json_is_null(v)) {
        if (!row) {
            return fault_set(f, -E_NOENT, FAULT_SYNTAX,
                             "transaction deletes row %s that does not exist", uuid_text);
        }
        hmap_remove(&t->rows, &row->node);
        row_free(row);
        return 0;
    }
    if (!json_is_object(v)) {
        return fault_set_syntax(f, v, NULL, "object expected");
    }
    bool modifies = row != NULL;
    if (!row) {
        row = row_new(t, &uuid);
        row->version = ++t->db->last_version;
        hmap_insert(&t->rows, &row->node, uuid_hash(&uuid));
    }
    return apply_columns(row, v, is_diff && modifies, f);
}

static int
apply_table(struct table *t, json_t *v, bool is_diff, struct fault *f)
{
    if (!json_is_object(v)) {
        return fault_set_syntax(f, v, NULL, "object expected");
    }
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        const char *uuid = json_object_iter_key(it);
        struct uuid unused;
        if (!uuid_parse(uuid, strlen(uuid), &unused)) {
            return fault_set_syntax(f, v, NULL, "\"%s\" is not a valid UUID", uuid);
        }
        int code = apply_row(t, uuid, json_object_iter_value(it), is_diff, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

/* Members of a record that are no tables. */
static bool
is_special(const char *name)
{
    return strcmp(name, "_date") == 0 || strcmp(name, "_comment") == 0 ||
           strcmp(name, "_is_diff") == 0;
}

int
record_apply(struct db *db, const json_t *record_, struct fault *f)
{
    json_t *record = (json_t *)record_; /* Jansson's iterators are not const-correct */
    if (!json_is_object(record)) {
        return fault_set_syntax(f, record, NULL, "object expected");
    }
    bool is_diff = json_is_true(json_object_get(record, "_is_diff"));
    for (void *it = json_object_iter(record); it; it = json_object_iter_next(record, it)) {
        const char *name = json_object_iter_key(it);
        if (is_special(name)) {
            continue;
        }
        struct table *t = db_find_table(db, name);
        if (!t) {
            return fault_set_syntax(f, record, "unknown table", "No table named %s.", name);
        }
        int code = apply_table(t, json_object_iter_value(it), is_diff, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

int
record_end_loading(struct db *db, struct fault *f)
{
    struct txn *t = txn_new(db);
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        HMAP_FOR_EACH (struct row, row, node, &db->tables[i].rows) {
            txn_touch(t, row)->inserted = true;
        }
    }
    int code = txn_check(t, f);
    if (code) {
        /* The rows stay what they are: the caller gives the database up. */
        txn_abort(t);
        return code;
    }
    txn_commit(t);
    return 0;
}

/* ---- Conversion ---- */

static int
convert_row(const struct row *from, struct txn *t, struct table *to, struct fault *f)
{
    struct row *row = txn_insert(t, to, &from->uuid);
    for (size_t i = 0; i < to->schema->n_columns; i++) {
        const struct column *c = to->schema->columns[i];
        const struct column *old = table_schema_find_column(from->table->schema, c->name);
        if (!old) {
            continue;
        }
        /* By way of JSON, which also tells whether the new type takes the value. */
        json_t *v = datum_to_json(from->cells[old->index], &old->type);
        struct datum *d = NULL;
        int code = datum_from_json(&c->type, v, NULL, &d, f);
        json_decref(v);
        if (code) {
            return code;
        }
        txn_set(t, row, c, d);
    }
    return 0;
}

int
record_convert(const struct db *from, struct db *to, struct txn **out, struct fault *f)
{
    struct txn *t = txn_new(to);
    int code = 0;
    for (size_t i = 0; i < from->schema->n_tables && !code; i++) {
        struct table *table = db_find_table(to, from->schema->tables[i]->name);
        if (!table) {
            continue;
        }
        HMAP_FOR_EACH (struct row, row, node, &from->tables[i].rows) {
            code = convert_row(row, t, table, f);
            if (code) {
                break;
            }
        }
    }
    if (!code) {
        code = txn_check(t, f);
    }
    if (code) {
        txn_abort(t);
        return code;
    }
    *out = t;
    return 0;
}
