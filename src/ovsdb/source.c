/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation with a source: who are you, what is the schema, what is in it, and then its
 * updates. Each step is a state that one reply ends. A refusal is tried again after a while, a
 * message that makes no sense ends the connection and starts over. Loop's thread. */
#include "ovsdb/source_internal.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(replication);

#define DEFAULT_PORT 6640
#define RETRY_MS     1000
#define MONITOR_NAME "source"

static struct log_rate rate = LOG_RATE(5, 5);

/* ---- Requests ---- */

int64_t
source_send(struct source *src, const char *method, json_t *params)
{
    struct jsonrpc *rpc = jsonrpc_session_connection(src->rpc);
    if (!rpc) {
        json_decref(params);
        return -1;
    }
    jsonrpc_send_request(rpc, method, params, json_integer(++src->last_id));
    return src->last_id;
}

static void
ask(struct source *src, enum source_state state, const char *method, json_t *params)
{
    src->state = state;
    src->pending_id = source_send(src, method, params);
}

static void
ask_schema(struct source *src)
{
    ask(src, SOURCE_ASKS_SCHEMA, "get_schema", json_pack("[s]", src->dbase->name));
}

bool
source_excludes(const struct source *src, const char *table)
{
    for (size_t i = 0; i < src->n_exclude; i++) {
        if (strcmp(src->exclude[i], table) == 0) {
            return true;
        }
    }
    return false;
}

/* The <monitor-cond-request> for all columns of TABLE, which is of the source's schema. */
static json_t *
table_request(const struct table_schema *table)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < table->n_columns; i++) {
        json_array_append_new(columns, json_string(table->columns[i]->name));
    }
    return json_pack("[{so}]", "columns", columns);
}

static void
ask_contents(struct source *src, const struct db_schema *theirs)
{
    json_t *requests = json_object();
    for (size_t i = 0; i < theirs->n_tables; i++) {
        if (!source_excludes(src, theirs->tables[i]->name)) {
            json_object_set_new(requests, theirs->tables[i]->name,
                                table_request(theirs->tables[i]));
        }
    }
    json_t *params = json_pack("[sso]", src->dbase->name, MONITOR_NAME, requests);
    if (src->has_since) {
        char last[UUID_TEXT_LEN + 1];
        uuid_format(&src->last_txn, last);
        json_array_append_new(params, json_string(last));
    }
    ask(src, SOURCE_ASKS_CONTENTS, src->has_since ? "monitor_cond_since" : "monitor_cond", params);
}

/* ---- What goes wrong ---- */

static void
set_state(struct source *src, enum source_state state)
{
    bool was_synced = src->state == SOURCE_SYNCED;
    src->state = state;
    if (state == SOURCE_SYNCED) {
        str_clear(&src->error);
    }
    bool is_synced = state == SOURCE_SYNCED;
    if (src->kind == SOURCE_RELAY && was_synced != is_synced) {
        status_update_db(src->dbase);
        char *why = xasprintf("database %s %s storage", src->dbase->name,
                              is_synced ? "connected to" : "disconnected from");
        server_disconnect_unaware(src->dbase->server, why);
        os_free(why);
    }
}

/* The source does not give what is asked of it. */
static void
refuse(struct source *src, const char *why)
{
    log_limited(&rate, LOG_WARN, "%s: %s: %s", src->remote, src->dbase->name, why);
    str_clear(&src->error);
    str_puts(&src->error, why);
    set_state(src, SOURCE_REFUSED);
    os_timer_start(&src->retry, RETRY_MS);
}

static void
refuse_json(struct source *src, const json_t *error)
{
    char *text = json_text(error, JSON_WRITE_SORTED);
    refuse(src, text);
    os_free(text);
}

static void
refuse_fault(struct source *src, const struct fault *f)
{
    char *text = fault_to_text(f);
    refuse(src, text);
    os_free(text);
}

/* Another connection may find another server, where REMOTE is a list. */
static void
retry(void *src_)
{
    struct source *src = src_;
    jsonrpc_session_force_reconnect(src->rpc);
}

/* ---- The steps ---- */

