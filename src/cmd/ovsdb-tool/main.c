/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb-tool: works on database files (ovsdb-tool(1)). Options and the table of commands. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovsdb-tool/ovsdb_tool.h"
#include "os/dirs.h"
#include "os/log.h"
#include "text/options.h"
#include "text/version.h"

enum { OPT_RBAC_ROLE = 0x100, OPT_CID, OPT_ELECTION_TIMER };

static const struct option own_options[] = {
    {"more", no_argument, NULL, 'm'},
    {"rbac-role", required_argument, NULL, OPT_RBAC_ROLE},
    {"cid", required_argument, NULL, OPT_CID},
    {"election-timer", required_argument, NULL, OPT_ELECTION_TIMER},
    {"help", no_argument, NULL, 'h'},
    {"option", no_argument, NULL, OPTIONS_OPT_PRINT},
    {"version", no_argument, NULL, 'V'},
};

static tool_command help, list_commands;

#define UNLIMITED 1000
static const struct {
    const char *name, *usage;
    unsigned int min_args, max_args;
    tool_command *run;
} commands[] = {
    {"create", "[db [schema]]", 0, 2, tool_create},
    {"create-cluster", "db contents local", 3, 3, tool_no_clusters},
    {"join-cluster", "db name local remote...", 4, UNLIMITED, tool_no_clusters},
    {"compact", "[db [dst]]", 0, 2, tool_compact},
    {"convert", "[db [schema [dst]]]", 0, 3, tool_convert},
    {"needs-conversion", "", 0, 2, tool_needs_conversion},
    {"db-name", "[db]", 0, 1, tool_db_name},
    {"db-version", "[db]", 0, 1, tool_db_version},
    {"db-cksum", "[db]", 0, 1, tool_db_cksum},
    {"db-cid", "db", 1, 1, tool_not_clustered},
    {"db-sid", "db", 1, 1, tool_not_clustered},
    {"db-local-address", "db", 1, 1, tool_not_clustered},
    {"db-is-clustered", "db", 1, 1, tool_db_is_clustered},
    {"db-is-standalone", "db", 1, 1, tool_db_is_standalone},
    {"schema-name", "[schema]", 0, 1, tool_schema_name},
    {"schema-version", "[schema]", 0, 1, tool_schema_version},
    {"schema-cksum", "[schema]", 0, 1, tool_schema_cksum},
    {"query", "[db] trns", 1, 2, tool_query},
    {"transact", "[db] trns", 1, 2, tool_transact},
    {"show-log", "[db]", 0, 1, tool_show_log},
    {"check-cluster", "db...", 1, UNLIMITED, tool_check_cluster},
    {"compare-versions", "a op b", 3, 3, tool_compare_versions},
    {"help", "", 0, UNLIMITED, help},
    {"list-commands", "", 0, UNLIMITED, list_commands},
    {"cluster-to-standalone", "db clusterdb", 2, 2, tool_to_standalone},
};

void
tool_fatal(struct fault *f)
{
    char *text = fault_to_text(f);
    log_fatal("%s", text);
}

const char *
tool_db(const char *arg)
{
    static const char *db; /* stays reachable, as all that is never freed */
    db = arg ? arg : os_path(os_db_dir(), "conf.db");
    return db;
}

const char *
tool_schema(const char *arg)
{
    static const char *schema;
    schema = arg ? arg : os_path(os_pkgdata_dir(), "vswitch.ovsschema");
    return schema;
}

static int
help(const struct tool *tool UNUSED, char *args[] UNUSED)
{
    printf("%s: Open vSwitch database management utility\n"
           "usage: %s [OPTIONS] COMMAND [ARG...]\n"
           "  create [DB [SCHEMA]]    create DB with the given SCHEMA\n"
           "  compact [DB [DST]]      compact DB in-place (or to DST)\n"
           "  convert [DB [SCHEMA [DST]]]   convert DB to SCHEMA (to DST)\n"
           "  needs-conversion [DB [SCHEMA]]  does DB need conversion to SCHEMA?\n"
           "  db-name [DB]            report name of schema used by DB\n"
           "  db-version [DB]         report version of schema used by DB\n"
           "  db-cksum [DB]           report checksum of schema used by DB\n"
           "  db-is-clustered DB      test whether DB is clustered\n"
           "  db-is-standalone DB     test whether DB is standalone\n"
           "  schema-name [SCHEMA]    report SCHEMA's name\n"
           "  schema-version [SCHEMA] report SCHEMA's schema version\n"
           "  schema-cksum [SCHEMA]   report SCHEMA's checksum\n"
           "  compare-versions A OP B  compare OVSDB schema version numbers\n"
           "  query [DB] TRNS         execute read-only transaction on DB\n"
           "  transact [DB] TRNS      execute read/write transaction on DB\n"
           "  [-m]... show-log [DB]   print DB's log entries\n"
           "The default DB is %s.\n"
           "The default SCHEMA is %s.\n",
           log_program_name(), log_program_name(), tool_db(NULL), tool_schema(NULL));
    log_print_usage();
    printf("\nOther options:\n"
           "  -m, --more                  increase show-log verbosity\n"
           "  --rbac-role=ROLE            RBAC role for transact and query commands\n"
           "  -h, --help                  display this help message\n"
           "  -V, --version               display version information\n");
    exit(EXIT_SUCCESS);
}

static int
list_commands(const struct tool *tool UNUSED, char *args[] UNUSED)
{
    printf("The available commands are:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        printf("  %-23s %s\n", commands[i].name, commands[i].usage);
    }
    return EXIT_SUCCESS;
}

static void
take_own(int c, const char *arg UNUSED, void *tool_)
{
    struct tool *tool = tool_;
    switch (c) {
    case 'm':
        tool->more++;
        break;
    case 'h':
        help(tool, NULL);
        break;
    case 'V':
        version_print();
        exit(EXIT_SUCCESS);
    default:
        break; /* --rbac-role: files know no roles; the rest belongs to clusters */
    }
}

static void
parse_options(int argc, char *argv[], struct tool *tool)
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, tool},
        {log_options, log_n_options, log_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
}

int
main(int argc, char *argv[])
{
    struct tool tool = {.more = 0};
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_WARN);
    parse_options(argc, argv, &tool);
    if (optind >= argc) {
        log_fatal("missing command name; use --help for help");
    }
    const char *name = argv[optind];
    unsigned int n = (unsigned int)(argc - optind - 1);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) != 0) {
            continue;
        }
        if (n < commands[i].min_args) {
            log_fatal("'%s' command requires at least %u arguments", name, commands[i].min_args);
        } else if (n > commands[i].max_args) {
            log_fatal("'%s' command takes at most %u arguments", name, commands[i].max_args);
        }
        char *args[4] = {NULL, NULL, NULL, NULL};
        memcpy(args, argv + optind + 1, MIN(n, (unsigned int)ARRAY_LEN(args)) * sizeof *args);
        return commands[i].run(&tool, args);
    }
    log_fatal("unknown command '%s'; use --help for help", name);
}
