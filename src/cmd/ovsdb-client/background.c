/* SPDX-License-Identifier: Apache-2.0 */
/* What stays to hear of changes: with --detach it also takes runtime commands, one of which ends
 * it. */
#include "cmd/ovsdb-client/client.h"
#include "ipc/command.h"
#include "os/daemon.h"
#include "os/log.h"

LOG_MODULE(ovsdb_client);

static struct command_server *server;
static bool exiting;

static void
command_exit(struct command_call *call, int argc, const char *argv[], void *c)
{
    (void)argc;
    (void)argv;
    (void)c;
    exiting = true;
    command_reply(call, NULL);
}

static const struct command commands[] = {
    {"exit", "", 0, 0, command_exit},
};

static bool
is_exiting(struct client *c)
{
    (void)c;
    return exiting;
}

void
background_start(struct client *c, const struct command *own, size_t n)
{
    struct err e;
    if (!daemon_should_detach()) {
        return;
    }
    if (command_server_open(c->loop, NULL, &server, &e)) {
        log_fatal("%s", e.text);
    }
    command_add(server, commands, ARRAY_LEN(commands), c);
    command_add(server, own, n, c);
}

void
background_serve(struct client *c)
{
    daemon_complete();
    rpc_serve(c, is_exiting);
    command_server_close(server);
}
