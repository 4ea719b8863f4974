/* SPDX-License-Identifier: Apache-2.0 */
/* The replica's conversation with the server.
 *
 * On every connection it asks for the contents at once, in the best way it knows
 * (monitor_cond_since), since most servers take that. A refusal leads first to get_schema, after
 * which tables and columns that the server lacks are left out, then to the older methods, and at
 * last to REPLICA_REFUSED, from where it is tried again after a second (the database may come
 * yet). Each monitor has a number of its own as its name, so that updates of an older one, which
 * may still be on the way, are told apart. A message that makes no sense ends the connection.
 * Loop's thread. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(ovsdb_cs);

#define NO_TXN_ID    "00000000-0000-0000-0000-000000000000"
#define RETRY_MS     1000
#define DEFAULT_PORT 6640

static const struct {
    const char *request, *update;
    enum replica_update_kind kind;
} methods[METHOD_N] = {
    [METHOD_COND_SINCE] = {"monitor_cond_since", "update3", UPDATE_V2},
    [METHOD_COND] = {"monitor_cond", "update2", UPDATE_V2},
    [METHOD_PLAIN] = {"monitor", "update", UPDATE_V1},
};

int64_t
replica_send(struct replica *r, const char *method, json_t *params)
{
    struct jsonrpc *rpc = r->session ? jsonrpc_session_connection(r->session) : NULL;
    if (!rpc) {
        json_decref(params);
        return -1;
    }
    int64_t id = ++r->next_id;
    jsonrpc_send_request(rpc, method, params, json_integer(id));
    return id;
}

static json_t *
monitor_name(const struct replica *r)
{
    return json_integer(r->monitor_name);
}

/* The <monitor-request> for T. */
static json_t *
table_request(const struct replica *r, const struct replica_table *t)
{
    json_t *columns = json_array();
    for (uint32_t i = 0; i < t->schema->n_columns; i++) {
        if (t->watch[i] && !t->absent[i]) {
            json_array_append_new(columns, json_string(t->schema->columns[i]->name));
        }
    }
    json_t *request = json_object();
    json_object_set_new(request, "columns", columns);
    if (t->condition && r->method != METHOD_PLAIN) {
        json_object_set(request, "where", t->condition);
    }
    return request;
}

static void
send_monitor(struct replica *r)
{
    if (r->monitor_name && r->state == REPLICA_SYNCED) {
        json_t *params = json_array();
        json_array_append_new(params, monitor_name(r));
        replica_send(r, "monitor_cancel", params);
    }
    r->monitor_name++;
    json_t *tables = json_object();
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        const struct replica_table *t = &r->tables[i];
        if (t->is_watched && !t->is_absent) {
            json_t *requests = json_array();
            json_array_append_new(requests, table_request(r, t));
            json_object_set_new(tables, t->schema->name, requests);
        }
    }
    json_t *params = json_array();
    json_array_append_new(params, json_string(r->schema->name));
    json_array_append_new(params, monitor_name(r));
    json_array_append_new(params, tables);
    if (r->method == METHOD_COND_SINCE) {
        json_array_append_new(params, json_string(r->last_txn_id ? r->last_txn_id : NO_TXN_ID));
    }
    r->monitor_id = replica_send(r, methods[r->method].request, params);
    r->schema_id = -1;
    r->state = REPLICA_MONITOR;
}

static void
send_get_schema(struct replica *r)
{
    json_t *params = json_array();
    json_array_append_new(params, json_string(r->schema->name));
    r->schema_id = replica_send(r, "get_schema", params);
    r->state = REPLICA_SCHEMA;
}

void
replica_resync(struct replica *r)
{
    os_free(r->last_txn_id);
    r->last_txn_id = NULL;
    if (r->state == REPLICA_SYNCED || r->state == REPLICA_MONITOR) {
        send_monitor(r);
    }
}

/* -- Lock -- */

static void
set_lock_held(struct replica *r, bool held, bool contended)
{
    if (r->lock_held != held || r->lock_contended != contended) {
        r->lock_held = held;
        r->lock_contended = contended;
        replica_alert(r);
    }
}

static void
send_lock(struct replica *r)
{
    json_t *params = json_array();
    json_array_append_new(params, json_string(r->lock_name));
    r->lock_id = replica_send(r, "lock", params);
}

void
replica_set_lock(struct replica *r, const char *name)
{
    os_free(r->lock_name);
    r->lock_name = name ? xstrdup(name) : NULL;
    if (name && r->state != REPLICA_OFFLINE) {
        send_lock(r);
    }
}

