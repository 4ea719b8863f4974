/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: what arrives on a connection is looked up in the table of methods and handed on; what
 * goes out is collected in one buffer a session and sent at the end of the loop's round, so a
 * round costs one write a client, and replies and updates keep their order. Loop's thread. */
#include "ovsdb/source.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(ovsdb_jsonrpc_server);

/* No more is read from a client while this much waits for it to read, so what it asked for is
 * bounded; what it did not ask for, updates, is bounded by ending the connection. */
#define FLOW_LIMIT  (1024 * 1024)
#define MAX_BACKLOG (64u * 1024 * 1024) /* besides the largest reply it asked for */

static struct log_rate rate = LOG_RATE(5, 5);

/* ---- Sending ---- */

static void
schedule(struct session *session)
{
    os_task_queue(&session->server->flush_task);
}

/* Where to put an answer: behind those to earlier requests, which may still be in the queue of
 * commits. */
static struct str *
end_of_output(struct session *session)
{
    schedule(session);
    return session->last_commit ? &session->last_commit->after : &session->out;
}

void
session_put_reply_head(struct str *out, const json_t *id)
{
    str_puts(out, "{\"id\":");
    json_write(out, id, 0);
    str_puts(out, ",\"result\":");
}

static void
put_reply(struct str *out, const json_t *id, const char *result, size_t n)
{
    session_put_reply_head(out, id);
    str_put(out, result, n);
    str_puts(out, ",\"error\":null}");
}

struct str *
session_begin_reply(struct session *session, const json_t *id)
{
    struct str *out = end_of_output(session);
    session_put_reply_head(out, id);
    return out;
}

void
session_end_reply(struct session *session, struct str *out)
{
    str_puts(out, ",\"error\":null}");
    session->largest_reply = MAX(session->largest_reply, out->n);
}

void
session_put_reply_first(struct session *session, struct str *reply)
{
    str_puts(reply, ",\"error\":null}");
    session->largest_reply = MAX(session->largest_reply, reply->n);
    str_put(reply, session->out.s, session->out.n);
    str_fini(&session->out);
    session->out = *reply;
    str_init(reply);
    schedule(session);
}

void
session_put_text_reply(struct session *session, const json_t *id, const char *result, size_t n)
{
    session->largest_reply = MAX(session->largest_reply, n);
    put_reply(end_of_output(session), id, result, n);
}

void
session_put_reply(struct session *session, const json_t *id, const char *result, size_t n)
{
    session->largest_reply = MAX(session->largest_reply, n);
    put_reply(&session->out, id, result, n);
    schedule(session);
}

void
session_reply(struct session *session, json_t *result, json_t *id)
{
    struct str text = STR_INIT;
    json_write(&text, result, 0);
    session_put_text_reply(session, id, text.s, text.n);
    str_fini(&text);
    json_decref(result);
    json_decref(id);
}

void
session_error(struct session *session, json_t *error, json_t *id)
{
    struct str *out = end_of_output(session);
    str_puts(out, "{\"id\":");
    json_write(out, id, 0);
    str_puts(out, ",\"error\":");
    json_write(out, error, 0);
    str_putc(out, '}');
    json_decref(error);
    json_decref(id);
}

void
session_fault(struct session *session, struct fault *f, json_t *id)
{
    session_error(session, fault_to_json(f), id);
    fault_fini(f);
}

void
session_notify(struct session *session, const char *method, json_t *params)
{
    struct str *out = end_of_output(session);
    str_putf(out, "{\"id\":null,\"method\":\"%s\",\"params\":", method);
    json_write(out, params, 0);
    str_putc(out, '}');
    json_decref(params);
}

void
session_send_out(struct session *session)
{
    struct jsonrpc *rpc = jsonrpc_session_connection(session->rpc);
    if (!rpc) {
        str_clear(&session->out);
    } else if (session->out.n && !session->start) {
        size_t n = session->out.n;
        jsonrpc_send_text(rpc, str_take(&session->out), n);
    }
}

void
session_check_backlog(struct session *session)
{
    struct jsonrpc *rpc = jsonrpc_session_connection(session->rpc);
    size_t backlog = rpc ? jsonrpc_backlog(rpc) : 0;
    if (backlog > MAX_BACKLOG + session->largest_reply) {
        log_limited(&rate, LOG_WARN, "%s: disconnecting: %zu bytes wait for it to read them",
                    jsonrpc_session_name(session->rpc), backlog);
        session_drop(session);
    }
}

