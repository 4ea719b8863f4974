/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on rows: insert, select, update, mutate, delete. */
#include "ovsdb/exec_internal.h"

#include <string.h>

#include "os/random.h"
#include "ovsdb/mutation.h"
#include "ovsdb/rbac.h"

/* ---- Rows in JSON ---- */

void
row_values_fini(struct row_values *r)
{
    for (size_t i = 0; i < r->n; i++) {
        datum_unref(r->values[i]);
    }
    os_free(r->values);
    os_free(r->columns);
    *r = (struct row_values){NULL, NULL, 0};
}

int
row_values_from_json(struct row_values *out, const struct table *t, const json_t *v_,
                     struct symbol_table *symbols, struct fault *f)
{
    json_t *v = (json_t *)v_; /* Jansson's iterators are not const-correct */
    if (!json_is_object(v)) {
        return fault_set_syntax(f, v, NULL, "row must be JSON object");
    }
    size_t n = json_object_size(v);
    struct row_values r = {xalloc(n * sizeof *r.columns), xalloc(n * sizeof *r.values), 0};
    int code = 0;
    for (void *it = json_object_iter(v); it && !code; it = json_object_iter_next(v, it)) {
        const char *name = json_object_iter_key(it);
        const struct column *c = table_schema_find_column(t->schema, name);
        if (!c) {
            code = fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", name,
                                    t->schema->name);
            break;
        }
        code = datum_from_json(&c->type, json_object_iter_value(it), symbols, &r.values[r.n], f);
        if (!code) {
            r.columns[r.n++] = c;
        }
    }
    if (code) {
        row_values_fini(&r);
        return code;
    }
    *out = r;
    return 0;
}

/* ---- Finding rows ---- */

struct found {
    struct row **rows;
    size_t n, capacity;
};

static void
found_add(struct found *found, struct row *row)
{
    if (found->n == found->capacity) {
        found->rows = xgrow(found->rows, &found->capacity, sizeof *found->rows);
    }
    found->rows[found->n++] = row;
}

static const struct clause *
find_equality(const struct condition *c, const struct column *column)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->clauses[i].function == CONDITION_EQ && c->clauses[i].column == column) {
            return &c->clauses[i];
        }
    }
    return NULL;
}

/* The hash that rows with all the columns of SET as C demands have; false if C leaves one open. */
static bool
hash_of_condition(const struct condition *c, const struct column_set *set, uint32_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct clause *clause = find_equality(c, set->columns[i]);
        if (!clause) {
            return false;
        }
        *hash = datum_hash(clause->arg, *hash);
    }
    return true;
}

/* Looks in index I for HASH. The index has what was committed; rows of the running transaction
 * are looked at one by one. */
static void
find_by_index(const struct exec *x, struct table *t, size_t index, uint32_t hash,
              const struct condition *c, struct found *found)
{
    struct hnode *node = hmap_first_with_hash(&t->indexes[index], hash);
    for (; node; node = hmap_next_same(node->next, hash)) {
        struct row *row = row_of_index_node(t, node, index);
        if (!row->txn_row && condition_all(c, row)) {
            found_add(found, row);
        }
    }
    TXN_FOR_EACH_ROW(tr, x->txn)
    {
        if (tr->row->table == t && !tr->deleted && condition_all(c, tr->row)) {
            found_add(found, tr->row);
        }
    }
}

struct row **
exec_find_rows(const struct exec *x, struct table *t, const struct condition *c, size_t *n)
{
    struct found found = {NULL, 0, 0};
    const struct clause *by_uuid = find_equality(c, &t->schema->uuid);
    if (by_uuid) {
        struct row *row = table_find_row(t, &datum_key(by_uuid->arg, 0)->uuid);
        if (row && condition_all(c, row)) {
            found_add(&found, row);
        }
        *n = found.n;
        return found.rows;
    }
    uint32_t hash;
    for (size_t i = 0; i < t->schema->n_indexes && c->n; i++) {
        if (hash_of_condition(c, &t->schema->indexes[i], &hash)) {
            find_by_index(x, t, i, hash, c, &found);
            *n = found.n;
            return found.rows;
        }
    }
    HMAP_FOR_EACH (struct row, row, node, &t->rows) {
        if (condition_all(c, row)) {
            found_add(&found, row);
        }
    }
    *n = found.n;
    return found.rows;
}