bool
replica_has_lock(const struct replica *r)
{
    return !r->lock_name || r->lock_held;
}

bool
replica_is_lock_contended(const struct replica *r)
{
    return r->lock_contended;
}

/* -- Replies -- */

static void
lost_sync(struct replica *r, const struct fault *f)
{
    char *text = fault_to_text(f);
    log_warn("%s: received an update that makes no sense (%s)", r->schema->name, text);
    os_free(text);
    os_free(r->last_txn_id);
    r->last_txn_id = NULL;
    jsonrpc_session_force_reconnect(r->session);
}

static void
remember_txn_id(struct replica *r, const json_t *id)
{
    const char *text = json_string_value(id);
    if (text && strcmp(text, r->last_txn_id ? r->last_txn_id : NO_TXN_ID) != 0) {
        os_free(r->last_txn_id);
        r->last_txn_id = xstrdup(text);
    }
}

static void
take_snapshot(struct replica *r, const json_t *result)
{
    bool is_snapshot = true;
    if (r->method == METHOD_COND_SINCE) {
        is_snapshot = !json_is_true(json_array_get(result, 0));
        remember_txn_id(r, json_array_get(result, 1));
        result = json_array_get(result, 2);
    }
    struct fault f = FAULT_INIT;
    if (replica_apply(r, result, methods[r->method].kind, is_snapshot, &f)) {
        lost_sync(r, &f);
    } else {
        r->state = REPLICA_SYNCED;
        r->ever_synced = true;
        os_free(r->refusal);
        r->refusal = NULL;
        replica_alert(r);
    }
    fault_fini(&f);
}

static void
refused(struct replica *r, const json_t *error)
{
    r->state = REPLICA_REFUSED;
    os_free(r->refusal);
    r->refusal = json_text(error, JSON_WRITE_SORTED);
    log_warn("%s: the server gives no contents: %s", r->schema->name, r->refusal);
    r->method = METHOD_COND_SINCE;
    r->server_schema_known = false;
    os_timer_start(&r->retry, RETRY_MS);
    replica_alert(r);
}

static void
retry_monitor(void *r_)
{
    struct replica *r = r_;
    if (r->state == REPLICA_REFUSED) {
        send_monitor(r);
    }
}

/* The server did not take the monitor request: what now? */
static void
monitor_refused(struct replica *r, const json_t *error)
{
    if (!r->server_schema_known) {
        send_get_schema(r);
    } else if (r->method + 1 < METHOD_N) {
        r->method++;
        send_monitor(r);
    } else {
        refused(r, error);
    }
}

static void
take_table_schema(struct replica_table *t, const json_t *schema)
{
    const json_t *columns = json_object_get(
        json_object_get(json_object_get(schema, "tables"), t->schema->name), "columns");
    t->is_absent = !columns;
    if (t->is_watched && t->is_absent) {
        log_info("%s database lacks %s table (database needs upgrade?)", t->replica->schema->name,
                 t->schema->name);
    }
    for (uint32_t i = 0; i < t->schema->n_columns; i++) {
        const char *name = t->schema->columns[i]->name;
        t->absent[i] = !json_object_get(columns, name);
        if (columns && t->absent[i] && t->watch[i]) {
            log_info("%s table in %s database lacks %s column (database needs upgrade?)",
                     t->schema->name, t->replica->schema->name, name);
        }
    }
}

static void
take_schema(struct replica *r, const json_t *schema)
{
    r->server_schema_known = true;
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        take_table_schema(&r->tables[i], schema);
    }
    send_monitor(r);
}

static void
take_reply(struct replica *r, const struct jsonrpc_msg *msg)
{
    int64_t id = json_is_integer(msg->id) ? json_integer_value(msg->id) : -1;
    bool ok = msg->kind == JSONRPC_REPLY;
    if (replica_server_take_reply(r, msg) || replica_txn_take_reply(r, msg) || id < 0) {
        return;
    }
    if (id == r->monitor_id && r->state == REPLICA_MONITOR) {
        r->monitor_id = -1;
        if (ok) {
            take_snapshot(r, msg->result);
        } else {
            monitor_refused(r, msg->error);
        }
    } else if (id == r->schema_id && r->state == REPLICA_SCHEMA) {
        r->schema_id = -1;
        if (ok) {
            take_schema(r, msg->result);
        } else {
            refused(r, msg->error);
        }
    } else if (id == r->lock_id) {
        r->lock_id = -1;
        bool locked = ok && json_is_true(json_object_get(msg->result, "locked"));
        set_lock_held(r, locked, ok && !locked);
    }
}

