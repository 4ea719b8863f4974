/* SPDX-License-Identifier: Apache-2.0 */
/* monitor, monitor-cond, monitor-cond-since (ovsdb-client(1)): a table of changes for every
 * update, the initial contents first. Updates of the plain monitor have old and new values,
 * those of its successors only what is new. With --detach the process goes to the background
 * once the initial contents are printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "ipc/command.h"
#include "os/log.h"
#include "ovsdb/condition.h"

struct watched {
    const struct table_schema *table;
    const struct column **columns; /* as printed: by name, _version last */
    size_t n;
};

enum version { PLAIN, COND, COND_SINCE };
static const char *const methods[] = {"monitor", "monitor_cond", "monitor_cond_since"};

struct monitor {
    struct client *c;
    enum version version;
    struct db_schema *schema;
    struct watched *tables;
    size_t n;
    bool is_all; /* captions tell tables apart */
    bool has_printed;
};

static const char *const kinds[] = {"initial", "insert", "delete", "modify"};

/* -- What is asked for -- */

static void
watch_column(const struct monitor *m, struct watched *w, const struct column *column)
{
    for (size_t i = 0; i < w->n; i++) {
        if (w->columns[i] == column) {
            log_fatal("%s: column \"%s\" mentioned multiple times", m->c->server, column->name);
        }
    }
    w->columns[w->n++] = column;
}

/* "!initial" and the like: false when WORD is none of them. */
static bool
take_kind(json_t *select, const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (word[0] == '!' && strcmp(word + 1, kinds[i]) == 0) {
            json_object_set_new(select, kinds[i], json_false());
            return true;
        }
    }
    return false;
}

/* One argument COLUMN,… (NULL: all columns) as <monitor-request>. */
static json_t *
group_request(const struct monitor *m, struct watched *w, const char *words, const json_t *where)
{
    json_t *select = json_object(), *columns = json_array(), *request = json_object();
    size_t first = w->n;
    for (const char *p = words ? words : ""; *p;) {
        size_t len = strcspn(p, ",");
        char *word = xmemdup0(p, len);
        if (len && !take_kind(select, word)) {
            const struct column *column = table_schema_find_column(w->table, word);
            if (!column) {
                log_fatal("%s: table \"%s\" in %s does not have a column named \"%s\"",
                          m->c->server, w->table->name, m->c->database, word);
            }
            watch_column(m, w, column);
        }
        os_free(word);
        p += len + (p[len] == ',');
    }
    if (w->n == first) {
        for (size_t i = 0; i < w->table->n_columns; i++) {
            watch_column(m, w, w->table->columns[i]);
        }
        watch_column(m, w, &w->table->version);
    }
    for (size_t i = first; i < w->n; i++) {
        json_array_append_new(columns, json_string(w->columns[i]->name));
    }
    json_object_set_new(request, "columns", columns);
    json_object_set_new(request, "select", select);
    if (where) {
        json_object_set(request, "where", (json_t *)where);
    }
    return request;
}

static int
compare_columns(const void *a, const void *b)
{
    const struct column *const *x = a, *const *y = b;
    bool x_last = (*x)->index == COLUMN_VERSION, y_last = (*y)->index == COLUMN_VERSION;
    return x_last != y_last ? x_last - y_last : strcmp((*x)->name, (*y)->name);
}

static void
watch_table(struct monitor *m, json_t *requests, const struct table_schema *t, int argc,
            char *argv[], const json_t *where)
{
    struct watched *w = &m->tables[m->n++];
    json_t *groups = json_array();
    *w = (struct watched){t, xalloc((t->n_columns + 2) * sizeof(struct column *)), 0};
    for (int i = 0; i < argc; i++) {
        json_array_append_new(groups, group_request(m, w, argv[i], where));
    }
    if (!argc) {
        json_array_append_new(groups, group_request(m, w, NULL, where));
    }
    qsort(w->columns, w->n, sizeof(struct column *), compare_columns);
    json_object_set_new(requests, t->name, groups);
}

