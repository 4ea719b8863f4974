/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the replica share. replica.c keeps tables and rows, replica_session.c speaks
 * to the server, replica_update.c reads its updates, replica_index.c finds rows, replica_txn*.c
 * make transactions. */
#pragma once

#include "ovsdb/client/replica_txn.h"

struct replica_table {
    struct replica *replica;
    const struct table_schema *schema;
    uint32_t index;
    struct hmap rows;
    unsigned char *watch; /* enum replica_watch by column */
    bool *absent;         /* columns that the server's schema lacks */
    bool is_watched, is_absent;
    json_t *condition;
    struct list changes; /* rows, by change_node */
    struct replica_index *indexes;
};

enum replica_state {
    REPLICA_OFFLINE, /* no connection */
    REPLICA_SCHEMA,  /* asked for the schema, since the server did not take the first request */
    REPLICA_MONITOR, /* asked for the contents */
    REPLICA_SYNCED,  /* has them, updates follow */
    REPLICA_REFUSED  /* the server does not give them; asked again after a while */
};

/* Ways to monitor, best first. */
enum replica_method { METHOD_COND_SINCE, METHOD_COND, METHOD_PLAIN, METHOD_N };

/* Of the server's row in _Server. */
struct replica_server_status {
    bool is_connected, is_leader, is_clustered;
};

struct replica {
    struct os_loop *loop;
    const struct db_schema *schema;
    const struct replica_events *events;
    void *aux;
    struct replica_table *tables; /* by index in the schema */

    /* Connection. */
    struct jsonrpc_session *session;
    enum replica_state state;
    enum replica_method method;
    bool server_schema_known;
    int64_t next_id;      /* of requests */
    int64_t schema_id;    /* of the request in flight */
    int64_t monitor_id;   /* the same */
    int64_t monitor_name; /* names the monitor now in force */
    int64_t server_id;    /* of the request about _Server in flight, or -1 */
    struct replica_server_status server_status;
    bool leader_only, keeps_order;
    char *last_txn_id; /* for monitor_cond_since, or NULL */
    char *refusal;
    int last_error;
    struct os_timer retry;
    bool ever_synced;

    /* Lock. */
    char *lock_name;
    int64_t lock_id;
    bool lock_held, lock_contended;

    /* What the user sees. */
    uint64_t seqno;
    bool alert; /* something that counts changed this round */
    bool tracking;
    struct os_task tell;

    /* Transactions. */
    struct replica_txn *open_txn;
    struct list pending_txns; /* by replica_txn.node */
};

/* replica.c */
void replica_alert(struct replica *);
/* A row under UUID, not in the table yet; it starts with default values. */
struct replica_row *replica_row_new(struct replica_table *, const struct uuid *);
void replica_row_free(struct replica_row *);
/* The row whatever an open transaction says about it, provisional ones left out. */
struct replica_row *replica_find_stored(const struct replica_table *, const struct uuid *);
void replica_row_inserted(struct replica_row *);
void replica_row_deleted(struct replica_row *);
/* Takes VALUE over. */
void replica_row_set(struct replica_row *, uint32_t column, struct datum *value);

/* replica_index.c */
/* Before, and after, what readers see of the row changes. Nothing where that is done already, or
 * the row is not there for readers. */
void replica_row_leave_indexes(struct replica_row *);
void replica_row_enter_indexes(struct replica_row *);
/* Is ROW in an index over COLUMN? */
bool replica_row_is_indexed(const struct replica_row *, uint32_t column);
/* The rows have left. */
void replica_table_free_indexes(struct replica_table *);

/* replica_update.c */
enum replica_update_kind { UPDATE_V1, UPDATE_V2 };
/* Applies <table-updates> or <table-updates2>. IS_SNAPSHOT: rows not in it are gone. */
int replica_apply(struct replica *, const json_t *updates, enum replica_update_kind,
                  bool is_snapshot, struct fault *);

/* replica_session.c */
/* Sends a request if there is a connection, giving its id, else -1. Takes PARAMS over. */
int64_t replica_send(struct replica *, const char *method, json_t *params);

/* replica_server.c */
void replica_server_ask(struct replica *); /* on a new connection */
/* True when the message was about _Server. The connection may be on its way out then. */
bool replica_server_take_reply(struct replica *, const struct jsonrpc_msg *);
bool replica_server_take_update(struct replica *, const struct jsonrpc_msg *);

/* replica_commit.c */
void replica_txns_lost(struct replica *);
/* True when the reply was for a transaction. */
bool replica_txn_take_reply(struct replica *, const struct jsonrpc_msg *);

/* -- Transactions: replica_txn.c fills, replica_ops.c writes, replica_commit.c sends -- */

struct replica_column_edit {
    struct datum *value;         /* as readers see it */
    struct datum *add;           /* mutations: elements or pairs */
    struct datum *remove;        /* elements, or pairs of a map */
    struct datum *remove_keys;   /* keys of a map */
    bool is_written, is_mutated; /* never both */
    bool is_verified, is_forced;
};

struct replica_edit {
    struct replica_txn *txn;
    struct replica_row *row;
    struct list node; /* in replica_txn.edits */
    bool is_inserted, is_deleted, persist;
    bool is_reported; /* by REAL */
    size_t op;        /* index of the insert among the operations */
    struct uuid real; /* of an inserted row, once known */
    struct replica_column_edit *columns;
};

struct replica_txn {
    struct replica *replica;
    struct list node; /* in replica.pending_txns */
    struct list edits;
    enum replica_result result;
    int64_t id;
    struct str comment;
    bool dry_run;
    struct replica_row *increment_row;
    uint32_t increment_column;
    bool increment_forced;
    size_t increment_op; /* index of the select, SIZE_MAX if there is none */
    int64_t increment_value;
    size_t n_ops;
    json_t *ops; /* as sent, for replica_txn_text() */
    struct str error;
    void (*done)(void *aux, struct replica_txn *);
    void *aux;
    struct os_task finish;
};

bool replica_column_is_dirty(const struct replica_edit *, uint32_t column);
/* The parameters of "transact", NULL when there is nothing to send. */
json_t *replica_txn_ops(struct replica_txn *);
/* Takes its edits off the rows. */
void replica_txn_close(struct replica_txn *);
