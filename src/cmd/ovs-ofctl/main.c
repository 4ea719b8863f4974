/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-ofctl: administers OpenFlow switches (ovs-ofctl(8)). Options and the table of commands; what
 * they do is in the files beside this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/ofctl.h"
#include "ipc/tls.h"
#include "os/daemon.h"
#include "os/deadline.h"
#include "os/log.h"
#include "os/process.h"
#include "text/options.h"
#include "text/version.h"

enum {
    OPT_STRICT = 0x100,
    OPT_READD,
    OPT_TIMESTAMP,
    OPT_SORT,
    OPT_RSORT,
    OPT_NAMES,
    OPT_NO_NAMES,
    OPT_STATS,
    OPT_NO_STATS,
    OPT_UNIXCTL,
    OPT_BUNDLE,
    OPT_COLOR,
    OPT_MAY_CREATE,
    OPT_READ_ONLY
};

static const struct option own_options[] = {
    {"timeout", required_argument, NULL, 't'},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"readd", no_argument, NULL, OPT_READD},
    {"flow-format", required_argument, NULL, 'F'},
    {"packet-in-format", required_argument, NULL, 'P'},
    {"more", no_argument, NULL, 'm'},
    {"timestamp", no_argument, NULL, OPT_TIMESTAMP},
    {"sort", optional_argument, NULL, OPT_SORT},
    {"rsort", optional_argument, NULL, OPT_RSORT},
    {"names", no_argument, NULL, OPT_NAMES},
    {"no-names", no_argument, NULL, OPT_NO_NAMES},
    {"stats", no_argument, NULL, OPT_STATS},
    {"no-stats", no_argument, NULL, OPT_NO_STATS},
    {"unixctl", required_argument, NULL, OPT_UNIXCTL},
    {"help", no_argument, NULL, 'h'},
    {"option", no_argument, NULL, OPTIONS_OPT_PRINT},
    {"bundle", no_argument, NULL, OPT_BUNDLE},
    {"color", optional_argument, NULL, OPT_COLOR},
    {"may-create", no_argument, NULL, OPT_MAY_CREATE},
    {"read-only", no_argument, NULL, OPT_READ_ONLY},
};

/* These come behind the daemon's in the list of --option. */
static const struct option version_options[] = {
    {"version", no_argument, NULL, 'V'},
    {"protocols", required_argument, NULL, 'O'},
};

static command_fn cmd_help, cmd_list_commands;

