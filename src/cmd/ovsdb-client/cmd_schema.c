/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about databases and their schemas (ovsdb-client(1), "Server-Level Commands", "Database
 * Schema Commands", "Database Version Management Commands"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"

void
cmd_list_dbs(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    const json_t *dbs = rpc_call(c, "list_dbs", json_array(), NULL);
    for (size_t i = 0; i < json_array_size(dbs); i++) {
        puts(json_string_value(json_array_get(dbs, i)));
    }
}

void
cmd_get_schema(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    struct db_schema *schema = rpc_get_schema(c);
    json_t *json = db_schema_to_json(schema);
    print_json(c, json);
    json_decref(json);
    db_schema_free(schema);
}

void
cmd_get_schema_version(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    struct db_schema *schema = rpc_get_schema(c);
    puts(schema->version);
    db_schema_free(schema);
}

void
cmd_get_schema_cksum(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    struct db_schema *schema = rpc_get_schema(c);
    puts(schema->cksum);
    db_schema_free(schema);
}

void
cmd_list_tables(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    struct db_schema *schema = rpc_get_schema(c);
    struct table *table = table_new();
    table_add_column(table, "Table");
    for (size_t i = 0; i < schema->n_tables; i++) {
        table_add_row(table);
        table_add_text(table, schema->tables[i]->name);
    }
    print_table(c, table);
    table_free(table);
    db_schema_free(schema);
}

static void
add_column_row(struct table *table, const struct table_schema *t, const struct column *column,
               bool with_table)
{
    json_t *type = datum_type_to_json(&column->type);
    char *text = json_text(type, JSON_WRITE_SORTED);
    table_add_row(table);
    if (with_table) {
        table_add_text(table, t->name);
    }
    table_add_text(table, column->name);
    table_add_cell(table, (struct table_cell){{text, xstrdup(text)}, type});
}

void
cmd_list_columns(struct client *c, int argc, char *argv[])
{
    struct db_schema *schema = rpc_get_schema(c);
    struct table *table = table_new();
    if (!argc) {
        table_add_column(table, "Table");
    }
    table_add_column(table, "Column");
    table_add_column(table, "Type");
    for (size_t i = 0; i < schema->n_tables; i++) {
        const struct table_schema *t = schema->tables[i];
        if (argc && strcmp(t->name, argv[0]) != 0) {
            continue;
        }
        add_column_row(table, t, &t->uuid, !argc);
        add_column_row(table, t, &t->version, !argc);
        for (size_t j = 0; j < t->n_columns; j++) {
            add_column_row(table, t, t->columns[j], !argc);
        }
    }
    print_table(c, table);
    table_free(table);
    db_schema_free(schema);
}

/* -- Conversion -- */

static struct db_schema *
read_schema(const char *path)
{
    struct db_schema *schema;
    struct fault f = FAULT_INIT;
    if (db_schema_from_file(path, &schema, &f)) {
        char *text = fault_to_text(&f);
        log_fatal("%s", text);
    }
    fault_fini(&f);
    return schema;
}

static void
need_database(struct client *c, const char *name)
{
    const json_t *dbs = rpc_call(c, "list_dbs", json_array(), NULL);
    for (size_t i = 0; i < json_array_size(dbs); i++) {
        if (strcmp(json_string_value(json_array_get(dbs, i)), name) == 0) {
            c->database = name;
            return;
        }
    }
    log_fatal("server has no database named %s", name);
}

void
cmd_convert(struct client *c, int argc, char *argv[])
{
    (void)argc;
    struct db_schema *schema = read_schema(argv[0]);
    json_t *params = json_array();
    need_database(c, schema->name);
    json_array_append_new(params, json_string(schema->name));
    json_array_append_new(params, db_schema_to_json(schema));
    /* Else the server would end the connection to make the change known. */
    json_t *aware = json_array();
    json_array_append_new(aware, json_true());
    const json_t *error;
    rpc_call(c, "set_db_change_aware", aware, &error);
    rpc_call(c, "convert", params, NULL);
    db_schema_free(schema);
}

void
cmd_needs_conversion(struct client *c, int argc, char *argv[])
{
    (void)argc;
    struct db_schema *wanted = read_schema(argv[0]);
    need_database(c, wanted->name);
    struct db_schema *present = rpc_get_schema(c);
    puts(db_schema_needs_conversion(wanted, present) ? "yes" : "no");
    db_schema_free(present);
    db_schema_free(wanted);
}
