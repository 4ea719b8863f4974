/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-vsctl: configures ovs-vswitchd through its database (ovs-vsctl(8)). Global options; the
 * rest is in the files beside this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "ipc/tls.h"
#include "os/deadline.h"
#include "os/dirs.h"
#include "os/log.h"
#include "os/process.h"
#include "text/options.h"
#include "text/version.h"

LOG_MODULE(vsctl);

enum {
    OPT_DB = 0x100,
    OPT_NO_SYSLOG,
    OPT_NO_WAIT,
    OPT_DRY_RUN,
    OPT_ONELINE,
    OPT_RETRY,
    OPT_COMMANDS,
    OPT_LEADER_ONLY,
    OPT_NO_LEADER_ONLY,
    OPT_SHUFFLE,
    OPT_NO_SHUFFLE,
    OPT_LOCAL = 0x1000
};

static const struct option own_options[] = {
    {"db", required_argument, NULL, OPT_DB},
    {"no-syslog", no_argument, NULL, OPT_NO_SYSLOG},
    {"no-wait", no_argument, NULL, OPT_NO_WAIT},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"oneline", no_argument, NULL, OPT_ONELINE},
    {"timeout", required_argument, NULL, 't'},
    {"retry", no_argument, NULL, OPT_RETRY},
    {"help", no_argument, NULL, 'h'},
    {"commands", no_argument, NULL, OPT_COMMANDS},
    {"options", no_argument, NULL, OPTIONS_OPT_PRINT},
    {"leader-only", no_argument, NULL, OPT_LEADER_ONLY},
    {"no-leader-only", no_argument, NULL, OPT_NO_LEADER_ONLY},
    {"shuffle-remotes", no_argument, NULL, OPT_SHUFFLE},
    {"no-shuffle-remotes", no_argument, NULL, OPT_NO_SHUFFLE},
    {"version", no_argument, NULL, 'V'},
};

static struct vsctl vsctl;

static void PORT_NORETURN
print_version(void)
{
    json_t *schema;
    version_print();
    if (!json_read(vs_schema_json, strlen(vs_schema_json), &schema, NULL)) {
        printf("DB Schema %s\n", json_string_value(json_object_get(schema, "version")));
    }
    exit(EXIT_SUCCESS);
}

static void
take_own(int c, const char *arg, void *aux UNUSED)
{
    switch (c) {
    case OPT_DB:
        vsctl.db = arg;
        break;
    case OPT_NO_SYSLOG:
        log_set_level("vsctl", LOG_SYSLOG, LOG_WARN);
        break;
    case OPT_NO_WAIT:
        vsctl.wait = false;
        break;
    case OPT_DRY_RUN:
        vsctl.dry_run = true;
        break;
    case OPT_ONELINE:
        vsctl.oneline = true;
        break;
    case OPT_RETRY:
        vsctl.retry = true;
        break;
    case OPT_LEADER_ONLY:
    case OPT_NO_LEADER_ONLY:
        vsctl.any_server = c == OPT_NO_LEADER_ONLY;
        break;
    case OPT_SHUFFLE:
    case OPT_NO_SHUFFLE:
        vsctl.in_order = c == OPT_NO_SHUFFLE;
        break;
    case 't':
        os_deadline_parse(arg, 't');
        break;
    case OPT_COMMANDS:
        command_line_print_commands();
        exit(EXIT_SUCCESS);
    case 'h':
        print_usage();
    case 'V':
        print_version();
    default:
        break;
    }
}

/* Options of the first command, which may stand among the global ones. */
struct first_options {
    struct option *rows; /* all that any command has */
    size_t n_rows;
    struct vsctl_option *given;
    size_t n, size;
};

static void
take_local(int c, const char *arg, void *first_)
{
    struct first_options *first = first_;
    char *name = xasprintf("--%s", first->rows[c - OPT_LOCAL].name);
    if (first->n == first->size) {
        first->given = xgrow(first->given, &first->size, sizeof *first->given);
    }
    first->given[first->n++] = (struct vsctl_option){name, arg};
}

/* Takes the global options; those of the first command go to FIRST. */
static void
parse_options(int argc, char *argv[], struct first_options *first)
{
    first->rows = command_line_options(OPT_LOCAL, &first->n_rows);
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own},
        {log_options, log_n_options, log_parse_option},
        /* without --timestamp, the last */
        {table_options, table_n_options - 1, table_parse_option, &vsctl.style},
        {tls_options, tls_n_options, tls_parse_option},
        {first->rows, first->n_rows, take_local, first, .is_unlisted = true},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "+", argc, argv);
    for (size_t i = 0; i < first->n_rows; i++) {
        os_free((char *)first->rows[i].name);
    }
    os_free(first->rows);
}

static bool
is_change(void)
{
    for (size_t i = 0; i < vsctl.n_calls; i++) {
        if (vsctl.calls[i].command->changes) {
            return true;
        }
    }
    return false;
}

/* What the database's log keeps of this run. */
static char *
log_comment(const char *words)
{
    char *parent = os_parent_name();
    char *text = parent ? xasprintf("%s (invoked by %s): %s", log_program_name(), parent, words)
                        : xasprintf("%s: %s", log_program_name(), words);
    os_free(parent);
    return text;
}

int
main(int argc, char *argv[])
{
    static struct first_options first; /* their texts stay until the end */
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_WARN);
    log_set_level(NULL, LOG_SYSLOG, LOG_WARN); /* but for what was asked of us */
    log_set_level("vsctl", LOG_SYSLOG, LOG_INFO);
    char *words = command_line_text(argc, argv);
    vsctl = (struct vsctl){.wait = true, .style = TABLE_STYLE_INIT};
    vsctl.style.format = TABLE_LIST;
    parse_options(argc, argv, &first);
    if (!vsctl.db) {
        vsctl.db = xasprintf("unix:%s/db.sock", os_run_dir());
    }
    command_line_parse(&vsctl, argc - optind, argv + optind, first.given, first.n);
    log_at(is_change() ? LOG_INFO : LOG_DBG, "Called as %s", words);
    vsctl.command_line = log_comment(words);
    os_free(words);
    return vsctl_run(&vsctl);
}
