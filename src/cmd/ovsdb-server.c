/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb-server: serves databases to clients (ovsdb-server(1)). Options and the order of starting
 * are here; the work is in src/ovsdb. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/memory.h"
#include "ipc/replay.h"
#include "ipc/tls.h"
#include "os/child.h"
#include "os/daemon.h"
#include "os/dirs.h"
#include "os/log.h"
#include "os/process.h"
#include "ovsdb/server_commands.h"
#include "text/options.h"
#include "text/version.h"

LOG_MODULE(ovsdb_server);

enum {
    OPT_REMOTE = 0x100,
    OPT_UNIXCTL,
    OPT_RUN,
    OPT_NO_DBS,
    OPT_CONFIG_FILE,
    OPT_SYNC_FROM,
    OPT_SYNC_EXCLUDE,
    OPT_ACTIVE,
    OPT_DISABLE_FILE_COLUMN_DIFF
};

static const struct option own_options[] = {
    {"remote", required_argument, NULL, OPT_REMOTE},
    {"unixctl", required_argument, NULL, OPT_UNIXCTL},
    {"run", required_argument, NULL, OPT_RUN},
    {"no-dbs", no_argument, NULL, OPT_NO_DBS},
    {"config-file", required_argument, NULL, OPT_CONFIG_FILE},
    {"sync-from", required_argument, NULL, OPT_SYNC_FROM},
    {"sync-exclude-tables", required_argument, NULL, OPT_SYNC_EXCLUDE},
    {"active", no_argument, NULL, OPT_ACTIVE},
    {"disable-file-column-diff", no_argument, NULL, OPT_DISABLE_FILE_COLUMN_DIFF},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
};

struct settings {
    const char **remotes, **dbs;
    size_t n_remotes, remotes_capacity, n_dbs;
    const char *unixctl, *run, *config_file, *sync_from, *sync_exclude;
    bool no_dbs, no_column_diff, active;
    struct server_tls tls;
};

static void PORT_NORETURN
usage(void)
{
    printf("%s: Open vSwitch database server\n"
           "usage: %s [OPTIONS] [DATABASE...]\n"
           "where each DATABASE is a database file in ovsdb format.\n"
           "The default DATABASE, if none is given, is\n%s/conf.db.\n\n"
           "JSON-RPC options (may be specified any number of times):\n"
           "  --remote=REMOTE         connect or listen to REMOTE\n\n"
           "Active JSON-RPC connection methods:\n"
           "  tcp:HOST:PORT           PORT at remote HOST\n"
           "  ssl:HOST:PORT           SSL PORT at remote HOST\n"
           "  unix:FILE               Unix domain socket named FILE\n"
           "Passive JSON-RPC connection methods:\n"
           "  ptcp:PORT[:IP]          listen to TCP PORT on IP\n"
           "  pssl:PORT[:IP]          listen for SSL on PORT on IP\n"
           "  punix:FILE              listen on Unix domain socket FILE\n",
           log_program_name(), log_program_name(), os_db_dir());
    tls_print_usage();
    daemon_print_usage();
    log_print_usage();
    printf("\nSyncing options:\n"
           "  --sync-from=SERVER      sync DATABASE from active SERVER and start in\n"
           "                          backup mode (except with --active)\n"
           "  --sync-exclude-tables=DB:TABLE,...\n"
           "                          exclude the TABLE in DB from syncing\n"
           "  --active                with --sync-from, start in active mode\n");
    replay_print_usage();
    printf("\nOther options:\n"
           "  --run COMMAND           run COMMAND as subprocess then exit\n"
           "  --unixctl=SOCKET        override default control socket name\n"
           "  --no-dbs                serve no database but _Server\n"
           "  --config-file=FILE      databases and remotes as this JSON file says\n"
           "  --disable-file-column-diff\n"
           "                          don't use column diff in database file\n"
           "  -h, --help              display this help message\n"
           "  -V, --version           display version information\n");
    exit(EXIT_SUCCESS);
}

static bool
is_from_db(const char *arg)
{
    return arg && strncmp(arg, "db:", 3) == 0;
}

/* Options of TLS may name columns of a database; then they are followed at run time. */
static void
take_tls_option(int val, const char *arg, void *settings)
{
    struct settings *s = settings;
    switch (val) {
    case TLS_OPT_PRIVATE_KEY:
        s->tls.private_key = arg;
        break;
    case TLS_OPT_CERTIFICATE:
        s->tls.certificate = arg;
        break;
    case TLS_OPT_CA_CERT:
        s->tls.ca_cert = arg;
        s->tls.bootstrap_ca_cert = false;
        break;
    case TLS_OPT_BOOTSTRAP_CA_CERT:
        s->tls.ca_cert = arg;
        s->tls.bootstrap_ca_cert = true;
        break;
    default:
        break;
    }
    if (!is_from_db(arg)) {
        tls_parse_option(val, arg, NULL);
    }
}

static void
take_own_option(int val, const char *arg, void *settings)
{
    struct settings *s = settings;
    switch (val) {
    case OPT_REMOTE:
        if (s->n_remotes == s->remotes_capacity) {
            s->remotes = xgrow(s->remotes, &s->remotes_capacity, sizeof *s->remotes);
        }
        s->remotes[s->n_remotes++] = arg;
        break;
    case OPT_UNIXCTL:
        s->unixctl = arg;
        break;
    case OPT_RUN:
        s->run = arg;
        break;
    case OPT_CONFIG_FILE:
        s->config_file = arg;
        break;
    case OPT_NO_DBS:
        s->no_dbs = true;
        break;
    case OPT_DISABLE_FILE_COLUMN_DIFF:
        s->no_column_diff = true;
        break;
    case OPT_SYNC_FROM:
        s->sync_from = arg;
        break;
    case OPT_SYNC_EXCLUDE:
        s->sync_exclude = arg;
        break;
    case OPT_ACTIVE:
        s->active = true;
        break;
    case 'h':
        usage();
    case 'V':
        version_print();
        exit(EXIT_SUCCESS);
    default:
        break;
    }
}

