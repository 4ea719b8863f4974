/* SPDX-License-Identifier: Apache-2.0 */
/* The "convert" request (ovsdb-server(7) section 4.1.19): another schema for a database that is
 * being served. The data is checked under the new schema and written as a new file before
 * anything changes; clients then lose their monitors, or their connection. Loop's thread. */
#include "ovsdb/load.h"
#include "ovsdb/record.h"
#include "ovsdb/source.h"

#include <string.h>

/* May SESSION's client convert D? */
static int
check_permission(struct session *session, const struct dbase *d, struct fault *f)
{
    const char *role = session_role(session), *client = session_client_id(session);
    if (d->reserved || session->read_only) {
        return fault_set(f, -E_PERM, "not allowed", "cannot convert reserved database %s",
                         d->name);
    }
    if (role && role[0]) {
        return fault_set(f, -E_PERM, "permission error",
                         "RBAC rules for client \"%s\" role \"%s\" prohibit \"convert\" of "
                         "database %s (only the root role may convert databases)",
                         client ? client : "(null)", role, d->name);
    }
    if (dbase_is_backup(d)) {
        return fault_set(f, -E_PERM, "not allowed", "cannot convert database %s, a backup",
                         d->name);
    }
    return 0;
}

static int
check_name(const struct db_schema *schema, const struct dbase *d, struct fault *f)
{
    if (strcmp(schema->name, d->name) != 0) {
        return fault_set(f, -E_INVAL, "invalid parameters",
                         "new schema name (%s) does not match database name (%s)", schema->name,
                         d->name);
    }
    return 0;
}

/* Reads the request: the database and the new schema for it. */
static int
parse(struct session *session, const json_t *params, struct dbase **d, struct db_schema **out,
      struct fault *f)
{
    if (json_array_size(params) != 2) {
        return fault_set_syntax(f, params, NULL, "array expected");
    }
    *d = session_find_db(session, "convert", params, f);
    if (!*d) {
        return -E_NOENT;
    }
    struct db_schema *schema = NULL;
    int code = db_schema_from_json(json_array_get(params, 1), &schema, f);
    code = code ? code : check_name(schema, *d, f);
    code = code ? code : check_permission(session, *d, f);
    if (code) {
        db_schema_free(schema);
    } else {
        *out = schema;
    }
    return code;
}

void
convert_request(struct session *session, const json_t *params, json_t *id)
{
    struct fault f = FAULT_INIT;
    struct dbase *d = NULL;
    struct db_schema *schema = NULL;
    int code = parse(session, params, &d, &schema, &f);
    if (code) {
        session_fault(session, &f, json_incref(id));
        return;
    }
    if (dbase_is_relay(d)) {
        db_schema_free(schema);
        source_forward(d->source, session, "convert", (json_t *)params, id);
        return;
    }
    struct server *s = session->server;
    struct db *fresh = db_new(schema);
    struct txn *t = NULL;
    code = record_convert(d->db, fresh, &t, &f);
    if (!code) {
        txn_commit(t);
        storage_cancel_snapshot(d->storage); /* which was to be of the data as it was */
        code =
            load_save_snapshot(d->storage, fresh, os_wall_ms(), "converted by ovsdb-server", &f);
    }
    if (code) {
        db_free(fresh);
        session_fault(session, &f, json_incref(id));
        return;
    }
    server_set_data(d, fresh);
    status_update_db(d);
    session_reply(session, json_object(), json_incref(id));
    server_disconnect_unaware(s, "database conversion");
}
