/* SPDX-License-Identifier: Apache-2.0 */
/* Two databases of one schema must have the same rows. */
#pragma once

#include "ovsdb/table.h"

static inline void
verify_equal(const struct db *x, const struct db *y)
{
    for (size_t i = 0; i < x->schema->n_tables; i++) {
        const struct table *a = &x->tables[i], *b = &y->tables[i];
        VERIFY(hmap_count(&a->rows) == hmap_count(&b->rows));
        HMAP_FOR_EACH (struct row, row, node, &a->rows) {
            const struct row *other = table_find_row(b, &row->uuid);
            VERIFY(other);
            for (size_t c = 0; c < a->schema->n_columns; c++) {
                VERIFY(datum_equal(row->cells[c], other->cells[c]));
            }
        }
    }
}
