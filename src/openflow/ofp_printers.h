/* SPDX-License-Identifier: Apache-2.0 */
/* Between ofp_print.c, which shows what all messages have, and the families' files (msg_*.c),
 * which have a printer each for what is theirs. To add one: its name in the list, and enum
 * ofp_error ofp_print_NAME(struct str *s, const struct ofp_msg *m, const struct ofp_print *how) in
 * the family's file. S ends in "NAME (xid=0x1):"; what is appended begins with a space or a
 * newline, and a newline at its end is not needed. An error becomes "***decode error: ...***" and
 * a hex dump behind what is there by then. */
#pragma once

#include "openflow/match.h"
#include "openflow/ofp_msg.h"
#include "openflow/ofp_print.h"
#include "openflow/table_text.h"

typedef enum ofp_error ofp_printer(struct str *, const struct ofp_msg *, const struct ofp_print *);

ofp_printer ofp_print_nothing;   /* messages that are all header */
ofp_printer ofp_print_undecoded; /* those whose family is not there yet: the body in hexadecimal */

ofp_printer ofp_print_aggregate_reply;
ofp_printer ofp_print_async;
ofp_printer ofp_print_config;
ofp_printer ofp_print_controller_id;
ofp_printer ofp_print_echo;
ofp_printer ofp_print_error;
ofp_printer ofp_print_features;
ofp_printer ofp_print_flow_format;
ofp_printer ofp_print_flow_mod;
ofp_printer ofp_print_flow_mod_table_id;
ofp_printer ofp_print_flow_removed;
ofp_printer ofp_print_flow_reply;
ofp_printer ofp_print_flow_request;
ofp_printer ofp_print_flow_status;
ofp_printer ofp_print_hello;
ofp_printer ofp_print_packet_in;
ofp_printer ofp_print_packet_in_format;
ofp_printer ofp_print_packet_out;
ofp_printer ofp_print_port_mod;
ofp_printer ofp_print_port_status;
ofp_printer ofp_print_requestforward;
ofp_printer ofp_print_role;
ofp_printer ofp_print_role_status;
ofp_printer ofp_print_table_mod;
ofp_printer ofp_print_table_status;

/* What the message's own printer shows, for messages within others. */
ofp_printer ofp_print_body;

/* Statistics, groups, meters. */
ofp_printer ofp_print_desc, ofp_print_meter_config, ofp_print_meter_features, ofp_print_meter_mod,
    ofp_print_meter_request, ofp_print_meter_stats, ofp_print_port_descs, ofp_print_port_request,
    ofp_print_port_stats, ofp_print_queue_config, ofp_print_queue_config_request,
    ofp_print_queue_stats, ofp_print_queue_stats_request, ofp_print_table_desc,
    ofp_print_table_features, ofp_print_table_stats;
ofp_printer ofp_print_group_desc, ofp_print_group_features, ofp_print_group_mod,
    ofp_print_group_request, ofp_print_group_stats;
ofp_printer ofp_print_bundle_add, ofp_print_bundle_control, ofp_print_bundle_features,
    ofp_print_controller_status, ofp_print_ipfix_bridge, ofp_print_ipfix_flow, ofp_print_tlv_mod,
    ofp_print_tlv_reply;
ofp_printer ofp_print_flow_monitor, ofp_print_flow_update, ofp_print_monitor_cancel;
ofp_printer ofp_print_ct_flush, ofp_print_ct_flush_zone;

/* -- What printers share -- */

/* Appends the words of the bits of X, SEPARATOR between them; unknown bits as one number in
 * hexadecimal; "0" for none. */
struct ofp_bit_name {
    uint32_t bit;
    const char *name;
};
void ofp_put_bits(struct str *, uint32_t x, const struct ofp_bit_name *names, size_t n,
                  char separator);
/* Appends what is in a packet, as much as HOW asks for, in lines. */
void ofp_packet_put(struct str *, const struct rd *packet, const struct of_match *metadata,
                    const struct ofp_print *);
/* Appends bytes that should be text: as they are up to the first NUL. */
void ofp_put_fixed(struct str *, const uint8_t *bytes, size_t n);
/* Appends a counter, "?" for one that is all ones: unknown. */
void ofp_put_count(struct str *, uint64_t count);
