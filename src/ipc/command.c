/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime-command server: listens, checks a request's arguments against the command's row,
 * runs it, and sends the answer when the command gives it. A call outlives its connection if
 * its answer is late; then it answers to nobody. Loop's thread. */
#include "ipc/command_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hmap.h"
#include "os/coverage.h"
#include "os/dirs.h"
#include "os/err_format.h"
#include "os/local.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"

LOG_MODULE(unixctl);
COVERAGE_DEFINE(unixctl_received);
COVERAGE_DEFINE(unixctl_replied);

enum { MAX_ARGS = 1024, TICK_MS = 5000 };

/* One name. */
struct entry {
    struct hnode node;
    const struct command *command;
    void *aux;
};

struct command_server {
    struct os_loop *loop;
    struct listener *listener;
    struct hmap entries;
    struct list connections;
    struct os_timer tick; /* moves the coverage counters' averages on */
};

struct connection {
    struct list node;
    struct command_server *server;
    struct jsonrpc *rpc;
    struct list calls;
    bool json; /* set-options --format json */
};

struct command_call {
    struct list node;
    struct connection *connection; /* NULL: gone */
    json_t *id;
};

static void
connection_free(struct connection *c)
{
    LIST_FOR_EACH_SAFE (struct command_call, call, node, &c->calls) {
        list_remove(&call->node);
        call->connection = NULL;
    }
    list_remove(&c->node);
    jsonrpc_free(c->rpc);
    os_free(c);
}

static struct entry *
find(const struct command_server *server, const char *name)
{
    uint32_t hash = hash_string(name, 0);
    HMAP_FOR_EACH_WITH_HASH (struct entry, entry, node, hash, &server->entries) {
        if (!strcmp(entry->command->name, name)) {
            return entry;
        }
    }
    return NULL;
}

/* -- Answers -- */

static char *
with_newline(const char *text)
{
    size_t n = text ? strlen(text) : 0;
    return n && text[n - 1] != '\n' ? xasprintf("%s\n", text) : xstrdup(text ? text : "");
}

static void
answer(struct command_call *call, bool success, json_t *value)
{
    coverage_inc(unixctl_replied);
    if (log_is_enabled(LOG_DBG)) {
        char *id = json_text(call->id, 0);
        char *text =
            json_is_string(value) ? xstrdup(json_string_value(value)) : json_text(value, 0);
        log_dbg("replying with %s, id=%s: \"%s\"", success ? "success" : "error", id, text);
        os_free(id);
        os_free(text);
    }
    if (!call->connection) {
        json_decref(value);
    } else if (success) {
        jsonrpc_send_reply(call->connection->rpc, value, json_incref(call->id));
    } else {
        jsonrpc_send_error(call->connection->rpc, value, json_incref(call->id));
    }
    list_remove(&call->node);
    json_decref(call->id);
    os_free(call);
}

/* A JSON string; bytes that are no UTF-8 become '?', rather than no answer at all. */
static json_t *
text_value(char *text)
{
    json_t *value = json_string(text);
    if (!value) {
        for (unsigned char *p = (unsigned char *)text; *p; p++) {
            *p = *p < 0x80 ? *p : '?';
        }
        value = json_string(text);
    }
    return value;
}

void
command_reply(struct command_call *call, const char *text)
{
    char *line = with_newline(text);
    json_t *value = text_value(line);
    os_free(line);
    if (command_wants_json(call)) {
        value = json_pack("{s:s, s:o}", "reply-format", "plain", "reply", value);
    }
    answer(call, true, value);
}

void
command_reply_error(struct command_call *call, const char *text)
{
    char *line = with_newline(text);
    answer(call, false, text_value(line));
    os_free(line);
}

void
command_reply_json(struct command_call *call, json_t *v)
{
    answer(call, true, v);
}

bool
command_wants_json(const struct command_call *call)
{
    return call->connection && call->connection->json;
}

void
command_reply_set_json(struct command_call *call, bool json)
{
    struct connection *c = call->connection;
    answer(call, true, json_string(""));
    if (c) {
        c->json = json;
    }
}

/* -- Requests -- */

static void
refuse(struct command_call *call, char *why)
{
    command_reply_error(call, why);
    os_free(why);
}

/* Checks the request against the row and runs it. ARGV has room for the name and MAX_ARGS. */
static void
run_command(struct command_call *call, const struct entry *entry, const json_t *params)
{
    const struct command *row = entry->command;
    size_t n = json_array_size(params);
    if (n < row->min_args) {
        refuse(call, xasprintf("\"%s\" command requires at least %u arguments", row->name,
                               row->min_args));
        return;
    }
    if (n > row->max_args || n > MAX_ARGS) {
        refuse(call, xasprintf("\"%s\" command takes at most %u arguments", row->name,
                               MIN(row->max_args, MAX_ARGS)));
        return;
    }
    const char **argv = xalloc((n + 2) * sizeof *argv);
    argv[0] = row->name;
    for (size_t i = 0; i < n; i++) {
        const json_t *param = json_array_get(params, i);
        if (!json_is_string(param)) {
            os_free(argv);
            refuse(call, xasprintf("\"%s\" command has non-string argument", row->name));
            return;
        }
        argv[i + 1] = json_string_value(param);
    }
    argv[n + 1] = NULL;
    row->run(call, (int)n + 1, argv, entry->aux);
    os_free(argv);
}