/* ---- insert ---- */

/* Columns that the request leaves at their defaults must allow these. */
static int
check_defaults(const struct table *t, const struct row_values *given, struct fault *f)
{
    for (size_t i = 0; i < t->schema->n_columns; i++) {
        const struct column *c = t->schema->columns[i];
        bool is_given = false;
        for (size_t j = 0; j < given->n && !is_given; j++) {
            is_given = given->columns[j] == c;
        }
        int code = is_given ? 0 : datum_check(c->initial, &c->type, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

static int
choose_uuid(struct exec *x, const struct table *t, const json_t *uuid, const json_t *name,
            struct uuid *out, struct fault *f)
{
    bool chosen = uuid != NULL;
    if (uuid) {
        if (!uuid_parse(json_string_value(uuid), json_string_length(uuid), out)) {
            return fault_set_syntax(f, uuid, NULL, "bad uuid");
        }
        if (table_find_row(t, out) || txn_find_deleted(x->txn, t, out)) {
            return fault_set_syntax(f, uuid, "duplicate uuid",
                                    "This UUID would duplicate a UUID already present within the "
                                    "table or deleted within the same transaction.");
        }
    }
    if (name) {
        struct symbol *symbol = symbol_get(&x->symbols, json_string_value(name));
        if (symbol->created) {
            return fault_set_syntax(f, name, "duplicate uuid-name",
                                    "This \"uuid-name\" appeared on an earlier \"insert\" "
                                    "operation.");
        }
        if (chosen) {
            symbol->uuid = *out;
        }
        symbol->created = true;
        *out = symbol->uuid;
    } else if (!chosen) {
        *out = os_uuid_new();
    }
    return 0;
}

/* Takes over the VALUES it sets. */
static struct row *
insert_row(struct exec *x, struct table *t, const struct uuid *uuid, struct row_values *values)
{
    struct row *row = txn_insert(x->txn, t, uuid);
    for (size_t i = 0; i < values->n; i++) {
        if (!column_is_virtual(values->columns[i])) {
            txn_set(x->txn, row, values->columns[i], values->values[i]);
            values->values[i] = NULL;
        }
    }
    return row;
}

static void
write_inserted(struct str *out, const struct uuid *uuid)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(uuid, text);
    str_puts(out, "\"uuid\":[\"uuid\",\"");
    str_put(out, text, UUID_TEXT_LEN);
    str_puts(out, "\"]");
}

int
exec_insert(struct exec *x, struct object *o, struct fault *f)
{
    struct table *t = exec_member_table(x, o);
    const json_t *name = object_member(o, "uuid-name", OBJECT_ID | OBJECT_OPTIONAL);
    const json_t *row_json = object_member(o, "row", OBJECT_OBJECT);
    const json_t *uuid_json = object_member(o, "uuid", OBJECT_STRING | OBJECT_OPTIONAL);
    int code = object_end(o);
    if (code) {
        return code;
    }
    struct uuid uuid;
    struct row_values values = {NULL, NULL, 0};
    code = choose_uuid(x, t, uuid_json, name, &uuid, f);
    if (!code) {
        code = row_values_from_json(&values, t, row_json, &x->symbols, f);
    }
    if (!code) {
        code = check_defaults(t, &values, f);
    }
    if (!code) {
        code = exec_refuse_writing(x, "insert", f);
    }
    if (!code) {
        code = rbac_check_table(x, t, RBAC_INSERT, f);
    }
    if (!code) {
        struct row *row = insert_row(x, t, &uuid, &values);
        code = rbac_check_row(x, row, RBAC_INSERT, f);
        write_inserted(x->out, &uuid);
    }
    row_values_fini(&values);
    return code;
}

/* ---- select ---- */

static void
write_row(struct str *out, const struct row *row, const struct column_set *columns)
{
    struct datum_one tmp;
    str_putc(out, '{');
    for (size_t i = 0; i < columns->n; i++) {
        const struct column *c = columns->columns[i];
        str_puts(out, i ? ",\"" : "\"");
        str_puts(out, c->name);
        str_puts(out, "\":");
        datum_write_json(out, row_cell(row, c, &tmp), &c->type);
    }
    str_putc(out, '}');
}

/* Rows that look the same in the columns asked for are one: SEEN knows those written. */
struct seen_row {
    struct hnode node;
    const struct row *row;
};

static bool
was_seen(struct hmap *seen, struct seen_row *as, const struct row *row,
         const struct column_set *columns)
{
    uint32_t hash = row_hash_columns(row, columns);
    HMAP_FOR_EACH_WITH_HASH (struct seen_row, s, node, hash, seen) {
        if (rows_equal_columns(s->row, row, columns)) {
            return true;
        }
    }
    as->row = row;
    hmap_insert(seen, &as->node, hash);
    return false;
}

static void
write_rows(struct str *out, struct row **rows, size_t n, const struct table *t,
           const struct column_set *columns)
{
    bool distinct = column_set_contains(columns, &t->schema->uuid);
    struct seen_row *heads = distinct ? NULL : xalloc(n * sizeof *heads);
    struct hmap seen;
    bool first = true;
    hmap_init(&seen);
    for (size_t i = 0; i < n; i++) {
        if (distinct || !was_seen(&seen, &heads[i], rows[i], columns)) {
            str_puts(out, first ? "" : ",");
            first = false;
            write_row(out, rows[i], columns);
        }
    }
    hmap_fini(&seen);
    os_free(heads);
}

int
exec_select(struct exec *x, struct object *o, struct fault *f)
{
    struct table *t = exec_member_table(x, o);
    const json_t *where = object_member(o, "where", OBJECT_ARRAY);
    const json_t *columns_json = object_member(o, "columns", OBJECT_ARRAY | OBJECT_OPTIONAL);
    int code = object_end(o);
    if (code) {
        return code;
    }
    struct condition c = CONDITION_INIT;
    struct column_set columns = {NULL, 0};
    code = condition_from_json(&c, t->schema, where, &x->symbols, f);
    if (!code && columns_json) {
        code = column_set_from_json(&columns, columns_json, t->schema, f);
    } else if (!code) {
        column_set_all(&columns, t->schema, true, true);
    }
    if (!code) {
        size_t n;
        struct row **rows = exec_find_rows(x, t, &c, &n);
        str_puts(x->out, "\"rows\":[");
        write_rows(x->out, rows, n, t, &columns);
        str_putc(x->out, ']');
        os_free(rows);
    }
    column_set_fini(&columns);
    condition_fini(&c);
    return code;
}

/* ---- update, mutate, delete ---- */

static void
write_count(struct exec *x, size_t n)
{
    str_putf(x->out, "\"count\":%zu", n);
}

/* Columns of an update must be mutable. */
static int
check_mutable(const struct table *t, const struct row_values *values, const json_t *op,
              struct fault *f)
{
    for (size_t i = 0; i < values->n; i++) {
        const struct column *c = values->columns[i];
        if (!c->is_mutable) {
            return fault_set_syntax(f, op, FAULT_CONSTRAINT,
                                    "Cannot update immutable column %s in table %s.", c->name,
                                    t->schema->name);
        }
    }
    return 0;
}

static int
update_row(struct exec *x, struct row *row, const struct row_values *values, struct fault *f)
{
    int code = rbac_check_row(x, row, RBAC_UPDATE, f);
    for (size_t i = 0; i < values->n && !code; i++) {
        const struct column *c = values->columns[i];
        struct datum *old = datum_ref(row->cells[c->index]);
        if (!datum_equal(old, values->values[i])) {
            txn_set(x->txn, row, c, datum_ref(values->values[i]));
        }
        code = rbac_check_column(x, row, c, old, RBAC_UPDATE, f);
        datum_unref(old);
    }
    return code;
}

/* Mutates ROW of a client whose columns are looked at one by one. */
static int
mutate_row_checked(struct exec *x, struct row *row, const struct mutation_list *mutations,
                   struct fault *f)
{
    int code = rbac_check_row(x, row, RBAC_MUTATE, f);
    for (size_t i = 0; i < mutations->n && !code; i++) {
        const struct mutation_list one = {&mutations->mutations[i], 1};
        const struct column *c = one.mutations->column;
        struct datum *old = datum_ref(row->cells[c->index]);
        code = mutations_apply(&one, x->txn, row, f);
        if (!code) {
            code = rbac_check_column(x, row, c, old, RBAC_MUTATE, f);
        }
        datum_unref(old);
    }
    return code;
}

int
exec_update(struct exec *x, struct object *o, struct fault *f)
{
    struct table *t = exec_member_table(x, o);
    const json_t *where = object_member(o, "where", OBJECT_ARRAY);
    const json_t *row_json = object_member(o, "row", OBJECT_OBJECT);
    int code = object_end(o);
    if (code) {
        return code;
    }
    struct condition c = CONDITION_INIT;
    struct row_values values = {NULL, NULL, 0};
    code = row_values_from_json(&values, t, row_json, &x->symbols, f);
    if (!code) {
        code = check_mutable(t, &values, o->v, f);
    }
    if (!code) {
        code = condition_from_json(&c, t->schema, where, &x->symbols, f);
    }
    if (!code) {
        code = exec_refuse_writing(x, "update", f);
    }
    if (!code) {
        code = rbac_check_table(x, t, RBAC_UPDATE, f);
    }
    if (!code) {
        size_t n;
        struct row **rows = exec_find_rows(x, t, &c, &n);
        for (size_t i = 0; i < n && !code; i++) {
            code = update_row(x, rows[i], &values, f);
        }
        os_free(rows);
        write_count(x, n);
    }
    condition_fini(&c);
    row_values_fini(&values);
    return code;
}

int
exec_mutate(struct exec *x, struct object *o, struct fault *f)
{
    struct table *t = exec_member_table(x, o);
    const json_t *where = object_member(o, "where", OBJECT_ARRAY);
    const json_t *mutations_json = object_member(o, "mutations", OBJECT_ARRAY);
    int code = object_end(o);
    if (code) {
        return code;
    }
    struct condition c = CONDITION_INIT;
    struct mutation_list mutations = {NULL, 0};
    code = mutations_from_json(&mutations, t->schema, mutations_json, &x->symbols, f);
    if (!code) {
        code = condition_from_json(&c, t->schema, where, &x->symbols, f);
    }
    if (!code) {
        code = exec_refuse_writing(x, "mutate", f);
    }
    if (!code) {
        code = rbac_check_table(x, t, RBAC_MUTATE, f);
    }
    if (!code) {
        size_t n;
        struct row **rows = exec_find_rows(x, t, &c, &n);
        for (size_t i = 0; i < n && !code; i++) {
            code = rbac_applies(x) ? mutate_row_checked(x, rows[i], &mutations, f)
                                   : mutations_apply(&mutations, x->txn, rows[i], f);
        }
        os_free(rows);
        write_count(x, n);
    }
    condition_fini(&c);
    mutations_fini(&mutations);
    return code;
}

int
exec_delete(struct exec *x, struct object *o, struct fault *f)
{
    /* In this order, which shows in what is told of a request that lacks both. */
    const json_t *where = object_member(o, "where", OBJECT_ARRAY);
    struct table *t = exec_member_table(x, o);
    int code = object_end(o);
    if (code) {
        return code;
    }
    struct condition c = CONDITION_INIT;
    code = condition_from_json(&c, t->schema, where, &x->symbols, f);
    if (!code) {
        code = exec_refuse_writing(x, "delete", f);
    }
    if (!code) {
        code = rbac_check_table(x, t, RBAC_DELETE, f);
    }
    if (!code) {
        size_t n;
        struct row **rows = exec_find_rows(x, t, &c, &n);
        for (size_t i = 0; i < n && !code; i++) {
            code = rbac_check_row(x, rows[i], RBAC_DELETE, f);
            if (!code) {
                txn_delete(x->txn, rows[i]);
            }
        }
        os_free(rows);
        write_count(x, n);
    }
    condition_fini(&c);
    return code;
}
