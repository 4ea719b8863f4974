/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a switch's ports and tables, for those who write and read flows. Plain data; whose they
 * are decides who may use them. */
#pragma once

#include "openflow/value_text.h"

struct ofp_table_names {
    /* The table's name, good until the next call, or NULL: its number is written. */
    const char *(*name)(void *aux, uint8_t table);
    /* The number of the table whose name is the N characters at NAME; false if there is none. */
    bool (*number)(void *aux, const char *name, size_t n, uint8_t *table);
    void *aux;
};

/* Pointers may be NULL: numbers alone. */
struct flow_names {
    const struct of_port_names *ports;
    const struct ofp_table_names *tables;
};

/* NAMES, which may be NULL. */
static inline struct flow_names
flow_names_or_none(const struct flow_names *names)
{
    return names ? *names : (struct flow_names){NULL, NULL};
}
