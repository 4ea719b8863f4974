/* SPDX-License-Identifier: Apache-2.0 */
/* The bookkeeping of transactions: which rows were touched and what they held before. The checks
 * at the end are in txn_check.c. Invariants: a row that a running transaction touched points to
 * its txn_row; a deleted row is out of its table but lives until commit or abort; an inserted row
 * has no recorded changes, because there is nothing to go back to. */
#include "ovsdb/txn.h"
#include "ovsdb/txn_internal.h"

#include <stdlib.h>
#include <string.h>

#define IN_PLACE_MIN 64 /* sets from this size on are changed in place */

struct txn *
txn_new(struct db *db)
{
    struct txn *t = xzalloc(sizeof *t);
    t->db = db;
    list_init(&t->rows);
    hmap_init(&t->deleted);
    str_init(&t->comment);
    return t;
}

struct txn_row *
txn_touch(struct txn *t, struct row *row)
{
    struct txn_row *tr = row->txn_row;
    if (!tr) {
        tr = xzalloc(sizeof *tr);
        tr->row = row;
        tr->old_n_refs = row->n_refs;
        tr->old_version = row->version;
        row->txn_row = tr;
        list_push_back(&t->rows, &tr->node);
        t->n_rows++;
    }
    return tr;
}

static void
change_fini(struct txn_change *c)
{
    datum_unref(c->old);
    datum_unref(c->diff);
}

void
txn_row_free(struct txn_row *tr)
{
    for (size_t i = 0; i < tr->n_changes; i++) {
        change_fini(&tr->changes[i]);
    }
    os_free(tr->changes);
    os_free(tr);
}

struct txn_change *
txn_row_find_change(const struct txn_row *tr, const struct column *column)
{
    for (size_t i = 0; i < tr->n_changes; i++) {
        if (tr->changes[i].column == column) {
            return &tr->changes[i];
        }
    }
    return NULL;
}

/* The new value of C with its difference applied again: for sets that is the old one. */
static struct datum *
reconstruct_old(const struct txn_row *tr, const struct txn_change *c)
{
    struct datum *old = NULL;
    VERIFY(datum_apply_diff(tr->row->cells[c->column->index], c->diff, &c->column->type, &old,
                            NULL) == 0);
    return old;
}

static void
make_old_explicit(const struct txn_row *tr, struct txn_change *c)
{
    if (c->old_is_implied) {
        c->old = reconstruct_old(tr, c);
        c->old_is_implied = false;
    }
    datum_unref(c->diff);
    c->diff = NULL;
    c->has_diff = false;
}

static struct txn_change *
add_change(struct txn_row *tr, const struct column *column)
{
    if (tr->n_changes == tr->changes_capacity) {
        tr->changes = xgrow(tr->changes, &tr->changes_capacity, sizeof *tr->changes);
    }
    struct txn_change *c = &tr->changes[tr->n_changes++];
    *c = (struct txn_change){.column = column};
    return c;
}

void
txn_set(struct txn *t, struct row *row, const struct column *column, struct datum *value)
{
    struct txn_row *tr = txn_touch(t, row);
    struct datum **cell = &row->cells[column->index];
    if (tr->inserted) {
        datum_unref(*cell);
        *cell = value;
        return;
    }
    struct txn_change *c = txn_row_find_change(tr, column);
    if (c) {
        make_old_explicit(tr, c);
        datum_unref(*cell);
    } else {
        add_change(tr, column)->old = *cell;
    }
    *cell = value;
}

/* Moves the keys of D from FROM on to TO, within its block. */
static void
move_keys(struct datum *d, size_t to, size_t from, size_t n)
{
    memmove(&d->atoms[to], &d->atoms[from], n * sizeof d->atoms[0]);
}

static struct datum *
set_insert(struct datum *d, const union atom *a)
{
    size_t at;
    if (datum_search(d, a, &at)) {
        return d;
    }
    if (datum_room(d->n) == d->n) {
        d = xrealloc(d, sizeof *d + datum_room((size_t)d->n + 1) * sizeof d->atoms[0]);
    }
    move_keys(d, at + 1, at, d->n - at);
    atom_copy(&d->atoms[at], a, (enum atom_type)d->key_type);
    d->n = (d->n + 1) & DATUM_MAX_N;
    return d;
}

static void
set_remove(struct datum *d, const union atom *a)
{
    size_t at;
    if (datum_search(d, a, &at)) {
        atom_fini(&d->atoms[at], (enum atom_type)d->key_type);
        move_keys(d, at, at + 1, d->n - at - 1);
        d->n = (d->n - 1) & DATUM_MAX_N;
    }
}

/* Can CELL be changed in place, with ADD and REMOVE small against it? */
static bool
may_change_in_place(const struct datum *cell, const struct datum *add, const struct datum *remove)
{
    return datum_n(cell) >= IN_PLACE_MIN && cell->refs == 1 &&
           (datum_n(add) + datum_n(remove)) * 8 < datum_n(cell);
}

