/* SPDX-License-Identifier: Apache-2.0 */
/* The command show-log: prints the records of a file for people. Rows are called by their `name`
 * column where they have one, so it remembers the names as the records go by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/ovsdb-tool/ovsdb_tool.h"
#include "ovsdb/dblog.h"
#include "ovsdb/object.h"
#include "ovsdb/schema.h"

/* What is known of a row. */
struct seen_row {
    struct hnode node;
    char *uuid;
    char *name; /* or NULL */
};

struct log_printer {
    const struct db_schema *schema;
    struct hmap rows;
    unsigned int more;
};

static struct seen_row *
find_row(const struct log_printer *p, const char *uuid)
{
    HMAP_FOR_EACH_WITH_HASH (struct seen_row, r, node, hash_string(uuid, 0), &p->rows) {
        if (strcmp(r->uuid, uuid) == 0) {
            return r;
        }
    }
    return NULL;
}

static struct seen_row *
add_row(struct log_printer *p, const char *uuid)
{
    struct seen_row *r = xzalloc(sizeof *r);
    r->uuid = xstrdup(uuid);
    hmap_insert(&p->rows, &r->node, hash_string(uuid, 0));
    return r;
}

static void
note_name(struct seen_row *r, const json_t *columns)
{
    const json_t *name = json_object_get(columns, "name");
    if (json_is_string(name)) {
        os_free(r->name);
        r->name = xstrdup(json_string_value(name));
    }
}

static void
print_column(const struct table_schema *t, const char *name, const json_t *v)
{
    const struct column *c = t ? table_schema_find_column(t, name) : NULL;
    struct datum *d = NULL;
    struct str text = STR_INIT;
    if (c && datum_from_json_unchecked(&c->type, v, &d, NULL) == 0) {
        datum_write_text(&text, d, &c->type);
    } else {
        json_write(&text, v, JSON_WRITE_SORTED);
    }
    printf("    %s=%s\n", name, str_text(&text));
    datum_unref(d);
    str_fini(&text);
}

static void
print_row(struct log_printer *p, const char *table, const char *uuid, json_t *columns,
          bool is_diff)
{
    struct seen_row *r = find_row(p, uuid);
    bool inserted = !r;
    if (!r) {
        r = add_row(p, uuid);
    }
    if (inserted) {
        note_name(r, columns);
    }
    printf("  table %s %srow ", table, inserted ? "insert " : "");
    if (r->name) {
        printf("\"%s\" (%.8s)", r->name, uuid);
    } else if (inserted) {
        printf("%.8s", uuid);
    } else {
        printf("%.8s (%.8s)", uuid, uuid);
    }
    printf("%s:\n", is_diff && !inserted ? " diff" : "");
    if (json_is_null(columns)) {
        printf("    delete row\n");
        hmap_remove(&p->rows, &r->node);
        os_free(r->uuid);
        os_free(r->name);
        os_free(r);
        return;
    }
    note_name(r, columns);
    const struct table_schema *t = db_schema_find_table(p->schema, table);
    for (void *it = json_object_iter(columns); it && p->more > 1;
         it = json_object_iter_next(columns, it)) {
        print_column(t, json_object_iter_key(it), json_object_iter_value(it));
    }
}

/* Names must be kept in mind even when only the heads of the records are printed. */
static void
print_rows(struct log_printer *p, json_t *record)
{
    bool is_diff = json_is_true(json_object_get(record, "_is_diff"));
    for (void *it = json_object_iter(record); it; it = json_object_iter_next(record, it)) {
        const char *table = json_object_iter_key(it);
        json_t *rows = json_object_iter_value(it);
        if (table[0] == '_' || !json_is_object(rows)) {
            continue;
        }
        for (void *row = json_object_iter(rows); row; row = json_object_iter_next(rows, row)) {
            print_row(p, table, json_object_iter_key(row), json_object_iter_value(row), is_diff);
        }
    }
}

static void
print_date(const json_t *date)
{
    int64_t ms;
    if (!date || !json_to_integer(date, &ms)) {
        return;
    }
    if (ms < INT64_C(1) << 32) {
        ms *= 1000; /* early versions counted seconds */
    }
    time_t seconds = (time_t)(ms / 1000);
    char text[40];
    const struct tm *tm = gmtime(&seconds);
    if (tm && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", tm)) {
        printf(" %s.%03d", text, (int)(ms % 1000));
    }
}

static void
print_record(struct log_printer *p, json_t *record)
{
    print_date(json_object_get(record, "_date"));
    const char *comment = json_string_value(json_object_get(record, "_comment"));
    if (comment) {
        printf(" \"%s\"", comment);
    }
    printf("\n");
    if (p->more) {
        print_rows(p, record);
        printf("\n");
    }
}

static void
print_schema(const struct db_schema *schema)
{
    printf(" \"%s\" schema, version=\"%s\", cksum=\"%s\"\n\n", schema->name, schema->version,
           schema->cksum);
}

static void
printer_fini(struct log_printer *p)
{
    HMAP_FOR_EACH_SAFE (struct seen_row, r, node, &p->rows) {
        os_free(r->uuid);
        os_free(r->name);
        os_free(r);
    }
    hmap_fini(&p->rows);
}

int
tool_show_log(const struct tool *tool, char *args[])
{
    struct fault f = FAULT_INIT;
    struct dblog *log = NULL;
    struct db_schema *schema = NULL;
    struct log_printer p = {.more = tool->more};
    if (dblog_open(tool_db(args[0]), DBLOG_STANDALONE, DBLOG_READ, &log, &f)) {
        tool_fatal(&f);
    }
    hmap_init(&p.rows);
    for (unsigned int i = 0;; i++) {
        json_t *v = NULL;
        if (dblog_read_json(log, &v, &f) || (i == 0 && v && db_schema_from_json(v, &schema, &f))) {
            fflush(stdout);
            tool_fatal(&f);
        }
        if (!v) {
            break;
        }
        printf("record %u:", i);
        if (i == 0) {
            print_schema(schema);
            p.schema = schema;
        } else {
            print_record(&p, v);
        }
        json_decref(v);
    }
    printer_fini(&p);
    db_schema_free(schema);
    dblog_close(log);
    return EXIT_SUCCESS;
}
