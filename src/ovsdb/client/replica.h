/* SPDX-License-Identifier: Apache-2.0 */
/* A client's replica of chosen columns of one database, kept current over JSON-RPC (RFC 7047
 * "monitor", or its successors monitor_cond and monitor_cond_since where the server knows them),
 * and transactions against it (replica_txn.h).
 *
 * The schema is the program's own (schema/ *.ovsschema, built in by dev/generate-rows, which also
 * makes typed accessors over this interface: vswitch_rows.h). Tables and columns are named by
 * their indexes in it. What the server's schema lacks reads as its default.
 *
 * Rows: a pointer stays good while the row exists; a deleted row's pointer stays good until
 * `changed` returns, or until replica_forget_changes() where changes are tracked. A connection
 * that is lost and comes back changes only the rows that really differ.
 *
 * Everything runs on the loop's thread; callbacks never run from inside a call to this module. */
#pragma once

#include "base/list.h"
#include "ipc/jsonrpc.h"
#include "ovsdb/schema.h"

struct replica;
struct replica_txn;

struct replica_events {
    /* The replica changed: at most once a round of the loop, after all that the round received.
     * Changes to quiet columns alone do not count; getting or losing the lock or the connection
     * does. May be NULL. */
    void (*changed)(void *aux);
};

/* -- Set-up -- */

/* A replica of no column yet. SCHEMA must outlive it. */
struct replica *replica_new(struct os_loop *, const struct db_schema *,
                            const struct replica_events *, void *aux);
/* Frees all rows; transactions on it must be gone. NULL is fine. */
void replica_free(struct replica *);

enum replica_watch {
    REPLICA_NONE,  /* not monitored (the state of every column at first) */
    REPLICA_QUIET, /* monitored; changes alone do not move seqno nor call `changed` */
    REPLICA_ALERT  /* monitored */
};
/* After replica_connect() a change takes effect with replica_resync(). A table is monitored when
 * one of its columns is, or after replica_watch_table (rows without any column). */
void replica_watch(struct replica *, uint32_t table, uint32_t column, enum replica_watch);
void replica_watch_table(struct replica *, uint32_t table);
void replica_watch_all(struct replica *, uint32_t table, enum replica_watch);
enum replica_watch replica_watched(const struct replica *, uint32_t table, uint32_t column);
/* Only rows of TABLE that meet CONDITION, an array as <where> has it of which one must hold
 * (taken over; NULL: all rows). A server without monitor_cond gives all rows all the same. */
void replica_set_condition(struct replica *, uint32_t table, json_t *condition);
/* Asks for the monitored columns again, as they now are; is_synced is false until they come. */
void replica_resync(struct replica *);

/* Takes the named lock on every connection; transactions then succeed only while it is held. */
void replica_set_lock(struct replica *, const char *name);
bool replica_has_lock(const struct replica *);          /* true too when no lock is set */
bool replica_is_lock_contended(const struct replica *); /* somebody else has it */

/* Connects to REMOTE ("unix:…", "tcp:…", a list of them), for ever or (RETRY false) once.
 * -E_AFNOSUPPORT or -E_INVAL when REMOTE is no stream's name. */
int replica_connect(struct replica *, const char *remote, bool retry, struct err *);
/* Of several servers, stays only with one that is connected to what it serves and, where that is
 * a cluster, leads it. Before replica_connect(). */
void replica_set_leader_only(struct replica *, bool);
/* Of several servers, tries them in the order in which they are named, not in a random one.
 * Before replica_connect(). */
void replica_keep_order(struct replica *);
void replica_set_probe_interval(struct replica *, uint64_t ms);
void replica_force_reconnect(struct replica *);

/* -- State -- */

bool replica_is_connected(const struct replica *);
/* False once a connection made with RETRY false has failed or ended. */
bool replica_is_alive(const struct replica *);
/* Why it is not: a negative code, 0 if there was no failure. */
int replica_last_error(const struct replica *);
/* What the server said when it refused the monitor (unknown database…), or NULL. */
const char *replica_refusal(const struct replica *);
/* The contents are those of the server, as of the last message. */
bool replica_is_synced(const struct replica *);
/* The contents were there at least once. */
bool replica_has_ever_connected(const struct replica *);
/* Moves when anything that counts has changed. */
uint64_t replica_seqno(const struct replica *);
const struct db_schema *replica_schema(const struct replica *);
/* Does the server's schema have the column? True before it is known. */
bool replica_server_has(const struct replica *, uint32_t table, uint32_t column);
struct os_loop *replica_loop(const struct replica *);

/* -- Rows -- */

enum replica_mark {
    REPLICA_INSERTED = 1,
    REPLICA_MODIFIED = 2,
    REPLICA_DELETED = 4,
    REPLICA_ALERTED = 8 /* modified in a column watched with REPLICA_ALERT */
};

struct replica_table;
struct replica_index_node;
struct replica_edit; /* what an open transaction does to a row */

struct replica_row {
    struct hnode node; /* in the table */
    struct uuid uuid;
    struct replica_table *table;
    struct replica_edit *edit; /* NULL unless an open transaction has touched the row */
    struct datum **values;     /* by column index, as in the database */
    void *user;                /* the program's, NULL at first */
    struct list change_node;   /* in the table's changes */
    struct replica_index_node *index_nodes;
    unsigned int marks; /* enum replica_mark, since changes were forgotten */
};

/* Rows of a table in no order, own inserts included and own deletes left out while a transaction
 * is open. The open transaction may delete the row at hand while walking. NULL at the end. */
struct replica_row *replica_first(const struct replica *, uint32_t table);
struct replica_row *replica_next(const struct replica_row *);
/* NULL when there is none. */
struct replica_row *replica_find(const struct replica *, uint32_t table, const struct uuid *);
size_t replica_n_rows(const struct replica *, uint32_t table);
/* The only row of a table such as Open_vSwitch, or NULL. */
static inline struct replica_row *
replica_only(const struct replica *r, uint32_t table)
{
    return replica_first(r, table);
}

struct replica *replica_row_owner(const struct replica_row *);
const struct table_schema *replica_row_schema(const struct replica_row *);
static inline bool
replica_row_is_deleted(const struct replica_row *row)
{
    return row->marks & REPLICA_DELETED;
}

/* The value of a column as an open transaction sees it; borrowed, good until the row changes. */
const struct datum *replica_edited(const struct replica_row *, uint32_t column);
static inline const struct datum *
replica_get(const struct replica_row *row, uint32_t column)
{
    return PORT_LIKELY(!row->edit) ? row->values[column] : replica_edited(row, column);
}
/* The row that the Ith key (value, for maps) of a reference column names; NULL when it is not in
 * the replica. A look-up in a hash table. */
struct replica_row *replica_ref(const struct replica_row *, uint32_t column, size_t i);
struct replica_row *replica_ref_value(const struct replica_row *, uint32_t column, size_t i);

/* -- Changes -- */

/* With tracking on, the rows changed since replica_forget_changes() can be walked, deleted ones
 * included, whose values are those they had last. */
void replica_track_changes(struct replica *, bool);
struct replica_row *replica_first_change(const struct replica *, uint32_t table);
struct replica_row *replica_next_change(const struct replica_row *);
void replica_forget_changes(struct replica *);
