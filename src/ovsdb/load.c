/* SPDX-License-Identifier: Apache-2.0 */
/* Databases out of and into storage: the first record is the schema, the others are transactions.
 * Used by the server and by ovsdb-tool. Any thread, one at a time per storage. */
#include "ovsdb/load.h"

#include "os/file.h"
#include "os/log.h"
#include "ovsdb/dblog.h"
#include "ovsdb/record.h"

LOG_MODULE(ovsdb_server);

static int
read_schema(struct storage *s, struct db **out, struct fault *f)
{
    json_t *v = NULL;
    struct db_schema *schema = NULL;
    int code = storage_read_json(s, &v, f);
    if (!code && !v) {
        code = fault_set(f, -E_SYNTAX, "ovsdb error", "%s: cannot identify file type",
                         storage_path(s));
    }
    if (!code) {
        code = db_schema_from_json(v, &schema, f);
    }
    json_decref(v);
    if (!code) {
        *out = db_new(schema);
    }
    return code;
}

/* Reads one transaction; *END at the end. */
static int
read_txn(struct storage *s, struct db *db, bool *end, struct fault *f)
{
    const char *p;
    size_t n;
    int code = storage_read(s, &p, &n, f);
    *end = code || !p;
    return *end ? code : record_apply(db, p, n, f);
}

static void
complain(const struct fault *f)
{
    char *text = fault_to_text(f);
    log_err("%s", text);
    os_free(text);
}

/* Reads the schema and at most MAX transactions, *N of them well. */
static int
read_records(struct storage *s, size_t max, struct db **db, size_t *n, struct fault *f)
{
    bool end = false;
    int code = read_schema(s, db, f);
    for (*n = 0; !code && *n < max; ++*n) {
        code = read_txn(s, *db, &end, f);
        if (code || end) {
            break;
        }
    }
    return code;
}

int
load_db(struct storage *s, enum load_mode mode, struct db **out, struct fault *f)
{
    struct db *db = NULL;
    size_t n;
    struct fault damage = FAULT_INIT;
    int code = read_records(s, SIZE_MAX, &db, &n, &damage);
    if (code && db && mode == LOAD_SERVING) {
        complain(&damage);
        fault_fini(&damage);
        /* The record that is no good may be half applied: start again and stop before it. */
        db_free(db);
        db = NULL;
        storage_rewind(s);
        code = read_records(s, n, &db, &n, &damage);
        storage_stop_reading(s);
    }
    if (!code) {
        code = record_end_loading(db, &damage);
    }
    if (code) {
        db_free(db);
        fault_move(f, &damage);
        return code;
    }
    *out = db;
    return 0;
}

int
load_schema(const char *path, struct db_schema **out, struct fault *f)
{
    struct dblog *log = NULL;
    json_t *v = NULL;
    int code = dblog_open(path, DBLOG_STANDALONE, DBLOG_READ, &log, f);
    if (!code) {
        code = dblog_read_json(log, &v, f);
    }
    if (!code) {
        code = db_schema_from_json(v, out, f);
    }
    json_decref(v);
    dblog_close(log);
    return code;
}

void
load_write_schema(const struct db *db, struct str *out)
{
    json_t *schema = db_schema_to_json(db->schema);
    json_write(out, schema, 0);
    json_decref(schema);
}

static void
write_records(const struct db *db, uint64_t date_ms, const char *comment, struct str records[2])
{
    str_init(&records[0]);
    str_init(&records[1]);
    load_write_schema(db, &records[0]);
    record_write_db(db, date_ms, comment, &records[1]);
}

int
load_save_snapshot(struct storage *s, const struct db *db, uint64_t date_ms, const char *comment,
                   struct fault *f)
{
    struct str records[2];
    write_records(db, date_ms, comment, records);
    int code = storage_snapshot(s, records, ARRAY_LEN(records), f);
    str_fini(&records[0]);
    str_fini(&records[1]);
    return code;
}

int
load_write_file(const char *path, const struct db *db, uint64_t date_ms, const char *comment,
                struct fault *f)
{
    char *real = os_file_follow_links(path), *tmp = xasprintf("%s.tmp", real);
    struct dblog *log = NULL;
    os_file_remove(tmp);
    int code = dblog_open(tmp, DBLOG_STANDALONE, DBLOG_CREATE_TMP, &log, f);
    if (!code) {
        struct str records[2];
        write_records(db, date_ms, comment, records);
        dblog_put(log, records[0].s, records[0].n);
        dblog_put(log, records[1].s, records[1].n);
        str_fini(&records[0]);
        str_fini(&records[1]);
        code = dblog_flush(log, true, f);
        dblog_close(log);
        int replaced = code ? code : os_file_replace(tmp, real);
        if (replaced) {
            os_file_remove(tmp);
        }
        if (replaced && !code) {
            code = fault_set(f, replaced, "I/O error", "%s: rename failed (%s)", path,
                             err_text(replaced));
        }
    }
    os_free(tmp);
    os_free(real);
    return code;
}