static const struct ofctl_command commands[] = {
    {"show", "switch", 1, 1, false, cmd_show},
    {"monitor", "switch [misslen] [invalid_ttl] [watch:[...]]", 1, 3, false, cmd_monitor, true},
    {"snoop", "switch", 1, 1, false, cmd_snoop, true},
    {"dump-desc", "switch", 1, 1, false, cmd_dump_desc},
    {"dump-tables", "switch", 1, 1, false, cmd_dump_tables},
    {"dump-table-features", "switch", 1, 1, false, cmd_dump_table_features},
    {"dump-table-desc", "switch", 1, 1, false, cmd_dump_table_desc},
    {"dump-flows", "switch", 1, 2, false, cmd_dump_flows},
    {"dump-aggregate", "switch", 1, 2, false, cmd_dump_aggregate},
    {"queue-stats", "switch [port [queue]]", 1, 3, false, cmd_queue_stats},
    {"queue-get-config", "switch [port [queue]]", 1, 3, false, cmd_queue_get_config},
    {"add-flow", "switch flow", 2, 2, true, cmd_add_flow},
    {"add-flows", "switch file", 2, 2, true, cmd_add_flows},
    {"mod-flows", "switch flow", 2, 2, true, cmd_mod_flows},
    {"del-flows", "switch [flow]", 1, 2, true, cmd_del_flows},
    {"replace-flows", "switch file", 2, 2, true, cmd_replace_flows},
    {"diff-flows", "source1 source2", 2, 2, true, cmd_diff_flows},
    {"add-meter", "switch meter", 2, 2, true, cmd_add_meter},
    {"mod-meter", "switch meter", 2, 2, true, cmd_mod_meter},
    {"del-meter", "switch meter", 1, 2, true, cmd_del_meters},
    {"del-meters", "switch", 1, 2, true, cmd_del_meters},
    {"dump-meter", "switch meter", 1, 2, false, cmd_dump_meters},
    {"dump-meters", "switch", 1, 2, false, cmd_dump_meters},
    {"meter-stats", "switch [meter]", 1, 2, false, cmd_meter_stats},
    {"meter-features", "switch", 1, 1, false, cmd_meter_features},
    {"packet-out", "switch \"in_port=<port> packet=<hex data> actions=...\"", 2, MANY_ARGS, true,
     cmd_packet_out},
    {"dump-ports", "switch [port]", 1, 2, false, cmd_dump_ports},
    {"dump-ports-desc", "switch [port]", 1, 2, false, cmd_dump_ports_desc},
    {"mod-port", "switch iface act", 3, 3, true, cmd_mod_port},
    {"mod-table", "switch mod", 3, 3, true, cmd_mod_table},
    {"get-frags", "switch", 1, 1, false, cmd_get_frags},
    {"set-frags", "switch frag_mode", 2, 2, true, cmd_set_frags},
    {"probe", "target", 1, 1, false, cmd_probe},
    {"ping", "target [n]", 1, 2, false, cmd_ping},
    {"benchmark", "target n count", 3, 3, false, cmd_benchmark},
    {"dump-ipfix-bridge", "switch", 1, 1, false, cmd_dump_ipfix_bridge},
    {"dump-ipfix-flow", "switch", 1, 1, false, cmd_dump_ipfix_flow},
    {"ct-flush-zone", "switch zone", 2, 2, true, cmd_ct_flush_zone},
    {"ct-flush", "switch [zone=N] [ct-orig-tuple [ct-reply-tuple]]", 1, 4, true, cmd_ct_flush},
    {"ofp-parse", "file", 1, 1, true, cmd_ofp_parse},
    {"ofp-parse-pcap", "pcap", 1, MANY_ARGS, true, cmd_ofp_parse_pcap},
    {"add-group", "switch group", 1, 2, true, cmd_add_group},
    {"add-groups", "switch file", 2, 2, true, cmd_add_groups},
    {"mod-group", "switch group", 1, 2, true, cmd_mod_group},
    {"del-groups", "switch [group]", 1, 2, true, cmd_del_groups},
    {"insert-buckets", "switch [group]", 1, 2, true, cmd_insert_buckets},
    {"remove-buckets", "switch [group]", 1, 2, true, cmd_remove_buckets},
    {"dump-groups", "switch [group]", 1, 2, false, cmd_dump_groups},
    {"dump-group-stats", "switch [group]", 1, 2, false, cmd_dump_group_stats},
    {"dump-group-features", "switch", 1, 1, false, cmd_dump_group_features},
    {"bundle", "switch file", 2, 2, true, cmd_bundle},
    {"add-tlv-map", "switch map", 2, 2, true, cmd_add_tlv_map},
    {"del-tlv-map", "switch [map]", 1, 2, true, cmd_del_tlv_map},
    {"dump-tlv-map", "switch", 1, 1, false, cmd_dump_tlv_map},
    {"help", "", 0, MANY_ARGS, false, cmd_help},
    {"list-commands", "", 0, MANY_ARGS, false, cmd_list_commands},

    /* Undocumented: cmd_codec.c, cmd_match.c, cmd_frame.c. */
    {"parse-flow", "", 1, 1, true, cmd_parse_flow},
    {"parse-flows", "", 1, 1, true, cmd_parse_flows},
    {"parse-group", "", 1, 1, true, cmd_parse_group},
    {"parse-nx-match", "", 0, 0, false, cmd_parse_nxm},
    {"parse-nxm", "", 0, 0, false, cmd_parse_nxm},
    {"parse-oxm", "", 1, 1, false, cmd_parse_oxm},
    {"parse-actions", "", 1, 1, true, cmd_parse_actions},
    {"parse-instructions", "", 1, 1, true, cmd_parse_instructions},
    {"parse-ofp10-match", "", 0, 0, true, cmd_parse_match_10},
    {"parse-ofp11-match", "", 0, 0, true, cmd_parse_match_11},
    {"parse-pcap", "", 1, MANY_ARGS, true, cmd_parse_pcap},
    {"check-vlan", "", 2, 2, true, cmd_check_vlan},
    {"print-error", "", 1, 1, true, cmd_print_error},
    {"encode-error-reply", "", 2, 2, true, cmd_encode_error_reply},
    {"ofp-print", "", 1, 2, true, cmd_ofp_print},
    {"encode-hello", "", 1, 1, true, cmd_encode_hello},
    {"parse-key-value", "", 1, MANY_ARGS, true, cmd_parse_key_value},
    {"compose-packet", "", 1, 2, false, cmd_compose_packet},
    {"parse-packet", "", 0, 0, true, cmd_parse_packet},
};

