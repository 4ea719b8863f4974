/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime commands of ovsdb-server(1). Loop's thread. */
#pragma once

#include "ipc/command.h"
#include "ovsdb/server.h"

/* Adds them to COMMANDS. STOP(aux) is called by "exit", after its answer. */
struct server_commands;
struct server_commands *server_commands_add(struct command_server *, struct server *,
                                            void (*stop)(void *aux), void *aux);
void server_commands_free(struct server_commands *);