static void
take_server_id(struct source *src, const json_t *id)
{
    char ours[UUID_TEXT_LEN + 1];
    uuid_format(&src->dbase->server->id, ours);
    if (id && strcmp(json_string_value(id) ? json_string_value(id) : "", ours) == 0) {
        refuse(src, "Server ID check failed: Self replicating is not allowed");
    } else {
        ask_schema(src);
    }
}

/* A relay's schema is its source's. */
static void
adopt_schema(struct source *src, const struct db_schema *theirs)
{
    struct dbase *d = src->dbase;
    if (d->is_available && db_schema_equal(d->db->schema, theirs)) {
        return;
    }
    bool converted = d->is_available;
    d->is_available = true;
    src->last_txn = (struct uuid){{0}};
    server_set_data(d, db_new(db_schema_copy(theirs)));
    status_update_db(d);
    if (converted) {
        server_disconnect_unaware(d->server, "database conversion");
    }
}

/* Has OURS a place for everything that THEIRS describes? */
static int
check_schema(const struct source *src, const struct db_schema *theirs, struct fault *f)
{
    const struct db_schema *ours = src->dbase->db->schema;
    for (size_t i = 0; i < theirs->n_tables; i++) {
        const struct table_schema *t = theirs->tables[i];
        const struct table_schema *mine = db_schema_find_table(ours, t->name);
        if (source_excludes(src, t->name)) {
            continue;
        }
        for (size_t j = 0; mine && j < t->n_columns; j++) {
            if (!table_schema_find_column(mine, t->columns[j]->name)) {
                return fault_set(f, -E_INVAL, "schema mismatch", "table %s has no column %s here",
                                 t->name, t->columns[j]->name);
            }
        }
        if (!mine) {
            return fault_set(f, -E_INVAL, "schema mismatch", "there is no table %s here", t->name);
        }
    }
    return 0;
}

static void
take_schema(struct source *src, const json_t *v)
{
    struct db_schema *theirs = NULL;
    struct fault f = FAULT_INIT;
    int code = db_schema_from_json(v, &theirs, &f);
    if (!code && src->kind == SOURCE_BACKUP) {
        code = check_schema(src, theirs, &f);
    } else if (!code) {
        adopt_schema(src, theirs);
    }
    if (code) {
        refuse_fault(src, &f);
    } else {
        ask_contents(src, theirs);
    }
    db_schema_free(theirs);
    fault_fini(&f);
}

/* Starts over with everything: what came does not fit what is here. */
static void
lost_step(struct source *src, const struct fault *f)
{
    src->last_txn = (struct uuid){{0}};
    refuse_fault(src, f);
}

static struct uuid
read_txn_id(const json_t *v)
{
    struct uuid id = {{0}};
    const char *text = json_string_value(v);
    return text && uuid_parse(text, strlen(text), &id) ? id : (struct uuid){{0}};
}

static void
take_contents(struct source *src, const json_t *result)
{
    bool found = false;
    struct uuid id = {{0}};
    if (src->has_since) {
        found = json_is_true(json_array_get(result, 0));
        id = read_txn_id(json_array_get(result, 1));
        result = json_array_get(result, 2);
    }
    struct fault f = FAULT_INIT;
    if (source_apply(src, result, !found, &id, &f)) {
        lost_step(src, &f);
    } else {
        log_info("%s: %s: %s", src->remote, src->dbase->name,
                 found ? "up to date again" : "took all contents");
        set_state(src, SOURCE_SYNCED);
        forwards_send(src);
    }
    fault_fini(&f);
}

static void
take_update(struct source *src, const struct jsonrpc_msg *msg)
{
    bool since = strcmp(msg->method, "update3") == 0;
    if (src->state != SOURCE_SYNCED || (!since && strcmp(msg->method, "update2") != 0)) {
        return;
    }
    struct uuid id = read_txn_id(since ? json_array_get(msg->params, 1) : NULL);
    struct fault f = FAULT_INIT;
    if (source_apply(src, json_array_get(msg->params, since ? 2 : 1), false, &id, &f)) {
        lost_step(src, &f);
    }
    fault_fini(&f);
}

