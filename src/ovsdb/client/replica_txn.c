/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a transaction. Every row it touches gets a `replica_edit`, which holds what readers see
 * (`value`) and how that is to be told to the server: as a whole value (written) or as
 * mutations, which leave other writers' elements alone. A column is one or the other: a mutation
 * of a written column changes the value to write, and a write forgets mutations. Rows inserted
 * here have written columns only. Loop's thread. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

#include "os/random.h"

struct replica_txn *
replica_txn_new(struct replica *r)
{
    VERIFY(!r->open_txn);
    struct replica_txn *txn = xzalloc(sizeof *txn);
    txn->replica = r;
    txn->id = -1;
    txn->increment_op = SIZE_MAX;
    list_init(&txn->node);
    list_init(&txn->edits);
    r->open_txn = txn;
    return txn;
}

static void
column_edit_fini(struct replica_column_edit *e)
{
    datum_unref(e->value);
    datum_unref(e->add);
    datum_unref(e->remove);
    datum_unref(e->remove_keys);
}

static void
edit_free(struct replica_edit *edit)
{
    os_free(edit->columns);
    list_remove(&edit->node);
    os_free(edit);
}

/* Takes EDIT off its row, which goes with it if the transaction was the last to know it. */
static void
edit_detach(struct replica_edit *edit)
{
    struct replica_row *row = edit->row;
    replica_row_leave_indexes(row);
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        column_edit_fini(&edit->columns[i]);
    }
    memset(edit->columns, 0, row->table->schema->n_columns * sizeof *edit->columns);
    if (edit->is_inserted) {
        hmap_remove(&row->table->rows, &row->node);
        return; /* stays allocated for its pointers until replica_txn_free() */
    }
    row->edit = NULL;
    replica_row_enter_indexes(row);
    if (replica_row_is_deleted(row) && list_is_empty(&row->change_node)) {
        replica_row_free(row);
    }
    edit->row = NULL;
}

void
replica_txn_close(struct replica_txn *txn)
{
    LIST_FOR_EACH_SAFE (struct replica_edit, edit, node, &txn->edits) {
        edit_detach(edit);
        if (!edit->is_inserted) {
            edit_free(edit);
        }
    }
    txn->increment_row = NULL;
    txn->replica->open_txn = NULL;
}

void
replica_txn_free(struct replica_txn *txn)
{
    if (!txn) {
        return;
    }
    if (txn->replica->open_txn == txn) {
        replica_txn_close(txn);
    }
    if (txn->finish.loop) {
        os_task_cancel(&txn->finish);
    }
    LIST_FOR_EACH_SAFE (struct replica_edit, edit, node, &txn->edits) {
        replica_row_free(edit->row);
        edit_free(edit);
    }
    list_remove(&txn->node);
    json_decref(txn->ops);
    str_fini(&txn->comment);
    str_fini(&txn->error);
    os_free(txn);
}

/* ROW's edit by TXN, made when there is none. */
static struct replica_edit *
edit_of(struct replica_txn *txn, struct replica_row *row)
{
    VERIFY(txn->replica->open_txn == txn);
    if (!row->edit) {
        struct replica_edit *edit = xzalloc(sizeof *edit);
        edit->txn = txn;
        edit->row = row;
        edit->op = SIZE_MAX;
        edit->columns = xzalloc(row->table->schema->n_columns * sizeof *edit->columns + 1);
        list_push_back(&txn->edits, &edit->node);
        row->edit = edit;
    }
    return row->edit;
}

struct replica_row *
replica_txn_insert(struct replica_txn *txn, uint32_t table, const struct uuid *uuid, bool persist)
{
    struct uuid random = os_uuid_new();
    struct replica_table *t = &txn->replica->tables[table];
    struct replica_row *row = replica_row_new(t, uuid ? uuid : &random);
    struct replica_edit *edit = edit_of(txn, row);
    edit->is_inserted = true;
    edit->persist = persist;
    hmap_insert(&t->rows, &row->node, uuid_hash(&row->uuid));
    replica_row_enter_indexes(row);
    return row;
}

void
replica_txn_delete(struct replica_txn *txn, struct replica_row *row)
{
    replica_row_leave_indexes(row);
    edit_of(txn, row)->is_deleted = true;
}

static void
forget_mutations(struct replica_column_edit *e)
{
    datum_unref(e->add);
    datum_unref(e->remove);
    datum_unref(e->remove_keys);
    e->add = e->remove = e->remove_keys = NULL;
    e->is_mutated = false;
}

/* Lets readers see VALUE, which is taken over; WRITE: that is the value to write, whatever was to
 * be mutated. */
static void
set_value(struct replica_row *row, uint32_t column, struct datum *value, bool write)
{
    struct replica_column_edit *e = &row->edit->columns[column];
    bool indexed = replica_row_is_indexed(row, column);
    if (indexed) {
        replica_row_leave_indexes(row);
    }
    if (write) {
        forget_mutations(e);
        e->is_written = true;
    }
    datum_unref(e->value);
    e->value = value;
    if (indexed) {
        replica_row_enter_indexes(row);
    }
}

