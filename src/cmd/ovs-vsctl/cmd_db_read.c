/* SPDX-License-Identifier: Apache-2.0 */
/* Database commands that look: list, find, get, wait-until, comment (ovs-vsctl(8), "Database
 * Commands"). Rows come in order of their UUIDs. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

/* -- Columns to print -- */

/* The columns that --columns names, or NULL for all. */
static const struct column **
wanted_columns(const struct vsctl_call *call, const struct table_schema *t, size_t *n)
{
    const char *names = call_option(call, "--columns");
    const struct column **columns = NULL;
    size_t size = 0;
    *n = 0;
    if (!names) {
        return NULL;
    }
    for (const char *p = names; *p;) {
        size_t skip = strspn(p, ", ");
        size_t len = strcspn(p + skip, ", ");
        if (len) {
            char *name = xmemdup0(p + skip, len);
            if (*n == size) {
                columns = xgrow(columns, &size, sizeof(struct column *));
            }
            columns[(*n)++] = find_column(t, name, true);
            os_free(name);
        }
        p += skip + len;
    }
    if (!*n) {
        log_fatal("must specify at least one column name");
    }
    return columns;
}

/* As above; all of those that the server has, _uuid first, when none are named. */
static const struct column **
columns_to_print(const struct vsctl_call *call, const struct table_schema *t, size_t *n)
{
    const struct column **columns = wanted_columns(call, t, n);
    if (!columns) {
        columns = xalloc((t->n_columns + 1) * sizeof(struct column *));
        columns[(*n)++] = &t->uuid;
        for (size_t i = 0; i < t->n_columns; i++) {
            if (replica_server_has(call->v->replica, t->index, (uint32_t)i)) {
                columns[(*n)++] = t->columns[i];
            }
        }
    }
    return columns;
}

static void
prepare_columns(struct vsctl_call *call, const struct table_schema *t)
{
    size_t n;
    const struct column **columns = wanted_columns(call, t, &n);
    for (size_t i = 0; i < n; i++) {
        vsctl_watch(call->v, t->index, columns[i]->index);
    }
    if (!columns) {
        replica_watch_all(call->v->replica, t->index, REPLICA_ALERT);
    }
    os_free(columns);
}

/* -- Tables -- */

static void
add_cell(struct table *table, const struct replica_row *row, const struct column *c)
{
    struct datum *uuid = column_is_virtual(c) ? datum_from_uuid(&row->uuid) : NULL;
    const struct datum *d = uuid ? uuid : replica_get(row, c->index);
    struct str text = STR_INIT, bare = STR_INIT;
    datum_write_text(&text, d, &c->type);
    datum_write_bare(&bare, d, &c->type);
    struct table_cell cell = {{str_take(&text), str_take(&bare)}, datum_to_json(d, &c->type)};
    table_add_cell(table, cell);
    datum_unref(uuid);
}

static void
start_table(struct vsctl_call *call, const struct column **columns, size_t n)
{
    call->table = table_new();
    for (size_t i = 0; i < n; i++) {
        table_add_column(call->table, columns[i]->name);
    }
}

static void
print_row(struct vsctl_call *call, const struct replica_row *row, const struct column **columns,
          size_t n)
{
    table_add_row(call->table);
    for (size_t i = 0; i < n; i++) {
        add_cell(call->table, row, columns[i]);
    }
}

static int
compare_rows(const void *a, const void *b)
{
    const struct replica_row *const *x = a, *const *y = b;
    return uuid_compare(&(*x)->uuid, &(*y)->uuid);
}

/* All rows of T in order, the caller's array. */
static struct replica_row **
sorted_rows(struct vsctl *v, const struct table_schema *t, size_t *n)
{
    struct replica_row **rows =
        xalloc((replica_n_rows(v->replica, t->index) + 1) * sizeof(struct replica_row *));
    *n = 0;
    for (struct replica_row *row = replica_first(v->replica, t->index); row;
         row = replica_next(row)) {
        rows[(*n)++] = row;
    }
    qsort(rows, *n, sizeof(struct replica_row *), compare_rows);
    return rows;
}

/* -- list, find -- */

static void
prepare_list(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    prepare_columns(call, t);
    watch_record_ids(call->v, t);
}

static void
list(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    bool must_exist = !call_option(call, "--if-exists");
    size_t n, n_rows;
    const struct column **columns = columns_to_print(call, t, &n);
    start_table(call, columns, n);
    for (int i = 2; i < call->argc; i++) {
        const struct replica_row *row = find_record(call->v, t, call->argv[i], must_exist);
        if (row) {
            print_row(call, row, columns, n);
        }
    }
    if (call->argc == 2) {
        struct replica_row **rows = sorted_rows(call->v, t, &n_rows);
        for (size_t i = 0; i < n_rows; i++) {
            print_row(call, rows[i], columns, n);
        }
        os_free(rows);
    }
    os_free(columns);
}

/* Arguments from FIRST on, as conditions on T. */
static struct column_arg *
conditions(const struct vsctl_call *call, const struct table_schema *t, int first, size_t *n)
{
    *n = (size_t)(call->argc - first);
    struct column_arg *args = xzalloc((*n + 1) * sizeof *args);
    for (size_t i = 0; i < *n; i++) {
        column_arg_parse(&args[i], t, call->argv[first + (int)i], ARG_MATCH);
    }
    return args;
}

static void
free_conditions(struct column_arg *args, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        column_arg_fini(&args[i]);
    }
    os_free(args);
}

