/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share. A hosted database (`dbase`) joins the data in memory, its
 * storage, who monitors it and which requests wait. A commit goes through these steps:
 *
 *   transact.c   runs the operations, writes the record into the storage's buffer, lets
 *                monitor.c write the updates, queues a `commit`;
 *   commit.c     at the end of the loop's round flushes the storage once, then delivers updates
 * and replies in order, and makes the transactions final (or undoes them, newest first).
 *
 * So replies and updates never tell of what could still be lost. */
#pragma once

#include "base/list.h"
#include "ovsdb/condition.h"
#include "ovsdb/history.h"
#include "ovsdb/server.h"
#include "ovsdb/storage.h"
#include "ovsdb/txn.h"

struct session;
struct source;
struct monitor_view;

/* The role in an active-backup pair, sync.c. */
struct sync {
    char *from;     /* whom to follow, NULL: unknown */
    char **exclude; /* "DB:TABLE", sorted */
    size_t n_exclude;
    bool is_backup, has_probe_interval;
    uint64_t probe_interval_ms;
};

struct server {
    struct os_loop *loop;
    struct hmap dbs; /* dbase by name, _Server too */
    struct dbase *status_db;
    struct list sessions;
    struct hmap locks;
    struct uuid id;
    bool column_diff;
    struct os_task flush_task;
    struct os_task reconfigure_task;
    struct os_task start_task;
    struct list starts; /* monitor_start: monitors whose first reply is being written */
    struct os_timer trigger_timer;
    struct os_timer status_timer;
    struct os_timer compact_timer;
    struct list remotes;   /* server_remote */
    struct hmap endpoints; /* endpoint by target */
    char *tls_private_key, *tls_certificate, *tls_ca_cert;
    bool tls_bootstrap, tls_set;
    struct sync sync;
    char *config_file;  /* NULL: none */
    bool no_conditions; /* pretend not to know conditional monitors */
    size_t n_triggers;
};

struct dbase {
    struct hnode node;
    char *name;
    struct server *server;
    struct db *db;
    struct storage *storage;
    struct source *source; /* whom it follows, NULL: nobody */
    bool reserved;         /* the server's own */
    bool is_available;     /* false for a relay that does not know its schema yet */
    struct list views;     /* monitor_view */
    struct list triggers;  /* trigger: requests that wait */
    struct list commits;   /* commit: done in memory, not yet flushed */
    struct history history;
    struct uuid status_uuid;
    struct dbase_compaction *compaction; /* under way, or NULL */
    bool commits_durable;                /* one of them asks for it */
};

struct session {
    struct list node;
    struct server *server;
    struct jsonrpc_session *rpc;
    struct endpoint *endpoint;   /* where it came from */
    struct hmap monitors;        /* session_monitor by id */
    struct monitor_start *start; /* a reply that is being written; `out` waits for it */
    struct list triggers, lock_waiters;
    struct str out;             /* replies of this round */
    size_t largest_reply;       /* in bytes, of this connection */
    size_t queued_bytes;        /* of results in the queue of commits, about */
    struct commit *last_commit; /* the last one queued whose reply is for this client */
    bool change_aware, read_only, accepted;
    bool dead; /* to be freed when nobody looks */
};

/* ---- server.c ---- */
struct dbase *server_find_db(const struct server *, const char *name);
struct dbase *dbase_new(struct server *, struct db *, struct storage *, bool reserved);
/* Cancels what clients have to do with D, and frees it. */
void dbase_free(struct dbase *);
/* Clients that do not watch _Server are to notice: ends their connections. */
void server_disconnect_unaware(struct server *, const char *why);
void server_drop_sessions(struct server *, const char *why);
/* Is D the copy of another server's database: one with a file, which refuses to be changed here;
 * or one without, which passes changes on? */
bool dbase_is_backup(const struct dbase *);
bool dbase_is_relay(const struct dbase *);
void server_set_data(struct dbase *, struct db *);

/* ---- compact.c ---- */
/* Starts writing the database anew, or joins who does that already. ENDED is called once, with a
 * borrowed fault, maybe before this returns. */
void dbase_compact(struct dbase *, compact_ended *ended, void *aux);
/* The same because it is due; the log tells how it ends. */
void dbase_compact_if_due(struct dbase *);
/* T is about to be queued as a commit. */
void compact_note_txn(struct dbase *, const struct txn *t);

/* ---- commit.c ---- */
/* An update of one view, to go to all its subscribers. */
struct view_update {
    struct list node;
    struct monitor_view *view;
    struct str text;
};
struct commit {
    struct list node;
    struct txn *txn;         /* NULL: a reply only */
    struct session *session; /* NULL: nobody waits, or gone */
    json_t *id;
    struct str results; /* as exec_result.json */
    struct str after;   /* what the client gets after the reply: answers to later requests */
    struct list updates;
};
/* Queues what was executed; takes TXN, ID's reference and RESULTS over. */
void commit_add(struct dbase *, struct txn *txn, struct session *, json_t *id,
                struct str *results);
/* Writes what is queued, tells of it, and lets those go on that waited for it, until nothing is
 * queued: memory is what the file is then. */
void dbase_flush(struct dbase *);
/* The same for all databases; and sends out what their clients are told. */
void server_flush(struct server *);
/* SESSION is going: nobody waits for its replies. */
void commits_forget_session(struct server *, struct session *);

