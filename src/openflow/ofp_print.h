/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as text for people, as `ovs-ofctl ofp-print` shows them. What a message has is said by
 * the printer of its row in msgs.def. Any thread; input may be anything. */
#pragma once

#include "openflow/flow_names.h"

/* How much is told, and in whose words. Pointers may be NULL. */
struct ofp_print {
    int verbosity; /* 0: a line for each message; ofp-print's own is 2 */
    const struct of_port_names *ports;
    const struct ofp_table_names *tables;
    /* Appends what is in a packet of PACKET_TYPE (0: Ethernet) in a line without its end; the
     * openflow layer takes no packets apart. NULL: packets are shown in hexadecimal only. */
    void (*packet)(void *aux, struct str *, uint32_t packet_type, const void *bytes, size_t n);
    void *aux;
};

static inline struct flow_names
ofp_print_names(const struct ofp_print *how)
{
    return (struct flow_names){how->ports, how->tables};
}

/* Appends the N bytes, which should be one message, in lines that each end in a newline. */
void ofp_print(struct str *, const void *bytes, size_t n, const struct ofp_print *how);
