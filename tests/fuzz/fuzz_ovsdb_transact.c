/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the operations of "transact". The input is the array of operations as JSON; it is
 * run twice on a small database, committed where it may be. The record that is written must apply
 * to a copy of the database and give the same. */
#include <string.h>

#include "ovsdb/exec.h"
#include "ovsdb/record.h"
#include "ovsdb_equal.h"

static const char schema_text[] =
    "{\"name\":\"T\",\"tables\":{\"R\":{\"isRoot\":true,\"maxRows\":4,\"columns\":{"
    "\"i\":{\"type\":\"integer\"},\"s\":{\"type\":\"string\"},"
    "\"ii\":{\"type\":{\"key\":\"integer\",\"min\":0,\"max\":\"unlimited\"}},"
    "\"m\":{\"type\":{\"key\":\"string\",\"value\":\"string\",\"min\":0,\"max\":4}},"
    "\"n\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"N\"},\"min\":0,"
    "\"max\":\"unlimited\"}},"
    "\"w\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"N\",\"refType\":\"weak\"},"
    "\"min\":0,\"max\":\"unlimited\"}}}},"
    "\"N\":{\"columns\":{\"s\":{\"type\":\"string\"},"
    "\"n\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"N\"},\"min\":0}}},"
    "\"indexes\":[[\"s\"]]}}}";

static struct db *
new_db(void)
{
    json_t *v = NULL;
    struct db_schema *schema = NULL;
    VERIFY(json_read(schema_text, sizeof schema_text - 1, &v, NULL) == 0 &&
           db_schema_from_json(v, &schema, NULL) == 0);
    json_decref(v);
    return db_new(schema);
}

/* Applies RECORD to COPY, which must then be like DB. */
static void
check(const struct db *db, struct db *copy, const struct str *record)
{
    VERIFY(record_apply(copy, record->s, record->n, NULL) == 0);
    verify_equal(db, copy);
}

static void
run(struct db *db, struct db *copy, const json_t *params)
{
    struct exec_request request = {.db = db, .params = params};
    struct exec_result result;
    exec_transact(&request, &result);
    if (!result.waits) {
        json_t *v = NULL;
        str_putc(&result.json, ']');
        VERIFY(json_read(result.json.s, result.json.n, &v, NULL) == 0);
        json_decref(v);
    }
    struct str record = STR_INIT;
    if (result.txn && record_write_txn(result.txn, true, 0, &record)) {
        txn_commit(result.txn);
        check(db, copy, &record);
    } else if (result.txn) {
        txn_abort(result.txn);
    }
    str_fini(&record);
    str_fini(&result.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *v = NULL;
    if (json_read((const char *)data, size, &v, NULL) || !json_is_array(v)) {
        json_decref(v);
        return 0;
    }
    json_array_insert_new(v, 0, json_string("T"));
    struct db *db = new_db(), *copy = new_db();
    run(db, copy, v);
    run(db, copy, v);
    db_free(db);
    db_free(copy);
    json_decref(v);
    return 0;
}
