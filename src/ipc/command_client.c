/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of runtime commands: finds the daemon's socket, asks, waits. A format other
 * than text is asked for by a set-options request before the command, as newer Open vSwitch
 * does; older daemons refuse that and the refusal is the answer. Runs a loop of its own. */
#include "ipc/command.h"

#include <string.h>

#include "os/daemon.h"
#include "os/dirs.h"
#include "os/err_format.h"
#include "os/local.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(unixctl);

/* The socket of TARGET; the caller frees it. */
static int
find_socket(const char *target, char **path, struct err *e)
{
    size_t n = strlen(target);
    if (os_path_is_absolute(target)) {
        *path = xstrdup(target);
        return 0;
    }
    bool has_pid = os_local_control_has_pid();
    if (!has_pid && n > 4 && !strcmp(target + n - 4, ".ctl")) {
        *path = os_path(os_run_dir(), target);
        return 0;
    }
    int pid = 0;
    if (has_pid) {
        char *pidfile = daemon_pidfile_path(target);
        int error = daemon_read_pidfile(pidfile, &pid, NULL);
        if (error) {
            err_fail(e, error, "cannot read pidfile \"%s\" (%s)", pidfile, err_text(error));
            os_free(pidfile);
            return error;
        }
        os_free(pidfile);
    }
    char *name = os_local_control_name(target, pid);
    *path = os_path(os_run_dir(), name);
    os_free(name);
    return 0;
}

struct invocation {
    struct os_loop *loop;
    struct stream *stream;
    struct jsonrpc *rpc;
    const char *format; /* to be asked for first, or NULL */
    const char *method;
    json_t *params;
    bool connected, done, ok;
    int error;
    char *text;
};

static void
send_next(struct invocation *inv)
{
    if (inv->format) {
        json_t *params = json_pack("[s, s]", "--format", inv->format);
        jsonrpc_send_request(inv->rpc, "set-options", params, json_integer(0));
        inv->format = NULL;
    } else {
        jsonrpc_send_request(inv->rpc, inv->method, inv->params, json_integer(1));
        inv->params = NULL;
    }
}

static void
finish(struct invocation *inv, int error)
{
    if (!inv->done) {
        inv->done = true;
        inv->error = error;
    }
}

static void
rpc_message(void *aux, const struct jsonrpc_msg *msg)
{
    struct invocation *inv = aux;
    bool answer = msg->kind == JSONRPC_REPLY || msg->kind == JSONRPC_ERROR;
    if (!answer || inv->done) {
        return;
    }
    if (msg->kind == JSONRPC_REPLY && inv->params) {
        send_next(inv);
        return;
    }
    const json_t *value = msg->kind == JSONRPC_REPLY ? msg->result : msg->error;
    inv->ok = msg->kind == JSONRPC_REPLY;
    inv->text = json_is_string(value) ? xstrdup(json_string_value(value))
                                      : json_text(value, JSON_WRITE_SORTED);
    finish(inv, 0);
}

static void
rpc_disconnected(void *aux, int code)
{
    finish(aux, code);
}

static const struct jsonrpc_events rpc_events = {.message = rpc_message,
                                                 .disconnected = rpc_disconnected};

static void
connected(void *aux)
{
    struct invocation *inv = aux;
    inv->connected = true;
    inv->rpc = jsonrpc_new(inv->loop, inv->stream, &rpc_events, inv);
    inv->stream = NULL;
    send_next(inv);
}

static void
closed(void *aux, int code)
{
    finish(aux, code);
}

static const struct stream_events stream_events = {.connected = connected, .closed = closed};

static bool
is_done(void *aux)
{
    return ((struct invocation *)aux)->done;
}

/* Connects to PATH, asks and waits. */
static int
converse(struct invocation *inv, const char *path, uint64_t timeout_ms)
{
    char *name = xasprintf("unix:%s", path);
    int error = stream_open(inv->loop, name, 0, &stream_events, inv, &inv->stream, NULL);
    os_free(name);
    if (error) {
        finish(inv, error);
    }
    if (!os_loop_run(inv->loop, is_done, inv, timeout_ms)) {
        finish(inv, -E_TIMEDOUT);
    }
    jsonrpc_free(inv->rpc);
    stream_free(inv->stream);
    return inv->error;
}

int
command_invoke(const char *target, const char *method, const char *const args[], size_t n,
               const char *format, uint64_t timeout_ms, bool *ok, char **text, struct err *e)
{
    char *path;
    int error = find_socket(target, &path, e);
    if (error) {
        return error;
    }
    struct invocation inv = {.loop = os_loop_new(), .method = method, .params = json_array()};
    inv.format = format && strcmp(format, "text") ? format : NULL;
    for (size_t i = 0; i < n && !error; i++) {
        if (json_array_append_new(inv.params, json_string(args[i]))) {
            error = err_fail(e, -E_INVAL, "argument \"%s\" is not UTF-8", args[i]);
        }
    }
    if (!error) {
        error = converse(&inv, path, timeout_ms);
        if (error && !inv.connected) {
            log_warn("failed to connect to %s", path);
            err_fail(e, error, "cannot connect to \"%s\" (%s)", path, err_text(error));
        } else if (error) {
            err_fail(e, error, "%s: transaction error (%s)", target, err_text(error));
        }
    }
    json_decref(inv.params);
    os_loop_free(inv.loop);
    os_free(path);
    if (error) {
        os_free(inv.text);
        return error;
    }
    *ok = inv.ok;
    *text = inv.text;
    return 0;
}
