/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and rows of the replica, and what its user is told about them.
 *
 * A row lives in its table's hash map under its UUID from the update that brings it to the one
 * that deletes it; then it waits on the table's list of changes, with its last values, until the
 * changes are forgotten. An open transaction hangs a `replica_edit` on a row and puts provisional
 * rows into the maps; both are gone when it closes. Missing values are defaults, never errors. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

static void
tell_program(void *r_)
{
    struct replica *r = r_;
    if (!r->alert) {
        return;
    }
    r->alert = false;
    r->seqno++;
    if (r->events && r->events->changed) {
        r->events->changed(r->aux);
    }
    if (!r->tracking) {
        replica_forget_changes(r);
    }
}

static void
table_init(struct replica_table *t, struct replica *r, uint32_t index)
{
    t->replica = r;
    t->schema = r->schema->tables[index];
    t->index = index;
    t->watch = xzalloc(t->schema->n_columns + 1);
    t->absent = xzalloc((t->schema->n_columns + 1) * sizeof *t->absent);
    hmap_init(&t->rows);
    list_init(&t->changes);
}

struct replica *
replica_new(struct os_loop *loop, const struct db_schema *schema,
            const struct replica_events *events, void *aux)
{
    struct replica *r = xzalloc(sizeof *r);
    r->loop = loop;
    r->schema = schema;
    r->events = events;
    r->aux = aux;
    r->tables = xzalloc(schema->n_tables * sizeof *r->tables);
    for (uint32_t i = 0; i < schema->n_tables; i++) {
        table_init(&r->tables[i], r, i);
    }
    r->schema_id = r->monitor_id = r->lock_id = r->server_id = -1;
    list_init(&r->pending_txns);
    os_task_init(&r->tell, loop, tell_program, r);
    return r;
}

static void
table_fini(struct replica_table *t)
{
    replica_forget_changes(t->replica);
    HMAP_FOR_EACH_SAFE (struct replica_row, row, node, &t->rows) {
        hmap_remove(&t->rows, &row->node);
        replica_row_free(row);
    }
    hmap_fini(&t->rows);
    replica_table_free_indexes(t);
    json_decref(t->condition);
    os_free(t->watch);
    os_free(t->absent);
}

void
replica_free(struct replica *r)
{
    if (!r) {
        return;
    }
    jsonrpc_session_free(r->session);
    if (r->session) {
        os_timer_stop(&r->retry);
    }
    os_task_cancel(&r->tell);
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        table_fini(&r->tables[i]);
    }
    os_free(r->tables);
    os_free(r->last_txn_id);
    os_free(r->refusal);
    os_free(r->lock_name);
    os_free(r);
}

void
replica_alert(struct replica *r)
{
    r->alert = true;
    os_task_queue(&r->tell);
}

/* -- What is watched -- */

void
replica_watch(struct replica *r, uint32_t table, uint32_t column, enum replica_watch watch)
{
    if (column < r->tables[table].schema->n_columns) {
        r->tables[table].watch[column] = (unsigned char)watch;
        r->tables[table].is_watched |= watch != REPLICA_NONE;
    } else {
        r->tables[table].is_watched = true;
    }
}

void
replica_watch_table(struct replica *r, uint32_t table)
{
    r->tables[table].is_watched = true;
}

void
replica_watch_all(struct replica *r, uint32_t table, enum replica_watch watch)
{
    for (uint32_t i = 0; i < r->tables[table].schema->n_columns; i++) {
        replica_watch(r, table, i, watch);
    }
}

enum replica_watch
replica_watched(const struct replica *r, uint32_t table, uint32_t column)
{
    return (enum replica_watch)r->tables[table].watch[column];
}

void
replica_set_condition(struct replica *r, uint32_t table, json_t *condition)
{
    json_decref(r->tables[table].condition);
    r->tables[table].condition = condition;
}

bool
replica_server_has(const struct replica *r, uint32_t table, uint32_t column)
{
    const struct replica_table *t = &r->tables[table];
    return !t->is_absent && !(column < t->schema->n_columns && t->absent[column]);
}

/* -- State -- */

bool
replica_is_synced(const struct replica *r)
{
    return r->state == REPLICA_SYNCED;
}

bool
replica_has_ever_connected(const struct replica *r)
{
    return r->ever_synced;
}

uint64_t
replica_seqno(const struct replica *r)
{
    return r->seqno + r->alert;
}

const struct db_schema *
replica_schema(const struct replica *r)
{
    return r->schema;
}

struct os_loop *
replica_loop(const struct replica *r)
{
    return r->loop;
}

struct replica_txn *
replica_open_txn(const struct replica *r)
{
    return r->open_txn;
}

/* -- Rows -- */

struct replica_row *
replica_row_new(struct replica_table *t, const struct uuid *uuid)
{
    size_t n = t->schema->n_columns;
    struct replica_row *row = xzalloc(sizeof *row + n * sizeof *row->values);
    row->values = (struct datum **)(row + 1);
    row->uuid = *uuid;
    row->table = t;
    list_init(&row->change_node);
    for (size_t i = 0; i < n; i++) {
        row->values[i] = datum_ref(t->schema->columns[i]->initial);
    }
    return row;
}

void
replica_row_free(struct replica_row *row)
{
    replica_row_leave_indexes(row);
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        datum_unref(row->values[i]);
    }
    list_remove(&row->change_node);
    os_free(row);
}

static void
mark(struct replica_row *row, unsigned int marks)
{
    row->marks |= marks;
    if (list_is_empty(&row->change_node)) {
        list_push_back(&row->table->changes, &row->change_node);
        os_task_queue(&row->table->replica->tell);
    }
}