static void
take_update(struct replica *r, const struct jsonrpc_msg *msg)
{
    if (r->state != REPLICA_SYNCED || strcmp(msg->method, methods[r->method].update) != 0 ||
        json_integer_value(json_array_get(msg->params, 0)) != r->monitor_name) {
        return;
    }
    size_t at = 1;
    if (r->method == METHOD_COND_SINCE) {
        remember_txn_id(r, json_array_get(msg->params, at++));
    }
    struct fault f = FAULT_INIT;
    if (replica_apply(r, json_array_get(msg->params, at), methods[r->method].kind, false, &f)) {
        lost_sync(r, &f);
    }
    fault_fini(&f);
}

static void
take_notification(struct replica *r, const struct jsonrpc_msg *msg)
{
    const char *lock = json_string_value(json_array_get(msg->params, 0));
    bool ours = lock && r->lock_name && strcmp(lock, r->lock_name) == 0;
    if (strncmp(msg->method, "update", strlen("update")) == 0) {
        if (!replica_server_take_update(r, msg)) {
            take_update(r, msg);
        }
    } else if (ours && strcmp(msg->method, "locked") == 0) {
        set_lock_held(r, true, false);
    } else if (ours && strcmp(msg->method, "stolen") == 0) {
        set_lock_held(r, false, true);
    } else if (strcmp(msg->method, "monitor_canceled") == 0 && r->state == REPLICA_SYNCED) {
        json_t *why = json_string("monitor canceled");
        refused(r, why);
        json_decref(why);
    }
}

/* -- Events of the session -- */

static void
connected(void *r_)
{
    struct replica *r = r_;
    r->method = METHOD_COND_SINCE;
    r->server_schema_known = false;
    r->monitor_name = 0;
    for (size_t i = 0; i < r->schema->n_tables; i++) {
        struct replica_table *t = &r->tables[i];
        t->is_absent = false;
        memset(t->absent, 0, t->schema->n_columns * sizeof *t->absent);
    }
    replica_server_ask(r);
    if (r->lock_name) {
        send_lock(r);
    }
    send_monitor(r);
}

static void
message(void *r_, const struct jsonrpc_msg *msg)
{
    struct replica *r = r_;
    if (msg->kind == JSONRPC_REPLY || msg->kind == JSONRPC_ERROR) {
        take_reply(r, msg);
    } else if (msg->method && json_is_array(msg->params)) {
        take_notification(r, msg);
    }
}

static void
disconnected(void *r_, int code)
{
    struct replica *r = r_;
    r->last_error = code;
    r->state = REPLICA_OFFLINE;
    r->monitor_id = r->schema_id = r->lock_id = -1;
    os_timer_stop(&r->retry);
    set_lock_held(r, false, false);
    replica_alert(r);
    replica_txns_lost(r);
}

static const struct jsonrpc_events session_events = {
    .connected = connected,
    .message = message,
    .disconnected = disconnected,
};

void
replica_keep_order(struct replica *r)
{
    r->keeps_order = true;
}

int
replica_connect(struct replica *r, const char *remote, bool retry, struct err *e)
{
    if (!stream_name_is_active(remote) && !stream_name_is_passive(remote)) {
        return err_fail(e, -E_AFNOSUPPORT, "%s: %s", remote, err_text(-E_AFNOSUPPORT));
    }
    os_timer_init(&r->retry, r->loop, retry_monitor, r);
    unsigned int flags = (retry ? JSONRPC_RETRY : 0) | (r->keeps_order ? JSONRPC_KEEP_ORDER : 0);
    r->session = jsonrpc_session_new(r->loop, remote, DEFAULT_PORT, flags, &session_events, r);
    return 0;
}

void
replica_set_probe_interval(struct replica *r, uint64_t ms)
{
    jsonrpc_session_set_probe_interval(r->session, ms);
}

void
replica_force_reconnect(struct replica *r)
{
    jsonrpc_session_force_reconnect(r->session);
}

bool
replica_is_connected(const struct replica *r)
{
    return r->session && jsonrpc_session_connection(r->session);
}

bool
replica_is_alive(const struct replica *r)
{
    return r->session && jsonrpc_session_is_alive(r->session);
}

int
replica_last_error(const struct replica *r)
{
    return r->last_error;
}

const char *
replica_refusal(const struct replica *r)
{
    return r->refusal;
}