static void
cmd_help(struct ofctl *c UNUSED, int argc UNUSED, char *argv[] UNUSED)
{
    print_usage();
}

static void
cmd_list_commands(struct ofctl *c UNUSED, int argc UNUSED, char *argv[] UNUSED)
{
    puts("The available commands are:");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        printf("  %-23s %s\n", commands[i].name, commands[i].usage);
    }
}

/* -- Options -- */

static void
add_sort_key(struct ofctl *c, const char *name, bool descending)
{
    enum of_field_id field = OF_FIELD_COUNT;
    if (name && strcmp(name, "priority") != 0) {
        field = of_field_find(name, strlen(name));
        if (field == OF_FIELD_COUNT ||
            (strcmp(of_fields[field].name, name) != 0 &&
             (!of_fields[field].alias || strcmp(of_fields[field].alias, name) != 0))) {
            log_fatal("%s: unknown field name", name);
        }
    }
    c->sort_keys = xrealloc(c->sort_keys, (c->n_sort_keys + 1) * sizeof *c->sort_keys);
    c->sort_keys[c->n_sort_keys++] = (struct sort_key){field, descending};
}

static const char *
parse_packet_in_format(const char *text)
{
    static const char *const formats[][2] = {
        {"standard", "openflow10"}, {"nxt_packet_in", "nxm"}, {"nxt_packet_in2", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (!strcmp(text, formats[i][0]) || (formats[i][1] && !strcmp(text, formats[i][1]))) {
            return formats[i][0];
        }
    }
    log_fatal("unknown packet-in format `%s'", text);
}

static bool
parse_color(const char *text)
{
    static const char *const always[] = {"always", "yes", "force"};
    static const char *const never[] = {"never", "no", "none"};
    static const char *const ask[] = {"auto", "tty", "if-tty"};
    for (size_t i = 0; text && i < ARRAY_LEN(always); i++) {
        if (!strcmp(text, always[i])) {
            return true;
        }
        if (!strcmp(text, never[i])) {
            return false;
        }
        if (!strcmp(text, ask[i])) {
            return os_stdout_is_terminal();
        }
    }
    if (text) {
        log_fatal("incorrect value `%s' for --color", text);
    }
    return os_stdout_is_terminal();
}

static void PORT_NORETURN
show_version(void)
{
    version_print();
    printf("OpenFlow versions 0x%x:0x%x\n", OFP_10, OFP_VERSION_END - 1);
    exit(EXIT_SUCCESS);
}

static void
take_own(int option, const char *arg, void *ofctl)
{
    struct ofctl *c = ofctl;
    struct err e;
    switch (option) {
    case 't':
        os_deadline_parse(arg, 't');
        break;
    case 'F':
        if (flow_formats_parse(arg, &c->formats, &e)) {
            log_fatal("%s", e.text);
        }
        break;
    case 'P':
        c->packet_in_format = parse_packet_in_format(arg);
        break;
    case 'O':
        if (ofp_versions_parse(arg, &c->versions, &e)) {
            log_fatal("%s", e.text);
        }
        break;
    case 'm':
        c->verbosity++;
        break;
    case 'h':
        print_usage();
    case 'V':
        show_version();
    case OPT_STRICT:
        c->strict = true;
        break;
    case OPT_READD:
        c->readd = true;
        break;
    case OPT_TIMESTAMP:
        c->timestamp = true;
        break;
    case OPT_SORT:
    case OPT_RSORT:
        add_sort_key(c, arg, option == OPT_RSORT);
        break;
    case OPT_NAMES:
    case OPT_NO_NAMES:
        c->names = option == OPT_NAMES ? NAMES_YES : NAMES_NO;
        break;
    case OPT_STATS:
    case OPT_NO_STATS:
        c->no_stats = option == OPT_NO_STATS;
        break;
    case OPT_UNIXCTL:
        c->unixctl = arg;
        break;
    case OPT_BUNDLE:
        c->bundle = true;
        break;
    case OPT_COLOR:
        c->color = parse_color(arg);
        break;
    case OPT_MAY_CREATE:
        c->may_create = true;
        break;
    case OPT_READ_ONLY:
        c->read_only = true;
        break;
    default:
        break;
    }
}

static void
parse_options(struct ofctl *c, int argc, char *argv[])
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, c},
        {daemon_options, daemon_n_options, daemon_parse_option},
        {version_options, ARRAY_LEN(version_options), take_own, c},
        {log_options, log_n_options, log_parse_option},
        {tls_options, tls_n_options, tls_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
}

