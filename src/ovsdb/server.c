/* SPDX-License-Identifier: Apache-2.0 */
/* The server: its databases and the rounds of its loop. See server_internal.h for how a commit
 * travels. Loop's thread. */
#include "ovsdb/server_internal.h"

#include <string.h>

#include "ipc/replay.h"
#include "os/log.h"
#include "os/random.h"
#include "ovsdb/load.h"
#include "ovsdb/source.h"

LOG_MODULE(ovsdb_server);

#define STATUS_PERIOD_MS  2500
#define COMPACT_PERIOD_MS 60000

/* ---- Databases ---- */

struct dbase *
server_find_db(const struct server *s, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct dbase, d, node, hash_string(name, 0), &s->dbs) {
        if (strcmp(d->name, name) == 0) {
            return d;
        }
    }
    return NULL;
}

struct dbase *
dbase_new(struct server *s, struct db *db, struct storage *storage, bool reserved)
{
    struct dbase *d = xzalloc(sizeof *d);
    d->name = xstrdup(db->schema->name);
    d->server = s;
    d->db = db;
    d->storage = storage;
    d->reserved = reserved;
    d->is_available = true;
    list_init(&d->views);
    list_init(&d->triggers);
    list_init(&d->commits);
    history_init(&d->history);
    hmap_insert(&s->dbs, &d->node, hash_string(d->name, 0));
    return d;
}

void
dbase_free(struct dbase *d)
{
    source_free(d->source);
    hmap_remove(&d->server->dbs, &d->node);
    storage_close(d->storage);
    history_clear(&d->history);
    db_free(d->db);
    os_free(d->name);
    os_free(d);
}

static bool
is_open(const struct server *s, const char *path)
{
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        const char *other = storage_path(d->storage);
        if (other && strcmp(other, path) == 0) {
            return true;
        }
    }
    return false;
}

/* A schema without tables, until the source tells the real one. */
static struct db *
empty_db(const char *name)
{
    json_t *v = json_pack("{ssss s{}}", "name", name, "version", "0.0.0", "tables");
    struct db_schema *schema = NULL;
    VERIFY(db_schema_from_json(v, &schema, NULL) == 0);
    json_decref(v);
    return db_new(schema);
}

int
server_add_relay(struct server *s, const char *name, const struct source_config *config,
                 struct fault *f)
{
    if (!schema_is_id(name)) {
        return fault_set(f, -E_INVAL, "ovsdb error", "%s: not a valid database name", name);
    }
    if (server_find_db(s, name)) {
        return fault_set(f, -E_EXIST, "ovsdb error", "%s: duplicate database name", name);
    }
    struct dbase *d = dbase_new(s, empty_db(name), storage_open_memory("relay"), false);
    d->is_available = false;
    source_new(d, SOURCE_RELAY, config);
    status_add_db(d);
    return 0;
}

/* ARG is "relay:NAME:REMOTE". */
static int
add_relay_named(struct server *s, const char *arg, struct fault *f)
{
    const char *name = arg + strlen("relay:"), *colon = strchr(name, ':');
    if (!colon || !colon[1]) {
        return fault_set(f, -E_INVAL, "ovsdb error", "%s: invalid syntax", arg);
    }
    char *copy = xmemdup0(name, (size_t)(colon - name));
    int code = server_add_relay(s, copy, &(struct source_config){.remote = colon + 1}, f);
    os_free(copy);
    return code;
}