static void
take_reply(struct source *src, const struct jsonrpc_msg *msg)
{
    if (!json_is_integer(msg->id) || json_integer_value(msg->id) != src->pending_id) {
        forwards_take_reply(src, msg);
        return;
    }
    bool ok = msg->kind == JSONRPC_REPLY;
    src->pending_id = -1;
    if (src->state == SOURCE_ASKS_ID) {
        take_server_id(src, ok ? msg->result : NULL);
    } else if (src->state == SOURCE_ASKS_CONTENTS && !ok && src->has_since) {
        src->has_since = false;
        ask_schema(src);
    } else if (!ok) {
        refuse_json(src, msg->error);
    } else if (src->state == SOURCE_ASKS_SCHEMA) {
        take_schema(src, msg->result);
    } else if (src->state == SOURCE_ASKS_CONTENTS) {
        take_contents(src, msg->result);
    }
}

/* ---- Events of the session ---- */

static void
connected(void *src_)
{
    struct source *src = src_;
    src->has_since = true;
    ask(src, SOURCE_ASKS_ID, "get_server_id", json_array());
}

static void
message(void *src_, const struct jsonrpc_msg *msg)
{
    struct source *src = src_;
    if (msg->kind == JSONRPC_REPLY || msg->kind == JSONRPC_ERROR) {
        take_reply(src, msg);
    } else if (msg->kind == JSONRPC_NOTIFY) {
        take_update(src, msg);
    }
}

static void
disconnected(void *src_, int code UNUSED)
{
    struct source *src = src_;
    os_timer_stop(&src->retry);
    src->pending_id = -1;
    set_state(src, SOURCE_OFFLINE);
    forwards_lost(src);
}

static const struct jsonrpc_events events = {
    .connected = connected,
    .message = message,
    .disconnected = disconnected,
};

void
source_new(struct dbase *d, enum source_kind kind, const struct source_config *config)
{
    struct os_loop *loop = d->server->loop;
    struct source *src = xzalloc(sizeof *src);
    src->dbase = d;
    src->kind = kind;
    src->config = *config; /* its strings are not looked at again */
    src->remote = xstrdup(config->remote);
    src->exclude = xzalloc((config->n_exclude + 1) * sizeof *src->exclude);
    for (; src->n_exclude < config->n_exclude; src->n_exclude++) {
        src->exclude[src->n_exclude] = xstrdup(config->exclude[src->n_exclude]);
    }
    src->pending_id = -1;
    list_init(&src->forwards);
    os_timer_init(&src->retry, loop, retry, src);
    src->rpc = jsonrpc_session_new(loop, src->remote, DEFAULT_PORT, JSONRPC_RETRY, &events, src);
    if (config->has_max_backoff) {
        jsonrpc_session_set_max_backoff(src->rpc, config->max_backoff_ms);
    }
    if (config->has_probe_interval) {
        jsonrpc_session_set_probe_interval(src->rpc, config->probe_interval_ms);
    }
    d->source = src;
}

void
source_free(struct source *src)
{
    if (!src) {
        return;
    }
    forwards_end(src);
    jsonrpc_session_free(src->rpc);
    os_timer_stop(&src->retry);
    src->dbase->source = NULL;
    for (size_t i = 0; i < src->n_exclude; i++) {
        os_free(src->exclude[i]);
    }
    os_free(src->exclude);
    str_fini(&src->error);
    os_free(src->remote);
    os_free(src);
}

enum source_kind
source_kind(const struct source *src)
{
    return src->kind;
}

bool
source_is_as(const struct source *src, enum source_kind kind, const struct source_config *config)
{
    const struct source_config *c = &src->config;
    bool same = src->kind == kind && strcmp(src->remote, config->remote) == 0 &&
                c->has_max_backoff == config->has_max_backoff &&
                c->max_backoff_ms == config->max_backoff_ms &&
                c->has_probe_interval == config->has_probe_interval &&
                c->probe_interval_ms == config->probe_interval_ms &&
                src->n_exclude == config->n_exclude;
    for (size_t i = 0; i < src->n_exclude && same; i++) {
        same = strcmp(src->exclude[i], config->exclude[i]) == 0;
    }
    return same;
}

const char *
source_remote(const struct source *src)
{
    return src->remote;
}

bool
source_is_synced(const struct source *src)
{
    return src->state == SOURCE_SYNCED;
}

const char *
source_error(const struct source *src)
{
    return src->error.n ? src->error.s : NULL;
}

void
source_set_probe_interval(struct source *src, uint64_t ms)
{
    jsonrpc_session_set_probe_interval(src->rpc, ms);
}
