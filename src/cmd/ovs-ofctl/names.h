/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a switch's ports and tables, asked of the switch when they are first needed, over a
 * connection of their own. NULL where the options say that names are not to be used. */
#pragma once

#include "cmd/ovs-ofctl/ofctl.h"
#include "openflow/msg_port.h"
#include "openflow/ofp_print.h"

/* For what the user writes: unless --no-names. */
const struct of_port_names *names_of_ports_to_accept(struct ofctl *, const char *target);
const struct ofp_table_names *names_of_tables_to_accept(struct ofctl *, const char *target);
/* For what the user is shown: with --names, or on a terminal. */
const struct of_port_names *names_of_ports_to_show(struct ofctl *, const char *target);
const struct ofp_table_names *names_of_tables_to_show(struct ofctl *, const char *target);

/* What the switch says of the port TEXT, a number or a name; ends the process if there is none. */
const struct ofp_port_desc *names_describe_port(struct ofctl *, const char *target,
                                                const char *text);
/* All ports of the switch, in the order it tells them; good until another switch is asked. */
const struct ofp_port_desc *names_describe_ports(struct ofctl *, const char *target, size_t *n);
/* Begins a request for the description of PORT, or of all ports (OFP_PORT_NONE), which versions
 * before 1.5 always give. */
struct talk;
void put_port_desc_request(struct talk *, uint32_t port);
/* The port that TEXT names at TARGET, which is asked only if it is no number; ends the process if
 * there is none. */
uint32_t names_find_port(struct ofctl *, const char *target, const char *text);