void
replica_txn_write(struct replica_txn *txn, struct replica_row *row, uint32_t column,
                  struct datum *value)
{
    edit_of(txn, row);
    set_value(row, column, value, true);
}

void
replica_txn_write_always(struct replica_txn *txn, struct replica_row *row, uint32_t column,
                         struct datum *value)
{
    replica_txn_write(txn, row, column, value);
    row->edit->columns[column].is_forced = true;
}

/* Replaces *TO, which is let go, by VALUE. */
static void
replace(struct datum **to, struct datum *value)
{
    datum_unref(*to);
    *to = value;
}

/* The keys of the map D as a set. */
static struct datum *
keys_of(const struct datum *d)
{
    if (!d) {
        return NULL;
    }
    struct datum *keys = datum_new((enum atom_type)d->key_type, ATOM_VOID, d->n);
    for (size_t i = 0; i < d->n; i++) {
        atom_copy(&keys->atoms[i], datum_key(d, i), (enum atom_type)d->key_type);
    }
    return keys;
}

/* E readied for a mutation of ROW's COLUMN: its value set; true if mutations are to be kept. */
static bool
begin_mutation(struct replica_row *row, uint32_t column, struct replica_column_edit *e)
{
    if (!e->is_written && !e->is_mutated) {
        if (row->edit->is_inserted) {
            e->is_written = true;
        } else {
            e->is_mutated = true;
        }
        e->value = datum_ref(row->values[column]);
    }
    return e->is_mutated;
}

void
replica_txn_add(struct replica_txn *txn, struct replica_row *row, uint32_t column, struct datum *d)
{
    struct replica_column_edit *e = &edit_of(txn, row)->columns[column];
    if (begin_mutation(row, column, e)) {
        /* A column of exactly one value takes no mutation: the server is to say so. */
        bool is_scalar = datum_type_is_scalar(&row->table->schema->columns[column]->type);
        struct datum *new_ones = is_scalar ? datum_ref(d) : datum_subtract(d, e->value);
        replace(&e->add, datum_union(e->add, new_ones));
        datum_unref(new_ones);
    }
    set_value(row, column, datum_union(e->value, d), false);
    datum_unref(d);
}

void
replica_txn_put(struct replica_txn *txn, struct replica_row *row, uint32_t column, struct datum *d)
{
    struct replica_column_edit *e = &edit_of(txn, row)->columns[column];
    if (begin_mutation(row, column, e)) {
        struct datum *new_ones = datum_subtract(d, e->value);
        struct datum *keys = keys_of(new_ones);
        /* Keys that are there have to go first; of a column not watched any may be. */
        bool known = row->table->watch[column];
        struct datum *old_keys = known ? keys_of(row->values[column]) : NULL;
        struct datum *fresh = known ? datum_subtract(keys, old_keys) : NULL;
        struct datum *replaced = datum_subtract(keys, fresh);
        replace(&e->remove_keys, datum_union(e->remove_keys, replaced));
        replace(&e->add, datum_union(new_ones, e->add));
        datum_unref(replaced);
        datum_unref(fresh);
        datum_unref(old_keys);
        datum_unref(keys);
        datum_unref(new_ones);
    }
    set_value(row, column, datum_union(d, e->value), false);
    datum_unref(d);
}

void
replica_txn_remove(struct replica_txn *txn, struct replica_row *row, uint32_t column,
                   struct datum *d)
{
    struct replica_column_edit *e = &edit_of(txn, row)->columns[column];
    bool by_key = d && datum_type_is_map(&row->table->schema->columns[column]->type) &&
                  d->value_type == ATOM_VOID;
    if (begin_mutation(row, column, e)) {
        replace(&e->add, datum_subtract(e->add, d));
        struct datum **removed = by_key ? &e->remove_keys : &e->remove;
        replace(removed, datum_union(*removed, d));
    }
    set_value(row, column, datum_subtract(e->value, d), false);
    datum_unref(d);
}

void
replica_txn_verify(struct replica_txn *txn, struct replica_row *row, uint32_t column)
{
    struct replica_edit *edit = edit_of(txn, row);
    if (!edit->is_inserted) {
        edit->columns[column].is_verified = true;
    }
}

void
replica_txn_increment(struct replica_txn *txn, struct replica_row *row, uint32_t column,
                      bool force)
{
    VERIFY(!txn->increment_row);
    txn->increment_row = row;
    txn->increment_column = column;
    txn->increment_forced = force;
}

void
replica_txn_comment(struct replica_txn *txn, const char *comment)
{
    if (txn->comment.n) {
        str_putc(&txn->comment, '\n');
    }
    str_puts(&txn->comment, comment);
}

void
replica_txn_set_dry_run(struct replica_txn *txn)
{
    txn->dry_run = true;
}
