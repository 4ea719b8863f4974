/* SPDX-License-Identifier: Apache-2.0 */
/* The database server as a program sees it: databases come and go, remotes are listened or
 * connected to, clients are served on the loop given. Everything runs on the loop's thread. */
#pragma once

#include "ipc/jsonrpc.h"
#include "ovsdb/fault.h"

struct server;

/* A server with no databases but its own, _Server. */
struct server *server_new(struct os_loop *);
/* Flushes what is pending, ends all connections. NULL is fine. */
void server_free(struct server *);

/* ---- Databases ---- */

/* Opens the file PATH and serves it; its name goes to *NAME (may be NULL), borrowed. PATH may also
 * be "relay:NAME:REMOTE". */
int server_add_db(struct server *, const char *path, const char **name, struct fault *);
/* Serves the database NAME of another server: reads are answered here, changes passed on. */
struct source_config {
    const char *remote;         /* a connection method, or several with commas between them */
    const char *const *exclude; /* tables to leave alone; for backups */
    size_t n_exclude;
    bool has_max_backoff, has_probe_interval;
    uint64_t max_backoff_ms, probe_interval_ms;
};
int server_add_relay(struct server *, const char *name, const struct source_config *,
                     struct fault *);
/* -E_NOENT when there is none of that name. */
int server_remove_db(struct server *, const char *name);
/* Names, sorted; _Server is among them if ALL. The caller frees the array, not the names. */
const char **server_db_names(const struct server *, bool all, size_t *n);
/* The file behind a database; NULL when there is no such database or no file. */
const char *server_db_path(const struct server *, const char *name);
/* Compacts NAME, or every database when NULL, while they are served. ENDED is called once, when it
 * is done, with the first error and a borrowed fault (NULL: none). -E_NOENT: no such database. */
typedef void compact_ended(void *aux, int code, const struct fault *);
void server_compact(struct server *, const char *name, compact_ended *ended, void *aux);
/* Appends the lines of ovsdb-server/get-db-storage-status. -E_NOENT: no such database. */
int server_storage_status(struct server *, const char *name, struct str *out);
/* Records of changed rows are written whole instead of as differences (up to 2.14). */
void server_set_column_diff(struct server *, bool enabled);
/* Stops answering to conditional monitors, as servers before 2.6, and ends all connections. */
void server_disable_conditions(struct server *);
/* Logging of a table's operations. -E_NOENT with a sentence when there is none. */
int server_tlog_set(struct server *, const char *db, const char *table, bool on, struct fault *);
void server_tlog_list(const struct server *, struct str *out);

/* ---- Active-backup ---- */

/* Whom databases with a file follow while this server is a backup; NULL while unknown. A change
 * takes effect when the role is set (again). */
void server_set_active(struct server *, const char *remote);
const char *server_active(const struct server *);
void server_set_backup(struct server *, bool is_backup);
void server_set_sync_probe_interval(struct server *, uint64_t ms);
/* Tables to leave alone, as "DB:TABLE,…" (NULL: none); read back sorted. */
void server_set_sync_exclude(struct server *, const char *list);
void server_sync_exclude(const struct server *, struct str *out);
/* Appends what ovsdb-server/sync-status says. */
void server_sync_status(const struct server *, struct str *out);
/* The same for one database alone; CONFIG NULL: it follows nobody. -E_NOENT: no such database,
 * or none with a file. */
int server_follow(struct server *, const char *name, const struct source_config *config);

/* ---- Remotes ---- */

struct remote_options {
    uint64_t max_backoff_ms, probe_interval_ms;
    bool read_only, has_probe_interval, has_max_backoff;
    const char *role; /* of its clients, for rbac.h; NULL: none */
};
/* Adds a remote, which may be there already and gets these OPTIONS then (NULL: none).
 * "db:DB,TABLE,COLUMN" follows the database, whose rows have the options. */
int server_add_remote(struct server *, const char *name, const struct remote_options *options,
                      struct fault *);
/* -E_NOENT when it was not added. */
int server_remove_remote(struct server *, const char *name);
/* The names of those added, sorted; the caller frees the array, not the names. */
const char **server_remote_names(const struct server *, size_t *n);
/* Brings listeners and connections to what the remotes say. The first error is told (and
 * logged); the rest is opened nevertheless. */
int server_reconfigure(struct server *, struct fault *);
/* Is "db:DB,TABLE,COLUMN" there? Anything else is fine. */
int server_check_source(struct server *, const char *name, struct fault *);
/* Drops all connections; active ones come again. */
void server_reconnect(struct server *);
/* Files of TLS, as the options have them: a path, "db:DB,TABLE,COLUMN", or NULL. */
struct server_tls {
    const char *private_key, *certificate, *ca_cert;
    bool bootstrap_ca_cert;
};
void server_set_tls(struct server *, const struct server_tls *);

/* ---- Configuration file ---- */

/* Brings databases and remotes to what the file PATH says (ovsdb-server(1), --config-file). A
 * file that makes no sense changes nothing; what cannot be opened is told, and the rest done. */
int server_read_config(struct server *, const char *path, struct fault *);
/* The file it was configured from, or NULL. */
const char *server_config_file(const struct server *);

/* ---- What it is doing ---- */

/* Adds the counts of memory/show to COUNTS. SERVER is a void * so that this can be a
 * memory_reporter. */
void server_count_memory(json_t *counts, void *server);
