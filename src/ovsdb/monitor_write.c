/* SPDX-License-Identifier: Apache-2.0 */
/* Writing what a view shows: <table-updates> of RFC 7047 (v1) and <table-updates2> of
 * ovsdb-server(7), straight into text. This is the hot path of a server with many clients. */
#include "ovsdb/monitor.h"

#include <string.h>

static void
put_uuid_member(struct str *out, const struct uuid *u)
{
    char text[UUID_TEXT_LEN + 4] = "\"";
    uuid_format(u, text + 1);
    memcpy(text + 1 + UUID_TEXT_LEN, "\":", 2);
    str_put(out, text, UUID_TEXT_LEN + 3);
}

static void
put_name(struct str *out, bool *first, const char *name)
{
    str_puts(out, *first ? "\"" : ",\"");
    *first = false;
    str_puts(out, name);
    str_puts(out, "\":");
}

/* Opens and closes the objects of tables as rows of one table after the other are written. */
struct tables_writer {
    struct str *out;
    const struct table *table;
    bool first_table;
};

static void
begin_row(struct tables_writer *w, const struct row *row)
{
    if (row->table != w->table) {
        if (w->table) {
            str_putc(w->out, '}');
        }
        put_name(w->out, &w->first_table, row->table->schema->name);
        str_putc(w->out, '{');
        w->table = row->table;
    } else {
        str_putc(w->out, ',');
    }
    put_uuid_member(w->out, &row->uuid);
}

static void
end_tables(struct tables_writer *w)
{
    if (w->table) {
        str_putc(w->out, '}');
    }
}

/* ---- Values now and before ---- */

static const struct datum *
cell_now(const void *row, const struct column *c, struct datum_one *tmp)
{
    return row_cell(row, c, tmp);
}

/* Conditions look at one column at a time; a reconstructed value lives until the next. */
struct old_row {
    const struct txn_row *tr;
    struct datum *owned;
};

static const struct datum *
cell_before(const void *old_, const struct column *c, struct datum_one *tmp)
{
    struct old_row *old = (struct old_row *)old_;
    datum_unref(old->owned);
    return txn_row_old(old->tr, c, tmp, &old->owned);
}

static bool
matches_now(const struct condition *c, const struct row *row)
{
    return c->n == 0 || condition_any(c, row, cell_now);
}

static bool
matched_before(const struct condition *c, const struct txn_row *tr)
{
    if (c->n == 0) {
        return true;
    }
    struct old_row old = {tr, NULL};
    bool matched = condition_any(c, &old, cell_before);
    datum_unref(old.owned);
    return matched;
}

/* ---- Rows ---- */

/* The columns of ROW that are SELECTed; defaults are left out of version 2. */
static void
write_row(struct str *out, const struct view_table *vt, const struct row *row, unsigned int select,
          bool with_defaults)
{
    bool first = true;
    struct datum_one tmp;
    str_putc(out, '{');
    for (size_t i = 0; i < vt->n_columns; i++) {
        const struct column *c = vt->columns[i].column;
        if (!(vt->columns[i].select & select)) {
            continue;
        }
        const struct datum *d = row_cell(row, c, &tmp);
        if (with_defaults || !datum_equal(d, c->initial)) {
            put_name(out, &first, c->name);
            datum_write_json(out, d, &c->type);
        }
    }
    str_putc(out, '}');
}

/* Old values, of all columns or of those that changed. */
static void
write_old_row(struct str *out, const struct view_table *vt, const struct txn_row *tr,
              unsigned int select)
{
    bool first = true;
    str_putc(out, '{');
    for (size_t i = 0; i < vt->n_columns; i++) {
        const struct column *c = vt->columns[i].column;
        if (!(vt->columns[i].select & select)) {
            continue;
        }
        bool changed = c->index == COLUMN_VERSION || txn_row_find_change(tr, c);
        if (changed || tr->deleted) {
            struct datum_one tmp;
            struct datum *owned;
            put_name(out, &first, c->name);
            datum_write_json(out, txn_row_old(tr, c, &tmp, &owned), &c->type);
            datum_unref(owned);
        }
    }
    str_putc(out, '}');
}

static bool
any_column_changed(const struct view_table *vt, const struct txn_row *tr)
{
    for (size_t i = 0; i < vt->n_columns; i++) {
        const struct column *c = vt->columns[i].column;
        if (c->index == COLUMN_VERSION || txn_row_find_change(tr, c)) {
            return true;
        }
    }
    return false;
}

