/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fields as text, by the field's OF_FORM_*: what stands behind `nw_src=` in a match and
 * behind `set_field:` in an action (ovs-fields(7), "Field formats"). Any thread. */
#pragma once

#include "base/err.h"
#include "openflow/fields.h"
#include "text/str.h"

/* Names of a switch's ports. Either function may be NULL; so may a pointer to the structure. */
struct of_port_names {
    /* The port's name, good until the next call, or NULL: its number is written. */
    const char *(*name)(void *aux, uint32_t port);
    /* The number of the port whose name is the N characters at NAME; false if there is none. */
    bool (*number)(void *aux, const char *name, size_t n, uint32_t *port);
    void *aux;
};

struct of_value {
    uint8_t b[OF_VALUE_MAX]; /* of_fields[].wire bytes in network order; see of_value_parse */
};

/* Reads VALUE or VALUE/MASK from the N characters at TEXT. "" and "*" are a mask of zeros. *LEN
 * (may be NULL, but not for tunnel metadata) gets the bytes, which only tunnel metadata chooses.
 * -E_INVAL with the reference's words. */
int of_value_parse(enum of_field_id, const char *text, size_t n, const struct of_port_names *,
                   struct of_value *value, struct of_value *mask, size_t *len, struct err *);
/* Appends VALUE of LEN bytes, and MASK unless it has all bits of the field (or is NULL). */
void of_value_put(struct str *, enum of_field_id, const uint8_t *value, const uint8_t *mask,
                  size_t len, const struct of_port_names *);

/* Takes a number from the N characters at TEXT into the big-endian VALUE: hexadecimal after 0x of
 * as many as SIZE bytes, "0x" alone is 0; or in C's notation, of up to 64 bits, where a negative
 * one wraps. Gives the characters taken, 0: there is none; *TOO_LARGE: it does not fit in SIZE
 * bytes. */
size_t of_number_take(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large);
/* Whether all of TEXT is a number that fits; *TOO_LARGE as above. */
bool of_number_parse(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large);
/* Appends SIZE bytes as hexadecimal after 0x without leading zeros; 0 is "0". */
void of_number_put_hex(struct str *, const uint8_t *value, size_t size);
