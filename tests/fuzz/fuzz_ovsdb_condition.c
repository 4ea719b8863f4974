/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: conditions and mutations. The input is an array of clauses, or (beginning with an
 * object) {"m": mutations}, for a table with a row. What is accepted is evaluated both ways,
 * written, read again and must be the same. */
#include <string.h>

#include "ovsdb/condition.h"
#include "ovsdb/mutation.h"

static const char schema_text[] =
    "{\"name\":\"T\",\"tables\":{\"R\":{\"isRoot\":true,\"columns\":{"
    "\"i\":{\"type\":\"integer\"},\"r\":{\"type\":\"real\"},\"s\":{\"type\":\"string\"},"
    "\"oi\":{\"type\":{\"key\":\"integer\",\"min\":0}},"
    "\"ii\":{\"type\":{\"key\":\"integer\",\"min\":0,\"max\":\"unlimited\"}},"
    "\"m\":{\"type\":{\"key\":\"string\",\"value\":\"string\",\"min\":0,\"max\":4}},"
    "\"u\":{\"type\":{\"key\":{\"type\":\"uuid\",\"refTable\":\"R\"},\"min\":0}}}}}}";

static const struct datum *
cell(const void *row, const struct column *c, struct datum_one *tmp)
{
    return row_cell(row, c, tmp);
}

static void
try_condition(const struct table *t, const struct row *row, const json_t *v)
{
    struct condition c = CONDITION_INIT, same = CONDITION_INIT;
    struct symbol_table symbols;
    symbol_table_init(&symbols);
    if (!condition_from_json(&c, t->schema, v, &symbols, NULL)) {
        bool all = condition_all(&c, row), any = condition_any(&c, row, cell);
        VERIFY(!condition_is_true_any(&c) || any);
        VERIFY(c.n == 0 || !condition_is_false_any(&c) || !any);
        json_t *again = condition_to_json(&c);
        VERIFY(condition_from_json(&same, t->schema, again, NULL, NULL) == 0 &&
               condition_equal(&c, &same));
        VERIFY(condition_all(&same, row) == all && condition_any(&same, row, cell) == any);
        json_decref(again);
    }
    condition_fini(&c);
    condition_fini(&same);
    symbol_table_fini(&symbols);
}

static void
try_mutations(struct db *db, struct table *t, struct row *row, const json_t *v)
{
    struct mutation_list list = {NULL, 0};
    struct symbol_table symbols;
    symbol_table_init(&symbols);
    if (json_is_array(v) && !mutations_from_json(&list, t->schema, v, &symbols, NULL)) {
        struct txn *txn = txn_new(db);
        (void)mutations_apply(&list, txn, row, NULL);
        txn_abort(txn);
        VERIFY(datum_n(row->cells[0]) <= 1);
    }
    mutations_fini(&list);
    symbol_table_fini(&symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *v = NULL, *schema_json = NULL;
    struct db_schema *schema = NULL;
    if (json_read((const char *)data, size, &v, NULL)) {
        return 0;
    }
    VERIFY(json_read(schema_text, sizeof schema_text - 1, &schema_json, NULL) == 0 &&
           db_schema_from_json(schema_json, &schema, NULL) == 0);
    json_decref(schema_json);
    struct db *db = db_new(schema);
    struct table *t = &db->tables[0];
    struct row *row = row_new(t, &(struct uuid){{1, 2, 3, 4}});
    hmap_insert(&t->rows, &row->node, uuid_hash(&row->uuid));
    if (json_is_array(v)) {
        try_condition(t, row, v);
    } else {
        try_mutations(db, t, row, json_object_get(v, "m"));
    }
    db_free(db);
    json_decref(v);
    return 0;
}
