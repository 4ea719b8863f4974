/* SPDX-License-Identifier: Apache-2.0 */
/* Reading records into a database. The text is walked member by member; plain values are taken by
 * record_scan.h, the others by the JSON parser. Rows are changed in place, without transactions:
 * a file is trusted as far as its checksums go, and what spans rows is checked once at the end. */
#include "ovsdb/record.h"

#include <string.h>

#include "ovsdb/record_scan.h"
#include "ovsdb/txn_internal.h"

/* The JSON value at S, by the parser: for what the scanner leaves alone. */
static int
parse_value(struct scan *s, json_t **v, struct fault *f)
{
    scan_peek(s);
    const char *start = s->p;
    if (!scan_skip_value(s)) {
        return fault_set(f, -E_SYNTAX, FAULT_SYNTAX, "record ends inside a value");
    }
    struct err e = {0};
    int code = json_read(start, (size_t)(s->p - start), v, &e);
    return code ? fault_set(f, code, FAULT_SYNTAX, "record is not valid JSON (%s)", e.text) : 0;
}

static int
bad_json(struct fault *f)
{
    return fault_set(f, -E_SYNTAX, FAULT_SYNTAX, "record is not valid JSON");
}

/* Reads the value of column C: a difference, or a value that must satisfy the column's type. */
static int
read_column(struct scan *s, const struct column *c, bool is_diff, struct datum **out,
            struct fault *f)
{
    struct scan start = *s;
    if (scan_datum(s, &c->type, out)) {
        size_t n = datum_n(*out);
        if (is_diff ||
            (n >= c->type.n_min && n <= c->type.n_max && datum_check(*out, &c->type, NULL) == 0)) {
            return 0;
        }
        datum_unref(*out);
        *s = start; /* for the words of the complaint */
    }
    json_t *v = NULL;
    int code = parse_value(s, &v, f);
    if (!code) {
        code = is_diff ? datum_from_json_unchecked(&c->type, v, out, f)
                       : datum_from_json(&c->type, v, NULL, out, f);
    }
    json_decref(v);
    return code;
}

static int
apply_column(struct scan *s, struct row *row, const struct column *c, bool is_diff,
             struct fault *f)
{
    struct datum *d = NULL;
    int code = read_column(s, c, is_diff, &d, f);
    if (!code && is_diff) {
        struct datum *diff = d;
        code = datum_apply_diff(row->cells[c->index], diff, &c->type, &d, f);
        datum_unref(diff);
    }
    if (!code) {
        /* Most columns of most rows have their default, which all share. */
        if (datum_equal(d, c->initial)) {
            datum_unref(d);
            d = datum_ref(c->initial);
        }
        datum_unref(row->cells[c->index]);
        row->cells[c->index] = d;
    }
    return code;
}

/* Takes `"name":` of an object's next member. The name is NUL-terminated and the caller's. */
static int
take_name(struct scan *s, char **name, struct fault *f)
{
    const char *p;
    size_t n;
    if (!scan_plain_string(s, &p, &n) || !scan_take(s, ':')) {
        return bad_json(f);
    }
    *name = xmemdup0(p, n);
    return 0;
}

static int
unknown_column(struct table *t, const char *name, const struct scan *object, struct fault *f)
{
    struct scan s = *object;
    json_t *v = NULL;
    int code = parse_value(&s, &v, f);
    if (!code) {
        code = fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", name,
                                t->schema->name);
    }
    json_decref(v);
    return code;
}

/* The columns of a row: an object. */
static int
apply_columns(struct scan *s, struct row *row, bool is_diff, struct fault *f)
{
    struct scan object = *s;
    if (!scan_take(s, '{')) {
        json_t *v = NULL;
        int code = parse_value(s, &v, f);
        code = code ? code : fault_set_syntax(f, v, NULL, "object expected");
        json_decref(v);
        return code;
    }
    if (scan_take(s, '}')) {
        return 0;
    }
    do {
        char *name;
        int code = take_name(s, &name, f);
        if (code) {
            return code;
        }
        const struct column *c = table_schema_find_column(row->table->schema, name);
        if (c && !column_is_virtual(c)) {
            code = apply_column(s, row, c, is_diff, f);
        } else {
            code = unknown_column(row->table, name, &object, f);
        }
        os_free(name);
        if (code) {
            return code;
        }
    } while (scan_take(s, ','));
    return scan_take(s, '}') ? 0 : bad_json(f);
}

