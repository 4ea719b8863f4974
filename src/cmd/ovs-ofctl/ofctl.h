/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-ofctl's own parts. A command gets the options and its arguments, prints its answer and
 * returns; mistakes and refusals end the process with log_fatal(). One thread, one loop. */
#pragma once

#include <stdio.h>

#include "openflow/flow_formats.h"
#include "openflow/fields.h"
#include "text/str.h"
#include "vconn/vconn.h"

/* -- Options -- */

/* One --sort or --rsort. */
struct sort_key {
    enum of_field_id field; /* OF_FIELD_COUNT: the priority */
    bool descending;
};

enum ofctl_names { NAMES_ON_TERMINAL, NAMES_YES, NAMES_NO };

struct ofctl {
    struct os_loop *loop;
    ofp_versions versions; /* that may be spoken */
    flow_formats formats;  /* that may be used */
    enum ofctl_names names;
    unsigned int verbosity;
    int exit_code; /* for an end without an error */
    bool strict, readd, read_only, bundle, timestamp, may_create, no_stats, color;
    const char *packet_in_format; /* canonical; NULL: the best that the switch has */
    const char *unixctl;
    struct sort_key *sort_keys;
    size_t n_sort_keys;
};

/* -- Commands: tables in the files that have the functions, gathered in main.c -- */

/* ARGV are the arguments alone. */
typedef void command_fn(struct ofctl *, int argc, char *argv[]);

struct ofctl_command {
    const char *name, *usage; /* as list-commands shows it */
    int min_args, max_args;
    bool writes; /* not with --read-only */
    command_fn *run;
    bool may_detach;
};

enum { MANY_ARGS = 1000000 };

void print_usage(void) PORT_NORETURN; /* help.c */

command_fn cmd_show, cmd_dump_desc, cmd_dump_tables, cmd_dump_table_desc, cmd_dump_ports,
    cmd_dump_ports_desc, cmd_queue_stats, cmd_queue_get_config, cmd_get_frags,
    cmd_set_frags; /* cmd_show.c */
command_fn cmd_add_tlv_map, cmd_del_tlv_map, cmd_dump_tlv_map, cmd_dump_ipfix_bridge,
    cmd_dump_ipfix_flow, cmd_ct_flush_zone, cmd_ct_flush;             /* cmd_nicira.c */
command_fn cmd_ofp_parse_pcap;                                        /* cmd_capture.c */
command_fn cmd_compose_packet, cmd_parse_packet, cmd_parse_pcap;      /* cmd_frame.c */
command_fn cmd_bundle;                                                /* cmd_bundle.c */
command_fn cmd_add_flow, cmd_add_flows, cmd_mod_flows, cmd_del_flows; /* cmd_flow.c */
command_fn cmd_dump_flows, cmd_dump_aggregate;                        /* cmd_flow_dump.c */
command_fn cmd_replace_flows, cmd_diff_flows;                         /* cmd_flow_set.c */
command_fn cmd_add_group, cmd_add_groups, cmd_mod_group, cmd_del_groups, cmd_insert_buckets,
    cmd_remove_buckets, cmd_dump_groups, cmd_dump_group_stats,
    cmd_dump_group_features; /* cmd_group.c */
command_fn cmd_add_meter, cmd_mod_meter, cmd_del_meters, cmd_dump_meters, cmd_meter_stats,
    cmd_meter_features;                            /* cmd_meter.c */
command_fn cmd_mod_port;                           /* cmd_port.c */
command_fn cmd_mod_table, cmd_dump_table_features; /* cmd_table.c */
command_fn cmd_packet_out, cmd_monitor, cmd_snoop; /* cmd_packet.c */
command_fn cmd_parse_flow, cmd_parse_flows, cmd_parse_group;
command_fn cmd_probe, cmd_ping, cmd_benchmark; /* cmd_echo.c */
command_fn cmd_ofp_print, cmd_ofp_parse, cmd_encode_hello, cmd_encode_error_reply,
    cmd_parse_actions, cmd_parse_instructions, cmd_print_error,
    cmd_parse_key_value; /* cmd_codec.c */
command_fn cmd_parse_nxm, cmd_parse_oxm, cmd_parse_match_10, cmd_parse_match_11,
    cmd_check_vlan; /* cmd_match.c */

/* -- input.c: what commands read -- */

/* The next line of FILE without its comment (from # on) and newline; false at the end. *NUMBER
 * counts lines and may be NULL. Blank lines are passed over. */
bool input_line(FILE *file, struct str *line, unsigned int *number);
/* The next line as it is, without its newline; false at the end. */
bool input_any_line(FILE *file, struct str *line);
/* Opens PATH for reading, "-" being standard input, or ends the process with "PATH: FAILURE". */
FILE *input_open(const char *path, const char *failure);
void input_close(FILE *file);
/* Appends the bytes that TEXT writes as hexadecimal digits; false at anything else. */
bool input_try_hex(const char *text, struct str *bytes);
/* The bytes that TEXT writes as hexadecimal digits, with spaces between bytes if it likes;
 * anything else ends the process with COMPLAINT. The caller frees them. */
uint8_t *input_hex(const char *text, size_t *n, const char *complaint);
