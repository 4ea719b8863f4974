/* SPDX-License-Identifier: Apache-2.0 */
/* A transaction as operations of RFC 7047: an assertion of the lock, waits for what was verified,
 * then inserts, updates, mutations and deletions row by row, the counter's increment, the comment,
 * and for a dry run an abort. Only what differs from the database goes out. References to rows
 * inserted here become named UUIDs. Fills `op` of inserts, so that the reply can be read. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

/* -- Values -- */

static struct replica_edit *
find_inserted(const struct replica_txn *txn, const struct table_schema *table,
              const struct uuid *uuid)
{
    if (!table) {
        return NULL;
    }
    struct replica_row *row = replica_find(txn->replica, table->index, uuid);
    return row && row->edit && row->edit->is_inserted && !row->edit->persist ? row->edit : NULL;
}

static json_t *
named_uuid(const struct uuid *uuid)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(uuid, text);
    for (char *p = text; *p; p++) {
        *p = *p == '-' ? '_' : *p;
    }
    char *name = xasprintf("row%s", text);
    json_t *json = json_string(name);
    os_free(name);
    return json;
}

static json_t *
atom_json(const struct replica_txn *txn, const union atom *atom, const struct base_type *base)
{
    if (base->type == ATOM_UUID && find_inserted(txn, base->ref_table, &atom->uuid)) {
        json_t *json = json_array();
        json_array_append_new(json, json_string("named-uuid"));
        json_array_append_new(json, named_uuid(&atom->uuid));
        return json;
    }
    return atom_to_json(atom, base->type);
}

static json_t *
element_json(const struct replica_txn *txn, const struct datum *d, size_t i,
             const struct datum_type *type, bool is_map)
{
    json_t *key = atom_json(txn, datum_key(d, i), &type->key);
    if (!is_map) {
        return key;
    }
    json_t *pair = json_array();
    json_array_append_new(pair, key);
    json_array_append_new(pair, atom_json(txn, datum_value(d, i), &type->value));
    return pair;
}

/* D as a set or a map, which may be of keys alone where TYPE is a map. */
static json_t *
elements_json(const struct replica_txn *txn, const struct datum *d, const struct datum_type *type)
{
    bool is_map = datum_type_is_map(type) && !(d && d->value_type == ATOM_VOID);
    json_t *elements = json_array();
    for (size_t i = 0; i < datum_n(d); i++) {
        json_array_append_new(elements, element_json(txn, d, i, type, is_map));
    }
    json_t *value = json_array();
    json_array_append_new(value, json_string(is_map ? "map" : "set"));
    json_array_append_new(value, elements);
    return value;
}

/* D as <value>: the same, but for a set of one. */
static json_t *
value_json(const struct replica_txn *txn, const struct datum *d, const struct datum_type *type)
{
    return datum_type_is_map(type) || datum_n(d) != 1 ? elements_json(txn, d, type)
                                                      : element_json(txn, d, 0, type, false);
}

/* -- Operations -- */

static json_t *
op_new(const char *name, const struct replica_row *row)
{
    json_t *op = json_object();
    json_object_set_new(op, "op", json_string(name));
    if (row) {
        json_object_set_new(op, "table", json_string(row->table->schema->name));
    }
    return op;
}

/* The operation NAME on exactly ROW. */
static json_t *
op_on_row(const char *name, const struct replica_row *row)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(&row->uuid, text);
    json_t *uuid = json_array();
    bool is_new = row->edit && row->edit->is_inserted;
    json_array_append_new(uuid, json_string(is_new ? "named-uuid" : "uuid"));
    json_array_append_new(uuid, is_new ? named_uuid(&row->uuid) : json_string(text));
    json_t *clause = json_array();
    json_array_append_new(clause, json_string("_uuid"));
    json_array_append_new(clause, json_string("=="));
    json_array_append_new(clause, uuid);
    json_t *where = json_array();
    json_array_append_new(where, clause);
    json_t *op = op_new(name, row);
    json_object_set_new(op, "where", where);
    return op;
}

bool
replica_column_is_dirty(const struct replica_edit *edit, uint32_t column)
{
    const struct replica_column_edit *e = &edit->columns[column];
    const struct replica_row *row = edit->row;
    if (e->is_mutated) {
        return e->add || e->remove || e->remove_keys;
    }
    if (!e->is_written) {
        return false;
    }
    bool is_known = edit->is_inserted || row->table->watch[column];
    return e->is_forced || !is_known || !datum_equal(e->value, row->values[column]);
}

static void
put_wait(json_t *ops, const struct replica_txn *txn, const struct replica_edit *edit)
{
    const struct table_schema *schema = edit->row->table->schema;
    json_t *columns = json_array(), *row = json_object();
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (edit->columns[i].is_verified) {
            const struct column *c = schema->columns[i];
            json_array_append_new(columns, json_string(c->name));
            json_object_set_new(row, c->name, value_json(txn, edit->row->values[i], &c->type));
        }
    }
    if (!json_array_size(columns)) {
        json_decref(columns);
        json_decref(row);
        return;
    }
    json_t *rows = json_array();
    json_array_append_new(rows, row);
    json_t *op = op_on_row("wait", edit->row);
    json_object_set_new(op, "timeout", json_integer(0));
    json_object_set_new(op, "columns", columns);
    json_object_set_new(op, "until", json_string("=="));
    json_object_set_new(op, "rows", rows);
    json_array_append_new(ops, op);
}