int
server_add_db(struct server *s, const char *path, const char **name, struct fault *f)
{
    if (strncmp(path, "relay:", 6) == 0) {
        return add_relay_named(s, path, f);
    }
    if (is_open(s, path)) {
        return fault_set(f, -E_BUSY, "ovsdb error", "%s: already open", path);
    }
    struct storage *storage = NULL;
    struct db *db = NULL;
    char *file = replay_file(path);
    int code = storage_open_file(file, false, os_now_ms(s->loop), &storage, f);
    os_free(file);
    if (!code) {
        code = load_db(storage, LOAD_SERVING, &db, f);
    }
    if (!code && server_find_db(s, db->schema->name)) {
        code =
            fault_set(f, -E_EXIST, "ovsdb error", "%s: duplicate database name", db->schema->name);
    }
    if (code) {
        db_free(db);
        storage_close(storage);
        return code;
    }
    storage_note_loaded(storage, os_now_ms(s->loop));
    struct dbase *d = dbase_new(s, db, storage, false);
    status_add_db(d);
    remotes_note_change(d);
    sync_start(d);
    if (name) {
        *name = d->name;
    }
    return 0;
}

bool
dbase_is_backup(const struct dbase *d)
{
    return d->source && source_kind(d->source) == SOURCE_BACKUP;
}

bool
dbase_is_relay(const struct dbase *d)
{
    return d->source && source_kind(d->source) == SOURCE_RELAY;
}

int
server_remove_db(struct server *s, const char *name)
{
    struct dbase *d = server_find_db(s, name);
    if (!d) {
        return -E_NOENT;
    }
    if (d->reserved) {
        return -E_PERM;
    }
    server_flush(s);
    triggers_cancel_db(d);
    monitors_cancel_db(d, true);
    source_free(d->source);
    status_remove_db(d);
    dbase_free(d);
    os_task_queue(&s->reconfigure_task);
    server_disconnect_unaware(s, "removing database");
    return 0;
}

void
server_set_data(struct dbase *d, struct db *db)
{
    dbase_flush(d);
    storage_cancel_snapshot(d->storage);
    triggers_cancel_db(d);
    monitors_cancel_db(d, true);
    history_clear(&d->history);
    db_free(d->db);
    d->db = db;
    remotes_note_change(d);
}

void
server_disconnect_unaware(struct server *s, const char *why)
{
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        if (!session->change_aware) {
            log_info("%s: disconnecting (%s)", jsonrpc_session_name(session->rpc), why);
            session_drop(session);
        }
    }
}

void
server_drop_sessions(struct server *s, const char *why)
{
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        log_info("%s: disconnecting (%s)", jsonrpc_session_name(session->rpc), why);
        session_drop(session);
    }
}

const char **
server_db_names(const struct server *s, bool all, size_t *n)
{
    const char **names = xalloc((hmap_count(&s->dbs) + 1) * sizeof *names);
    *n = 0;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        if (all || !d->reserved) {
            names[(*n)++] = d->name;
        }
    }
    strings_sort(names, *n);
    return names;
}

const char *
server_db_path(const struct server *s, const char *name)
{
    const struct dbase *d = server_find_db(s, name);
    return d ? storage_path(d->storage) : NULL;
}

int
server_storage_status(struct server *s, const char *name, struct str *out)
{
    const struct dbase *d = server_find_db(s, name);
    if (!d) {
        return -E_NOENT;
    }
    str_putf(out, "status: %s", d->storage->error.n ? str_text(&d->storage->error) : "ok");
    return 0;
}

void
server_set_column_diff(struct server *s, bool enabled)
{
    s->column_diff = enabled;
}

void
server_disable_conditions(struct server *s)
{
    s->no_conditions = true;
    server_reconnect(s);
}

int
server_tlog_set(struct server *s, const char *db, const char *table, bool on, struct fault *f)
{
    struct dbase *d = server_find_db(s, db);
    struct table *t = d ? db_find_table(d->db, table) : NULL;
    if (!t) {
        return fault_set(f, -E_NOENT, "", d ? "no such table" : "no such database");
    }
    t->logged = on;
    return 0;
}

void
server_tlog_list(const struct server *s, struct str *out)
{
    str_puts(out, "database        table                       logging\n"
                  "--------        -----                       -------\n");
    size_t n;
    const char **names = server_db_names(s, true, &n);
    for (size_t i = 0; i < n; i++) {
        const struct dbase *d = server_find_db(s, names[i]);
        str_putf(out, "%-16s \n", d->name);
        for (size_t j = 0; j < d->db->schema->n_tables; j++) {
            const struct table *t = &d->db->tables[j];
            str_putf(out, "                %-27s %s\n", t->schema->name, t->logged ? "ON" : "OFF");
        }
    }
    os_free(names);
}

