/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of ovsdb-tool on whole files: make, compact, convert them, and tell what they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-tool/ovsdb_tool.h"
#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "ovsdb/dblog.h"
#include "ovsdb/load.h"
#include "ovsdb/record.h"
#include "text/version.h"

static struct db_schema *
schema_of_file(const char *path)
{
    struct fault f = FAULT_INIT;
    struct db_schema *schema = NULL;
    if (db_schema_from_file(path, &schema, &f)) {
        tool_fatal(&f);
    }
    return schema;
}

static struct db_schema *
schema_of_db(const char *path)
{
    struct fault f = FAULT_INIT;
    struct db_schema *schema = NULL;
    if (load_schema(path, &schema, &f)) {
        tool_fatal(&f);
    }
    return schema;
}

int
tool_create(const struct tool *tool UNUSED, char *args[])
{
    struct db_schema *schema = schema_of_file(tool_schema(args[0] ? args[1] : NULL));
    struct fault f = FAULT_INIT;
    struct dblog *log = NULL;
    if (dblog_open(tool_db(args[0]), DBLOG_STANDALONE, DBLOG_CREATE_EXCL, &log, &f)) {
        tool_fatal(&f);
    }
    json_t *v = db_schema_to_json(schema);
    struct str record = STR_INIT;
    json_write(&record, v, 0);
    dblog_put(log, record.s, record.n);
    if (dblog_flush(log, true, &f)) {
        tool_fatal(&f);
    }
    str_fini(&record);
    json_decref(v);
    dblog_close(log);
    db_schema_free(schema);
    return EXIT_SUCCESS;
}

/* ---- compact and convert ---- */

static struct db *
read_db(const char *path)
{
    struct fault f = FAULT_INIT;
    struct storage *storage = NULL;
    struct db *db = NULL;
    int code = storage_open_file(path, true, 0, &storage, &f);
    if (!code) {
        code = load_db(storage, LOAD_ALL, &db, &f);
    }
    if (code) {
        tool_fatal(&f);
    }
    storage_close(storage);
    return db;
}

/* The lock of the file PATH, which a server that serves it holds. */
static struct os_lock *
lock(const char *path)
{
    struct os_lock *l = NULL;
    char *real = os_file_follow_links(path);
    int code = os_lock_take(real, &l, NULL);
    if (code) {
        log_fatal("%s: failed to lock lockfile (%s)", path, err_text(code));
    }
    os_free(real);
    return l;
}

/* Writes what the file SRC holds, under SCHEMA unless NULL, to DST or (NULL) in its place. */
static void
rewrite(const char *src, const char *dst, struct db_schema *schema, const char *what)
{
    struct fault f = FAULT_INIT;
    struct os_lock *src_lock = dst ? NULL : lock(src);
    struct os_lock *dst_lock = dst ? lock(dst) : NULL;
    struct db *db = read_db(src);
    if (schema) {
        struct db *converted = db_new(schema);
        struct txn *t = NULL;
        if (record_convert(db, converted, &t, &f)) {
            tool_fatal(&f);
        }
        txn_commit(t);
        db_free(db);
        db = converted;
    }
    char *comment = xasprintf("%s by ovsdb-tool %s", what, version_level());
    if (load_write_file(dst ? dst : src, db, os_wall_ms(), comment, &f)) {
        tool_fatal(&f);
    }
    os_free(comment);
    db_free(db);
    os_lock_release(src_lock);
    os_lock_release(dst_lock);
}

int
tool_compact(const struct tool *tool UNUSED, char *args[])
{
    rewrite(tool_db(args[0]), args[0] ? args[1] : NULL, NULL, "compacted");
    return EXIT_SUCCESS;
}

int
tool_convert(const struct tool *tool UNUSED, char *args[])
{
    struct db_schema *schema = schema_of_file(tool_schema(args[0] ? args[1] : NULL));
    rewrite(tool_db(args[0]), args[0] && args[1] ? args[2] : NULL, schema, "converted");
    return EXIT_SUCCESS;
}

int
tool_needs_conversion(const struct tool *tool UNUSED, char *args[])
{
    struct db_schema *a = schema_of_db(tool_db(args[0]));
    struct db_schema *b = schema_of_file(tool_schema(args[0] ? args[1] : NULL));
    puts(db_schema_needs_conversion(a, b) ? "yes" : "no");
    db_schema_free(a);
    db_schema_free(b);
    return EXIT_SUCCESS;
}

