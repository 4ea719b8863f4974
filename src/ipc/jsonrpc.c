/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC over one stream. Input is collected until the framer sees the end of a text, which
 * is then parsed and handed to the owner; output is written as text at once. A text that is no
 * JSON or no JSON-RPC message ends the connection. `busy` counts the callbacks under way, since
 * the owner may free the connection inside them. Loop's thread. */
#include "ipc/jsonrpc.h"

#include <string.h>

#include "ipc/jsonrpc_internal.h"
#include "os/coverage.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(jsonrpc);
COVERAGE_DEFINE(jsonrpc_received);
COVERAGE_DEFINE(jsonrpc_sent);

/* A buffer that grew beyond this is given back when it is empty. */
enum { KEEP_BYTES = 256 * 1024 };

struct jsonrpc {
    struct stream *stream;
    const struct jsonrpc_events *events;
    void *aux;
    char *name;
    struct str in;
    size_t start, scanned; /* the current text begins and was looked at until here */
    struct json_framer framer;
    uint64_t n_received;
    struct os_task resume; /* goes on with what a pause held back */
    unsigned int busy;
    size_t flow_limit;
    bool freed, paused, ended;
};

static struct log_rate rate = LOG_RATE(5, 5);

static void
destroy(struct jsonrpc *j)
{
    str_fini(&j->in);
    os_free(j->name);
    os_free(j);
}

static void
begin_callback(struct jsonrpc *j)
{
    j->busy++;
}

/* False when the owner freed J meanwhile (and J is gone). */
static bool
end_callback(struct jsonrpc *j)
{
    j->busy--;
    if (j->freed && !j->busy) {
        destroy(j);
        return false;
    }
    return !j->freed;
}

static void
end(struct jsonrpc *j, int code)
{
    if (!j->ended && !j->freed) {
        j->ended = true;
        os_task_cancel(&j->resume);
        if (j->events && j->events->disconnected) {
            j->events->disconnected(j->aux, code);
        }
    }
}

/* One whole text of N bytes. False when J is over. */
static bool
take_text(struct jsonrpc *j, const char *p, size_t n)
{
    struct err e;
    struct jsonrpc_msg msg;
    json_t *json;
    if (json_read(p, n, &json, &e)) {
        log_limited(&rate, LOG_WARN, "%s: error parsing stream: %s", j->name, e.text);
        end(j, -E_PROTO);
        return false;
    }
    if (jsonrpc_msg_from_json(json, &msg, &e)) {
        log_limited(&rate, LOG_WARN, "%s: received bad JSON-RPC message: %s", j->name, e.text);
        json_decref(json);
        end(j, -E_PROTO);
        return false;
    }
    coverage_inc(jsonrpc_received);
    j->n_received++;
    if (log_is_enabled(LOG_DBG)) {
        char *text = jsonrpc_msg_describe(&msg);
        log_dbg("%s: received %s", j->name, text);
        os_free(text);
    }
    if (j->events && j->events->message) {
        j->events->message(j->aux, &msg);
    }
    json_decref(json);
    return !j->freed && !j->ended;
}

/* Drops what was taken from the buffer. */
static void
compact(struct jsonrpc *j)
{
    str_drop(&j->in, j->start);
    if (!j->in.n && j->in.size > KEEP_BYTES) {
        str_fini(&j->in);
    }
    j->scanned -= j->start;
    j->start = 0;
}

static void
process(struct jsonrpc *j)
{
    bool going = true;
    begin_callback(j);
    while (going && !j->paused && j->scanned < j->in.n) {
        size_t used;
        int found =
            json_framer_feed(&j->framer, j->in.s + j->scanned, j->in.n - j->scanned, &used);
        j->scanned += used;
        if (found < 0) {
            log_limited(&rate, LOG_WARN, "%s: error parsing stream: not a JSON object", j->name);
            end(j, -E_PROTO);
            going = false;
        } else if (found) {
            size_t start = j->start;
            j->start = j->scanned;
            going = take_text(j, j->in.s + start, j->scanned - start);
        }
    }
    if (end_callback(j)) {
        compact(j);
    }
}

static void
resume_run(void *aux)
{
    process(aux);
}