static json_t *
written_columns(const struct replica_txn *txn, const struct replica_edit *edit)
{
    const struct table_schema *schema = edit->row->table->schema;
    json_t *row = json_object();
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (edit->columns[i].is_written && replica_column_is_dirty(edit, i)) {
            const struct column *c = schema->columns[i];
            json_object_set_new(row, c->name, value_json(txn, edit->columns[i].value, &c->type));
        }
    }
    return row;
}

static void
put_insert(json_t *ops, const struct replica_txn *txn, struct replica_edit *edit)
{
    json_t *op = op_new("insert", edit->row);
    if (edit->persist) {
        char text[UUID_TEXT_LEN + 1];
        uuid_format(&edit->row->uuid, text);
        json_object_set_new(op, "uuid", json_string(text));
    } else {
        json_object_set_new(op, "uuid-name", named_uuid(&edit->row->uuid));
    }
    json_object_set_new(op, "row", written_columns(txn, edit));
    edit->op = json_array_size(ops);
    json_array_append_new(ops, op);
}

static void
put_mutation(json_t *mutations, const struct replica_txn *txn, const struct column *c,
             const char *mutator, const struct datum *d)
{
    if (d) {
        json_t *mutation = json_array();
        json_array_append_new(mutation, json_string(c->name));
        json_array_append_new(mutation, json_string(mutator));
        json_array_append_new(mutation, elements_json(txn, d, &c->type));
        json_array_append_new(mutations, mutation);
    }
}

static void
put_changes(json_t *ops, const struct replica_txn *txn, const struct replica_edit *edit)
{
    const struct table_schema *schema = edit->row->table->schema;
    json_t *row = written_columns(txn, edit), *mutations = json_array();
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        const struct replica_column_edit *e = &edit->columns[i];
        if (e->is_mutated) {
            put_mutation(mutations, txn, schema->columns[i], "delete", e->remove);
            put_mutation(mutations, txn, schema->columns[i], "delete", e->remove_keys);
            put_mutation(mutations, txn, schema->columns[i], "insert", e->add);
        }
    }
    if (json_object_size(row)) {
        json_t *op = op_on_row("update", edit->row);
        json_object_set(op, "row", row);
        json_array_append_new(ops, op);
    }
    if (json_array_size(mutations)) {
        json_t *op = op_on_row("mutate", edit->row);
        json_object_set(op, "mutations", mutations);
        json_array_append_new(ops, op);
    }
    json_decref(row);
    json_decref(mutations);
}

static void
put_edit(json_t *ops, const struct replica_txn *txn, struct replica_edit *edit)
{
    if (edit->is_deleted) {
        /* Elsewhere a row goes when nothing refers to it any more, and not before. */
        if (!edit->is_inserted && edit->row->table->schema->is_root) {
            json_array_append_new(ops, op_on_row("delete", edit->row));
        }
    } else if (edit->is_inserted) {
        put_insert(ops, txn, edit);
    } else {
        put_changes(ops, txn, edit);
    }
}

static void
put_increment(json_t *ops, struct replica_txn *txn)
{
    const struct replica_row *row = txn->increment_row;
    const char *name = row->table->schema->columns[txn->increment_column]->name;
    json_t *mutation = json_array();
    json_array_append_new(mutation, json_string(name));
    json_array_append_new(mutation, json_string("+="));
    json_array_append_new(mutation, json_integer(1));
    json_t *mutations = json_array();
    json_array_append_new(mutations, mutation);
    json_t *op = op_on_row("mutate", row);
    json_object_set_new(op, "mutations", mutations);
    json_array_append_new(ops, op);

    json_t *columns = json_array();
    json_array_append_new(columns, json_string(name));
    op = op_on_row("select", row);
    json_object_set_new(op, "columns", columns);
    txn->increment_op = json_array_size(ops);
    json_array_append_new(ops, op);
}

json_t *
replica_txn_ops(struct replica_txn *txn)
{
    json_t *ops = json_array();
    json_array_append_new(ops, json_string(txn->replica->schema->name));
    if (txn->replica->lock_name) {
        json_t *op = op_new("assert", NULL);
        json_object_set_new(op, "lock", json_string(txn->replica->lock_name));
        json_array_append_new(ops, op);
    }
    LIST_FOR_EACH (struct replica_edit, edit, node, &txn->edits) {
        put_wait(ops, txn, edit);
    }
    size_t n_waits = json_array_size(ops);
    LIST_FOR_EACH (struct replica_edit, edit, node, &txn->edits) {
        put_edit(ops, txn, edit);
    }
    bool changes = json_array_size(ops) > n_waits;
    if (txn->increment_row && (changes || txn->increment_forced)) {
        put_increment(ops, txn);
        changes = true;
    }
    if (!changes) {
        json_decref(ops);
        return NULL;
    }
    if (txn->comment.n) {
        json_t *op = op_new("comment", NULL);
        json_object_set_new(op, "comment", json_string(txn->comment.s));
        json_array_append_new(ops, op);
    }
    if (txn->dry_run) {
        json_array_append_new(ops, op_new("abort", NULL));
    }
    return ops;
}
