/* SPDX-License-Identifier: Apache-2.0 */
/* backup and restore (ovsdb-client(1)): a database as a standalone database file on standard
 * output, and the other way round in one transaction. Rows get new UUIDs when restored, since
 * they go in by name. Ephemeral columns are left out of both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/process.h"
#include "ovsdb/record.h"
#include "ovsdb/sha1.h"

LOG_MODULE(ovsdb_client);

/* -- backup -- */

static json_t *
select_persistent(const struct table_schema *t)
{
    json_t *op = json_object(), *columns = json_array();
    json_array_append_new(columns, json_string("_uuid"));
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i]->is_persistent) {
            json_array_append_new(columns, json_string(t->columns[i]->name));
        }
    }
    json_object_set_new(op, "op", json_string("select"));
    json_object_set_new(op, "table", json_string(t->name));
    json_object_set_new(op, "where", json_array());
    json_object_set_new(op, "columns", columns);
    return op;
}

static void
print_record(const json_t *record)
{
    struct str text = STR_INIT;
    uint8_t digest[SHA1_SIZE];
    char hex[SHA1_TEXT_LEN + 1];
    struct sha1 sha1;
    json_write(&text, record, 0);
    str_putc(&text, '\n');
    sha1_init(&sha1);
    sha1_add(&sha1, text.s, text.n);
    sha1_end(&sha1, digest);
    sha1_format(digest, hex);
    printf("OVSDB JSON %zu %s\n%s", text.n, hex, text.s);
    str_fini(&text);
}

/* ROWS as the database file has a table: members by UUID. */
static json_t *
rows_by_uuid(json_t *rows)
{
    json_t *table = json_object();
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_copy(json_array_get(rows, i));
        char *uuid = xstrdup(json_string_value(json_array_get(json_object_get(row, "_uuid"), 1)));
        json_object_del(row, "_uuid");
        json_object_set_new(table, uuid, row);
        os_free(uuid);
    }
    return table;
}

void
cmd_backup(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    os_binary_streams();
    struct db_schema *schema = rpc_get_schema(c);
    json_t *params = json_array(), *record = json_object(), *json = db_schema_to_json(schema);
    json_array_append_new(params, json_string(c->database));
    for (size_t i = 0; i < schema->n_tables; i++) {
        json_array_append_new(params, select_persistent(schema->tables[i]));
    }
    const json_t *results = rpc_call(c, "transact", params, NULL);
    for (size_t i = 0; i < schema->n_tables; i++) {
        json_t *rows = json_object_get(json_array_get(results, i), "rows");
        if (json_array_size(rows)) {
            json_object_set_new(record, schema->tables[i]->name, rows_by_uuid(rows));
        }
    }
    json_object_set_new(record, "_comment", json_string("produced by \"ovsdb-client backup\""));
    json_object_set_new(record, "_date", json_integer((json_int_t)os_wall_ms()));
    print_record(json);
    print_record(record);
    json_decref(json);
    json_decref(record);
    db_schema_free(schema);
}

/* -- restore: reading -- */

#define INPUT_NAME "/dev/stdin"

static void
read_input(struct str *all)
{
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, stdin)) > 0) {
        str_put(all, block, n);
    }
}

/* The JSON of the record at *P, which moves behind it; NULL at the end. */
static json_t *
next_record(const char **p, const char *end)
{
    unsigned long n;
    char hex[SHA1_TEXT_LEN + 1], wanted[SHA1_TEXT_LEN + 1];
    uint8_t digest[SHA1_SIZE];
    struct sha1 sha1;
    json_t *json;
    struct err e;
    const char *text = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;
    if (*p == end) {
        return NULL;
    }
    if (!text || sscanf(*p, "OVSDB JSON %lu %40s\n", &n, wanted) != 2) {
        log_fatal("ovsdb error: " INPUT_NAME ": unexpected file format");
    }
    text++;
    if (n > (size_t)(end - text)) {
        log_fatal("ovsdb error: " INPUT_NAME ": unexpected end of file");
    }
    sha1_init(&sha1);
    sha1_add(&sha1, text, n);
    sha1_end(&sha1, digest);
    sha1_format(digest, hex);
    if (strcmp(hex, wanted) != 0) {
        log_fatal("ovsdb error: " INPUT_NAME ": %lu bytes starting at offset %zu have SHA-1 hash "
                  "%s but should have hash %s",
                  n, (size_t)(text - *p), hex, wanted);
    }
    if (json_read(text, n, &json, &e)) {
        log_fatal("ovsdb error: " INPUT_NAME ": %s", e.text);
    }
    *p = text + n;
    return json;
}

static void PORT_NORETURN
fatal_fault(const struct fault *f)
{
    log_fatal("ovsdb error: %s", fault_to_text(f));
}

