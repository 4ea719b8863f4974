/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that read and change data: transact, query, dump (ovsdb-client(1), "Data Management
 * Commands"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"

/* The parameters of "transact" that TEXT stands for. */
static json_t *
read_transaction(const char *text)
{
    json_t *txn = read_json_arg(text);
    if (!json_is_string(json_array_get(txn, 0))) {
        log_fatal("not a valid OVSDB query");
    }
    return txn;
}

void
cmd_transact(struct client *c, int argc, char *argv[])
{
    (void)argc;
    print_json(c, rpc_call(c, "transact", read_transaction(argv[0]), NULL));
}

void
cmd_query(struct client *c, int argc, char *argv[])
{
    (void)argc;
    json_t *txn = read_transaction(argv[0]);
    json_t *abort_op = json_object();
    json_object_set_new(abort_op, "op", json_string("abort"));
    json_array_append_new(txn, abort_op);
    size_t n = json_array_size(txn) - 1;
    json_t *result = json_copy((json_t *)rpc_call(c, "transact", txn, NULL));
    /* Take our own abort's answer away. */
    const json_t *last = json_array_get(result, n - 1);
    const char *error = json_string_value(json_object_get(last, "error"));
    if (json_array_size(result) == n && error && strcmp(error, "aborted") == 0) {
        json_array_remove(result, n - 1);
    }
    print_json(c, result);
    json_decref(result);
}

/* -- dump -- */

/* What is shown of a table: columns in order, _uuid first where it is shown. */
struct dump_table {
    const struct table_schema *schema;
    const struct column **columns;
    size_t n;
};

static int
compare_columns(const void *a, const void *b)
{
    const struct column *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void
choose_columns(struct dump_table *d, const struct table_schema *t, int argc, char *argv[])
{
    d->schema = t;
    d->columns = xalloc((t->n_columns + 1 + (size_t)argc) * sizeof(struct column *));
    d->n = 0;
    for (int i = 0; i < argc; i++) {
        d->columns[d->n] = table_schema_find_column(t, argv[i]);
        if (!d->columns[d->n]) {
            log_fatal("Table \"%s\" has no column %s.", t->name, argv[i]);
        }
        d->n++;
    }
    if (!argc) {
        d->columns[d->n++] = &t->uuid;
        for (size_t i = 0; i < t->n_columns; i++) {
            d->columns[d->n++] = t->columns[i];
        }
    }
    qsort(d->columns, d->n, sizeof(struct column *), compare_columns);
}

static json_t *
select_op(const struct dump_table *d)
{
    json_t *op = json_object(), *columns = json_array();
    for (size_t i = 0; i < d->n; i++) {
        json_array_append_new(columns, json_string(d->columns[i]->name));
    }
    json_object_set_new(op, "op", json_string("select"));
    json_object_set_new(op, "table", json_string(d->schema->name));
    json_object_set_new(op, "where", json_array());
    json_object_set_new(op, "columns", columns);
    return op;
}

/* A row with what it is sorted by: all values but the UUID, then that. */
struct dump_row {
    const json_t *json;
    struct datum **values;
    const struct dump_table *table;
};

static int
compare_dump_rows(const void *a, const void *b)
{
    const struct dump_row *x = a, *y = b;
    int order = 0, last = 0;
    for (size_t i = 0; i < x->table->n && !order; i++) {
        int difference = datum_compare(x->values[i], y->values[i]);
        if (column_is_virtual(x->table->columns[i])) {
            last = difference;
        } else {
            order = difference;
        }
    }
    return order ? order : last;
}

static void
read_row(struct dump_row *row, const struct dump_table *d, const json_t *json)
{
    struct fault f = FAULT_INIT;
    row->json = json;
    row->table = d;
    row->values = xzalloc((d->n + 1) * sizeof(struct datum *));
    for (size_t i = 0; i < d->n; i++) {
        const struct column *column = d->columns[i];
        if (datum_from_json_unchecked(&column->type, json_object_get(json, column->name),
                                      &row->values[i], &f)) {
            log_fatal("%s", fault_to_text(&f));
        }
    }
}

static void
free_row(struct dump_row *row)
{
    for (size_t i = 0; i < row->table->n; i++) {
        datum_unref(row->values[i]);
    }
    os_free(row->values);
}

static void
print_rows(const struct client *c, const struct dump_table *d, const json_t *json)
{
    size_t n = json_array_size(json);
    struct dump_row *rows = xalloc((n + 1) * sizeof *rows);
    struct table *table = table_new();
    char *caption = xasprintf("%s table", d->schema->name);
    table_set_caption(table, caption);
    for (size_t i = 0; i < d->n; i++) {
        table_add_column(table, d->columns[i]->name);
    }
    for (size_t i = 0; i < n; i++) {
        read_row(&rows[i], d, json_array_get(json, i));
    }
    qsort(rows, n, sizeof *rows, compare_dump_rows);
    for (size_t i = 0; i < n; i++) {
        table_add_row(table);
        for (size_t x = 0; x < d->n; x++) {
            const struct column *column = d->columns[x];
            add_value(table, &column->type, json_object_get(rows[i].json, column->name));
        }
        free_row(&rows[i]);
    }
    print_table(c, table);
    os_free(caption);
    table_free(table);
    os_free(rows);
}

void
cmd_dump(struct client *c, int argc, char *argv[])
{
    struct db_schema *schema = rpc_get_schema(c);
    struct dump_table *tables = xalloc((schema->n_tables + 1) * sizeof *tables);
    size_t n = 0;
    if (argc) {
        const struct table_schema *t = db_schema_find_table(schema, argv[0]);
        if (!t) {
            log_fatal("No table \"%s\" found.", argv[0]);
        }
        choose_columns(&tables[n++], t, argc - 1, argv + 1);
    } else {
        for (; n < schema->n_tables; n++) {
            choose_columns(&tables[n], schema->tables[n], 0, NULL);
        }
    }
    json_t *params = json_array();
    json_array_append_new(params, json_string(c->database));
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(params, select_op(&tables[i]));
    }
    const json_t *results = rpc_call(c, "transact", params, NULL);
    for (size_t i = 0; i < n; i++) {
        print_rows(c, &tables[i], json_object_get(json_array_get(results, i), "rows"));
        os_free(tables[i].columns);
    }
    os_free(tables);
    db_schema_free(schema);
}