static void
request(struct connection *c, const struct jsonrpc_msg *msg)
{
    coverage_inc(unixctl_received);
    if (log_is_enabled(LOG_DBG)) {
        char *params = json_text(msg->params, 0);
        char *id = json_text(msg->id, 0);
        log_dbg("received request %s%s, id=%s", msg->method, params, id);
        os_free(params);
        os_free(id);
    }
    struct command_call *call = xzalloc(sizeof *call);
    call->connection = c;
    call->id = json_incref(msg->id);
    list_push_back(&c->calls, &call->node);
    const struct entry *entry = find(c->server, msg->method);
    if (entry) {
        run_command(call, entry, msg->params);
    } else {
        refuse(call, xasprintf("\"%s\" is not a valid command (use \"list-commands\" to see a "
                               "list of valid commands)",
                               msg->method));
    }
}

static void
received(void *aux, const struct jsonrpc_msg *msg)
{
    static const char *const kinds[] = {
        [JSONRPC_NOTIFY] = "notification", [JSONRPC_REPLY] = "reply", [JSONRPC_ERROR] = "error"};
    static struct log_rate rate = LOG_RATE(5, 5);
    struct connection *c = aux;
    if (msg->kind == JSONRPC_REQUEST) {
        request(c, msg);
    } else {
        log_limited(&rate, LOG_WARN, "%s: received unexpected %s message", jsonrpc_name(c->rpc),
                    kinds[msg->kind]);
        connection_free(c);
    }
}

static void
disconnected(void *aux, int code UNUSED)
{
    connection_free(aux);
}

static const struct jsonrpc_events events = {.message = received, .disconnected = disconnected};

static void
accepted(void *aux, struct stream *stream)
{
    struct command_server *server = aux;
    struct connection *c = xzalloc(sizeof *c);
    c->server = server;
    list_init(&c->calls);
    list_push_back(&server->connections, &c->node);
    c->rpc = jsonrpc_new(server->loop, stream, &events, c);
}

/* -- The server -- */

static void
tick(void *aux)
{
    struct command_server *server = aux;
    coverage_tick();
    os_timer_start(&server->tick, TICK_MS);
}

static int
start_listening(struct command_server *server, const char *path, struct err *e)
{
    if (path && !strcmp(path, "none")) {
        return 0;
    }
    char *usual = os_local_control_name(log_program_name(), os_pid());
    char *place = os_path(os_run_dir(), path ? path : usual);
    char *name = xasprintf("punix:%s", place);
    int error = listener_open(server->loop, name, 0, accepted, server, &server->listener, NULL);
    if (error) {
        err_fail(e, error, "%s: could not initialize control socket (%s)", place, err_text(error));
    }
    os_free(usual);
    os_free(place);
    os_free(name);
    return error;
}

int
command_server_open(struct os_loop *loop, const char *path, struct command_server **serverp,
                    struct err *e)
{
    struct command_server *server = xzalloc(sizeof *server);
    server->loop = loop;
    hmap_init(&server->entries);
    list_init(&server->connections);
    os_timer_init(&server->tick, loop, tick, server);
    os_timer_start(&server->tick, TICK_MS);
    int error = start_listening(server, path, e);
    if (error) {
        command_server_close(server);
        return error;
    }
    command_add_builtin(server);
    *serverp = server;
    return 0;
}

void
command_server_close(struct command_server *server)
{
    if (!server) {
        return;
    }
    LIST_FOR_EACH_SAFE (struct connection, c, node, &server->connections) {
        connection_free(c);
    }
    HMAP_FOR_EACH_SAFE (struct entry, entry, node, &server->entries) {
        hmap_remove(&server->entries, &entry->node);
        os_free(entry);
    }
    hmap_fini(&server->entries);
    os_timer_stop(&server->tick);
    listener_close(server->listener);
    os_free(server);
}

void
command_add(struct command_server *server, const struct command *rows, size_t n, void *aux)
{
    for (size_t i = 0; i < n; i++) {
        struct entry *entry = find(server, rows[i].name);
        if (!entry) {
            entry = xzalloc(sizeof *entry);
            hmap_insert(&server->entries, &entry->node, hash_string(rows[i].name, 0));
        }
        entry->command = &rows[i];
        entry->aux = aux;
    }
}

struct os_loop *
command_loop(struct command_server *server)
{
    return server->loop;
}

static int
compare_commands(const void *a, const void *b)
{
    const struct command *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

const struct command **
command_sorted(const struct command_server *server, size_t *n)
{
    size_t i = 0;
    const struct command **sorted = xalloc(hmap_count(&server->entries) * sizeof *sorted);
    HMAP_FOR_EACH (struct entry, entry, node, &server->entries) {
        sorted[i++] = entry->command;
    }
    qsort(sorted, i, sizeof *sorted, compare_commands);
    *n = i;
    return sorted;
}