void
txn_change_set(struct txn *t, struct row *row, const struct column *column,
               const struct datum *add, const struct datum *remove)
{
    struct txn_row *tr = txn_touch(t, row);
    struct datum *cell = row->cells[column->index];
    struct txn_change *c = txn_row_find_change(tr, column);
    if (column->type.n_max == 1 || tr->inserted || (c && !c->old_is_implied) ||
        !may_change_in_place(cell, add, remove)) {
        struct datum *without = datum_subtract(cell, remove);
        txn_set(t, row, column, datum_union(without, add));
        datum_unref(without);
        return;
    }
    /* What really changes: elements that are not there yet, elements that are. */
    struct datum *really_removed = NULL, *really_added = NULL;
    if (remove) {
        struct datum *absent = datum_subtract(remove, cell);
        really_removed = datum_subtract(remove, absent);
        datum_unref(absent);
    }
    really_added = datum_subtract(add, cell);
    struct datum *diff = datum_union(really_removed, really_added);
    for (size_t i = 0; i < datum_n(really_removed); i++) {
        set_remove(cell, datum_key(really_removed, i));
    }
    for (size_t i = 0; i < datum_n(really_added); i++) {
        cell = set_insert(cell, datum_key(really_added, i));
    }
    row->cells[column->index] = cell;
    if (!c) {
        c = add_change(tr, column);
        *c = (struct txn_change){
            .column = column, .diff = diff, .has_diff = true, .old_is_implied = true};
    } else {
        struct datum *both = NULL;
        VERIFY(datum_apply_diff(c->diff, diff, &(struct datum_type){.n_max = DATUM_UNLIMITED},
                                &both, NULL) == 0);
        datum_unref(c->diff);
        datum_unref(diff);
        c->diff = both;
    }
    datum_unref(really_removed);
    datum_unref(really_added);
}

struct row *
txn_insert(struct txn *t, struct table *table, const struct uuid *uuid)
{
    struct row *row = row_new(table, uuid);
    hmap_insert(&table->rows, &row->node, uuid_hash(uuid));
    txn_touch(t, row)->inserted = true;
    return row;
}

struct row *
txn_find_deleted(const struct txn *t, const struct table *table, const struct uuid *uuid)
{
    HMAP_FOR_EACH_WITH_HASH (struct row, row, node, uuid_hash(uuid), &t->deleted) {
        if (row->table == table && uuid_equal(&row->uuid, uuid)) {
            return row;
        }
    }
    return NULL;
}

void
txn_delete(struct txn *t, struct row *row)
{
    struct txn_row *tr = txn_touch(t, row);
    ASSERT(!tr->deleted);
    tr->deleted = true;
    hmap_remove(&row->table->rows, &row->node);
    hmap_insert(&t->deleted, &row->node, uuid_hash(&row->uuid));
}

void
txn_add_comment(struct txn *t, const char *comment)
{
    if (t->comment.n) {
        str_putc(&t->comment, '\n');
    }
    str_puts(&t->comment, comment);
}

/* ---- Ends ---- */

static void
restore_row(struct txn_row *tr)
{
    struct row *row = tr->row;
    for (size_t i = 0; i < tr->n_changes; i++) {
        struct txn_change *c = &tr->changes[i];
        struct datum **cell = &row->cells[c->column->index];
        struct datum *old = c->old_is_implied ? reconstruct_old(tr, c) : c->old;
        c->old = NULL;
        datum_unref(*cell);
        *cell = old;
    }
    row->n_refs = tr->old_n_refs;
    row->version = tr->old_version;
}

/* Only a running transaction may be what its rows point to: a later one may have them now. */
static void
forget(struct txn_row *tr)
{
    if (tr->row->txn_row == tr) {
        tr->row->txn_row = NULL;
    }
}

static void
txn_free(struct txn *t)
{
    hmap_fini(&t->deleted);
    str_fini(&t->comment);
    os_free(t);
}

void
txn_abort(struct txn *t)
{
    txn_indexes_undo(t);
    if (t->checked) {
        txn_weak_refs_undo(t);
    }
    /* Newest first, so that a row that was touched twice ends up as it began. */
    while (!list_is_empty(&t->rows)) {
        struct txn_row *tr = CONTAINER_OF(t->rows.prev, struct txn_row, node);
        struct row *row = tr->row;
        list_remove(&tr->node);
        forget(tr);
        restore_row(tr);
        if (tr->inserted || tr->deleted) {
            hmap_remove(tr->deleted ? &t->deleted : &row->table->rows, &row->node);
        }
        if (tr->inserted) {
            row_free(row);
        } else if (tr->deleted) {
            hmap_insert(&row->table->rows, &row->node, uuid_hash(&row->uuid));
        }
        txn_row_free(tr);
    }
    txn_free(t);
}

void
txn_commit(struct txn *t)
{
    LIST_FOR_EACH_SAFE (struct txn_row, tr, node, &t->rows) {
        forget(tr);
        if (tr->deleted) {
            row_free(tr->row);
        }
        txn_row_free(tr);
    }
    txn_free(t);
}

void
txn_detach(struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        forget(tr);
    }
}

/* ---- Old values ---- */

const struct datum *
txn_row_old(const struct txn_row *tr, const struct column *column, struct datum_one *tmp,
            struct datum **owned)
{
    *owned = NULL;
    if (column->index == COLUMN_VERSION) {
        uint64_t now = tr->row->version;
        tr->row->version = tr->old_version;
        const struct datum *d = row_cell(tr->row, column, tmp);
        tr->row->version = now;
        return d;
    }
    const struct txn_change *c = txn_row_find_change(tr, column);
    if (!c) {
        return row_cell(tr->row, column, tmp);
    }
    if (c->old_is_implied) {
        *owned = reconstruct_old(tr, c);
        return *owned;
    }
    return c->old;
}

const struct datum *
txn_change_diff(const struct txn_row *tr, struct txn_change *c)
{
    if (!c->has_diff) {
        c->diff = datum_diff(c->old, tr->row->cells[c->column->index], &c->column->type);
        c->has_diff = true;
    }
    return c->diff;
}

static int
compare_by_table(const void *a_, const void *b_)
{
    const struct txn_row *a = *(struct txn_row *const *)a_, *b = *(struct txn_row *const *)b_;
    uint32_t x = a->row->table->schema->index, y = b->row->table->schema->index;
    return (x > y) - (x < y);
}

void
txn_rows_sort(struct txn_row **rows, size_t n)
{
    qsort(rows, n, sizeof *rows, compare_by_table);
}