const char *
session_role(const struct session *session)
{
    return endpoint_role(session->endpoint);
}

const char *
session_client_id(const struct session *session)
{
    struct jsonrpc *rpc = jsonrpc_session_connection(session->rpc);
    return rpc ? jsonrpc_peer_cn(rpc) : NULL;
}

/* ---- Requests ---- */

struct dbase *
session_find_db(struct session *session, const char *method, const json_t *params, struct fault *f)
{
    const char *name = json_string_value(json_array_get(params, 0));
    if (!name) {
        fault_set_syntax(f, params, NULL, "%s request params must begin with <db-name>", method);
        return NULL;
    }
    struct dbase *d = server_find_db(session->server, name);
    if (!d) {
        fault_set_syntax(f, params, "unknown database", "%s request specifies unknown database %s",
                         method, name);
    } else if (!d->is_available) {
        fault_set(f, -E_AGAIN, "database not available",
                  "%s request specifies database %s which is not yet available because it has "
                  "not completed joining its cluster",
                  method, name);
        return NULL;
    }
    return d;
}

static void
list_dbs(struct session *session, const struct jsonrpc_msg *msg)
{
    size_t n;
    const char **names = server_db_names(session->server, true, &n);
    json_t *result = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(result, json_string(names[i]));
    }
    os_free(names);
    session_reply(session, result, json_incref(msg->id));
}

static void
get_schema(struct session *session, const struct jsonrpc_msg *msg)
{
    struct fault f = FAULT_INIT;
    struct dbase *d = session_find_db(session, "get_schema", msg->params, &f);
    if (d) {
        session_reply(session, db_schema_to_json(d->db->schema), json_incref(msg->id));
    } else {
        session_fault(session, &f, json_incref(msg->id));
    }
}

static void
transact(struct session *session, const struct jsonrpc_msg *msg)
{
    transact_request(session, msg->params, msg->id);
}

static void
monitor(struct session *session, const struct jsonrpc_msg *msg)
{
    monitor_request(session, msg->method, msg->params, msg->id);
}

static void
monitor_cond_change(struct session *session, const struct jsonrpc_msg *msg)
{
    monitor_cond_change_request(session, msg->params, msg->id);
}

static void
monitor_cancel(struct session *session, const struct jsonrpc_msg *msg)
{
    monitor_cancel_request(session, msg->params, msg->id);
}

/* A backup's locks would be worth nothing. */
static bool
refuse_lock(struct session *session, const struct jsonrpc_msg *msg)
{
    bool refuses = session->read_only;
    HMAP_FOR_EACH (struct dbase, d, node, &session->server->dbs) {
        refuses |= dbase_is_backup(d);
    }
    if (refuses) {
        session_error(session,
                      json_string("lock and unlock methods not allowed, DB server is read only."),
                      json_incref(msg->id));
    }
    return refuses;
}

static void
lock(struct session *session, const struct jsonrpc_msg *msg)
{
    if (!refuse_lock(session, msg)) {
        lock_request(session, LOCK_WAIT, msg->params, msg->id);
    }
}

static void
steal(struct session *session, const struct jsonrpc_msg *msg)
{
    if (!refuse_lock(session, msg)) {
        lock_request(session, LOCK_STEAL, msg->params, msg->id);
    }
}

static void
unlock(struct session *session, const struct jsonrpc_msg *msg)
{
    if (!refuse_lock(session, msg)) {
        unlock_request(session, msg->params, msg->id);
    }
}

static void
echo(struct session *session, const struct jsonrpc_msg *msg)
{
    session_reply(session, json_incref(msg->params), json_incref(msg->id));
}

static void
get_server_id(struct session *session, const struct jsonrpc_msg *msg)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(&session->server->id, text);
    session_reply(session, json_string(text), json_incref(msg->id));
}

static void
set_db_change_aware(struct session *session, const struct jsonrpc_msg *msg)
{
    const json_t *aware = json_array_get(msg->params, 0);
    if (json_array_size(msg->params) != 1 || !json_is_boolean(aware)) {
        struct fault f = FAULT_INIT;
        fault_set_syntax(&f, msg->params, NULL,
                         "set_db_change_aware: true or false parameter expected");
        session_fault(session, &f, json_incref(msg->id));
        return;
    }
    session->change_aware = json_is_true(aware);
    session_reply(session, json_object(), json_incref(msg->id));
}

static void
convert(struct session *session, const struct jsonrpc_msg *msg)
{
    convert_request(session, msg->params, msg->id);
}

