/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as text for people, as `ovs-ofctl ofp-print` shows them. What a message has is said by
 * the printer of its row in msgs.def. Any thread; input may be anything. */
#pragma once

#include "openflow/value_text.h"

/* Names of a switch's tables. */
struct ofp_table_names {
    /* The table's name, good until the next call, or NULL: its number is written. */
    const char *(*name)(void *aux, uint8_t table);
    /* The number of the table whose name is the N characters at NAME; false if there is none. */
    bool (*number)(void *aux, const char *name, size_t n, uint8_t *table);
    void *aux;
};

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

/* Appends the N bytes, which should be one message, in lines that each end in a newline. */
void ofp_print(struct str *, const void *bytes, size_t n, const struct ofp_print *how);
