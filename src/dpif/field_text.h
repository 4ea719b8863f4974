/* SPDX-License-Identifier: Apache-2.0 */
/* One field's value in the datapath's text form, by its FORM_* (datapath/flow_key.h): what stands
 * between the parentheses of `in_port(1)`, or after the label of `src=1.2.3.4/255.255.255.0`.
 * Flows and set actions are made of these. Any thread. */
#pragma once

#include "datapath/flow_key.h"
#include "text/str.h"

/* Names of datapath ports. Either function may be NULL; so may a pointer to the structure. */
struct port_names {
    /* The port's name, good until the next call, or NULL: its number is shown. */
    const char *(*name)(void *aux, uint32_t port_no);
    /* The number of the port whose name is the N characters at NAME; false if there is none. */
    bool (*number)(void *aux, const char *name, size_t n, uint32_t *port_no);
    void *aux;
};

/* A number in a field of at most 8 bytes, whether it is in host or network order there. */
uint64_t field_to_u64(enum flow_field_id, const void *value);
void field_from_u64(enum flow_field_id, uint64_t x, void *value);

/* Appends VALUE and, unless MASK has all significant bits (or is NULL), the mask. VERBOSE is
 * dump-flows -m, which writes some forms otherwise. */
void field_text_put(struct str *, enum flow_field_id, const void *value, const void *mask,
                    const struct port_names *, bool verbose);
/* Reads a value, and a mask if there is one, from *P, which moves past them. VALUE and MASK have
 * flow_fields[id].size bytes; MASK NULL: a mask is not allowed. False: not understood. */
bool field_text_parse(const char **p, enum flow_field_id, void *value, void *mask,
                      const struct port_names *);

/* Appends the name of PORT_NO, or the number. */
void port_text_put(struct str *, uint32_t port_no, const struct port_names *);
/* Reads an unsigned number of at most MAX, decimal or with 0x. */
bool text_parse_u64(const char **p, uint64_t max, uint64_t *x);
/* Skips WORD if *P starts with it. */
bool text_skip(const char **p, const char *word);
