/* SPDX-License-Identifier: Apache-2.0 */
/* See image_walk.h. */
#include "ovsdb/image_walk.h"

#define BATCH_BUCKETS 32 /* whose rows are fetched from memory together, at most */

void
image_walk_init(struct image_walk *w, const struct db *db)
{
    *w = (struct image_walk){.version = db->last_version, .n_buckets = 1};
}

void
image_walk_fini(struct image_walk *w)
{
    os_free(w->batch);
    w->batch = NULL;
}

size_t
image_walk_next(struct image_walk *w, const struct table *table)
{
    struct hnode *heads[BATCH_BUCKETS];
    size_t n = 0;
    for (; n < w->n_buckets && w->place < HMAP_SCAN_END; n++) {
        heads[n] = hmap_scan(&table->rows, w->place);
        PORT_PREFETCH(heads[n]);
        w->place = hmap_scan_next(&table->rows, w->place);
    }
    w->n_batch = 0;
    for (size_t i = 0; i < n; i++) {
        for (struct hnode *node = heads[i]; node; node = node->next) {
            struct row *row = CONTAINER_OF(node, struct row, node);
            if (w->n_batch == w->batch_size) {
                w->batch = xgrow(w->batch, &w->batch_size, sizeof *w->batch);
            }
            if (row->version <= w->version) {
                w->batch[w->n_batch++] = row;
            }
        }
    }
    rows_fetch(w->batch, w->n_batch);
    return n;
}

void
image_walk_adjust(struct image_walk *w, size_t written, size_t n)
{
    w->n_buckets = written < n / 4 ? MIN(w->n_buckets * 2, BATCH_BUCKETS) : 1;
}

bool
image_walk_has_passed(const struct image_walk *w, const struct row *row)
{
    return hmap_scan_passed(uuid_hash(&row->uuid), w->place);
}

bool
image_walk_is_first_change(const struct image_walk *w, const struct txn_row *tr)
{
    return txn_row_is_changed(tr) && !tr->inserted && tr->old_version <= w->version;
}
