/* SPDX-License-Identifier: Apache-2.0 */
/* The commands query and transact: one transaction on a file that no server serves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-tool/ovsdb_tool.h"
#include "os/log.h"
#include "os/loop.h"
#include "ovsdb/exec.h"
#include "ovsdb/load.h"
#include "ovsdb/record.h"

/* Results are printed with their members in order. */
static void
print_sorted(const char *text, size_t n)
{
    json_t *v = NULL;
    VERIFY(json_read(text, n, &v, NULL) == 0);
    char *sorted = json_text(v, JSON_WRITE_SORTED);
    puts(sorted);
    os_free(sorted);
    json_decref(v);
}

static void
print_fault(const struct fault *f)
{
    json_t *v = fault_to_json(f);
    char *text = json_text(v, JSON_WRITE_SORTED);
    puts(text);
    os_free(text);
    json_decref(v);
}

/* Writes the transaction of RESULT to the file; what goes wrong becomes part of the results, as a
 * file that was opened for reading only does. */
static void
commit(struct storage *storage, struct exec_result *result)
{
    struct str record = STR_INIT;
    struct fault f = FAULT_INIT;
    int code = 0;
    if (record_write_txn(result->txn, true, os_wall_ms(), &record)) {
        storage_put(storage, record.s, record.n);
        code = storage_flush(storage, result->txn->durable, &f);
    }
    str_fini(&record);
    if (code) {
        exec_append_fault(result, &f);
        txn_abort(result->txn);
    } else {
        txn_commit(result->txn);
    }
    fault_fini(&f);
}

/* Runs PARAMS on the database in STORAGE. */
static void
run(struct storage *storage, const json_t *params)
{
    struct fault f = FAULT_INIT;
    struct db *db = NULL;
    if (load_db(storage, LOAD_ALL, &db, &f)) {
        tool_fatal(&f);
    }
    const char *name = json_string_value(json_array_get(params, 0));
    if (!json_is_array(params)) {
        fault_set_syntax(&f, params, NULL, "array expected");
    } else if (!name || strcmp(name, db->schema->name) != 0) {
        fault_set_syntax(&f, params, NULL, "database name expected as first parameter");
    }
    if (f.tag) {
        print_fault(&f);
        fault_fini(&f);
        db_free(db);
        return;
    }
    struct exec_request request = {.db = db, .params = params};
    struct exec_result result;
    exec_transact(&request, &result);
    if (result.waits) {
        str_puts(&result.json,
                 "[{\"error\":\"not supported\",\"details\":\"triggers not supported\"}");
    } else if (result.txn) {
        commit(storage, &result);
    }
    str_putc(&result.json, ']');
    print_sorted(result.json.s, result.json.n);
    str_fini(&result.json);
    db_free(db);
}

static int
open_and_run(char *args[], bool read_only)
{
    const char *path = tool_db(args[1] ? args[0] : NULL);
    const char *text = args[1] ? args[1] : args[0];
    json_t *params = NULL;
    struct err e = {.code = 0};
    struct fault f = FAULT_INIT;
    struct storage *storage = NULL;
    if (json_read_document(text, strlen(text), &params, &e)) {
        log_fatal("\"%s\": %s", text, e.text);
    }
    if (storage_open_file(path, read_only, 0, &storage, &f)) {
        tool_fatal(&f);
    }
    run(storage, params);
    storage_close(storage);
    json_decref(params);
    return EXIT_SUCCESS;
}

int
tool_query(const struct tool *tool UNUSED, char *args[])
{
    return open_and_run(args, true);
}

int
tool_transact(const struct tool *tool UNUSED, char *args[])
{
    return open_and_run(args, false);
}
