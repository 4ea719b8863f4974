/* SPDX-License-Identifier: Apache-2.0 */
/* Between the runtime-command server and the commands every daemon has. */
#pragma once

#include "ipc/command.h"

/* The commands in order of their names; N gets how many. The caller frees the array. */
const struct command **command_sorted(const struct command_server *, size_t *n);
struct os_loop *command_loop(struct command_server *);
/* Answers CALL with nothing and sets the output format of its connection from then on. */
void command_reply_set_json(struct command_call *, bool json);
/* Adds list-commands, version, set-options, vlog/…, coverage/…, memory/show. */
void command_add_builtin(struct command_server *);