static struct db *
read_backup(void)
{
    struct str all = STR_INIT;
    struct fault f = FAULT_INIT;
    struct db_schema *schema;
    read_input(&all);
    const char *p = str_text(&all), *end = p + all.n;
    json_t *json = next_record(&p, end);
    if (!json) {
        log_fatal("ovsdb error: " INPUT_NAME ": cannot identify file type");
    }
    if (db_schema_from_json(json, &schema, &f)) {
        fatal_fault(&f);
    }
    json_decref(json);
    struct db *db = db_new(schema);
    while ((json = next_record(&p, end))) {
        char *text = json_text(json, 0);
        if (record_apply(db, text, strlen(text), &f)) {
            fatal_fault(&f);
        }
        os_free(text);
        json_decref(json);
    }
    if (record_end_loading(db, &f)) {
        fatal_fault(&f);
    }
    str_fini(&all);
    return db;
}

/* -- restore: writing -- */

static json_t *
row_name(const struct uuid *uuid)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(uuid, text);
    for (char *p = text; *p; p++) {
        *p = *p == '-' ? '_' : *p;
    }
    char *name = xasprintf("row%s", text);
    json_t *json = json_string(name);
    os_free(name);
    return json;
}

/* Turns ["uuid", U] of rows in the backup into ["named-uuid", rowU] all over V. Recursive, as
 * deep as a value: three levels. */
static void
name_references(json_t *v, const struct db *db)
{
    struct uuid uuid;
    const char *tag = json_string_value(json_array_get(v, 0));
    const char *text = json_string_value(json_array_get(v, 1));
    if (tag && text && strcmp(tag, "uuid") == 0 && uuid_parse(text, strlen(text), &uuid)) {
        for (size_t i = 0; i < db->schema->n_tables; i++) {
            if (table_find_row(&db->tables[i], &uuid)) {
                json_array_set_new(v, 0, json_string("named-uuid"));
                json_array_set_new(v, 1, row_name(&uuid));
                return;
            }
        }
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        name_references(json_array_get(v, i), db);
    }
}

static json_t *
insert_op(const struct db *db, const struct row *row)
{
    const struct table_schema *t = row->table->schema;
    json_t *op = json_object(), *values = json_object();
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct column *column = t->columns[i];
        if (column->is_persistent && !datum_is_default(row->cells[i], &column->type)) {
            json_t *value = datum_to_json(row->cells[i], &column->type);
            if (column_has_refs(column, REF_STRONG) || column_has_refs(column, REF_WEAK)) {
                name_references(value, db);
            }
            json_object_set_new(values, column->name, value);
        }
    }
    json_object_set_new(op, "op", json_string("insert"));
    json_object_set_new(op, "table", json_string(t->name));
    json_object_set_new(op, "uuid-name", row_name(&row->uuid));
    json_object_set_new(op, "row", values);
    return op;
}

static void
put_table_ops(json_t *params, const struct db *db, const struct table *table)
{
    json_t *op = json_object();
    json_object_set_new(op, "op", json_string("delete"));
    json_object_set_new(op, "table", json_string(table->schema->name));
    json_object_set_new(op, "where", json_array());
    json_array_append_new(params, op);
    HMAP_FOR_EACH (struct row, row, node, &table->rows) {
        json_array_append_new(params, insert_op(db, row));
    }
}

static void
check_schemas(const struct client *c, const struct db_schema *backup,
              const struct db_schema *present)
{
    char *what = NULL;
    if (strcmp(backup->version, present->version) != 0) {
        what = xasprintf("backup schema has version \"%s\" but database schema has version \"%s\"",
                         backup->version, present->version);
    } else if (strcmp(backup->cksum, present->cksum) != 0) {
        what = xasprintf("backup schema has checksum \"%s\" but database schema has checksum "
                         "\"%s\"",
                         backup->cksum, present->cksum);
    } else if (!db_schema_equal(backup, present)) {
        what = xasprintf("backup schema and database schema differ");
    }
    if (what && !c->force) {
        log_fatal("%s (use --force to override differences, or \"ovsdb-client convert\" to "
                  "change the schema)",
                  what);
    }
    if (what) {
        log_info("%s", what);
    }
    os_free(what);
}

void
cmd_restore(struct client *c, int argc, char *argv[])
{
    (void)argc;
    (void)argv;
    os_binary_streams();
    struct db *db = read_backup();
    struct db_schema *present = rpc_get_schema(c);
    check_schemas(c, db->schema, present);
    json_t *params = json_array();
    json_array_append_new(params, json_string(c->database));
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        put_table_ops(params, db, &db->tables[i]);
    }
    const json_t *results = rpc_call(c, "transact", params, NULL);
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        if (json_object_get(result, "error")) {
            char *text = json_text(result, JSON_WRITE_SORTED);
            log_fatal("ovsdb-server returned error (%s)", text);
        }
    }
    db_schema_free(present);
    db_free(db);
}