static void
parse_options(int argc, char *argv[], struct settings *s)
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own_option, s},
        {daemon_options, daemon_n_options, daemon_parse_option},
        {log_options, log_n_options, log_parse_option},
        {tls_options, tls_n_options, take_tls_option, s},
        {replay_options, replay_n_options, replay_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
    s->dbs = (const char **)(void *)&argv[optind];
    s->n_dbs = (size_t)(argc - optind);
    if (s->config_file && (s->n_dbs || s->n_remotes || s->sync_from || s->sync_exclude)) {
        log_fatal("--config-file is mutually exclusive with --remote, --sync-from, "
                  "--sync-exclude-tables and databases on the command line");
    }
}

static void PORT_NORETURN
fatal(struct fault *f)
{
    char *text = fault_to_text(f);
    log_fatal("%s", text);
}

static void
add_db(struct server *server, const char *path)
{
    struct fault f = FAULT_INIT;
    int code = server_add_db(server, path, NULL, &f);
    if (code && code != -E_BUSY) { /* named twice: once is enough */
        fatal(&f);
    }
    fault_fini(&f);
}

static void
add_everything(struct server *server, const struct settings *s)
{
    server_set_column_diff(server, !s->no_column_diff);
    server_set_sync_exclude(server, s->sync_exclude);
    if (s->sync_from) {
        server_set_active(server, s->sync_from);
        server_set_backup(server, !s->active);
    }
    for (size_t i = 0; i < s->n_dbs; i++) {
        add_db(server, s->dbs[i]);
    }
    if (s->config_file) {
        struct fault f = FAULT_INIT;
        char *path = os_path(NULL, s->config_file); /* the directory may change later */
        if (server_read_config(server, path, &f)) {
            fatal(&f);
        }
        os_free(path);
    } else if (!s->n_dbs && !s->no_dbs) {
        char *path = os_path(os_db_dir(), "conf.db");
        add_db(server, path);
        os_free(path);
    }
    if (is_from_db(s->tls.private_key) || is_from_db(s->tls.certificate) ||
        is_from_db(s->tls.ca_cert)) {
        server_set_tls(server, &s->tls);
    }
    const char *files[] = {s->tls.private_key, s->tls.certificate, s->tls.ca_cert};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct fault f = FAULT_INIT;
        if (files[i] && server_check_source(server, files[i], &f)) {
            fatal(&f);
        }
    }
    for (size_t i = 0; i < s->n_remotes; i++) {
        struct fault f = FAULT_INIT;
        if (server_add_remote(server, s->remotes[i], NULL, &f)) {
            fatal(&f);
        }
    }
    server_reconfigure(server, NULL); /* what cannot be listened on is logged */
}

struct run {
    struct os_loop *loop;
    char *failure; /* how the command of --run ended, NULL if well */
};

static void
stop(void *run_)
{
    struct run *run = run_;
    os_loop_stop(run->loop);
}

static void
command_ended(void *run_, const char *failure)
{
    struct run *run = run_;
    run->failure = failure ? xstrdup(failure) : NULL;
    os_loop_stop(run->loop);
}

static int
serve(int argc, char *argv[])
{
    log_start(argv[0]);
    struct settings settings = {.unixctl = NULL};
    parse_options(argc, argv, &settings);
    os_raise_fd_limit();
    daemon_start();

    struct run run = {.loop = os_loop_new()};
    replay_start(run.loop, stop, &run);
    struct os_wake *service_stop = os_wake_new(run.loop, stop, &run);
    daemon_on_service_stop((void (*)(void *))os_wake_signal, service_stop);
    struct server *server = server_new(run.loop);
    add_everything(server, &settings);
    struct command_server *commands = NULL;
    struct err e = {.code = 0};
    if (command_server_open(run.loop, settings.unixctl, &commands, &e)) {
        exit(EXIT_FAILURE);
    }
    struct server_commands *table = server_commands_add(commands, server, stop, &run);
    memory_add_reporter(server_count_memory, server);
    memory_watch(run.loop);
    if (settings.run && os_child_start(run.loop, settings.run, command_ended, &run, &e)) {
        log_fatal("%s", e.text);
    }
    daemon_complete();
    if (!settings.run) {
        log_info("%s (Open vSwitch) %s", log_program_name(), version_level());
    }
    os_loop_run(run.loop, NULL, NULL, UINT64_MAX);
    memory_unwatch();
    memory_remove_reporter(server_count_memory, server);
    command_server_close(commands);
    server_commands_free(table);
    server_free(server);
    daemon_on_service_stop(NULL, NULL);
    os_wake_free(service_stop);
    os_loop_free(run.loop);
    replay_stop();
    os_free(settings.remotes);
    if (run.failure) {
        log_fatal("%s: child exited, %s", settings.run, run.failure);
    }
    return EXIT_SUCCESS;
}

int
main(int argc, char *argv[])
{
    return daemon_run_as_service(&argc, &argv, serve) ? 0 : serve(argc, argv);
}