static void
stream_received(void *aux, const char *p, size_t n)
{
    struct jsonrpc *j = aux;
    str_put(&j->in, p, n);
    process(j);
}

static void
stream_closed(void *aux, int code)
{
    end(aux, code);
}

static void
stream_sent(void *aux)
{
    struct jsonrpc *j = aux;
    bool held = j->flow_limit && j->paused;
    if (held && stream_backlog(j->stream) <= j->flow_limit / 2) {
        jsonrpc_pause(j, false);
    }
    if (held && j->events && j->events->sent) {
        j->events->sent(j->aux);
    }
}

static const struct stream_events stream_events = {
    .received = stream_received, .sent = stream_sent, .closed = stream_closed};

struct jsonrpc *
jsonrpc_new(struct os_loop *loop, struct stream *stream, const struct jsonrpc_events *events,
            void *aux)
{
    struct jsonrpc *j = xzalloc(sizeof *j);
    j->stream = stream;
    j->events = events;
    j->aux = aux;
    j->name = xstrdup(stream_name(stream));
    json_framer_init(&j->framer);
    os_task_init(&j->resume, loop, resume_run, j);
    stream_set_events(stream, &stream_events, j);
    return j;
}

void
jsonrpc_free(struct jsonrpc *j)
{
    if (j && !j->freed) {
        j->freed = true;
        os_task_cancel(&j->resume);
        stream_free(j->stream);
        if (!j->busy) {
            destroy(j);
        }
    }
}

void
jsonrpc_send_text(struct jsonrpc *j, char *text, size_t n)
{
    coverage_inc(jsonrpc_sent);
    stream_send_take(j->stream, text, n);
    if (j->flow_limit && stream_backlog(j->stream) > j->flow_limit) {
        jsonrpc_pause(j, true);
    }
}

void
jsonrpc_set_flow_limit(struct jsonrpc *j, size_t n)
{
    j->flow_limit = n;
}

static void
send_msg(struct jsonrpc *j, const struct jsonrpc_msg *msg)
{
    if (log_is_enabled(LOG_DBG)) {
        char *text = jsonrpc_msg_describe(msg);
        log_dbg("%s: send %s", j->name, text);
        os_free(text);
    }
    struct str out = STR_INIT;
    jsonrpc_msg_write(msg, &out);
    size_t n = out.n;
    jsonrpc_send_text(j, str_take(&out), n);
}

void
jsonrpc_send_request(struct jsonrpc *j, const char *method, json_t *params, json_t *id)
{
    send_msg(j, &(struct jsonrpc_msg){
                    .kind = JSONRPC_REQUEST, .method = method, .params = params, .id = id});
    json_decref(params);
    json_decref(id);
}

void
jsonrpc_send_notify(struct jsonrpc *j, const char *method, json_t *params)
{
    send_msg(j, &(struct jsonrpc_msg){.kind = JSONRPC_NOTIFY, .method = method, .params = params});
    json_decref(params);
}

void
jsonrpc_send_reply(struct jsonrpc *j, json_t *result, json_t *id)
{
    send_msg(j, &(struct jsonrpc_msg){.kind = JSONRPC_REPLY, .result = result, .id = id});
    json_decref(result);
    json_decref(id);
}

void
jsonrpc_send_error(struct jsonrpc *j, json_t *error, json_t *id)
{
    send_msg(j, &(struct jsonrpc_msg){.kind = JSONRPC_ERROR, .error = error, .id = id});
    json_decref(error);
    json_decref(id);
}

size_t
jsonrpc_backlog(const struct jsonrpc *j)
{
    return stream_backlog(j->stream);
}

void
jsonrpc_pause(struct jsonrpc *j, bool paused)
{
    if (j->paused != paused) {
        j->paused = paused;
        stream_pause(j->stream, paused);
        if (!paused && j->scanned < j->in.n && !j->ended) {
            os_task_queue(&j->resume);
        }
    }
}

const char *
jsonrpc_name(const struct jsonrpc *j)
{
    return j->name;
}

const char *
jsonrpc_peer_cn(const struct jsonrpc *j)
{
    return stream_peer_cn(j->stream);
}

uint64_t
jsonrpc_n_received(const struct jsonrpc *j)
{
    return j->n_received;
}