static void
write_v1_row(struct tables_writer *w, const struct view_table *vt, const struct txn_row *tr,
             unsigned int kind)
{
    begin_row(w, tr->row);
    str_putc(w->out, '{');
    if (kind != SELECT_DELETE) {
        str_puts(w->out, "\"new\":");
        write_row(w->out, vt, tr->row, kind, true);
    }
    if (kind != SELECT_INSERT) {
        str_puts(w->out, kind == SELECT_MODIFY ? ",\"old\":" : "\"old\":");
        write_old_row(w->out, vt, tr, kind);
    }
    str_putc(w->out, '}');
}

static void
write_differences(struct str *out, const struct view_table *vt, const struct txn_row *tr)
{
    bool first = true;
    str_putc(out, '{');
    for (size_t i = 0; i < vt->n_columns; i++) {
        const struct column *c = vt->columns[i].column;
        if (!(vt->columns[i].select & SELECT_MODIFY)) {
            continue;
        }
        struct txn_change *change = txn_row_find_change(tr, c);
        if (change) {
            put_name(out, &first, c->name);
            datum_write_json(out, txn_change_diff(tr, change), &c->type);
        } else if (c->index == COLUMN_VERSION) {
            struct datum_one tmp;
            put_name(out, &first, c->name);
            datum_write_json(out, row_cell(tr->row, c, &tmp), &c->type);
        }
    }
    str_putc(out, '}');
}

static void
write_v2_row(struct tables_writer *w, const struct view_table *vt, const struct txn_row *tr,
             unsigned int kind)
{
    begin_row(w, tr->row);
    if (kind == SELECT_DELETE) {
        str_puts(w->out, "{\"delete\":null}");
        return;
    }
    if (kind == SELECT_INSERT) {
        str_puts(w->out, "{\"insert\":");
        write_row(w->out, vt, tr->row, SELECT_INSERT, false);
    } else {
        str_puts(w->out, "{\"modify\":");
        write_differences(w->out, vt, tr);
    }
    str_putc(w->out, '}');
}

/* What TR is to those who see VT: SELECT_INSERT, _DELETE, _MODIFY, or 0 for nothing. */
static unsigned int
kind_of(const struct view_table *vt, const struct txn_row *tr)
{
    bool before = !tr->inserted && matched_before(&vt->condition, tr);
    bool now = !tr->deleted && matches_now(&vt->condition, tr->row);
    unsigned int kind = before && now ? SELECT_MODIFY
                        : before      ? SELECT_DELETE
                        : now         ? SELECT_INSERT
                                      : 0;
    if (kind == SELECT_MODIFY && !any_column_changed(vt, tr)) {
        return 0;
    }
    return kind & vt->select;
}

void
view_write_txn(const struct monitor_view *v, struct txn_row *const *rows, size_t n,
               struct str *out)
{
    struct tables_writer w = {out, NULL, true};
    size_t start = out->n;
    str_putc(out, '{');
    for (size_t i = 0; i < n; i++) {
        const struct view_table *vt = view_find_table(v, rows[i]->row->table);
        unsigned int kind = vt ? kind_of(vt, rows[i]) : 0;
        if (!kind) {
            continue;
        }
        if (v->v1) {
            write_v1_row(&w, vt, rows[i], kind);
        } else {
            write_v2_row(&w, vt, rows[i], kind);
        }
    }
    end_tables(&w);
    if (w.table) {
        str_putc(out, '}');
    } else {
        str_truncate(out, start);
    }
}

/* ---- The whole contents ---- */

/* Buckets looked at in one piece: most hold a row, but conditions may leave most rows out. */
#define MAX_BUCKETS 16384

void
view_image_init(struct view_image *image, const struct monitor_view *v)
{
    *image = (struct view_image){.view = v};
    image_walk_init(&image->walk, v->dbase->db);
    image->kept = xzalloc((v->n_tables + 1) * sizeof *image->kept);
}

void
view_image_fini(struct view_image *image)
{
    for (size_t i = 0; i < image->view->n_tables; i++) {
        str_fini(&image->kept[i]);
    }
    os_free(image->kept);
    image_walk_fini(&image->walk);
}

/* What comes before a row: the beginning of its table's object, or a comma. */
static void
put_image_separator(struct view_image *image, struct str *out)
{
    if (image->has_rows) {
        str_putc(out, ',');
        return;
    }
    str_puts(out, image->has_tables ? ",\"" : "\"");
    str_puts(out, image->view->tables[image->table].table->schema->name);
    str_puts(out, "\":{");
    image->has_rows = image->has_tables = true;
}