/* ---- transact.c ---- */
void transact_request(struct session *, json_t *params, json_t *id);
void transact_cancel(struct session *, const json_t *id);
/* Runs those that wait, because something changed or time passed. */
void triggers_run(struct dbase *);
/* Ends all that wait on D, or all of SESSION, telling the clients if they are to know. */
void triggers_cancel_db(struct dbase *);
void triggers_cancel_session(struct session *);
void server_triggers_timed(void *server);

/* ---- monitor_start.c: first replies of monitors, in pieces ---- */
struct monitor_start;
void starts_init(struct server *);
void starts_fini(struct server *);
/* T is about to be queued as a commit. */
void starts_note_txn(struct dbase *, const struct txn *t);
/* Writes the rest at once and sends it: D's data is to be replaced or undone. */
void starts_finish_db(struct dbase *);
/* The same for one; NULL is allowed. */
void start_finish(struct monitor_start *);
/* Forgets it: the client is gone. */
void start_cancel(struct monitor_start *);

/* ---- monitor.c, monitor_request.c, monitor_write.c ---- */
void monitor_request(struct session *, const char *method, const json_t *params, json_t *id);
void monitor_cond_change_request(struct session *, const json_t *params, json_t *id);
void monitor_cancel_request(struct session *, const json_t *params, json_t *id);
/* Appends to UPDATES what each view of D shows of the checked T. */
void monitors_write_txn(struct dbase *, struct txn *, struct list *updates);
void monitors_deliver(struct view_update *, const struct uuid *txn_id);
void monitors_cancel_db(struct dbase *, bool notify);
void monitors_cancel_session(struct session *);
size_t session_n_monitors(const struct session *);

/* ---- tlog.c ---- */
void tlog_txn(const struct txn *);

/* ---- lock.c ---- */
enum lock_mode { LOCK_WAIT, LOCK_STEAL };
void lock_request(struct session *, enum lock_mode, const json_t *params, json_t *id);
void unlock_request(struct session *, const json_t *params, json_t *id);
void locks_forget_session(struct session *);
bool session_holds_lock(void *session, const char *name);

/* ---- convert.c ---- */
void convert_request(struct session *, const json_t *params, json_t *id);

/* ---- sync.c ---- */
/* Lets D follow the active server if that is this server's role. */
void sync_start(struct dbase *);
void sync_fini(struct server *);

/* ---- status.c: the database _Server ---- */
struct dbase *status_db_new(struct server *);
void status_add_db(struct dbase *);
void status_update_db(struct dbase *);
void status_remove_db(struct dbase *);

/* ---- session.c ---- */
void session_accept(struct server *, struct endpoint *, struct stream *, bool read_only);
struct session *session_connect(struct server *, struct endpoint *, const char *target,
                                bool read_only);
void session_free(struct session *);
/* Ends the connection; an active one comes again. */
void session_drop(struct session *);
/* The role of its remote and the name in its certificate, NULL where there is none. */
const char *session_role(const struct session *);
const char *session_client_id(const struct session *);
/* Each takes over the references it is given. */
void session_reply(struct session *, json_t *result, json_t *id);
void session_error(struct session *, json_t *error, json_t *id);
void session_fault(struct session *, struct fault *, json_t *id); /* finishes the fault */
void session_notify(struct session *, const char *method, json_t *params);
/* The same with a result that the caller writes, straight to where it goes out from. */
struct str *session_begin_reply(struct session *, const json_t *id);
void session_end_reply(struct session *, struct str *out);
/* Appends the beginning of a reply, up to its result. */
void session_put_reply_head(struct str *out, const json_t *id);
/* Ends REPLY, whose result is written, and takes it over; it goes out before what waits. */
void session_put_reply_first(struct session *, struct str *reply);
/* A reply with a result that is text. */
void session_put_text_reply(struct session *, const json_t *id, const char *result, size_t n);
/* The reply to a commit, which goes out at once; others wait behind commits that are queued. */
void session_put_reply(struct session *, const json_t *id, const char *result, size_t n);
void session_send_out(struct session *);
/* Ends the connection to a client that does not read what it is sent. */
void session_check_backlog(struct session *);
/* The database that params[0] names; NULL and a fault otherwise. */
struct dbase *session_find_db(struct session *, const char *method, const json_t *params,
                              struct fault *);

/* ---- remotes.c, remotes_db.c ---- */
struct endpoint;
void remotes_init(struct server *);
void remotes_fini(struct server *);
/* A commit changed D: what is read from it may have to follow. */
void remotes_note_change(struct dbase *);
/* Reads "db:DB,TABLE,COLUMN" remote NAME; calls WANT for every target found. */
int remotes_query(struct server *, const char *name,
                  void (*want)(struct server *, const char *target, const struct remote_options *),
                  struct fault *);
/* The first nonempty string of "db:DB,TABLE,COLUMN"; the caller frees it, NULL if none. */
char *remotes_query_string(struct server *, const char *name, struct fault *);
/* Writes is_connected and status columns of rows that describe connections. */
void remotes_write_status(struct server *);
struct endpoint_status {
    bool is_connected;
    const char *state;
    uint64_t last_connected_ms, last_disconnected_ms;
    int last_error;
    size_t n_connections;
    uint16_t bound_port;
};
const char *endpoint_role(const struct endpoint *);
bool endpoint_get_status(const struct server *, const char *target, struct endpoint_status *);
size_t endpoint_n_sessions(const struct server *);
