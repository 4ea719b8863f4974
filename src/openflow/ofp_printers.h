/* SPDX-License-Identifier: Apache-2.0 */
/* Between ofp_print.c, which shows what all messages have, and the families' files (msg_*.c),
 * which have a printer each for what is theirs. To add one: its name in the list, and enum
 * ofp_error print_NAME(struct str *s, const struct ofp_msg *m, const struct ofp_print *how) in the
 * family's file. S ends in "NAME (xid=0x1):"; what is appended begins with a space or a newline,
 * and a newline at its end is not needed. An error becomes "***decode error: ...***" and a hex
 * dump behind what is there by then. */
#pragma once

#include "openflow/ofp_msg.h"
#include "openflow/ofp_print.h"

typedef enum ofp_error ofp_printer(struct str *, const struct ofp_msg *, const struct ofp_print *);

ofp_printer print_nothing;   /* messages that are all header */
ofp_printer print_undecoded; /* those whose family is not there yet: the body in hexadecimal */

ofp_printer print_config, print_echo, print_error, print_features, print_hello, print_port_status;
ofp_printer print_desc, print_meter_config, print_meter_features, print_meter_mod,
    print_meter_request, print_meter_stats, print_port_descs, print_port_request, print_port_stats,
    print_queue_config, print_queue_config_request, print_queue_stats, print_queue_stats_request;
ofp_printer print_group_desc, print_group_features, print_group_mod, print_group_request,
    print_group_stats;

/* -- What printers share -- */

/* Appends the words of the bits of X, SEPARATOR between them; unknown bits as one number in
 * hexadecimal; "0" for none. */
struct ofp_bit_name {
    uint32_t bit;
    const char *name;
};
void ofp_put_bits(struct str *, uint32_t x, const struct ofp_bit_name *names, size_t n,
                  char separator);
/* Appends a table's name or number. */
void ofp_put_table(struct str *, uint8_t table, const struct ofp_table_names *);
/* Appends bytes that should be text: as they are up to the first NUL. */
void ofp_put_fixed(struct str *, const uint8_t *bytes, size_t n);
/* Appends a counter, "?" for one that is all ones: unknown. */
void ofp_put_count(struct str *, uint64_t count);
/* Appends "5s", or "5.001s" with three decimals or more. */
void ofp_put_duration(struct str *, uint32_t sec, uint32_t nsec);
