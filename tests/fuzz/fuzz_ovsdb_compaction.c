/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a database written in pieces while transactions change it. Each two bytes of the
 * input are a transaction, or a piece of the image and its size; the first piece begins the image.
 * What was written must be the database as it was when the image began. */
#include <stdio.h>
#include <string.h>

#include "ovsdb/exec.h"
#include "ovsdb/record.h"
#include "ovsdb_equal.h"

enum { N_FIRST = 40 }; /* rows to begin with */

static const char schema_text[] =
    "{\"name\":\"T\",\"tables\":{"
    "\"A\":{\"isRoot\":true,\"columns\":{\"n\":{\"type\":\"integer\"},"
    "\"e\":{\"type\":\"integer\",\"ephemeral\":true},"
    "\"ii\":{\"type\":{\"key\":\"integer\",\"min\":0,\"max\":\"unlimited\"}},"
    "\"b\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"B\"},\"min\":0,"
    "\"max\":\"unlimited\"}}},\"indexes\":[[\"n\"]]},"
    "\"B\":{\"columns\":{\"n\":{\"type\":\"integer\"},"
    "\"w\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"A\",\"refType\":\"weak\"},"
    "\"min\":0}}}},"
    "\"C\":{\"isRoot\":true,\"columns\":{\"n\":{\"type\":\"integer\"}}}}}";

/* With a number in the place of each %u. */
static const char *const operations[] = {
    "{\"op\":\"insert\",\"table\":\"A\",\"row\":{\"n\":%u,\"e\":1}}",
    "{\"op\":\"insert\",\"table\":\"B\",\"uuid-name\":\"b\",\"row\":{\"n\":%u}},"
    "{\"op\":\"update\",\"table\":\"A\",\"where\":[[\"n\",\"==\",%u]],"
    "\"row\":{\"b\":[\"named-uuid\",\"b\"]}}",
    "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\"==\",%u]]}",
    "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\">\",%u]]}",
    "{\"op\":\"mutate\",\"table\":\"A\",\"where\":[[\"n\",\"<\",%u]],"
    "\"mutations\":[[\"ii\",\"insert\",%u],[\"e\",\"+=\",1]]}",
    "{\"op\":\"update\",\"table\":\"A\",\"where\":[[\"n\",\"==\",%u]],"
    "\"row\":{\"ii\":[\"set\",[1,%u]]}}",
    "{\"op\":\"insert\",\"table\":\"C\",\"row\":{\"n\":%u}},"
    "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\"==\",%u]]}",
    "{\"op\":\"delete\",\"table\":\"C\",\"where\":[[\"n\",\"!=\",%u]]}",
    "{\"op\":\"delete\",\"table\":\"A\",\"where\":[[\"n\",\"==\",%u]]},"
    "{\"op\":\"insert\",\"table\":\"A\",\"row\":{\"n\":%u}}",
};
enum { IMAGE_PIECE = ARRAY_LEN(operations) };

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

/* Runs OPERATION on DB; IMAGE, where there is one, hears of it. */
static void
transact(struct db *db, const char *operation, unsigned int number, struct record_image *image)
{
    char text[512];
    snprintf(text, sizeof text, "[\"T\",");
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, operation, number, number);
    n = strlen(text);
    snprintf(text + n, sizeof text - n, "]");
    json_t *params = NULL;
    VERIFY(json_read(text, strlen(text), &params, NULL) == 0);
    struct exec_request request = {.db = db, .params = params};
    struct exec_result result;
    exec_transact(&request, &result);
    if (result.txn) {
        if (image) {
            record_image_note_txn(image, result.txn);
        }
        txn_commit(result.txn);
    }
    str_fini(&result.json);
    json_decref(params);
}

/* The database that RECORD makes of nothing. */
static struct db *
load(const struct str *record)
{
    struct db *db = new_db();
    VERIFY(record_apply(db, record->s, record->n, NULL) == 0);
    VERIFY(record_end_loading(db, NULL) == 0);
    return db;
}

static void
verify_image(const struct str *written, const struct str *expected)
{
    struct db *a = load(written), *b = load(expected);
    verify_equal(a, b);
    db_free(a);
    db_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct db *db = new_db();
    struct record_image image;
    struct str written = STR_INIT, expected = STR_INIT;
    bool begun = false, more = true;
    for (unsigned int i = 0; i < N_FIRST; i++) {
        transact(db, operations[0], i, NULL);
    }
    for (; size >= 2 && more; data += 2, size -= 2) {
        unsigned int what = data[0] % (IMAGE_PIECE + 1u);
        if (what < IMAGE_PIECE) {
            transact(db, operations[what], data[1], begun ? &image : NULL);
        } else if (!begun) {
            record_write_db(db, 0, NULL, &expected);
            record_image_init(&image, db, 0, NULL, &written);
            begun = true;
        } else {
            more = record_image_next(&image, data[1] + 1u, &written);
        }
    }
    if (begun) {
        while (more) {
            more = record_image_next(&image, SIZE_MAX, &written);
        }
        verify_image(&written, &expected);
        record_image_fini(&image);
    }
    str_fini(&written);
    str_fini(&expected);
    db_free(db);
    return 0;
}
