/* SPDX-License-Identifier: Apache-2.0 */
/* A connection without second chances: requests one at a time, each waited for, while
 * notifications go to whoever is interested. What ends it ends the program. */
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"

#define DEFAULT_PORT 6640

static void
drop_reply(struct client *c)
{
    if (c->has_reply) {
        json_decref(c->reply.result);
        json_decref(c->reply.error);
        c->has_reply = false;
    }
}

static void
on_connected(void *c_)
{
    struct client *c = c_;
    c->is_connected = true;
}

static void
on_message(void *c_, const struct jsonrpc_msg *msg)
{
    struct client *c = c_;
    if (msg->kind == JSONRPC_REPLY || msg->kind == JSONRPC_ERROR) {
        if (json_is_integer(msg->id) && json_integer_value(msg->id) == c->awaited_id) {
            drop_reply(c);
            c->reply = (struct jsonrpc_msg){.kind = msg->kind,
                                            .result = json_incref(msg->result),
                                            .error = json_incref(msg->error)};
            c->has_reply = true;
        }
    } else if (msg->kind == JSONRPC_REQUEST && strcmp(msg->method, "echo") == 0) {
        jsonrpc_send_reply(c->rpc, json_incref(msg->params), json_incref(msg->id));
    } else if (c->notified) {
        c->notified(c, msg->method, msg->params);
    }
}

static void
on_end(void *c_, int code)
{
    struct client *c = c_;
    c->ended = code;
}

static void
on_stream_end(void *c_, int code)
{
    on_end(c_, code ? code : -E_EOF);
}

static const struct stream_events stream_events = {.connected = on_connected,
                                                   .closed = on_stream_end};
static const struct jsonrpc_events rpc_events = {.message = on_message, .disconnected = on_end};

static bool
is_open_or_ended(void *c_)
{
    const struct client *c = c_;
    return c->is_connected || c->ended;
}

static bool
has_reply_or_ended(void *c_)
{
    const struct client *c = c_;
    return c->has_reply || c->ended;
}

void
rpc_connect(struct client *c)
{
    struct err e;
    int code = stream_open(c->loop, c->server, DEFAULT_PORT, &stream_events, c, &c->stream, &e);
    if (!code) {
        os_loop_run(c->loop, is_open_or_ended, c, UINT64_MAX);
        code = c->ended;
    }
    if (code) {
        log_fatal("failed to connect to \"%s\" (%s)", c->server, err_text(code));
    }
    c->rpc = jsonrpc_new(c->loop, c->stream, &rpc_events, c);
    c->stream = NULL;
}

void
rpc_disconnect(struct client *c)
{
    drop_reply(c);
    jsonrpc_free(c->rpc);
    c->rpc = NULL;
}

static void
check_end(const struct client *c)
{
    if (c->ended) {
        log_fatal("%s: receive failed (%s)", c->server, err_text(c->ended));
    }
}

const json_t *
rpc_call(struct client *c, const char *method, json_t *params, const json_t **error)
{
    drop_reply(c);
    c->awaited_id = c->next_id++;
    jsonrpc_send_request(c->rpc, method, params, json_integer(c->awaited_id));
    os_loop_run(c->loop, has_reply_or_ended, c, UINT64_MAX);
    if (!c->has_reply) {
        check_end(c);
    }
    if (c->reply.kind == JSONRPC_REPLY) {
        return c->reply.result;
    }
    if (!error) {
        char *text = json_text(c->reply.error, JSON_WRITE_SORTED);
        log_fatal("transaction returned error: %s", text);
    }
    *error = c->reply.error;
    return NULL;
}

struct serving {
    struct client *c;
    bool (*done)(struct client *);
};

static bool
serving_done(void *s_)
{
    const struct serving *s = s_;
    return s->c->ended || (s->done && s->done(s->c));
}

void
rpc_serve(struct client *c, bool (*done)(struct client *))
{
    struct serving s = {c, done};
    os_loop_run(c->loop, serving_done, &s, UINT64_MAX);
    check_end(c);
}

struct db_schema *
rpc_get_schema(struct client *c)
{
    struct db_schema *schema;
    struct fault f = FAULT_INIT;
    json_t *params = json_array();
    json_array_append_new(params, json_string(c->database));
    if (db_schema_from_json(rpc_call(c, "get_schema", params, NULL), &schema, &f)) {
        log_fatal("failed to parse schema: %s", fault_to_text(&f));
    }
    fault_fini(&f);
    return schema;
}
