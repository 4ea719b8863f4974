/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC sessions: a connection, the state machine that brings it back (reconnect.h), and the
 * echoes that tell a silent peer from a dead one. One timer follows the machine's deadline. The
 * owner may free the session in any callback: `busy` counts those under way. Loop's thread. */
#include "ipc/jsonrpc.h"

#include <string.h>

#include "ipc/reconnect.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/random.h"

LOG_MODULE(jsonrpc);

struct jsonrpc_session {
    struct os_loop *loop;
    struct reconnect reconnect;
    char **remotes; /* in the order they are tried */
    size_t n_remotes, next_remote;
    uint16_t port;
    struct stream *stream; /* while connecting */
    struct jsonrpc *rpc;   /* while connected */
    const struct jsonrpc_events *events;
    void *aux;
    struct os_timer timer;
    unsigned int busy;
    bool freed;
};

static void run(struct jsonrpc_session *s);

static uint64_t
now_of(const struct jsonrpc_session *s)
{
    return os_now_ms(s->loop);
}

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

static void
destroy(struct jsonrpc_session *s)
{
    clear_remotes(s);
    reconnect_fini(&s->reconnect);
    os_free(s);
}

/* False when the owner freed S inside the callback. */
static bool
leave(struct jsonrpc_session *s)
{
    s->busy--;
    if (s->freed && !s->busy) {
        destroy(s);
        return false;
    }
    return !s->freed;
}

static void
arm(struct jsonrpc_session *s)
{
    uint64_t deadline = reconnect_deadline(&s->reconnect);
    if (deadline == UINT64_MAX) {
        os_timer_stop(&s->timer);
    } else if (!os_timer_is_running(&s->timer) || s->timer.deadline_ms > deadline) {
        os_timer_start_at(&s->timer, deadline);
    }
}

/* The connection or the attempt is over. */
static void
lost(struct jsonrpc_session *s, int code)
{
    bool was_connected = s->rpc != NULL;
    stream_free(s->stream);
    s->stream = NULL;
    jsonrpc_free(s->rpc);
    s->rpc = NULL;
    reconnect_disconnected(&s->reconnect, now_of(s), code);
    arm(s);
    s->busy++;
    if ((was_connected || !reconnect_is_alive(&s->reconnect)) && s->events->disconnected) {
        s->events->disconnected(s->aux, code);
    }
    leave(s);
}

/* -- The connection's events -- */

static void
rpc_message(void *aux, const struct jsonrpc_msg *msg)
{
    struct jsonrpc_session *s = aux;
    reconnect_activity(&s->reconnect, now_of(s));
    if (msg->kind == JSONRPC_REQUEST && !s->events->takes_echo && !strcmp(msg->method, "echo")) {
        jsonrpc_send_reply(s->rpc, json_incref(msg->params), json_incref(msg->id));
    } else if (msg->kind == JSONRPC_REPLY && json_is_string(msg->id) &&
               !strcmp(json_string_value(msg->id), "echo")) {
        /* The answer to a probe has done its work by coming. */
    } else if (s->events->message) {
        s->busy++;
        s->events->message(s->aux, msg);
        leave(s);
    }
}

static void
rpc_disconnected(void *aux, int code)
{
    lost(aux, code);
}

/* A peer that takes what it is sent is alive, though flow control may keep us from hearing it. */
static void
rpc_sent(void *aux)
{
    struct jsonrpc_session *s = aux;
    reconnect_activity(&s->reconnect, now_of(s));
}

static const struct jsonrpc_events rpc_events = {
    .message = rpc_message, .sent = rpc_sent, .disconnected = rpc_disconnected};

/* -- The attempt's events -- */

static void
attempt_connected(void *aux)
{
    struct jsonrpc_session *s = aux;
    s->rpc = jsonrpc_new(s->loop, s->stream, &rpc_events, s);
    s->stream = NULL;
    reconnect_connected(&s->reconnect, now_of(s));
    arm(s);
    s->busy++;
    if (s->events->connected) {
        s->events->connected(s->aux);
    }
    leave(s);
}

static void
attempt_closed(void *aux, int code)
{
    lost(aux, code);
}

static const struct stream_events attempt_events = {.connected = attempt_connected,
                                                    .closed = attempt_closed};

