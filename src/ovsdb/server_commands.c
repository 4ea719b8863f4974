/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime commands of the database server. A row of the table each; answers are worded as
 * ovsdb-server's. Loop's thread. */
#include "ovsdb/server_commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/log.h"

LOG_MODULE(ovsdb_server);

struct server_commands {
    struct server *server;
    void (*stop)(void *aux);
    void *aux;
};

static void
reply_fault(struct command_call *call, int code, const struct fault *f, const char *otherwise)
{
    if (!code) {
        command_reply(call, NULL);
    } else if (f && f->tag) {
        char *text = fault_to_text(f);
        command_reply_error(call, text);
        os_free(text);
    } else {
        command_reply_error(call, otherwise);
    }
}

/* The same, and finishes the fault. */
static void
reply_code(struct command_call *call, int code, struct fault *f, const char *otherwise)
{
    reply_fault(call, code, f, otherwise);
    if (f) {
        fault_fini(f);
    }
}

/* What a configuration file says is changed there. */
static bool
refuse_configured(struct command_call *call, const struct server_commands *c)
{
    const char *path = server_config_file(c->server);
    if (path) {
        char *text = xasprintf("configured by %s: change that and run ovsdb-server/reload", path);
        command_reply_error(call, text);
        os_free(text);
    }
    return path != NULL;
}

static void
run_reload(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    struct fault f = FAULT_INIT;
    if (!server_config_file(c->server)) {
        command_reply_error(call, "no configuration file (--config-file) is in use");
        return;
    }
    int code = server_read_config(c->server, server_config_file(c->server), &f);
    reply_code(call, code, &f, err_text(code));
}

static void
run_exit(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    command_reply(call, NULL);
    c->stop(c->aux);
}

static void
reply_names(struct command_call *call, const char **names, size_t n)
{
    struct str out = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        str_putf(&out, "%s\n", names[i]);
    }
    command_reply(call, str_text(&out));
    str_fini(&out);
    os_free(names);
}

static void
run_list_dbs(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    size_t n;
    const char **names = server_db_names(c->server, true, &n);
    reply_names(call, names, n);
}

static void
run_list_remotes(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    size_t n;
    const char **names = server_remote_names(c->server, &n);
    reply_names(call, names, n);
}

static void
compacted(void *call_, int code, const struct fault *f)
{
    reply_fault(call_, code, f, "no database by that name");
}

static void
run_compact(struct command_call *call, int argc, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    server_compact(c->server, argc > 1 ? argv[1] : NULL, compacted, call);
}

static void
run_reconnect(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    server_reconnect(c->server);
    command_reply(call, NULL);
}

static void
run_add_db(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    struct fault f = FAULT_INIT;
    int code = server_add_db(c->server, argv[1], NULL, &f);
    reply_code(call, code, &f, err_text(code));
}

static void
run_remove_db(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    int code = server_remove_db(c->server, argv[1]);
    reply_code(call, code, NULL,
               code == -E_PERM ? "Cannot remove reserved database."
                               : "Failed to find the database.");
}

static void
run_add_remote(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    struct fault f = FAULT_INIT;
    int code = server_add_remote(c->server, argv[1], NULL, &f);
    if (!code) {
        server_reconfigure(c->server, NULL);
    }
    reply_code(call, code, &f, err_text(code));
}

static void
run_remove_remote(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    int code = server_remove_remote(c->server, argv[1]);
    if (!code) {
        server_reconfigure(c->server, NULL);
    }
    reply_code(call, code, NULL, "no such remote");
}

static void
run_storage_status(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    struct str out = STR_INIT;
    if (server_storage_status(c->server, argv[1], &out)) {
        command_reply_error(call, "Failed to find the database.");
    } else {
        str_putc(&out, '\n');
        command_reply(call, out.s);
    }
    str_fini(&out);
}

static void
run_tlog_set(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    char *db = xstrdup(argv[1]), *colon = strchr(db, ':');
    struct fault f = FAULT_INIT;
    int code;
    bool on = strcmp(argv[2], "on") == 0;
    if (!colon) {
        code = fault_set(&f, -E_INVAL, "", "invalid DB:TABLE argument");
    } else if (!on && strcmp(argv[2], "off") != 0) {
        code = fault_set(&f, -E_INVAL, "", "invalid command argument");
    } else {
        *colon = '\0';
        code = server_tlog_set(c->server, db, colon + 1, on, &f);
    }
    reply_code(call, code, &f, err_text(code));
    os_free(db);
}

static void
run_tlog_list(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    struct str out = STR_INIT;
    server_tlog_list(c->server, &out);
    command_reply(call, out.s);
    str_fini(&out);
}

static void
run_perf_counters(struct command_call *call, int argc UNUSED, const char *argv[], void *c UNUSED)
{
    command_reply(call, strcmp(argv[0], "ovsdb-server/perf-counters-show") == 0
                            ? "performance counter is not supported on this platform\n"
                            : NULL);
}

