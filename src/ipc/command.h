/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime commands, as `ovs-appctl` calls them: JSON-RPC requests whose method is the command and
 * whose parameters are strings, over the socket RUNDIR/PROGRAM.PID.ctl (PROGRAM.ctl on
 * Windows). Wire form as observed of the packaged programs; output format json as options of the
 * request (newer Open vSwitch). Loop's thread only. */
#pragma once

#include "ipc/jsonrpc.h"

struct command_server;
struct command_call; /* one invocation, until it is answered */

/* A row of a command table. A daemon's tables list everything it can be told. */
struct command {
    const char *name;
    const char *usage; /* arguments as list-commands shows them, "" for none */
    unsigned int min_args, max_args;
    /* ARGV[0] is the name; ARGC counts it. Must answer the call, now or later. AUX is the
     * table's. */
    void (*run)(struct command_call *, int argc, const char *argv[], void *aux);
};

/* Listens on PATH (NULL: the default place; "none": nowhere; a relative one is below the run
 * directory). Adds the commands every daemon has: list-commands, version, and those of
 * logging and coverage and memory (command_builtin.c). */
int command_server_open(struct os_loop *, const char *path, struct command_server **,
                        struct err *);
void command_server_close(struct command_server *); /* NULL is fine */
/* Adds N rows, which must stay; a name that exists already is replaced. */
void command_add(struct command_server *, const struct command *rows, size_t n, void *aux);

/* Adds time/stop and time/warp, for daemons that run tests (--enable-dummy). */
void command_add_clock(struct command_server *);

/* Answers: each ends the call. TEXT may be NULL; it is copied; a newline is not added. */
void command_reply(struct command_call *, const char *text);
void command_reply_error(struct command_call *, const char *text);
/* For callers that asked for JSON: takes over V. Use only if command_wants_json(). */
void command_reply_json(struct command_call *, json_t *v);
bool command_wants_json(const struct command_call *);

/* The client's side: calls METHOD on the server at PATH (a socket, or a target as ovs-appctl -t
 * takes it: a program's name, a path, "program.pid"). Blocks on a loop of its own, at most
 * TIMEOUT_MS. *OK tells a reply from an error; *TEXT is the caller's to free. */
int command_invoke(const char *target, const char *method, const char *const args[], size_t n,
                   const char *format, uint64_t timeout_ms, bool *ok, char **text, struct err *);
