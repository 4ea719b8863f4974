/* SPDX-License-Identifier: Apache-2.0 */
/* wait (ovsdb-client(1)): watches the server's own database, _Server, until the row of the
 * database in question is as wanted. Connects again for as long as it takes, since it is used
 * while servers start. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"

enum state { STATE_ADDED, STATE_CONNECTED, STATE_REMOVED, N_STATES };
static const char *const state_names[N_STATES] = {"added", "connected", "removed"};

struct wait {
    const char *database;
    enum state wanted;
    struct jsonrpc_session *session;
    bool is_done;
};

enum { ID_MONITOR = 1, ID_SELECT = 2 };

static void
send_monitor(void *w_)
{
    struct wait *w = w_;
    json_t *params = json_pack("[s, n, {s: [{s: [s, s]}]}]", "_Server", "Database", "columns",
                               "name", "connected");
    jsonrpc_send_request(jsonrpc_session_connection(w->session), "monitor", params,
                         json_integer(ID_MONITOR));
}

/* Asks how things are now; sent after every change. */
static void
send_select(const struct wait *w)
{
    json_t *params =
        json_pack("[s, {s: s, s: s, s: [[s, s, s]], s: [s]}]", "_Server", "op", "select", "table",
                  "Database", "where", "name", "==", w->database, "columns", "connected");
    jsonrpc_send_request(jsonrpc_session_connection(w->session), "transact", params,
                         json_integer(ID_SELECT));
}

static void
take_select(struct wait *w, const json_t *result)
{
    const json_t *rows = json_object_get(json_array_get(result, 0), "rows");
    bool is_there = json_array_size(rows) > 0;
    bool is_connected =
        is_there && json_is_true(json_object_get(json_array_get(rows, 0), "connected"));
    const bool reached[N_STATES] = {is_there, is_connected, !is_there};
    w->is_done |= rows && reached[w->wanted];
}

static void
message(void *w_, const struct jsonrpc_msg *msg)
{
    struct wait *w = w_;
    if (msg->kind == JSONRPC_ERROR) {
        char *text = json_text(msg->error, JSON_WRITE_SORTED);
        log_fatal("%s: server does not tell about its databases: %s",
                  jsonrpc_session_name(w->session), text);
    }
    if (msg->kind == JSONRPC_REPLY && json_integer_value(msg->id) == ID_SELECT) {
        take_select(w, msg->result);
    } else if (msg->kind == JSONRPC_REPLY || strcmp(msg->method, "update") == 0) {
        send_select(w);
    }
}

static void
disconnected(void *w_, int code)
{
    (void)w_;
    (void)code; /* the session says so and tries again */
}

static bool
is_done(void *w_)
{
    const struct wait *w = w_;
    return w->is_done;
}

void
cmd_wait(struct client *c, int argc, char *argv[])
{
    static const struct jsonrpc_events events = {
        .connected = send_monitor, .message = message, .disconnected = disconnected};
    (void)argc;
    struct wait w = {.database = argv[0], .wanted = N_STATES};
    for (int i = 0; i < N_STATES; i++) {
        if (strcmp(argv[1], state_names[i]) == 0) {
            w.wanted = (enum state)i;
        }
    }
    if (w.wanted == N_STATES) {
        log_fatal("%s: unknown state", argv[1]);
    }
    w.session = jsonrpc_session_new(c->loop, c->server, 6640, JSONRPC_RETRY, &events, &w);
    os_loop_run(c->loop, is_done, &w, UINT64_MAX);
    jsonrpc_session_free(w.session);
}