/* ---- The server ---- */

static void
flush(void *s_)
{
    struct server *s = s_;
    server_flush(s);
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        session_check_backlog(session);
    }
}

static void
reconfigure(void *s)
{
    server_reconfigure(s, NULL);
}

static void
write_status(void *s_)
{
    struct server *s = s_;
    remotes_write_status(s);
    os_timer_start(&s->status_timer, STATUS_PERIOD_MS);
}

static void
look_at_sizes(void *s_)
{
    struct server *s = s_;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        dbase_compact_if_due(d);
    }
    os_timer_start(&s->compact_timer, COMPACT_PERIOD_MS);
}

struct server *
server_new(struct os_loop *loop)
{
    struct server *s = xzalloc(sizeof *s);
    s->loop = loop;
    s->id = os_uuid_new();
    s->column_diff = true;
    hmap_init(&s->dbs);
    hmap_init(&s->locks);
    list_init(&s->sessions);
    starts_init(s);
    remotes_init(s);
    os_task_init(&s->flush_task, loop, flush, s);
    os_task_init(&s->reconfigure_task, loop, reconfigure, s);
    os_timer_init(&s->trigger_timer, loop, server_triggers_timed, s);
    os_timer_init(&s->status_timer, loop, write_status, s);
    os_timer_init(&s->compact_timer, loop, look_at_sizes, s);
    os_timer_start(&s->status_timer, STATUS_PERIOD_MS);
    os_timer_start(&s->compact_timer, COMPACT_PERIOD_MS);
    s->status_db = status_db_new(s);
    status_add_db(s->status_db);
    return s;
}

void
server_free(struct server *s)
{
    if (!s) {
        return;
    }
    server_flush(s);
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        session_free(session);
    }
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        source_free(d->source);
    }
    remotes_fini(s);
    /* Sessions that held locks may have told others: nobody is left to hear. */
    os_task_cancel(&s->flush_task);
    os_task_cancel(&s->reconfigure_task);
    starts_fini(s);
    os_timer_stop(&s->trigger_timer);
    os_timer_stop(&s->status_timer);
    os_timer_stop(&s->compact_timer);
    HMAP_FOR_EACH_SAFE (struct dbase, d, node, &s->dbs) {
        dbase_flush(d);
        dbase_free(d);
    }
    sync_fini(s);
    hmap_fini(&s->dbs);
    hmap_fini(&s->locks);
    os_free(s->config_file);
    os_free(s->tls_private_key);
    os_free(s->tls_certificate);
    os_free(s->tls_ca_cert);
    os_free(s);
}

static void
count(json_t *counts, const char *name, size_t n)
{
    json_object_set_new(counts, name, json_integer((json_int_t)n));
}

void
server_count_memory(json_t *counts, void *server)
{
    const struct server *s = server;
    size_t atoms = 0, cells = 0, weak_refs = 0, monitors = 0, sessions = 0;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        size_t n_rows, n_cells, n_atoms;
        db_count(d->db, &n_rows, &n_cells, &n_atoms);
        atoms += n_atoms;
        cells += n_cells;
        weak_refs += hmap_count(&d->db->weak_refs);
    }
    LIST_FOR_EACH (struct session, session, node, &s->sessions) {
        monitors += session_n_monitors(session);
        sessions++;
    }
    count(counts, "atoms", atoms);
    count(counts, "cells", cells);
    count(counts, "monitors", monitors);
    count(counts, "n-weak-refs", weak_refs);
    if (s->n_triggers) {
        count(counts, "triggers", s->n_triggers);
    }
    if (sessions) {
        count(counts, "sessions", sessions);
    }
}
