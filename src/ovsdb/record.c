/* SPDX-License-Identifier: Apache-2.0 */
/* Records of transactions. Writing walks the transaction's rows table by table, since a table
 * is one member of the record. Reading changes rows in place, without transactions: a file is
 * trusted as far as its checksums go, and what spans rows is checked once at the end. */
#include "ovsdb/record.h"

#include <stdlib.h>
#include <string.h>

#include "ovsdb/record_scan.h"
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
