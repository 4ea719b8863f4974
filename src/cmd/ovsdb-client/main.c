/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb-client: talks to a running ovsdb-server (ovsdb-client(1)). The table of commands with
 * their help, options, and finding out which arguments name the server and the database: the
 * first is a server if it looks like a connection method, the next a database if the server has
 * one of that name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "ipc/replay.h"
#include "ipc/tls.h"
#include "os/daemon.h"
#include "os/deadline.h"
#include "os/dirs.h"
#include "os/log.h"
#include "text/options.h"
#include "text/version.h"

#define MANY             1000000
#define DEFAULT_DATABASE "Open_vSwitch"
#define SERVER_DATABASE  "_Server"

const struct client_command client_commands[] = {
    {"list-dbs", NEEDS_SERVER, 0, 0, cmd_list_dbs,
     "list-dbs [SERVER]\n"
     "    list databases available on SERVER\n",
     false},
    {"get-schema", NEEDS_DATABASE, 0, 0, cmd_get_schema,
     "get-schema [SERVER] [DATABASE]\n"
     "    retrieve schema for DATABASE from SERVER\n",
     false},
    {"get-schema-version", NEEDS_DATABASE, 0, 0, cmd_get_schema_version,
     "get-schema-version [SERVER] [DATABASE]\n"
     "    retrieve schema for DATABASE from SERVER and report only its\n"
     "    version number on stdout\n",
     false},
    {"get-schema-cksum", NEEDS_DATABASE, 0, 0, cmd_get_schema_cksum,
     "get-schema-cksum [SERVER] [DATABASE]\n"
     "    retrieve schema for DATABASE from SERVER and report only its\n"
     "    checksum on stdout\n",
     false},
    {"list-tables", NEEDS_DATABASE, 0, 0, cmd_list_tables,
     "list-tables [SERVER] [DATABASE]\n"
     "    list tables for DATABASE on SERVER\n",
     false},
    {"list-columns", NEEDS_DATABASE, 0, 1, cmd_list_columns,
     "list-columns [SERVER] [DATABASE] [TABLE]\n"
     "    list columns in TABLE (or all tables) in DATABASE on SERVER\n",
     false},
    {"transact", NEEDS_SERVER, 1, 1, cmd_transact,
     "transact [SERVER] TRANSACTION\n"
     "    run TRANSACTION (params for \"transact\" request) on SERVER\n"
     "    and print the results as JSON on stdout\n",
     false},
    {"query", NEEDS_SERVER, 1, 1, cmd_query,
     "query [SERVER] TRANSACTION\n"
     "    run TRANSACTION (params for \"transact\" request) on SERVER,\n"
     "    as read-only, and print the results as JSON on stdout\n",
     false},
    {"monitor", NEEDS_DATABASE, 1, MANY, cmd_monitor,
     "monitor [SERVER] [DATABASE] TABLE [COLUMN,...]...\n"
     "    monitor contents of COLUMNs in TABLE in DATABASE on SERVER.\n"
     "    COLUMNs may include !initial, !insert, !delete, !modify\n"
     "    to avoid seeing the specified kinds of changes.\n",
     true},
    {"monitor-cond", NEEDS_DATABASE, 2, MANY, cmd_monitor_cond,
     "monitor-cond [SERVER] [DATABASE] CONDITION TABLE [COLUMN,...]...\n"
     "    monitor contents that match CONDITION of COLUMNs in TABLE in\n"
     "    DATABASE on SERVER.\n"
     "    COLUMNs may include !initial, !insert, !delete, !modify\n"
     "    to avoid seeing the specified kinds of changes.\n",
     true},
    {"monitor-cond-since", NEEDS_DATABASE, 2, MANY, cmd_monitor_cond_since,
     "monitor-cond-since [SERVER] [DATABASE] [LASTID] CONDITION TABLE [COLUMN,...]...\n"
     "    monitor contents that match CONDITION of COLUMNs in TABLE in\n"
     "    DATABASE on SERVER, since change after LASTID.\n"
     "    LASTID specifies transaction ID after which the monitoring\n"
     "    starts, which works only for cluster mode. If ignored, it\n"
     "    defaults to an all-zero uuid.\n"
     "    Other arguments are the same as in monitor-cond.\n",
     true},
    {"convert", NEEDS_SERVER, 1, 1, cmd_convert,
     "convert [SERVER] SCHEMA\n"
     "    convert database on SERVER named in SCHEMA to SCHEMA.\n",
     false},
    {"needs-conversion", NEEDS_SERVER, 1, 1, cmd_needs_conversion,
     "needs-conversion [SERVER] SCHEMA\n"
     "    tests whether SCHEMA's db on SERVER needs conversion.\n"
     "\n"
     "  monitor [SERVER] [DATABASE] ALL\n"
     "    monitor all changes to all columns in all tables\n",
     false},
    {"wait", NEEDS_SERVER_NAME, 2, 2, cmd_wait,
     "wait [SERVER] DATABASE STATE\n"
     "    wait until DATABASE reaches STATE (\"added\" or \"connected\" or \"removed\")\n"
     "    in DATBASE on SERVER.\n",
     false},
    {"dump", NEEDS_DATABASE, 0, MANY, cmd_dump,
     "dump [SERVER] [DATABASE]\n"
     "    dump contents of DATABASE on SERVER to stdout\n",
     false},
    {"backup", NEEDS_DATABASE, 0, 0, cmd_backup,
     "backup [SERVER] [DATABASE] > SNAPSHOT\n"
     "    dump database contents in the form of a database file\n",
     false},
    {"restore", NEEDS_DATABASE, 0, 0, cmd_restore,
     "[--force] restore [SERVER] [DATABASE] < SNAPSHOT\n"
     "    restore database contents from a database file\n",
     false},
    {"lock", NEEDS_SERVER, 1, 1, cmd_lock,
     "lock [SERVER] LOCK\n"
     "    create or wait for LOCK in SERVER\n",
     true},
    {"steal", NEEDS_SERVER, 1, 1, cmd_steal,
     "steal [SERVER] LOCK\n"
     "    steal LOCK from SERVER\n",
     true},
    {"unlock", NEEDS_SERVER, 1, 1, cmd_unlock,
     "unlock [SERVER] LOCK\n"
     "    unlock LOCK from SERVER\n",
     true},
    {NULL},
};

