/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb-client's own parts. A command gets a connection (unless it makes its own), the name of a
 * database if it needs one, and its remaining arguments; it prints its answer and returns.
 * Mistakes and refusals end the process with log_fatal(). One thread, one loop. */
#pragma once

#include "ipc/jsonrpc.h"
#include "ovsdb/schema.h"
#include "text/table.h"

struct client {
    struct os_loop *loop;
    struct table_style style;
    bool force; /* restore */
    const char *server;
    const char *database;

    /* Connection. */
    struct stream *stream; /* while connecting */
    struct jsonrpc *rpc;
    bool is_connected;
    int ended; /* why the connection ended, 0 while it is there */
    int64_t next_id, awaited_id;
    struct jsonrpc_msg reply; /* owned JSON, while `has_reply` */
    bool has_reply;
    /* What comes besides replies; may be NULL. */
    void (*notified)(struct client *, const char *method, const json_t *params);
    void *aux;
};

enum client_needs {
    NEEDS_SERVER_NAME, /* connects itself */
    NEEDS_SERVER,
    NEEDS_DATABASE
};

struct client_command {
    const char *name;
    enum client_needs needs;
    int min_args, max_args; /* besides server and database */
    void (*run)(struct client *, int argc, char *argv[]);
    const char *help; /* usage and explanation, as --help prints them */
    bool may_detach;
};

extern const struct client_command client_commands[]; /* main.c, ended by a row of zeros */

/* -- rpc.c -- */

/* Connects to c->server; ends the process if it cannot. */
void rpc_connect(struct client *);
void rpc_disconnect(struct client *);
/* Sends a request (PARAMS taken over) and waits for its reply. The result (borrowed until the
 * next call); an error reply ends the process, unless ERROR is not NULL, where it is put. */
const json_t *rpc_call(struct client *, const char *method, json_t *params, const json_t **error);
/* Serves notifications until DONE says true; an end of the connection ends the process. */
void rpc_serve(struct client *, bool (*done)(struct client *));
/* The schema of c->database, the caller's. */
struct db_schema *rpc_get_schema(struct client *);

/* -- background.c -- */
struct command;
/* With --detach: takes runtime commands from now on, "exit" and N that are OWN to the caller, who
 * gets the client as their context. */
void background_start(struct client *, const struct command *own, size_t n);
/* Says that all is well, and serves notifications until told to exit. */
void background_serve(struct client *);

/* -- print.c -- */
void print_json(const struct client *, const json_t *);
void print_table(const struct client *, const struct table *);
/* VALUE of a column of TYPE (NULL: an empty cell). */
void add_value(struct table *, const struct datum_type *, const json_t *value);
/* Reads TEXT as JSON, or ends the process as the packaged program does. */
json_t *read_json_arg(const char *text);

/* -- The commands, by file -- */
void cmd_list_dbs(struct client *, int argc, char *argv[]); /* cmd_schema.c */
void cmd_get_schema(struct client *, int argc, char *argv[]);
void cmd_get_schema_version(struct client *, int argc, char *argv[]);
void cmd_get_schema_cksum(struct client *, int argc, char *argv[]);
void cmd_list_tables(struct client *, int argc, char *argv[]);
void cmd_list_columns(struct client *, int argc, char *argv[]);
void cmd_convert(struct client *, int argc, char *argv[]);
void cmd_needs_conversion(struct client *, int argc, char *argv[]);
void cmd_transact(struct client *, int argc, char *argv[]); /* cmd_data.c */
void cmd_query(struct client *, int argc, char *argv[]);
void cmd_dump(struct client *, int argc, char *argv[]);
void cmd_backup(struct client *, int argc, char *argv[]); /* cmd_backup.c */
void cmd_restore(struct client *, int argc, char *argv[]);
void cmd_monitor(struct client *, int argc, char *argv[]); /* cmd_monitor.c */
void cmd_monitor_cond(struct client *, int argc, char *argv[]);
void cmd_monitor_cond_since(struct client *, int argc, char *argv[]);
void cmd_wait(struct client *, int argc, char *argv[]); /* cmd_wait.c */
void cmd_lock(struct client *, int argc, char *argv[]); /* cmd_lock.c */
void cmd_steal(struct client *, int argc, char *argv[]);
void cmd_unlock(struct client *, int argc, char *argv[]);