/* Memory goes back to the system as it is freed; the switch is accepted for scripts' sake. */
static void
run_memory_trim(struct command_call *call, int argc UNUSED, const char *argv[], void *c UNUSED)
{
    bool on = strcmp(argv[1], "on") == 0;
    if (!on && strcmp(argv[1], "off") != 0) {
        command_reply_error(call, "invalid argument");
        return;
    }
    log_info("memory trimming after compaction %s.", on ? "enabled" : "disabled");
    command_reply(call, NULL);
}

static void
run_disable_monitor_cond(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                         void *c_)
{
    struct server_commands *c = c_;
    server_disable_conditions(c->server);
    command_reply(call, NULL);
}

/* ---- Active-backup ---- */

static void
run_set_active(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    server_set_active(c->server, argv[1]);
    command_reply(call, NULL);
}

static void
run_get_active(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    struct str out = STR_INIT;
    if (server_active(c->server)) {
        str_putf(&out, "%s\n", server_active(c->server));
    }
    command_reply(call, str_text(&out));
    str_fini(&out);
}

static void
run_set_exclude(struct command_call *call, int argc, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    server_set_sync_exclude(c->server, argc > 1 ? argv[1] : NULL);
    command_reply(call, NULL);
}

static void
run_get_exclude(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    struct str out = STR_INIT;
    server_sync_exclude(c->server, &out);
    str_puts(&out, out.n ? "\n" : "");
    command_reply(call, str_text(&out));
    str_fini(&out);
}

static void
run_connect_active(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    if (!server_active(c->server)) {
        command_reply(call, "Unable to connect: active server is not specified.\n");
        return;
    }
    server_set_backup(c->server, true);
    command_reply(call, NULL);
}

static void
run_disconnect_active(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                      void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    server_set_backup(c->server, false);
    command_reply(call, NULL);
}

static void
run_sync_probe_interval(struct command_call *call, int argc UNUSED, const char *argv[], void *c_)
{
    struct server_commands *c = c_;
    if (refuse_configured(call, c)) {
        return;
    }
    char *tail;
    errno = 0;
    long long ms = strtoll(argv[1], &tail, 10);
    if (errno || tail == argv[1] || *tail || ms < 0) {
        command_reply(call, "Invalid probe interval, integer value expected\n");
        return;
    }
    server_set_sync_probe_interval(c->server, (uint64_t)ms);
    command_reply(call, NULL);
}

static void
run_sync_status(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *c_)
{
    struct server_commands *c = c_;
    struct str out = STR_INIT;
    server_sync_status(c->server, &out);
    command_reply(call, str_text(&out));
    str_fini(&out);
}

static const struct command commands[] = {
    {"exit", "", 0, 0, run_exit},
    {"ovsdb-server/add-db", "DB", 1, 1, run_add_db},
    {"ovsdb-server/add-remote", "REMOTE", 1, 1, run_add_remote},
    {"ovsdb-server/compact", "", 0, 1, run_compact},
    {"ovsdb-server/connect-active-ovsdb-server", "", 0, 0, run_connect_active},
    {"ovsdb-server/disable-monitor-cond", "", 0, 0, run_disable_monitor_cond},
    {"ovsdb-server/disconnect-active-ovsdb-server", "", 0, 0, run_disconnect_active},
    {"ovsdb-server/get-active-ovsdb-server", "", 0, 0, run_get_active},
    {"ovsdb-server/get-db-storage-status", "DB", 1, 1, run_storage_status},
    {"ovsdb-server/get-sync-exclude-tables", "", 0, 0, run_get_exclude},
    {"ovsdb-server/list-dbs", "", 0, 0, run_list_dbs},
    {"ovsdb-server/list-remotes", "", 0, 0, run_list_remotes},
    {"ovsdb-server/memory-trim-on-compaction", "on|off", 1, 1, run_memory_trim},
    {"ovsdb-server/perf-counters-clear", "", 0, 0, run_perf_counters},
    {"ovsdb-server/perf-counters-show", "", 0, 0, run_perf_counters},
    {"ovsdb-server/reconnect", "", 0, 0, run_reconnect},
    {"ovsdb-server/reload", "", 0, 0, run_reload},
    {"ovsdb-server/remove-db", "DB", 1, 1, run_remove_db},
    {"ovsdb-server/remove-remote", "REMOTE", 1, 1, run_remove_remote},
    {"ovsdb-server/set-active-ovsdb-server", "", 1, 1, run_set_active},
    {"ovsdb-server/set-active-ovsdb-server-probe-interval", "", 1, 1, run_sync_probe_interval},
    {"ovsdb-server/set-sync-exclude-tables", "", 0, 1, run_set_exclude},
    {"ovsdb-server/sync-status", "", 0, 0, run_sync_status},
    {"ovsdb-server/tlog-list", "", 0, 0, run_tlog_list},
    {"ovsdb-server/tlog-set", "DB:TABLE on|off", 2, 2, run_tlog_set},
};

struct server_commands *
server_commands_add(struct command_server *to, struct server *s, void (*stop)(void *aux),
                    void *aux)
{
    struct server_commands *c = xzalloc(sizeof *c);
    c->server = s;
    c->stop = stop;
    c->aux = aux;
    command_add(to, commands, ARRAY_LEN(commands), c);
    return c;
}

void
server_commands_free(struct server_commands *c)
{
    os_free(c);
}
