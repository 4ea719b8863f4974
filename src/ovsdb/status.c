/* SPDX-License-Identifier: Apache-2.0 */
/* The database _Server, by which clients see what the server hosts (ovsdb-server(5)): one row a
 * database, in memory. It is changed through the same transactions as any other, so monitors of
 * it work alike. Loop's thread. */
#include "ovsdb/source.h"

#include "os/random.h"

static const char schema_text[] =
    "{\"name\":\"_Server\",\"version\":\"1.2.0\",\"cksum\":\"3009684573 744\",\"tables\":{"
    "\"Database\":{\"columns\":{"
    "\"name\":{\"type\":\"string\"},"
    "\"model\":{\"type\":{\"key\":{\"type\":\"string\","
    "\"enum\":[\"set\",[\"standalone\",\"clustered\",\"relay\"]]}}},"
    "\"connected\":{\"type\":\"boolean\"},"
    "\"leader\":{\"type\":\"boolean\"},"
    "\"schema\":{\"type\":{\"key\":{\"type\":\"string\"},\"min\":0,\"max\":1}},"
    "\"cid\":{\"type\":{\"key\":{\"type\":\"uuid\"},\"min\":0,\"max\":1}},"
    "\"sid\":{\"type\":{\"key\":{\"type\":\"uuid\"},\"min\":0,\"max\":1}},"
    "\"index\":{\"type\":{\"key\":{\"type\":\"integer\"},\"min\":0,\"max\":1}}}}}}";

struct dbase *
status_db_new(struct server *s)
{
    json_t *v = NULL;
    struct db_schema *schema = NULL;
    VERIFY(json_read(schema_text, sizeof schema_text - 1, &v, NULL) == 0);
    VERIFY(db_schema_from_json(v, &schema, NULL) == 0);
    json_decref(v);
    return dbase_new(s, db_new(schema), storage_open_memory("standalone"), true);
}

static struct table *
status_table(const struct server *s)
{
    return db_find_table(s->status_db->db, "Database");
}

static void
set(struct txn *t, struct row *row, const char *column, struct datum *value)
{
    txn_set(t, row, table_schema_find_column(row->table->schema, column), value);
}

static void
set_all(struct txn *t, struct row *row, const struct dbase *d)
{
    bool is_relay = dbase_is_relay(d);
    set(t, row, "name", datum_from_string(d->name));
    set(t, row, "model", datum_from_string(d->storage->model));
    set(t, row, "connected", datum_from_boolean(!is_relay || source_is_synced(d->source)));
    set(t, row, "leader", datum_from_boolean(!is_relay));
    if (d->is_available) {
        json_t *schema = db_schema_to_json(d->db->schema);
        char *text = json_text(schema, JSON_WRITE_SORTED);
        set(t, row, "schema", datum_from_string(text));
        os_free(text);
        json_decref(schema);
    }
}

static void
finish(struct server *s, struct txn *t)
{
    VERIFY(txn_check(t, NULL) == 0);
    commit_add(s->status_db, t, NULL, NULL, NULL);
}

void
status_add_db(struct dbase *d)
{
    struct txn *t = txn_new(d->server->status_db->db);
    d->status_uuid = os_uuid_new();
    set_all(t, txn_insert(t, status_table(d->server), &d->status_uuid), d);
    finish(d->server, t);
}

void
status_update_db(struct dbase *d)
{
    struct txn *t = txn_new(d->server->status_db->db);
    set_all(t, table_find_row(status_table(d->server), &d->status_uuid), d);
    finish(d->server, t);
}

void
status_remove_db(struct dbase *d)
{
    struct txn *t = txn_new(d->server->status_db->db);
    txn_delete(t, table_find_row(status_table(d->server), &d->status_uuid));
    finish(d->server, t);
}
