/* SPDX-License-Identifier: Apache-2.0 */
/* The wait operation: compares what a query finds with what the client expects, both as sets of
 * the named columns. Where they are not as wished, the whole request is put off until something
 * changes or its time is up. */
#include "ovsdb/exec_internal.h"

#include <string.h>

/* Rows that are in no table, told apart by some columns. Their `n_refs` marks those found. */
struct row_set {
    const struct column_set *columns;
    struct hmap rows;
};

static struct row *
row_set_find(const struct row_set *set, const struct row *like)
{
    uint32_t hash = row_hash_columns(like, set->columns);
    HMAP_FOR_EACH_WITH_HASH (struct row, row, node, hash, &set->rows) {
        if (rows_equal_columns(row, like, set->columns)) {
            return row;
        }
    }
    return NULL;
}

static int
row_set_add_json(struct row_set *set, struct exec *x, struct table *t, const json_t *v,
                 struct fault *f)
{
    struct row_values values;
    int code = row_values_from_json(&values, t, v, &x->symbols, f);
    if (code) {
        return code;
    }
    struct row *row = row_new(t, &(struct uuid){{0, 0, 0, 0}});
    for (size_t i = 0; i < values.n; i++) {
        const struct column *c = values.columns[i];
        if (c->index == COLUMN_UUID) {
            row->uuid = datum_key(values.values[i], 0)->uuid;
        } else if (!column_is_virtual(c)) {
            datum_unref(row->cells[c->index]);
            row->cells[c->index] = datum_ref(values.values[i]);
        }
    }
    row_values_fini(&values);
    if (row_set_find(set, row)) {
        row_free(row);
    } else {
        hmap_insert(&set->rows, &row->node, row_hash_columns(row, set->columns));
    }
    return 0;
}

static void
row_set_fini(struct row_set *set)
{
    HMAP_FOR_EACH_SAFE (struct row, row, node, &set->rows) {
        row_free(row);
    }
    hmap_fini(&set->rows);
}

/* Does the query C find exactly SET? */
static bool
query_equals(struct exec *x, struct table *t, const struct condition *c, struct row_set *set)
{
    size_t n, n_seen = 0;
    struct row **rows = exec_find_rows(x, t, c, &n);
    bool equal = true;
    for (size_t i = 0; i < n && equal; i++) {
        struct row *expected = row_set_find(set, rows[i]);
        equal = expected != NULL;
        if (expected && !expected->n_refs) {
            expected->n_refs = 1;
            n_seen++;
        }
    }
    os_free(rows);
    return equal && n_seen == hmap_count(&set->rows);
}

/* Not as wished: later, or never. */
static int
put_off(struct exec *x, const json_t *timeout, struct fault *f)
{
    uint64_t elapsed_ms = x->request->elapsed_ms;
    if (timeout) {
        uint64_t timeout_ms = (uint64_t)json_number_value(timeout);
        if (timeout_ms == 0) {
            return fault_set(f, -E_TIMEDOUT, "timed out", "\"where\" clause test failed");
        }
        if (elapsed_ms >= timeout_ms) {
            return fault_set(f, -E_TIMEDOUT, "timed out", "\"wait\" timed out after %llu ms",
                             (unsigned long long)elapsed_ms);
        }
        x->timeout_ms = timeout_ms;
    }
    x->waits = true;
    return -E_AGAIN;
}

static int
check_until(const json_t *until, bool *equal, struct fault *f)
{
    *equal = strcmp(json_string_value(until), "==") == 0;
    if (!*equal && strcmp(json_string_value(until), "!=") != 0) {
        return fault_set_syntax(f, until, NULL, "\"until\" must be \"==\" or \"!=\"");
    }
    return 0;
}

int
exec_wait(struct exec *x, struct object *o, struct fault *f)
{
    const json_t *timeout = object_member(o, "timeout", OBJECT_NUMBER | OBJECT_OPTIONAL);
    struct table *t = exec_member_table(x, o);
    const json_t *where = object_member(o, "where", OBJECT_ARRAY);
    const json_t *columns_json = object_member(o, "columns", OBJECT_ARRAY | OBJECT_OPTIONAL);
    const json_t *until = object_member(o, "until", OBJECT_STRING);
    const json_t *rows = object_member(o, "rows", OBJECT_ARRAY);
    int code = object_end(o);
    if (code) {
        return code;
    }
    if (timeout && json_number_value(timeout) < 0) {
        return fault_set_syntax(f, timeout, NULL, "timeout must be nonnegative");
    }
    struct condition c = CONDITION_INIT;
    struct column_set columns = {NULL, 0};
    struct row_set set = {.columns = &columns};
    bool want_equal = false;
    hmap_init(&set.rows);
    code = condition_from_json(&c, t->schema, where, &x->symbols, f);
    if (!code && columns_json) {
        code = column_set_from_json(&columns, columns_json, t->schema, f);
    } else if (!code) {
        column_set_all(&columns, t->schema, true, true);
    }
    if (!code) {
        code = check_until(until, &want_equal, f);
    }
    for (size_t i = 0; i < json_array_size(rows) && !code; i++) {
        code = row_set_add_json(&set, x, t, json_array_get(rows, i), f);
    }
    if (!code && query_equals(x, t, &c, &set) != want_equal) {
        code = put_off(x, timeout, f);
    }
    row_set_fini(&set);
    column_set_fini(&columns);
    condition_fini(&c);
    return code;
}