static void
attempt(struct jsonrpc_session *s)
{
    struct err e;
    const char *name = s->remotes[s->next_remote];
    s->next_remote = (s->next_remote + 1) % s->n_remotes;
    reconnect_set_name(&s->reconnect, name);
    int error = stream_open(s->loop, name, s->port, &attempt_events, s, &s->stream, &e);
    reconnect_connecting(&s->reconnect, now_of(s));
    if (error) {
        s->stream = NULL;
        log_dbg("%s: %s", name, e.text);
        lost(s, error);
    }
}

static void
run(struct jsonrpc_session *s)
{
    switch (reconnect_run(&s->reconnect, now_of(s))) {
    case RECONNECT_NOTHING:
        break;
    case RECONNECT_CONNECT:
        attempt(s);
        return; /* S may be gone */
    case RECONNECT_DISCONNECT:
        lost(s, 0);
        return;
    case RECONNECT_PROBE:
        jsonrpc_send_request(s->rpc, "echo", json_array(), json_string("echo"));
        break;
    }
    arm(s);
}

static void
timer_fired(void *aux)
{
    struct jsonrpc_session *s = aux;
    s->busy++;
    run(s);
    if (leave(s)) {
        arm(s);
    }
}

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
new_session(struct os_loop *loop, const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = xzalloc(sizeof *s);
    s->loop = loop;
    s->events = events;
    s->aux = aux;
    os_timer_init(&s->timer, loop, timer_fired, s);
    return s;
}

struct jsonrpc_session *
jsonrpc_session_new(struct os_loop *loop, const char *name, uint16_t port, unsigned int flags,
                    const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = new_session(loop, events, aux);
    set_remotes(s, name);
    if (!(flags & JSONRPC_KEEP_ORDER)) {
        shuffle_remotes(s);
    }
    s->port = port;
    reconnect_init(&s->reconnect, s->remotes[0], flags & JSONRPC_RETRY, false);
    if (!strncmp(s->remotes[0], "unix:", 5)) {
        s->reconnect.probe_ms = 0; /* the host tells when a local peer dies */
    }
    reconnect_enable(&s->reconnect, now_of(s));
    arm(s);
    return s;
}

struct jsonrpc_session *
jsonrpc_session_accept(struct os_loop *loop, struct stream *stream,
                       const struct jsonrpc_events *events, void *aux)
{
    struct jsonrpc_session *s = new_session(loop, events, aux);
    s->rpc = jsonrpc_new(loop, stream, &rpc_events, s);
    reconnect_init(&s->reconnect, jsonrpc_name(s->rpc), false, true);
    reconnect_connecting(&s->reconnect, now_of(s));
    reconnect_connected(&s->reconnect, now_of(s));
    arm(s);
    return s;
}

void
jsonrpc_session_free(struct jsonrpc_session *s)
{
    if (s && !s->freed) {
        s->freed = true;
        os_timer_stop(&s->timer);
        stream_free(s->stream);
        jsonrpc_free(s->rpc);
        s->stream = NULL;
        s->rpc = NULL;
        if (!s->busy) {
            destroy(s);
        }
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
    return reconnect_is_alive(&s->reconnect);
}

void
jsonrpc_session_set_max_backoff(struct jsonrpc_session *s, uint64_t ms)
{
    s->reconnect.max_backoff_ms = MAX(ms, 1000);
    s->reconnect.min_backoff_ms = MIN(s->reconnect.min_backoff_ms, s->reconnect.max_backoff_ms);
    s->reconnect.backoff_ms = MIN(s->reconnect.backoff_ms, s->reconnect.max_backoff_ms);
    arm(s);
}

void
jsonrpc_session_set_probe_interval(struct jsonrpc_session *s, uint64_t ms)
{
    s->reconnect.probe_ms = ms ? MAX(ms, 1000) : 0;
    os_timer_stop(&s->timer);
    arm(s);
}

void
jsonrpc_session_force_reconnect(struct jsonrpc_session *s)
{
    reconnect_force(&s->reconnect, now_of(s));
    arm(s);
}

const char *
jsonrpc_session_name(const struct jsonrpc_session *s)
{
    return s->reconnect.name;
}

void
jsonrpc_session_times(const struct jsonrpc_session *s, uint64_t *last_connected_ms,
                      uint64_t *last_disconnected_ms, const char **state, int *last_error)
{
    *last_connected_ms = s->reconnect.connected_ms;
    *last_disconnected_ms = s->reconnect.disconnected_ms;
    *state = reconnect_state_name(&s->reconnect);
    *last_error = s->reconnect.last_error;
}
