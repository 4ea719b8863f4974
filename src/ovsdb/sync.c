/* SPDX-License-Identifier: Apache-2.0 */
/* The role of this server in an active-backup pair (--sync-from and the commands that manage it):
 * whom its databases would follow, without which tables, and whether they do. One role for all
 * databases that have a file; a configuration file may give each its own instead. Loop's
 * thread. */
#include "ovsdb/source.h"

#include <string.h>

static void
clear_exclude(struct server *s)
{
    for (size_t i = 0; i < s->sync.n_exclude; i++) {
        os_free(s->sync.exclude[i]);
    }
    os_free(s->sync.exclude);
    s->sync.exclude = NULL;
    s->sync.n_exclude = 0;
}

void
sync_fini(struct server *s)
{
    clear_exclude(s);
    os_free(s->sync.from);
}

/* ---- One database ---- */

/* May it be a backup at all? */
static bool
may_follow(const struct dbase *d)
{
    return !d->reserved && !dbase_is_relay(d);
}

void
sync_start(struct dbase *d)
{
    struct sync *sync = &d->server->sync;
    if (!sync->is_backup || !sync->from || !may_follow(d)) {
        return;
    }
    const char **exclude = xalloc((sync->n_exclude + 1) * sizeof *exclude);
    struct source_config config = {.remote = sync->from,
                                   .exclude = exclude,
                                   .has_probe_interval = sync->has_probe_interval,
                                   .probe_interval_ms = sync->probe_interval_ms};
    size_t n = strlen(d->name);
    for (size_t i = 0; i < sync->n_exclude; i++) {
        if (strncmp(sync->exclude[i], d->name, n) == 0 && sync->exclude[i][n] == ':') {
            exclude[config.n_exclude++] = sync->exclude[i] + n + 1;
        }
    }
    source_free(d->source);
    source_new(d, SOURCE_BACKUP, &config);
    os_free(exclude);
}

/* What clients may do has changed: they come again. */
static void
drop_for_role(struct server *s, bool is_backup)
{
    server_drop_sessions(s, is_backup ? "making server read-only" : "making server read/write");
}

int
server_follow(struct server *s, const char *name, const struct source_config *config)
{
    struct dbase *d = server_find_db(s, name);
    if (!d || !may_follow(d)) {
        return -E_NOENT;
    }
    if (config ? d->source && source_is_as(d->source, SOURCE_BACKUP, config) : !d->source) {
        return 0;
    }
    bool changes_role = !config != !d->source;
    server_flush(s);
    source_free(d->source);
    if (config) {
        source_new(d, SOURCE_BACKUP, config);
    }
    if (changes_role) {
        drop_for_role(s, config != NULL);
    }
    return 0;
}

/* ---- The role ---- */

void
server_set_active(struct server *s, const char *remote)
{
    os_free(s->sync.from);
    s->sync.from = xstrdup(remote);
}

const char *
server_active(const struct server *s)
{
    return s->sync.from;
}

static void
apply_role(struct server *s)
{
    server_flush(s);
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        if (may_follow(d)) {
            source_free(d->source);
            sync_start(d);
        }
    }
}

void
server_set_backup(struct server *s, bool is_backup)
{
    bool changes = s->sync.is_backup != is_backup;
    s->sync.is_backup = is_backup;
    if (changes || is_backup) {
        apply_role(s);
    }
    if (changes) {
        drop_for_role(s, is_backup);
    }
}

void
server_set_sync_probe_interval(struct server *s, uint64_t ms)
{
    s->sync.has_probe_interval = true;
    s->sync.probe_interval_ms = ms;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        if (dbase_is_backup(d)) {
            source_set_probe_interval(d->source, ms);
        }
    }
}

/* A list of "DB:TABLE", kept sorted, each once. */
static void
add_exclude(struct server *s, const char *word, size_t n)
{
    for (size_t i = 0; i < s->sync.n_exclude; i++) {
        if (strlen(s->sync.exclude[i]) == n && memcmp(s->sync.exclude[i], word, n) == 0) {
            return;
        }
    }
    s->sync.exclude = xrealloc(s->sync.exclude, (s->sync.n_exclude + 1) * sizeof *s->sync.exclude);
    s->sync.exclude[s->sync.n_exclude++] = xmemdup0(word, n);
}

void
server_set_sync_exclude(struct server *s, const char *list)
{
    clear_exclude(s);
    for (const char *p = list ? list : ""; *p;) {
        p += strspn(p, ", ");
        size_t n = strcspn(p, ", ");
        if (n) {
            add_exclude(s, p, n);
        }
        p += n;
    }
    strings_sort((const char **)(void *)s->sync.exclude, s->sync.n_exclude);
    if (s->sync.is_backup) {
        apply_role(s);
    }
}

void
server_sync_exclude(const struct server *s, struct str *out)
{
    for (size_t i = 0; i < s->sync.n_exclude; i++) {
        str_puts(out, i ? "," : "");
        str_puts(out, s->sync.exclude[i]);
    }
}

/* ---- sync-status ---- */

/* How many there are. */
static size_t
put_backups(const struct server *s, const char *word, bool synced, struct str *out)
{
    size_t n, found = 0;
    const char **names = server_db_names(s, false, &n);
    for (size_t i = 0; i < n; i++) {
        const struct dbase *d = server_find_db(s, names[i]);
        if (!dbase_is_backup(d) || source_is_synced(d->source) != synced) {
            continue;
        }
        if (!found++) {
            str_putf(out, "%s: %s\n", word, source_remote(d->source));
            str_puts(out, synced ? "database: " : "");
        } else {
            str_puts(out, synced ? ", " : "");
        }
        if (synced) {
            str_puts(out, d->name);
        } else if (source_error(d->source)) {
            str_putf(out, "error: %s: %s\n", d->name, source_error(d->source));
        }
    }
    str_puts(out, synced && found ? "\n" : "");
    os_free(names);
    return found;
}

void
server_sync_status(const struct server *s, struct str *out)
{
    bool any = false;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        any |= dbase_is_backup(d);
    }
    if (!any) {
        str_puts(out, "state: active\n");
        return;
    }
    str_puts(out, "state: backup\n");
    put_backups(s, "connecting", false, out);
    if (put_backups(s, "replicating", true, out) && s->sync.n_exclude) {
        str_puts(out, "exclude: ");
        server_sync_exclude(s, out);
        str_putc(out, '\n');
    }
}