/* `settled` requests see only what is on the disk, so the commits of this round go first. */
static const struct method {
    const char *name;
    void (*run)(struct session *, const struct jsonrpc_msg *);
    bool settled, conditional;
} methods[] = {
    {"transact", transact, false},
    {"echo", echo, false},
    {"monitor", monitor, true},
    {"monitor_cond", monitor, true, true},
    {"monitor_cond_since", monitor, true, true},
    {"monitor_cond_change", monitor_cond_change, true, true},
    {"monitor_cancel", monitor_cancel, true},
    {"get_schema", get_schema, false},
    {"list_dbs", list_dbs, false},
    {"lock", lock, false},
    {"steal", steal, false},
    {"unlock", unlock, false},
    {"get_server_id", get_server_id, false},
    {"set_db_change_aware", set_db_change_aware, false},
    {"convert", convert, true},
};

static void
take_request(struct session *session, const struct jsonrpc_msg *msg)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (strcmp(methods[i].name, msg->method) == 0 &&
            !(methods[i].conditional && session->server->no_conditions)) {
            if (methods[i].settled) {
                server_flush(session->server);
            }
            methods[i].run(session, msg);
            return;
        }
    }
    session_error(session, json_string("unknown method"), json_incref(msg->id));
}

static void
take_message(void *session_, const struct jsonrpc_msg *msg)
{
    struct session *session = session_;
    if (msg->kind == JSONRPC_REQUEST) {
        if (session->out.n + session->queued_bytes > FLOW_LIMIT) {
            start_finish(session->start);
            server_flush(session->server); /* so that flow control can see it */
        }
        take_request(session, msg); /* which may end SESSION */
    } else if (msg->kind == JSONRPC_NOTIFY && strcmp(msg->method, "cancel") == 0) {
        if (json_array_size(msg->params) == 1) {
            transact_cancel(session, json_array_get(msg->params, 0));
        }
    }
}

/* ---- Coming and going ---- */

/* Forgets what the client of the connection that ended had here. */
static void
forget_client(struct session *session)
{
    commits_forget_session(session->server, session);
    HMAP_FOR_EACH (struct dbase, d, node, &session->server->dbs) {
        if (d->source) {
            source_forget_session(d->source, session);
        }
    }
    monitors_cancel_session(session);
    triggers_cancel_session(session);
    locks_forget_session(session);
    str_clear(&session->out);
    session->change_aware = false;
    session->largest_reply = 0;
}

static void
disconnected(void *session_, int code UNUSED)
{
    struct session *session = session_;
    if (session->accepted) {
        session_free(session);
    } else {
        forget_client(session);
    }
}

static void
connected(void *session_)
{
    struct session *session = session_;
    jsonrpc_set_flow_limit(jsonrpc_session_connection(session->rpc), FLOW_LIMIT);
}

static const struct jsonrpc_events events = {
    .connected = connected,
    .message = take_message,
    .takes_echo = true,
    .disconnected = disconnected,
};

static struct session *
session_new(struct server *s, struct endpoint *endpoint, bool read_only)
{
    struct session *session = xzalloc(sizeof *session);
    session->server = s;
    session->endpoint = endpoint;
    session->read_only = read_only;
    hmap_init(&session->monitors);
    list_init(&session->triggers);
    list_init(&session->lock_waiters);
    list_push_back(&s->sessions, &session->node);
    return session;
}

void
session_accept(struct server *s, struct endpoint *endpoint, struct stream *stream, bool read_only)
{
    struct session *session = session_new(s, endpoint, read_only);
    session->accepted = true;
    session->rpc = jsonrpc_session_accept(s->loop, stream, &events, session);
    connected(session);
}

struct session *
session_connect(struct server *s, struct endpoint *endpoint, const char *target, bool read_only)
{
    struct session *session = session_new(s, endpoint, read_only);
    session->rpc = jsonrpc_session_new(s->loop, target, 6640, JSONRPC_RETRY, &events, session);
    return session;
}

void
session_free(struct session *session)
{
    forget_client(session);
    jsonrpc_session_free(session->rpc);
    list_remove(&session->node);
    hmap_fini(&session->monitors);
    str_fini(&session->out);
    os_free(session);
}

void
session_drop(struct session *session)
{
    session_send_out(session);
    if (session->accepted) {
        session_free(session);
    } else {
        jsonrpc_session_force_reconnect(session->rpc);
    }
}
