/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC sessions: a connection that is kept up (keeper.h), and the echoes that tell a silent
 * peer from a dead one. The owner may free the session in any callback. Loop's thread. */
#include <string.h>

#include "ipc/jsonrpc.h"
#include "ipc/keeper.h"
#include "os/mem.h"
#include "os/random.h"

struct jsonrpc_session {
    struct keeper keeper;
    char **remotes; /* in the order they are tried */
    size_t n_remotes, next_remote;
    struct jsonrpc *rpc; /* while connected */
    const struct jsonrpc_events *events;
    void *aux;
};

static void
clear_remotes(struct jsonrpc_session *s)
{
    for (size_t i = 0; i < s->n_remotes; i++) {
        os_free(s->remotes[i]);
    }
    os_free(s->remotes);
    s->remotes = NULL;
    s->n_remotes = 0;
}

/* -- The connection's events -- */

static void
rpc_message(void *aux, const struct jsonrpc_msg *msg)
{
    struct jsonrpc_session *s = aux;
    keeper_activity(&s->keeper);
    if (msg->kind == JSONRPC_REQUEST && !s->events->takes_echo && !strcmp(msg->method, "echo")) {
        jsonrpc_send_reply(s->rpc, json_incref(msg->params), json_incref(msg->id));
    } else if (msg->kind == JSONRPC_REPLY && json_is_string(msg->id) &&
               !strcmp(json_string_value(msg->id), "echo")) {
        /* The answer to a probe has done its work by coming. */
    } else if (s->events->message) {
        keeper_enter(&s->keeper);
        s->events->message(s->aux, msg);
        keeper_leave(&s->keeper);
    }
}

static void
rpc_disconnected(void *aux, int code)
{
    struct jsonrpc_session *s = aux;
    keeper_lost(&s->keeper, code);
}

/* A peer that takes what it is sent is alive, though flow control may keep us from hearing it. */
static void
rpc_sent(void *aux)
{
    struct jsonrpc_session *s = aux;
    keeper_activity(&s->keeper);
}

static const struct jsonrpc_events rpc_events = {
    .message = rpc_message, .sent = rpc_sent, .disconnected = rpc_disconnected};

/* -- What the keeper asks -- */

static const char *
next_target(void *aux)
{
    struct jsonrpc_session *s = aux;
    const char *name = s->remotes[s->next_remote];
    s->next_remote = (s->next_remote + 1) % s->n_remotes;
    return name;
}

static void
opened(void *aux, struct stream *stream)
{
    struct jsonrpc_session *s = aux;
    s->rpc = jsonrpc_new(s->keeper.loop, stream, &rpc_events, s);
    keeper_connected(&s->keeper);
    keeper_enter(&s->keeper);
    if (s->events->connected) {
        s->events->connected(s->aux);
    }
    keeper_leave(&s->keeper);
}

static void
probe(void *aux)
{
    struct jsonrpc_session *s = aux;
    jsonrpc_send_request(s->rpc, "echo", json_array(), json_string("echo"));
}

static void
close_connection(void *aux)
{
    struct jsonrpc_session *s = aux;
    jsonrpc_free(s->rpc);
    s->rpc = NULL;
}

static void
ended(void *aux, int code)
{
    struct jsonrpc_session *s = aux;
    if (s->events->disconnected) {
        s->events->disconnected(s->aux, code);
    }
}

static void
destroy(void *aux)
{
    struct jsonrpc_session *s = aux;
    clear_remotes(s);
    os_free(s);
}

static const struct keeper_ops keeper_ops = {.target = next_target,
                                             .opened = opened,
                                             .probe = probe,
                                             .close = close_connection,
                                             .ended = ended,
                                             .destroy = destroy};

/* Splits NAME at commas; "cid:UUID" names no remote. */
static void
set_remotes(struct jsonrpc_session *s, const char *name)
{
    size_t size = 0;
    clear_remotes(s);
    for (const char *p = name; *p;) {
        p += strspn(p, ", ");
        size_t n = strcspn(p, ", ");
        if (n && strncmp(p, "cid:", 4)) {
            if (s->n_remotes == size) {
                s->remotes = xgrow(s->remotes, &size, sizeof *s->remotes);
            }
            s->remotes[s->n_remotes++] = xmemdup0(p, n);
        }
        p += n;
    }
    if (!s->n_remotes) {
        s->remotes = xalloc(sizeof *s->remotes);
        s->remotes[s->n_remotes++] = xstrdup(name);
    }
}

static void
shuffle_remotes(struct jsonrpc_session *s)
{
    for (size_t i = s->n_remotes - 1; i > 0; i--) {
        size_t j = os_random_below((uint32_t)i + 1);
        char *swap = s->remotes[i];
        s->remotes[i] = s->remotes[j];
        s->remotes[j] = swap;
    }
}

static struct jsonrpc_session *
new_session(const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = xzalloc(sizeof *s);
    s->events = events;
    s->aux = aux;
    return s;
}

struct jsonrpc_session *
jsonrpc_session_new(struct os_loop *loop, const char *name, uint16_t port, unsigned int flags,
                    const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = new_session(events, aux);
    set_remotes(s, name);
    if (!(flags & JSONRPC_KEEP_ORDER)) {
        shuffle_remotes(s);
    }
    keeper_init(&s->keeper, loop, s->remotes[0], port, flags & JSONRPC_RETRY, &keeper_ops, s);
    return s;
}

struct jsonrpc_session *
jsonrpc_session_accept(struct os_loop *loop, struct stream *stream,
                       const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = new_session(events, aux);
    s->rpc = jsonrpc_new(loop, stream, &rpc_events, s);
    keeper_init_accepted(&s->keeper, loop, jsonrpc_name(s->rpc), &keeper_ops, s);
    keeper_connected(&s->keeper);
    return s;
}

void
jsonrpc_session_free(struct jsonrpc_session *s)
{
    if (s) {
        keeper_stop(&s->keeper);
    }
}

struct jsonrpc *
jsonrpc_session_connection(struct jsonrpc_session *s)
{
    return s->rpc;
}

size_t
jsonrpc_session_n_remotes(const struct jsonrpc_session *s)
{
    return s->n_remotes;
}

bool
jsonrpc_session_is_alive(const struct jsonrpc_session *s)
{
    return reconnect_is_alive(&s->keeper.reconnect);
}

void
jsonrpc_session_set_max_backoff(struct jsonrpc_session *s, uint64_t ms)
{
    keeper_set_max_backoff(&s->keeper, ms);
}

void
jsonrpc_session_set_probe_interval(struct jsonrpc_session *s, uint64_t ms)
{
    keeper_set_probe_interval(&s->keeper, ms);
}

void
jsonrpc_session_force_reconnect(struct jsonrpc_session *s)
{
    keeper_force_reconnect(&s->keeper);
}

const char *
jsonrpc_session_name(const struct jsonrpc_session *s)
{
    return s->keeper.reconnect.name;
}

void
jsonrpc_session_times(const struct jsonrpc_session *s, uint64_t *last_connected_ms,
                      uint64_t *last_disconnected_ms, const char **state, int *last_error)
{
    const struct reconnect *r = &s->keeper.reconnect;
    *last_connected_ms = r->connected_ms;
    *last_disconnected_ms = r->disconnected_ms;
    *state = reconnect_state_name(r);
    *last_error = r->last_error;
}