static bool
matches_all(struct vsctl *v, const struct replica_row *row, const struct column_arg *args,
            size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!column_match(v, row, &args[i])) {
            return false;
        }
    }
    return true;
}

static void
prepare_conditions(struct vsctl_call *call, const struct table_schema *t, int first)
{
    size_t n;
    struct column_arg *args = conditions(call, t, first, &n);
    for (size_t i = 0; i < n; i++) {
        vsctl_watch(call->v, t->index, args[i].column->index);
    }
    free_conditions(args, n);
}

static void
prepare_find(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    prepare_columns(call, t);
    prepare_conditions(call, t, 2);
    replica_watch_table(call->v->replica, t->index);
}

static void
find(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    size_t n, n_args, n_rows;
    const struct column **columns = columns_to_print(call, t, &n);
    struct column_arg *args = conditions(call, t, 2, &n_args);
    struct replica_row **rows = sorted_rows(call->v, t, &n_rows);
    start_table(call, columns, n);
    for (size_t i = 0; i < n_rows; i++) {
        if (matches_all(call->v, rows[i], args, n_args)) {
            print_row(call, rows[i], columns, n);
        }
    }
    os_free(rows);
    free_conditions(args, n_args);
    os_free(columns);
}

/* -- get -- */

static void
prepare_get(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    const char *id = call_option(call, "--id");
    if (id && call_option(call, "--if-exists")) {
        log_fatal("--if-exists and --id may not be specified together");
    }
    watch_record_ids(call->v, t);
    for (int i = 3; i < call->argc; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, t, call->argv[i], ARG_GET);
        vsctl_watch(call->v, t->index, arg.column->index);
        column_arg_fini(&arg);
    }
}

/* --id=@NAME of a row that exists. */
static void
name_row(struct vsctl *v, const char *id, const struct replica_row *row)
{
    if (id[0] != '@') {
        log_fatal("row id \"%s\" does not begin with \"@\"", id);
    }
    struct symbol *s = symbol_get(&v->symbols, id);
    if (s->created) {
        log_fatal("row id \"%s\" may only be specified on one --id option", id);
    }
    s->created = s->strong_ref = true;
    s->uuid = row->uuid;
}

static void
get_key(struct vsctl_call *call, const struct replica_row *row, const struct column_arg *arg)
{
    const struct column *c = arg->column;
    if (!datum_type_is_map(&c->type)) {
        log_fatal("cannot specify key to get for non-map column %s", c->name);
    }
    const struct datum *d = replica_get(row, c->index);
    struct datum *key = key_parse(call->v, c, arg->key);
    size_t i = datum_find(d, datum_key(key, 0));
    datum_unref(key);
    if (i != SIZE_MAX) {
        atom_write_text(&call->output, datum_value(d, i), c->type.value.type);
    } else if (!call_option(call, "--if-exists")) {
        log_fatal("no key \"%s\" in %s record \"%s\" column %s", arg->key,
                  replica_row_schema(row)->name, call->argv[2], c->name);
    }
}

static void
get_column(struct vsctl_call *call, const struct replica_row *row, const char *text)
{
    struct column_arg arg;
    column_arg_parse(&arg, replica_row_schema(row), text, ARG_GET);
    if (arg.key) {
        get_key(call, row, &arg);
    } else if (column_is_virtual(arg.column)) {
        char uuid[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, uuid);
        str_puts(&call->output, uuid);
    } else {
        datum_write_text(&call->output, replica_get(row, arg.column->index), &arg.column->type);
    }
    str_putc(&call->output, '\n');
    column_arg_fini(&arg);
}

static void
get(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    const char *id = call_option(call, "--id");
    const struct replica_row *row =
        find_record(call->v, t, call->argv[2], !call_option(call, "--if-exists"));
    if (!row) {
        return;
    }
    if (id) {
        name_row(call->v, id, row);
    }
    for (int i = 3; i < call->argc; i++) {
        get_column(call, row, call->argv[i]);
    }
}

/* -- wait-until, comment -- */

static void
prepare_wait(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    watch_record_ids(call->v, t);
    prepare_conditions(call, t, 3);
}

static void
wait_until(struct vsctl_call *call)
{
    const struct table_schema *t = find_table(call->v, call->argv[1]);
    const struct replica_row *row = find_record(call->v, t, call->argv[2], false);
    size_t n;
    struct column_arg *args = conditions(call, t, 3, &n);
    if (!row || !matches_all(call->v, row, args, n)) {
        call->v->try_again = true;
    }
    free_conditions(args, n);
}

static void
comment(struct vsctl_call *call)
{
    (void)call; /* the whole command line is in the log record anyway */
}

const struct vsctl_command db_read_commands[] = {
    {"comment", 0, VSCTL_UNLIMITED, "*ARG", "", NULL, comment, NULL, false},
    {"get", 2, VSCTL_UNLIMITED, "!TABLE !RECORD *COLUMN?:KEY", "--if-exists,--id=", prepare_get,
     get, NULL, false},
    {"list", 1, VSCTL_UNLIMITED, "!TABLE *RECORD", "--if-exists,--columns=", prepare_list, list,
     NULL, false},
    {"find", 1, VSCTL_UNLIMITED, "!TABLE *COLUMN?:KEY=VALUE", "--columns=", prepare_find, find,
     NULL, false},
    {"wait-until", 2, VSCTL_UNLIMITED, "!TABLE !RECORD *COLUMN?:KEY=VALUE", "", prepare_wait,
     wait_until, NULL, false},
    {NULL},
};