/* The tables and columns in ARGV: "ALL", or a table and columns of it. */
static json_t *
watch_arguments(struct monitor *m, int argc, char *argv[], const json_t *where)
{
    m->tables = xzalloc((m->schema->n_tables + 1) * sizeof *m->tables);
    if (m->version == PLAIN && argc == 1 && strcmp(argv[0], "ALL") == 0) {
        json_t *requests = json_object();
        m->is_all = true;
        for (size_t i = 0; i < m->schema->n_tables; i++) {
            watch_table(m, requests, m->schema->tables[i], 0, NULL, NULL);
        }
        return requests;
    }
    const struct table_schema *t = db_schema_find_table(m->schema, argv[0]);
    if (!t) {
        bool is_plain = m->version == PLAIN; /* only then does the packaged one name the server */
        log_fatal("%s%s%s does not have a table named \"%s\"", is_plain ? m->c->server : "",
                  is_plain ? ": " : "", m->c->database, argv[0]);
    }
    if (where) {
        struct condition condition;
        struct fault f = FAULT_INIT;
        if (condition_from_json(&condition, t, where, NULL, &f)) {
            log_fatal("%s", fault_to_text(&f));
        }
        condition_fini(&condition);
    }
    json_t *requests = json_object();
    watch_table(m, requests, t, argc - 1, argv + 1, where);
    return requests;
}

/* -- Printing -- */

static void
print_row(struct table *table, const struct watched *w, const char *uuid, const char *action,
          const json_t *row)
{
    table_add_row(table);
    table_add_text(table, uuid);
    table_add_text(table, action);
    for (size_t i = 0; i < w->n; i++) {
        add_value(table, &w->columns[i]->type, json_object_get(row, w->columns[i]->name));
    }
}

static void
print_update(struct table *table, const struct watched *w, const char *uuid, const json_t *update,
             bool is_initial)
{
    const json_t *old = json_object_get(update, "old"), *new = json_object_get(update, "new");
    if (old && new) {
        print_row(table, w, uuid, "old", old);
        print_row(table, w, "", "new", new);
    } else if (old) {
        print_row(table, w, uuid, "delete", old);
    } else if (new) {
        print_row(table, w, uuid, is_initial ? "initial" : "insert", new);
    }
}

/* The form of the successors: one member, whose name says what happened. */
static void
print_update2(struct table *table, const struct watched *w, const char *uuid, const json_t *update)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const json_t *row = json_object_get(update, kinds[i]);
        if (row) {
            print_row(table, w, uuid, kinds[i], row);
        }
    }
}

static void
print_changes(struct monitor *m, const struct watched *w, const json_t *rows, bool is_initial)
{
    struct table *table = table_new();
    const char *uuid;
    json_t *update;
    if (m->c->style.timestamp) {
        table_set_timestamp(table, true);
    }
    if (m->is_all) {
        table_set_caption(table, w->table->name);
    }
    table_add_column(table, "row");
    table_add_column(table, "action");
    for (size_t i = 0; i < w->n; i++) {
        table_add_column(table, w->columns[i]->name);
    }
    json_object_foreach((json_t *)rows, uuid, update)
    {
        if (m->version == PLAIN) {
            print_update(table, w, uuid, update, is_initial);
        } else {
            print_update2(table, w, uuid, update);
        }
    }
    print_table(m->c, table);
    table_free(table);
}

static void
print_updates(struct monitor *m, const json_t *updates, bool is_initial)
{
    for (size_t i = 0; i < m->n; i++) {
        const json_t *rows = json_object_get(updates, m->tables[i].table->name);
        if (json_object_size(rows)) {
            print_changes(m, &m->tables[i], rows, is_initial);
            m->has_printed = true;
        }
    }
    fflush(stdout);
}

/* The line above the tables of monitor-cond-since. */
static void
print_last_id(struct monitor *m, const json_t *found, const json_t *id)
{
    if (m->has_printed) {
        putchar('\n');
    }
    if (found) {
        printf("found: %s, ", json_is_true(found) ? "true" : "false");
    }
    printf("last_id: %s\n", json_string_value(id));
    table_restart();
    m->has_printed = true;
}