static int
delete_row(struct table *t, struct row *row, const struct uuid *uuid, struct fault *f)
{
    if (!row) {
        char text[UUID_TEXT_LEN + 1];
        uuid_format(uuid, text);
        return fault_set(f, -E_NOENT, FAULT_SYNTAX,
                         "transaction deletes row %s that does not exist", text);
    }
    hmap_remove(&t->rows, &row->node);
    row_free(row);
    return 0;
}

static int
apply_row(struct scan *s, struct table *t, const struct uuid *uuid, bool is_diff, struct fault *f)
{
    struct row *row = table_find_row(t, uuid);
    if (scan_peek(s) == 'n') {
        return scan_skip_value(s) ? delete_row(t, row, uuid, f) : bad_json(f);
    }
    bool modifies = row != NULL;
    if (!row) {
        row = row_new(t, uuid);
        row->version = ++t->db->last_version;
        hmap_insert(&t->rows, &row->node, uuid_hash(uuid));
    }
    return apply_columns(s, row, is_diff && modifies, f);
}

static int
bad_uuid(const char *name, const struct scan *object, struct fault *f)
{
    struct scan s = *object;
    json_t *v = NULL;
    int code = parse_value(&s, &v, f);
    if (!code) {
        code = fault_set_syntax(f, v, NULL, "\"%s\" is not a valid UUID", name);
    }
    json_decref(v);
    return code;
}

static int
apply_table(struct scan *s, struct table *t, bool is_diff, struct fault *f)
{
    struct scan object = *s;
    if (!scan_take(s, '{')) {
        json_t *v = NULL;
        int code = parse_value(s, &v, f);
        code = code ? code : fault_set_syntax(f, v, NULL, "object expected");
        json_decref(v);
        return code;
    }
    if (scan_take(s, '}')) {
        return 0;
    }
    do {
        char *name;
        struct uuid uuid;
        int code = take_name(s, &name, f);
        if (code) {
            return code;
        }
        code = uuid_parse(name, strlen(name), &uuid) ? apply_row(s, t, &uuid, is_diff, f)
                                                     : bad_uuid(name, &object, f);
        os_free(name);
        if (code) {
            return code;
        }
    } while (scan_take(s, ','));
    return scan_take(s, '}') ? 0 : bad_json(f);
}

/* Members of a record that are no tables. */
static bool
is_special(const char *name)
{
    return strcmp(name, "_date") == 0 || strcmp(name, "_comment") == 0 ||
           strcmp(name, "_is_diff") == 0;
}

/* Applies the member NAME, or (DB NULL) looks whether it is "_is_diff": true. */
static int
take_member(struct scan *s, struct db *db, const char *name, const struct scan *record,
            bool *is_diff, struct fault *f)
{
    if (!db || is_special(name)) {
        if (!db && strcmp(name, "_is_diff") == 0) {
            *is_diff = scan_peek(s) == 't';
        }
        return scan_skip_value(s) ? 0 : bad_json(f);
    }
    struct table *t = db_find_table(db, name);
    if (t) {
        return apply_table(s, t, *is_diff, f);
    }
    struct scan again = *record;
    json_t *v = NULL;
    int code = parse_value(&again, &v, f);
    if (!code) {
        code = fault_set_syntax(f, v, "unknown table", "No table named %s.", name);
    }
    json_decref(v);
    return code;
}

/* Walks the members of the record: without DB for what kind it is, with DB to apply it. */
static int
walk_record(const struct scan *record, struct db *db, bool *is_diff, struct fault *f)
{
    struct scan s = *record;
    int code = scan_take(&s, '{') ? 0 : bad_json(f);
    if (!code && scan_take(&s, '}')) {
        return 0;
    }
    bool more = !code;
    while (more) {
        char *name;
        code = take_name(&s, &name, f);
        if (code) {
            return code;
        }
        code = take_member(&s, db, name, record, is_diff, f);
        os_free(name);
        more = !code && scan_take(&s, ',');
    }
    if (!code && (!scan_take(&s, '}') || scan_peek(&s))) {
        code = bad_json(f);
    }
    return code;
}

int
record_apply(struct db *db, const char *p, size_t n, struct fault *f)
{
    struct scan record = {p, p + n};
    bool is_diff = false;
    int code = walk_record(&record, NULL, &is_diff, f);
    return code ? code : walk_record(&record, db, &is_diff, f);
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
