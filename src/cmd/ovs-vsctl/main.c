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
    OPT_OPTIONS,
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
    {"options", no_argument, NULL, OPT_OPTIONS},
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

/* What --options prints: as getopt has them, arguments never in brackets. */
static void PORT_NORETURN
print_options(const struct option *rows)
{
    options_print(rows);
    exit(EXIT_SUCCESS);
}

static void
take_own(int c, const char *arg, const struct option *rows)
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
    case OPT_OPTIONS:
        print_options(rows);
    case 'h':
        print_usage();
    case 'V':
        print_version();
    default:
        break;
    }
}

static void
take_option(int c, const char *arg, const struct option *rows)
{
    if (c >= TLS_OPT_FIRST && c <= TLS_OPT_LAST) {
        tls_parse_option(c, arg);
    } else if (c >= TABLE_OPT_FIRST && c <= TABLE_OPT_LAST) {
        table_parse_option(c, arg, &vsctl.style);
    } else if (c >= LOG_OPT_FIRST && c <= LOG_OPT_LAST) {
        log_parse_option(c, arg);
    } else {
        take_own(c, arg, rows);
    }
}

/* Takes the global options; those of the first command that stand among them go to *LOCAL. */
static void
parse_options(int argc, char *argv[], struct vsctl_option **local, size_t *n_local)
{
    size_t n_rows, size = 0;
    struct option *rows = command_line_options(OPT_LOCAL, &n_rows);
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options)}, {log_options, log_n_options},
        {table_options, table_n_options - 1}, /* without --timestamp, the last */
        {tls_options, tls_n_options},          {rows, n_rows},
    };
    const struct option_block printed[] = {blocks[0], blocks[1], blocks[2], blocks[3]};
    struct options all, global;
    options_init(&all, blocks, ARRAY_LEN(blocks), "+");
    options_init(&global, printed, ARRAY_LEN(printed), "+");
    for (;;) {
        int c = options_next(&all, argc, argv);
        if (c == -1) {
            break;
        }
        if (c < OPT_LOCAL) {
            take_option(c, optarg, global.rows);
            continue;
        }
        if (*n_local == size) {
            *local = xgrow(*local, &size, sizeof **local);
        }
        char *name = xasprintf("--%s", rows[c - OPT_LOCAL].name);
        (*local)[(*n_local)++] = (struct vsctl_option){name, optarg};
    }
    options_fini(&all);
    options_fini(&global);
    for (size_t i = 0; i < n_rows; i++) {
        os_free((char *)rows[i].name);
    }
    os_free(rows);
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
    static struct vsctl_option *local; /* their texts stay until the end */
    static size_t n_local;
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_WARN);
    log_set_level(NULL, LOG_SYSLOG, LOG_WARN); /* but for what was asked of us */
    log_set_level("vsctl", LOG_SYSLOG, LOG_INFO);
    char *words = command_line_text(argc, argv);
    vsctl = (struct vsctl){.wait = true, .style = TABLE_STYLE_INIT};
    vsctl.style.format = TABLE_LIST;
    parse_options(argc, argv, &local, &n_local);
    if (!vsctl.db) {
        vsctl.db = xasprintf("unix:%s/db.sock", os_run_dir());
    }
    command_line_parse(&vsctl, argc - optind, argv + optind, local, n_local);
    log_at(is_change() ? LOG_INFO : LOG_DBG, "Called as %s", words);
    vsctl.command_line = log_comment(words);
    os_free(words);
    return vsctl_run(&vsctl);
}
