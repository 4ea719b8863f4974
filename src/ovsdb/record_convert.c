/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the rows of one database into another with a different schema. What the new one has no
 * place for is left out; what it adds has defaults; everything must satisfy it. */
#include "ovsdb/record.h"

static int
convert_row(const struct row *from, struct txn *t, struct table *to, struct fault *f)
{
    struct row *row = txn_insert(t, to, &from->uuid);
    for (size_t i = 0; i < to->schema->n_columns; i++) {
        const struct column *c = to->schema->columns[i];
        const struct column *old = table_schema_find_column(from->table->schema, c->name);
        if (!old) {
            continue;
        }
        /* By way of JSON, which also tells whether the new type takes the value. */
        json_t *v = datum_to_json(from->cells[old->index], &old->type);
        struct datum *d = NULL;
        int code = datum_from_json(&c->type, v, NULL, &d, f);
        json_decref(v);
        if (code) {
            return code;
        }
        txn_set(t, row, c, d);
    }
    return 0;
}

int
record_convert(const struct db *from, struct db *to, struct txn **out, struct fault *f)
{
    struct txn *t = txn_new(to);
    int code = 0;
    for (size_t i = 0; i < from->schema->n_tables && !code; i++) {
        struct table *table = db_find_table(to, from->schema->tables[i]->name);
        if (!table) {
            continue;
        }
        HMAP_FOR_EACH (struct row, row, node, &from->tables[i].rows) {
            code = convert_row(row, t, table, f);
            if (code) {
                break;
            }
        }
    }
    if (!code) {
        code = txn_check(t, f);
    }
    if (code) {
        txn_abort(t);
        return code;
    }
    *out = t;
    return 0;
}