/* Which versions are spoken follows from both -O and -F. Bundles want OpenFlow 1.3, where they are
 * an extension, or later; 1.4 unless the user names one of these. */
static void
choose_versions(struct ofctl *c)
{
    if (c->bundle) {
        c->versions &= ~((1u << OFP_13) - 1);
    }
    if (!c->versions) {
        c->versions = 1u << (c->bundle ? OFP_14 : OFP_10);
    }
    ofp_versions both = c->versions & flow_formats_versions(c->formats);
    if (!both) {
        struct str names = STR_INIT;
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            if (c->versions & (1u << v)) {
                str_putf(&names, "%s%s", names.n ? ", " : "", ofp_version_name(v));
            }
        }
        log_fatal("None of the enabled OpenFlow versions (%s) supports any of the enabled flow "
                  "formats (%s).  (Use -O to enable additional OpenFlow versions or -F to enable "
                  "additional flow formats.)",
                  names.s, flow_formats_text(c->formats));
    }
    c->versions = both;
    c->formats &= flow_formats_of(both);
}

/* -- Commands -- */

static const struct ofctl_command *
find_command(const struct ofctl *c, const char *name, int argc)
{
    if (!name) {
        log_fatal("missing command name; use --help for help");
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        const struct ofctl_command *command = &commands[i];
        if (strcmp(command->name, name) != 0) {
            continue;
        }
        if (argc < command->min_args) {
            log_fatal("'%s' command requires at least %d arguments", name, command->min_args);
        }
        if (argc > command->max_args) {
            log_fatal("'%s' command takes at most %d arguments", name, command->max_args);
        }
        if (command->writes && c->read_only) {
            log_fatal("'%s' command does not work in read only mode", name);
        }
        return command;
    }
    log_fatal("unknown command '%s'; use --help for help", name);
}

int
main(int argc, char *argv[])
{
    static struct ofctl c = {.formats = FORMAT_ANY}; /* what it holds is there until the end */
    log_start(argv[0]);
    parse_options(&c, argc, argv);
    c.bundle = c.bundle || (optind < argc && strcmp(argv[optind], "bundle") == 0);
    choose_versions(&c);
    argc -= optind + 1;
    argv += optind;
    const struct ofctl_command *command = find_command(&c, argc < 0 ? NULL : argv[0], argc);
    if (command->may_detach) {
        daemon_start();
    }
    c.loop = os_loop_new();
    command->run(&c, argc, argv + 1);
    os_loop_free(c.loop);
    return c.exit_code;
}