/* ---- What a file says of itself ---- */

enum property { NAME, VERSION, CKSUM };

static int
print_property(struct db_schema *schema, enum property property)
{
    puts(property == NAME ? schema->name : property == VERSION ? schema->version : schema->cksum);
    db_schema_free(schema);
    return EXIT_SUCCESS;
}

int
tool_db_name(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_db(tool_db(args[0])), NAME);
}

int
tool_db_version(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_db(tool_db(args[0])), VERSION);
}

int
tool_db_cksum(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_db(tool_db(args[0])), CKSUM);
}

int
tool_schema_name(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_file(tool_schema(args[0])), NAME);
}

int
tool_schema_version(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_file(tool_schema(args[0])), VERSION);
}

int
tool_schema_cksum(const struct tool *tool UNUSED, char *args[])
{
    return print_property(schema_of_file(tool_schema(args[0])), CKSUM);
}

/* Does the file PATH have MAGIC? */
static bool
has_magic(const char *path, const char *magic)
{
    struct fault f = FAULT_INIT;
    struct dblog *log = NULL;
    if (dblog_open(path, NULL, DBLOG_READ, &log, &f)) {
        tool_fatal(&f);
    }
    bool has = strcmp(dblog_magic(log), magic) == 0;
    dblog_close(log);
    return has;
}

int
tool_db_is_clustered(const struct tool *tool UNUSED, char *args[])
{
    return has_magic(args[0], DBLOG_CLUSTERED) ? 0 : 2;
}

int
tool_db_is_standalone(const struct tool *tool UNUSED, char *args[])
{
    return has_magic(args[0], DBLOG_STANDALONE) ? 0 : 2;
}

int
tool_not_clustered(const struct tool *tool, char *args[])
{
    if (!has_magic(args[0], DBLOG_CLUSTERED)) {
        log_fatal("%s: not a clustered database", args[0]);
    }
    return tool_no_clusters(tool, args);
}

/* Opens PATH as a clustered database; ends the process when it is none. */
static void
need_cluster(const char *path)
{
    struct fault f = FAULT_INIT;
    struct dblog *log = NULL;
    if (dblog_open(path, DBLOG_CLUSTERED, DBLOG_READ, &log, &f)) {
        tool_fatal(&f);
    }
    dblog_close(log);
}

int
tool_check_cluster(const struct tool *tool, char *args[])
{
    for (char **path = args; *path; path++) {
        need_cluster(*path);
    }
    return tool_no_clusters(tool, args);
}

int
tool_to_standalone(const struct tool *tool, char *args[])
{
    if (!has_magic(args[1], DBLOG_CLUSTERED)) {
        log_fatal("Database is not clustered db.\n");
    }
    return tool_no_clusters(tool, args);
}

int
tool_no_clusters(const struct tool *tool UNUSED, char *args[] UNUSED)
{
    log_fatal("clustered databases are not supported yet");
}

/* ---- compare-versions ---- */

static void
parse_version(const char *s, unsigned long long parts[3])
{
    if (!schema_is_version(s)) {
        log_fatal("%s: not an OVSDB version number in format x.y.z", s);
    }
    for (int i = 0; i < 3; i++) {
        char *tail;
        parts[i] = strtoull(s, &tail, 10);
        s = tail + 1;
    }
}

int
tool_compare_versions(const struct tool *tool UNUSED, char *args[])
{
    static const struct {
        const char *op;
        bool less, equal, greater;
    } operators[] = {{"<", true, false, false},  {"<=", true, true, false},
                     {"==", false, true, false}, {">=", false, true, true},
                     {">", false, false, true},  {"!=", true, false, true}};
    unsigned long long a[3], b[3];
    parse_version(args[0], a);
    parse_version(args[2], b);
    int cmp = 0;
    for (int i = 0; i < 3 && !cmp; i++) {
        cmp = (a[i] > b[i]) - (a[i] < b[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (strcmp(operators[i].op, args[1]) == 0) {
            bool holds = cmp < 0   ? operators[i].less
                         : cmp > 0 ? operators[i].greater
                                   : operators[i].equal;
            return holds ? 0 : 2;
        }
    }
    log_fatal("%s: not a relational operator", args[1]);
}