enum { OPT_FORCE = 0x100, OPT_CLUSTER };

static const struct option own_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"timeout", required_argument, NULL, 't'},
    {"force", no_argument, NULL, OPT_FORCE},
    {"leader-only", no_argument, NULL, OPT_CLUSTER},
    {"no-leader-only", no_argument, NULL, OPT_CLUSTER},
};

static void PORT_NORETURN
print_usage(void)
{
    printf("%s: Open vSwitch database JSON-RPC client\n"
           "usage: %s [OPTIONS] COMMAND [ARG...]\n"
           "\nValid commands are:\n",
           log_program_name(), log_program_name());
    for (const struct client_command *c = client_commands; c->name; c++) {
        printf("\n  %s", c->help);
    }
    printf("\nThe default SERVER is unix:%s/db.sock.\n"
           "The default DATABASE is " DEFAULT_DATABASE ".\n"
           "\n"
           "Active SERVER connection methods:\n"
           "  tcp:HOST:PORT           PORT at remote HOST\n"
           "  ssl:HOST:PORT           SSL PORT at remote HOST\n"
           "  unix:FILE               Unix domain socket named FILE\n"
           "Passive SERVER connection methods:\n"
           "  ptcp:PORT[:IP]          listen to TCP PORT on IP\n"
           "  pssl:PORT[:IP]          listen for SSL on PORT on IP\n"
           "  punix:FILE              listen on Unix domain socket FILE\n",
           os_run_dir());
    tls_print_usage();
    table_print_usage();
    printf("  --timestamp                 timestamp \"monitor\" output\n");
    daemon_print_usage();
    log_print_usage();
    replay_print_usage();
    printf("\nOther options:\n"
           "  -h, --help                  display this help message\n"
           "  -V, --version               display version information\n");
    exit(EXIT_SUCCESS);
}

