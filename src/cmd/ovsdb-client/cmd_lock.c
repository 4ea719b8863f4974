/* SPDX-License-Identifier: Apache-2.0 */
/* lock, steal, unlock (ovsdb-client(1), "Testing Commands"): one request, its answer, then
 * whatever the server has to say about locks, for ever. In the background the same requests can
 * be given as runtime commands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "ipc/command.h"

static void
notified(struct client *c, const char *method, const json_t *params)
{
    if (strcmp(method, "locked") == 0 || strcmp(method, "stolen") == 0) {
        puts(method);
        print_json(c, params);
        fflush(stdout);
    }
}

static json_t *
lock_params(const char *lock)
{
    json_t *params = json_array();
    json_array_append_new(params, json_string(lock));
    return params;
}

static void
send_and_print(struct client *c, const char *method, const char *lock)
{
    const json_t *error;
    const json_t *result = rpc_call(c, method, lock_params(lock), &error);
    if (result) {
        print_json(c, result);
    }
    fflush(stdout);
}

/* The name of the runtime command is the method. */
static void
command_lock(struct command_call *call, int argc, const char *argv[], void *c_)
{
    struct client *c = c_;
    (void)argc;
    jsonrpc_send_request(c->rpc, argv[0], lock_params(argv[1]), json_integer(c->next_id++));
    command_reply(call, NULL);
}

static const struct command commands[] = {
    {"lock", "LOCK", 1, 1, command_lock},
    {"steal", "LOCK", 1, 1, command_lock},
    {"unlock", "LOCK", 1, 1, command_lock},
};

static void
run_lock(struct client *c, const char *method, char *argv[])
{
    c->notified = notified;
    background_start(c, commands, ARRAY_LEN(commands));
    send_and_print(c, method, argv[0]);
    background_serve(c);
}

void
cmd_lock(struct client *c, int argc, char *argv[])
{
    (void)argc;
    run_lock(c, "lock", argv);
}

void
cmd_steal(struct client *c, int argc, char *argv[])
{
    (void)argc;
    run_lock(c, "steal", argv);
}

void
cmd_unlock(struct client *c, int argc, char *argv[])
{
    (void)argc;
    run_lock(c, "unlock", argv);
}