void
replica_row_inserted(struct replica_row *row)
{
    hmap_insert(&row->table->rows, &row->node, uuid_hash(&row->uuid));
    replica_row_enter_indexes(row);
    mark(row, REPLICA_INSERTED);
    replica_alert(row->table->replica);
}

void
replica_row_deleted(struct replica_row *row)
{
    hmap_remove(&row->table->rows, &row->node);
    replica_row_leave_indexes(row);
    mark(row, REPLICA_DELETED);
    replica_alert(row->table->replica);
}

void
replica_row_set(struct replica_row *row, uint32_t column, struct datum *value)
{
    if (datum_equal(row->values[column], value)) {
        datum_unref(value);
        return;
    }
    bool indexed = replica_row_is_indexed(row, column);
    if (indexed) {
        replica_row_leave_indexes(row);
    }
    datum_unref(row->values[column]);
    row->values[column] = value;
    if (indexed) {
        replica_row_enter_indexes(row);
    }
    mark(row, REPLICA_MODIFIED);
    if (row->table->watch[column] == REPLICA_ALERT) {
        mark(row, REPLICA_ALERTED);
        replica_alert(row->table->replica);
    }
}

static struct replica_row *
find_any(const struct replica_table *t, const struct uuid *uuid)
{
    HMAP_FOR_EACH_WITH_HASH (struct replica_row, row, node, uuid_hash(uuid), &t->rows) {
        if (uuid_equal(&row->uuid, uuid)) {
            return row;
        }
    }
    return NULL;
}

struct replica_row *
replica_find_stored(const struct replica_table *t, const struct uuid *uuid)
{
    struct replica_row *row = find_any(t, uuid);
    return row && row->edit && row->edit->is_inserted ? NULL : row;
}

static struct replica_row *
visible(const struct replica_table *t, struct hnode *node)
{
    while (node) {
        struct replica_row *row = CONTAINER_OF(node, struct replica_row, node);
        if (!row->edit || !row->edit->is_deleted) {
            return row;
        }
        node = hmap_next(&t->rows, node);
    }
    return NULL;
}

struct replica_row *
replica_first(const struct replica *r, uint32_t table)
{
    const struct replica_table *t = &r->tables[table];
    return visible(t, hmap_first(&t->rows));
}

struct replica_row *
replica_next(const struct replica_row *row)
{
    return visible(row->table, hmap_next(&row->table->rows, &row->node));
}

struct replica_row *
replica_find(const struct replica *r, uint32_t table, const struct uuid *uuid)
{
    struct replica_row *row = find_any(&r->tables[table], uuid);
    return row && row->edit && row->edit->is_deleted ? NULL : row;
}

size_t
replica_n_rows(const struct replica *r, uint32_t table)
{
    size_t n = hmap_count(&r->tables[table].rows);
    if (r->open_txn) {
        LIST_FOR_EACH (struct replica_edit, edit, node, &r->open_txn->edits) {
            n -= edit->is_deleted && edit->row->table->index == table &&
                 !replica_row_is_deleted(edit->row);
        }
    }
    return n;
}

struct replica *
replica_row_owner(const struct replica_row *row)
{
    return row->table->replica;
}

const struct table_schema *
replica_row_schema(const struct replica_row *row)
{
    return row->table->schema;
}

const struct datum *
replica_edited(const struct replica_row *row, uint32_t column)
{
    const struct replica_column_edit *e = &row->edit->columns[column];
    return e->is_written || e->is_mutated ? e->value : row->values[column];
}

static struct replica_row *
resolve(const struct replica_row *row, const struct base_type *base, const union atom *atom)
{
    return base->ref_table ? replica_find(row->table->replica, base->ref_table->index, &atom->uuid)
                           : NULL;
}

struct replica_row *
replica_ref(const struct replica_row *row, uint32_t column, size_t i)
{
    const struct datum *d = replica_get(row, column);
    const struct datum_type *type = &row->table->schema->columns[column]->type;
    return i < datum_n(d) ? resolve(row, &type->key, datum_key(d, i)) : NULL;
}

struct replica_row *
replica_ref_value(const struct replica_row *row, uint32_t column, size_t i)
{
    const struct datum *d = replica_get(row, column);
    const struct datum_type *type = &row->table->schema->columns[column]->type;
    return i < datum_n(d) ? resolve(row, &type->value, datum_value(d, i)) : NULL;
}

/* -- Changes -- */

void
replica_track_changes(struct replica *r, bool tracking)
{
    r->tracking = tracking;
}

static struct replica_row *
change_at(const struct replica_table *t, const struct list *node)
{
    return node == &t->changes ? NULL : CONTAINER_OF(node, struct replica_row, change_node);
}

struct replica_row *
replica_first_change(const struct replica *r, uint32_t table)
{
    return change_at(&r->tables[table], r->tables[table].changes.next);
}

struct replica_row *
replica_next_change(const struct replica_row *row)
{
    return change_at(row->table, row->change_node.next);
}

void
replica_forget_changes(struct replica *r)
{
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        struct list *changes = &r->tables[i].changes;
        while (!list_is_empty(changes)) {
            struct replica_row *row =
                CONTAINER_OF(list_pop_front(changes), struct replica_row, change_node);
            if (!replica_row_is_deleted(row)) {
                row->marks = 0;
            } else if (!row->edit) { /* else the open transaction frees it when it closes */
                replica_row_free(row);
            }
        }
    }
}