static void
take_own(int option, const char *arg, void *client)
{
    struct client *c = client;
    switch (option) {
    case 'h':
        print_usage();
    case 'V':
        version_print();
        exit(EXIT_SUCCESS);
    case 't':
        os_deadline_parse(arg, 't');
        break;
    case OPT_FORCE:
        c->force = true;
        break;
    default:
        break;
    }
}

static void
parse_options(struct client *c, int argc, char *argv[])
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, c},
        {log_options, log_n_options, log_parse_option},
        {daemon_options, daemon_n_options, daemon_parse_option},
        {table_options, table_n_options, table_parse_option, &c->style},
        {tls_options, tls_n_options, tls_parse_option},
        {replay_options, replay_n_options, replay_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
}

static const struct client_command *
find_command(const char *name)
{
    if (!name) {
        log_fatal("missing command name; use --help for help");
    }
    if (strcmp(name, "help") == 0) {
        print_usage();
    }
    for (const struct client_command *command = client_commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    log_fatal("unknown command '%s'; use --help for help", name);
}

/* Does the server have the database NAME? *ONLY is the one database it has besides its own, or
 * NULL if there are more. */
static bool
has_database(const json_t *dbs, const char *name, const char **only)
{
    bool found = false;
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(dbs); i++) {
        const char *db = json_string_value(json_array_get(dbs, i));
        found |= name && strcmp(db, name) == 0;
        if (strcmp(db, SERVER_DATABASE) != 0) {
            *only = n++ ? NULL : db;
        }
    }
    return found;
}

/* Takes the database off the arguments if it is there, else the default one. */
static void
choose_database(struct client *c, const struct client_command *command, int *argc, char ***argv)
{
    const json_t *dbs = rpc_call(c, "list_dbs", json_array(), NULL);
    const char *only = NULL;
    bool may_name = *argc > command->min_args;
    if (may_name && has_database(dbs, **argv, &only)) {
        c->database = **argv;
        --*argc;
        ++*argv;
    } else if (has_database(dbs, DEFAULT_DATABASE, &only)) {
        c->database = DEFAULT_DATABASE;
    } else if (only) {
        c->database = xstrdup(only);
    } else {
        log_fatal("could not find a default database, please specify a database name");
    }
}

/* Ends the process unless ARGC arguments (maybe a database's name among them) are right. */
static void
check_syntax(const struct client_command *command, int argc, bool maybe_database)
{
    if (argc < command->min_args || argc - maybe_database > command->max_args) {
        log_fatal("invalid syntax for '%s' (use --help for help)", command->name);
    }
}

/* A replay of a client that was ended from outside. */
static void
recording_ended(void *aux UNUSED)
{
    exit(EXIT_SUCCESS);
}

int
main(int argc, char *argv[])
{
    static struct client c; /* what it holds is there until the end */
    c.style = (struct table_style)TABLE_STYLE_INIT;
    log_start(argv[0]);
    parse_options(&c, argc, argv);
    const struct client_command *command = find_command(optind < argc ? argv[optind++] : NULL);
    argc -= optind;
    argv += optind;
    if (argc > command->min_args &&
        (stream_name_is_active(argv[0]) || stream_name_is_passive(argv[0]))) {
        c.server = argv[0];
        argc--;
        argv++;
    } else {
        c.server = xasprintf("unix:%s/db.sock", os_run_dir());
    }
    check_syntax(command, argc, command->needs == NEEDS_DATABASE);
    if (command->may_detach) {
        daemon_start();
    }
    c.loop = os_loop_new();
    replay_start(c.loop, recording_ended, NULL);
    if (command->needs != NEEDS_SERVER_NAME) {
        rpc_connect(&c);
    }
    if (command->needs == NEEDS_DATABASE) {
        choose_database(&c, command, &argc, &argv);
    }
    check_syntax(command, argc, false);
    command->run(&c, argc, argv);
    rpc_disconnect(&c);
    os_loop_free(c.loop);
    replay_stop();
    return 0;
}
