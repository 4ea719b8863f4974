/* SPDX-License-Identifier: Apache-2.0 */
/* Port numbers of OpenFlow as text. A port is kept as OpenFlow 1.0 numbers it, 16 bits, wherever
 * Weft runs; OpenFlow 1.1 and later have the same ports in 32 bits, the reserved ones at the end.
 * OpenFlow 1.0.2 section 5.3, 1.1 section A.2.1. Any thread. */
#pragma once

#include "openflow/value_text.h"

enum {
    OFP_PORT_MAX = 0xff00, /* ports below are ordinary */
    OFP_PORT_UNSET = 0xfff7,
    OFP_PORT_IN_PORT = 0xfff8,
    OFP_PORT_TABLE,
    OFP_PORT_NORMAL,
    OFP_PORT_FLOOD,
    OFP_PORT_ALL,
    OFP_PORT_CONTROLLER,
    OFP_PORT_LOCAL,
    OFP_PORT_NONE, /* ANY, from OpenFlow 1.1 on */
};

/* The port that the N characters at TEXT name: a decimal number of either kind, a reserved name in
 * any case, or a name that NAMES knows. False: none. */
bool of_port_parse(const char *text, size_t n, const struct of_port_names *names, uint32_t *port);
/* Whether the name of a port or a table is written without quotes: a letter, then letters and
 * digits. */
bool of_name_is_plain(const char *name);
/* The N characters at TEXT without quotes around them. */
const char *of_name_unquote(const char *text, size_t *n);
/* Appends a port: reserved name, the name that NAMES knows, or the number. */
void of_port_put(struct str *, uint32_t port, const struct of_port_names *names);
/* Between OpenFlow 1.0's 16 and 1.1's 32 bits. False: there is no such port in 16 bits. */
uint32_t of_port_to_11(uint32_t port);
bool of_port_from_11(uint32_t wide, uint32_t *port);