static void
notified(struct client *c, const char *method, const json_t *params)
{
    static const char *const updates[] = {"update", "update2", "update3"};
    struct monitor *m = c->aux;
    if (strcmp(method, updates[m->version]) == 0) {
        if (m->version == COND_SINCE) {
            print_last_id(m, NULL, json_array_get(params, 1));
            print_updates(m, json_array_get(params, 2), false);
        } else {
            print_updates(m, json_array_get(params, 1), false);
        }
    } else if (strcmp(method, "monitor_canceled") == 0) {
        log_fatal("%s: %s database was removed", c->server, c->database);
    }
}

/* -- Runtime commands: no manual has them, but tests of clients use them -- */

static void
command_block(struct command_call *call, int argc, const char *argv[], void *c)
{
    (void)argc;
    jsonrpc_pause(((struct client *)c)->rpc, strcmp(argv[0], "ovsdb-client/block") == 0);
    command_reply(call, NULL);
}

static void
command_change_condition(struct command_call *call, int argc, const char *argv[], void *c_)
{
    struct client *c = c_;
    struct err e;
    json_t *where;
    (void)argc;
    if (json_read_document(argv[2], strlen(argv[2]), &where, &e)) {
        command_reply_error(call, e.text);
        return;
    }
    json_t *tables = json_object(), *params = json_array();
    json_object_set_new(tables, argv[1], json_pack("[{so}]", "where", where));
    json_array_append_new(params, json_null());
    json_array_append_new(params, json_null());
    json_array_append_new(params, tables);
    jsonrpc_send_request(c->rpc, "monitor_cond_change", params, json_integer(c->next_id++));
    command_reply(call, "condition changed");
}

static const struct command commands[] = {
    {"ovsdb-client/block", "", 0, 0, command_block},
    {"ovsdb-client/unblock", "", 0, 0, command_block},
    {"ovsdb-client/cond_change", "TABLE COND", 2, 2, command_change_condition},
};

static void
monitor_fini(struct monitor *m)
{
    for (size_t i = 0; i < m->n; i++) {
        os_free(m->tables[i].columns);
    }
    os_free(m->tables);
    db_schema_free(m->schema);
}

static void
run_monitor(struct client *c, enum version version, int argc, char *argv[], const char *last_id,
            const json_t *where)
{
    struct monitor m = {.c = c, .version = version, .schema = rpc_get_schema(c)};
    json_t *params = json_array();
    json_array_append_new(params, json_string(c->database));
    json_array_append_new(params, json_null());
    json_array_append_new(params, watch_arguments(&m, argc, argv, where));
    if (version == COND_SINCE) {
        json_array_append_new(params, json_string(last_id));
    }
    c->aux = &m;
    c->notified = notified;
    background_start(c, commands, ARRAY_LEN(commands));
    const json_t *result = rpc_call(c, methods[version], params, NULL);
    if (version == COND_SINCE) {
        print_last_id(&m, json_array_get(result, 0), json_array_get(result, 1));
        result = json_array_get(result, 2);
    }
    print_updates(&m, result, true);
    background_serve(c);
    monitor_fini(&m);
}

void
cmd_monitor(struct client *c, int argc, char *argv[])
{
    run_monitor(c, PLAIN, argc, argv, NULL, NULL);
}

void
cmd_monitor_cond(struct client *c, int argc, char *argv[])
{
    run_monitor(c, COND, argc - 1, argv + 1, NULL, read_json_arg(argv[0]));
}

void
cmd_monitor_cond_since(struct client *c, int argc, char *argv[])
{
    struct uuid uuid;
    const char *last_id = "00000000-0000-0000-0000-000000000000";
    if (argc > 2 && uuid_parse(argv[0], strlen(argv[0]), &uuid)) {
        last_id = argv[0];
        argc--;
        argv++;
    }
    run_monitor(c, COND_SINCE, argc - 1, argv + 1, last_id, read_json_arg(argv[0]));
}