static void
begin_image_row(const struct view_image *image, const struct row *row, struct str *out)
{
    put_uuid_member(out, &row->uuid);
    str_puts(out, image->view->v1 ? "{\"new\":" : "{\"initial\":");
}

static void
put_image_batch(struct view_image *image, struct str *out)
{
    const struct view_table *vt = &image->view->tables[image->table];
    for (size_t i = 0; i < image->walk.n_batch; i++) {
        const struct row *row = image->walk.batch[i];
        if (matches_now(&vt->condition, row)) {
            put_image_separator(image, out);
            begin_image_row(image, row, out);
            write_row(out, vt, row, SELECT_INITIAL, image->view->v1);
            str_putc(out, '}');
        }
    }
}

static void
end_image_table(struct view_image *image, struct str *out)
{
    struct str *kept = &image->kept[image->table];
    if (kept->n) {
        put_image_separator(image, out);
        str_put(out, kept->s + 1, kept->n - 1); /* without its first comma */
        str_fini(kept);
    }
    if (image->has_rows) {
        str_putc(out, '}');
    }
    image->has_rows = false;
    image->walk.place = 0;
    image->table++;
}

bool
view_image_next(struct view_image *image, size_t n, struct str *out)
{
    const struct monitor_view *v = image->view;
    size_t start = out->n;
    if (!image->begun) {
        str_putc(out, '{');
        image->begun = true;
    }
    for (size_t n_buckets = 0;
         image->table < v->n_tables && n_buckets < MAX_BUCKETS && out->n - start < n;) {
        const struct view_table *vt = &v->tables[image->table];
        if (!(vt->select & SELECT_INITIAL)) {
            image->table++;
            continue;
        }
        size_t before = out->n;
        n_buckets += image_walk_next(&image->walk, vt->table);
        put_image_batch(image, out);
        image_walk_adjust(&image->walk, out->n - before, n);
        if (image->walk.place == HMAP_SCAN_END) {
            end_image_table(image, out);
        }
    }
    if (image->table < v->n_tables) {
        return true;
    }
    str_putc(out, '}');
    return false;
}

/* ROW of TR as it was, as the image shows it. */
static void
keep_row(struct view_image *image, const struct view_table *vt, const struct txn_row *tr,
         struct str *kept)
{
    bool first = true;
    str_putc(kept, ',');
    begin_image_row(image, tr->row, kept);
    str_putc(kept, '{');
    for (size_t i = 0; i < vt->n_columns; i++) {
        const struct column *c = vt->columns[i].column;
        if (!(vt->columns[i].select & SELECT_INITIAL)) {
            continue;
        }
        struct datum_one tmp;
        struct datum *owned = NULL;
        const struct datum *d = txn_row_old(tr, c, &tmp, &owned);
        if (image->view->v1 || !datum_equal(d, c->initial)) {
            put_name(kept, &first, c->name);
            datum_write_json(kept, d, &c->type);
        }
        datum_unref(owned);
    }
    str_puts(kept, "}}");
}

void
view_image_note_txn(struct view_image *image, const struct txn *t)
{
    const struct monitor_view *v = image->view;
    TXN_FOR_EACH_ROW(tr, t)
    {
        size_t i = v->by_schema[tr->row->table->schema->index];
        if (!i-- || i < image->table || !image_walk_is_first_change(&image->walk, tr) ||
            (i == image->table && image_walk_has_passed(&image->walk, tr->row))) {
            continue;
        }
        const struct view_table *vt = &v->tables[i];
        if ((vt->select & SELECT_INITIAL) && matched_before(&vt->condition, tr)) {
            keep_row(image, vt, tr, &image->kept[i]);
        }
    }
}

/* ---- Conditions ---- */

void
view_write_condition_change(const struct view_table *vt, const struct condition *new, bool *first,
                            struct str *out)
{
    struct tables_writer w = {out, NULL, *first};
    HMAP_FOR_EACH (struct row, row, node, &vt->table->rows) {
        bool before = matches_now(&vt->condition, row), now = matches_now(new, row);
        if (before == now || !(vt->select & (now ? SELECT_INSERT : SELECT_DELETE))) {
            continue;
        }
        begin_row(&w, row);
        if (now) {
            str_puts(out, "{\"insert\":");
            write_row(out, vt, row, SELECT_INSERT, false);
            str_putc(out, '}');
        } else {
            str_puts(out, "{\"delete\":null}");
        }
    }
    end_tables(&w);
    *first = w.first_table;
}
