/* SPDX-License-Identifier: Apache-2.0 */
/* Reading updates: <table-updates> of RFC 7047 and <table-updates2> of ovsdb-server(7), into the
 * rows of a replica. Values are read without checking constraints, since the server's schema may
 * be newer than ours. Unknown tables and columns are skipped. An update that makes no sense is
 * an error of the peer: the caller drops the connection and asks for everything again. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

/* Sets the watched columns of ROW that JSON has; with FILL, the others to their defaults. */
static int
row_take(struct replica_row *row, const json_t *json, bool fill, struct fault *f)
{
    const struct table_schema *schema = row->table->schema;
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (!row->table->watch[i]) {
            continue;
        }
        const struct column *c = schema->columns[i];
        const json_t *value = json_object_get(json, c->name);
        if (value) {
            struct datum *d;
            int err = datum_from_json_unchecked(&c->type, value, &d, f);
            if (err) {
                return err;
            }
            replica_row_set(row, i, d);
        } else if (fill) {
            replica_row_set(row, i, datum_ref(c->initial));
        }
    }
    return 0;
}

static int
row_apply_diff(struct replica_row *row, const json_t *json, struct fault *f)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value)
    {
        const struct column *c = table_schema_find_column(row->table->schema, name);
        if (!c || column_is_virtual(c) || !row->table->watch[c->index]) {
            continue;
        }
        struct datum *diff, *result;
        int err = datum_from_json_unchecked(&c->type, value, &diff, f);
        if (err) {
            return err;
        }
        err = datum_apply_diff(row->values[c->index], diff, &c->type, &result, f);
        datum_unref(diff);
        if (err) {
            return err;
        }
        replica_row_set(row, c->index, result);
    }
    return 0;
}

/* A row's whole contents: new or not. */
static int
take_contents(struct replica_table *t, const struct uuid *uuid, const json_t *json, bool fill,
              struct fault *f)
{
    struct replica_row *row = replica_find_stored(t, uuid);
    if (row) {
        return row_take(row, json, fill, f);
    }
    row = replica_row_new(t, uuid);
    int err = row_take(row, json, fill, f);
    if (err) {
        replica_row_free(row);
        return err;
    }
    replica_row_inserted(row);
    row->marks &= ~(unsigned int)REPLICA_MODIFIED;
    return 0;
}

static void
take_deletion(struct replica_table *t, const struct uuid *uuid)
{
    struct replica_row *row = replica_find_stored(t, uuid);
    if (row) {
        replica_row_deleted(row);
    }
}

static int
apply_v1(struct replica_table *t, const struct uuid *uuid, const json_t *json, struct fault *f)
{
    const json_t *contents = json_object_get(json, "new");
    if (contents && !json_is_null(contents)) {
        return take_contents(t, uuid, contents, false, f);
    }
    take_deletion(t, uuid);
    return 0;
}

static int
apply_v2(struct replica_table *t, const struct uuid *uuid, const json_t *json, struct fault *f)
{
    const json_t *contents = json_object_get(json, "initial");
    if (!contents) {
        contents = json_object_get(json, "insert");
    }
    if (contents) {
        return take_contents(t, uuid, contents, true, f);
    }
    if (json_object_get(json, "delete")) {
        take_deletion(t, uuid);
        return 0;
    }
    const json_t *diff = json_object_get(json, "modify");
    struct replica_row *row = replica_find_stored(t, uuid);
    if (!diff || !row) {
        return fault_set_syntax(f, json, NULL, "update of an unknown row or kind");
    }
    return row_apply_diff(row, diff, f);
}

static int
apply_table(struct replica_table *t, const json_t *json, enum replica_update_kind kind,
            struct fault *f)
{
    const char *name;
    json_t *update;
    json_object_foreach((json_t *)json, name, update)
    {
        struct uuid uuid;
        if (!uuid_parse(name, strlen(name), &uuid)) {
            return fault_set_syntax(f, json, NULL, "\"%s\" is not a UUID", name);
        }
        int err = (kind == UPDATE_V1 ? apply_v1 : apply_v2)(t, &uuid, update, f);
        if (err) {
            return err;
        }
    }
    return 0;
}

/* Deletes the rows of T that the snapshot JSON (NULL: empty) does not have. */
static void
drop_unmentioned(struct replica_table *t, const json_t *json)
{
    HMAP_FOR_EACH_SAFE (struct replica_row, row, node, &t->rows) {
        char name[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, name);
        if (!(row->edit && row->edit->is_inserted) && !json_object_get(json, name)) {
            replica_row_deleted(row);
        }
    }
}

int
replica_apply(struct replica *r, const json_t *updates, enum replica_update_kind kind,
              bool is_snapshot, struct fault *f)
{
    if (!json_is_object(updates)) {
        return fault_set_syntax(f, updates, NULL, "table updates are no object");
    }
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        struct replica_table *t = &r->tables[i];
        const json_t *json = json_object_get(updates, t->schema->name);
        if (is_snapshot) {
            drop_unmentioned(t, json);
        }
        int err = json ? apply_table(t, json, kind, f) : 0;
        if (err) {
            return err;
        }
    }
    return 0;
}
