/* SPDX-License-Identifier: Apache-2.0 */
/* From <table-updates2> to a transaction. Values are checked, since a file is going to hold them;
 * what spans rows is checked as for any transaction. A snapshot changes only what really differs,
 * so that clients which follow the database here see no more than that. Loop's thread. */
#include "ovsdb/source_internal.h"

#include <string.h>

static void
set_value(struct txn *t, struct row *row, const struct column *c, struct datum *value)
{
    if (datum_equal(row->cells[c->index], value)) {
        datum_unref(value);
    } else {
        txn_set(t, row, c, value);
    }
}

/* The value that V gives the column; IS_DIFF: that changes what CELL is. */
static int
read_value(const struct datum *cell, const struct column *c, const json_t *v, bool is_diff,
           struct datum **out, struct fault *f)
{
    struct datum *diff = NULL;
    if (!is_diff) {
        return datum_from_json(&c->type, v, NULL, out, f);
    }
    int code = datum_from_json_unchecked(&c->type, v, &diff, f);
    if (!code) {
        code = datum_apply_diff(cell, diff, &c->type, out, f);
        datum_unref(diff);
    }
    if (!code && (code = datum_check(*out, &c->type, f)) != 0) {
        datum_unref(*out);
    }
    return code;
}

static int
take_columns(struct txn *t, struct row *row, const json_t *v, bool is_diff, struct fault *f)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)v, name, value)
    {
        const struct column *c = table_schema_find_column(row->table->schema, name);
        if (!c || column_is_virtual(c)) {
            return fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", name,
                                    row->table->schema->name);
        }
        struct datum *d = NULL;
        int code = read_value(row->cells[c->index], c, value, is_diff, &d, f);
        if (code) {
            return code;
        }
        set_value(t, row, c, d);
    }
    return 0;
}

/* The whole row V: what it does not mention has its default. */
static int
take_row(struct txn *t, struct table *table, const struct uuid *uuid, const json_t *v,
         struct fault *f)
{
    struct row *row = table_find_row(table, uuid);
    if (!row) {
        row = txn_insert(t, table, uuid);
    }
    for (size_t i = 0; i < table->schema->n_columns; i++) {
        const struct column *c = table->schema->columns[i];
        if (!json_object_get(v, c->name)) {
            set_value(t, row, c, datum_ref(c->initial));
        }
    }
    return take_columns(t, row, v, false, f);
}

/* A row that is not here, though there it is: it refers from a table that is left out. */
static int
missing_row(const struct source *src, const json_t *v, struct fault *f)
{
    return src->n_exclude ? 0 : fault_set_syntax(f, v, NULL, "update of a row that is not here");
}

static int
apply_row(struct source *src, struct txn *t, struct table *table, const struct uuid *uuid,
          const json_t *v, struct fault *f)
{
    const json_t *whole = json_object_get(v, "initial");
    whole = whole ? whole : json_object_get(v, "insert");
    if (whole) {
        return take_row(t, table, uuid, whole, f);
    }
    struct row *row = table_find_row(table, uuid);
    if (!row) {
        return missing_row(src, v, f);
    }
    const json_t *diff = json_object_get(v, "modify");
    if (diff) {
        return take_columns(t, row, diff, true, f);
    }
    if (json_object_get(v, "delete")) {
        txn_delete(t, row);
        return 0;
    }
    return fault_set_syntax(f, v, NULL, "update of an unknown kind");
}

static void
delete_unmentioned(struct txn *t, struct table *table, const json_t *rows)
{
    HMAP_FOR_EACH_SAFE (struct row, row, node, &table->rows) {
        char name[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, name);
        if (!json_object_get(rows, name)) {
            txn_delete(t, row);
        }
    }
}

static int
apply_table(struct source *src, struct txn *t, struct table *table, const json_t *rows,
            struct fault *f)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)rows, name, v)
    {
        struct uuid uuid;
        if (!uuid_parse(name, strlen(name), &uuid)) {
            return fault_set_syntax(f, rows, NULL, "\"%s\" is not a valid UUID", name);
        }
        int code = apply_row(src, t, table, &uuid, v, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

static int
apply_tables(struct source *src, struct txn *t, const json_t *updates, bool is_snapshot,
             struct fault *f)
{
    struct db *db = src->dbase->db;
    int code = 0;
    if (!json_is_object(updates)) {
        return fault_set_syntax(f, updates, NULL, "table updates are no object");
    }
    for (size_t i = 0; i < db->schema->n_tables && !code; i++) {
        const char *name = db->schema->tables[i]->name;
        const json_t *rows = json_object_get(updates, name);
        if (is_snapshot && !source_excludes(src, name)) {
            delete_unmentioned(t, &db->tables[i], rows);
        }
        code = apply_table(src, t, &db->tables[i], rows, f);
    }
    return code;
}

int
source_apply(struct source *src, const json_t *updates, bool is_snapshot,
             const struct uuid *txn_id, struct fault *f)
{
    struct dbase *d = src->dbase;
    struct txn *t = txn_new(d->db);
    int code = apply_tables(src, t, updates, is_snapshot, f);
    if (!code) {
        code = txn_check(t, f);
    }
    if (code) {
        txn_abort(t);
        return code;
    }
    if (t->has_changes) {
        t->id = *txn_id;
        commit_add(d, t, NULL, NULL, NULL);
    } else {
        txn_abort(t);
        if (!uuid_is_zero(txn_id)) {
            server_flush(d->server);
            history_set_last_id(&d->history, txn_id);
        }
    }
    src->last_txn = *txn_id;
    return 0;
}
