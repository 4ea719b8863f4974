/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: schemas. What is accepted is written and read again and must be the same; a
 * database of it takes a record of itself. */
#include "ovsdb/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *v = NULL;
    struct db_schema *schema = NULL;
    if (!json_read((const char *)data, size, &v, NULL) && !db_schema_from_json(v, &schema, NULL)) {
        json_t *again = db_schema_to_json(schema);
        struct db_schema *same = NULL;
        struct str record = STR_INIT;
        VERIFY(db_schema_from_json(again, &same, NULL) == 0 && db_schema_equal(schema, same));
        json_decref(again);
        struct db *db = db_new(schema);
        record_write_db(db, 0, NULL, &record);
        VERIFY(record_apply(db, record.s, record.n, NULL) == 0 &&
               record_end_loading(db, NULL) == 0);
        str_fini(&record);
        db_free(db);
        db_schema_free(same);
    }
    json_decref(v);
    return 0;
}
