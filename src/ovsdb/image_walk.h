/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the rows of a table as they were when the walk began, in pieces between which
 * transactions change them. Versions of rows grow with every change, so a row whose version is
 * later than the walk's has changed since, or is younger: the walk leaves it out. Whoever walks
 * looks at each checked transaction, and keeps what a row was that image_walk_loses() names. */
#pragma once

#include "ovsdb/txn.h"

struct image_walk {
    uint64_t version; /* of the database then */
    uint64_t place;   /* in the table's rows, for hmap_scan() */
    size_t n_buckets; /* to look at at once: few where rows are large */
    struct row **batch;
    size_t n_batch, batch_size;
};

void image_walk_init(struct image_walk *, const struct db *);
void image_walk_fini(struct image_walk *);
/* Takes the next rows of TABLE into `batch`, fetched; the number of buckets looked at. The walk
 * is through when `place` is HMAP_SCAN_END; 0 begins with another table. */
size_t image_walk_next(struct image_walk *, const struct table *);
/* WRITTEN of about N bytes in all were written of the last batch. */
void image_walk_adjust(struct image_walk *, size_t written, size_t n);
/* Has the walk, which is in TABLE, passed the place of ROW, a row of that table? */
bool image_walk_has_passed(const struct image_walk *, const struct row *row);
/* Was TR's row as it was at the beginning until this changed it? */
bool image_walk_is_first_change(const struct image_walk *, const struct txn_row *tr);
