/* SPDX-License-Identifier: Apache-2.0 */
/* A whole database as one record, written in pieces while transactions change it (image_walk.h).
 * The transaction that changes a row first leaves what it was in `kept`, unless the walk has
 * passed it by then. */
#include "ovsdb/record_internal.h"

#include <string.h>

/* Buckets looked at in one piece: most hold a row, but a table that has shrunk is mostly empty. */
#define MAX_BUCKETS 4096

void
record_image_init(struct record_image *image, const struct db *db, uint64_t date_ms,
                  const char *comment, struct str *out)
{
    *image = (struct record_image){.db = db};
    image_walk_init(&image->walk, db);
    image->kept = xzalloc((db->schema->n_tables + 1) * sizeof *image->kept);
    image->comment = comment ? xstrdup(comment) : NULL;
    str_putf(out, "{\"_date\":%llu", (unsigned long long)date_ms);
}

void
record_image_fini(struct record_image *image)
{
    for (size_t i = 0; image->kept && i < image->db->schema->n_tables; i++) {
        str_fini(&image->kept[i]);
    }
    os_free(image->kept);
    image_walk_fini(&image->walk);
    os_free(image->comment);
    *image = (struct record_image){.kept = NULL};
}

/* What comes before a row: the beginning of its table's object, or a comma. */
static void
put_separator(struct record_image *image, struct str *out)
{
    if (image->has_rows) {
        str_putc(out, ',');
    } else {
        str_putf(out, ",\"%s\":{", image->db->schema->tables[image->table]->name);
        image->has_rows = true;
    }
}

static void
put_kept(struct record_image *image, struct str *out)
{
    struct str *kept = &image->kept[image->table];
    if (kept->n) {
        put_separator(image, out);
        str_put(out, kept->s + 1, kept->n - 1); /* without its first comma */
        str_fini(kept);
    }
}

static void
put_batch(struct record_image *image, struct str *out)
{
    for (size_t i = 0; i < image->walk.n_batch; i++) {
        put_separator(image, out);
        record_put_row(out, image->walk.batch[i], NULL);
    }
}

static void
end_table(struct record_image *image, struct str *out)
{
    put_kept(image, out);
    if (image->has_rows) {
        str_putc(out, '}');
    }
    image->has_rows = false;
    image->walk.place = 0;
    image->table++;
}

bool
record_image_next(struct record_image *image, size_t n, struct str *out)
{
    size_t start = out->n;
    for (size_t n_buckets = 0; n_buckets < MAX_BUCKETS && out->n - start < n;) {
        if (image->table == image->db->schema->n_tables) {
            if (image->comment) {
                record_put_comment(out, image->comment, strlen(image->comment));
            }
            str_putc(out, '}');
            return false;
        }
        size_t before = out->n;
        n_buckets += image_walk_next(&image->walk, &image->db->tables[image->table]);
        put_batch(image, out);
        image_walk_adjust(&image->walk, out->n - before, n);
        if (image->walk.place == HMAP_SCAN_END) {
            end_table(image, out);
        }
    }
    return true;
}

static bool
has_passed(const struct record_image *image, const struct row *row)
{
    size_t table = row->table->schema->index;
    return table < image->table ||
           (table == image->table && image_walk_has_passed(&image->walk, row));
}

void
record_image_note_txn(struct record_image *image, const struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (image_walk_is_first_change(&image->walk, tr) && !has_passed(image, tr->row)) {
            struct str *kept = &image->kept[tr->row->table->schema->index];
            str_putc(kept, ',');
            record_put_row(kept, tr->row, tr);
        }
    }
}

void
record_write_db(const struct db *db, uint64_t date_ms, const char *comment, struct str *out)
{
    struct record_image image;
    record_image_init(&image, db, date_ms, comment, out);
    while (record_image_next(&image, SIZE_MAX, out)) {
    }
    record_image_fini(&image);
}
