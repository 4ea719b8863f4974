/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the JSON text of a record without making JSON values of it. Any thread. */
#pragma once

#include "ovsdb/datum.h"

struct scan {
    const char *p, *end;
};

/* Skips white space; the next character, 0 at the end. */
char scan_peek(struct scan *);
/* Takes the character C if it is next. */
bool scan_take(struct scan *, char c);
/* Skips a whole value; false if the text ends inside it. What is inside is not looked at. */
bool scan_skip_value(struct scan *);
/* Takes a string without escapes, as names are; false (and nothing taken) otherwise. */
bool scan_plain_string(struct scan *, const char **s, size_t *n);
/* Takes a value of TYPE as the server writes it: any number of elements, not checked. False (and
 * nothing taken) for anything out of the ordinary; then read it with the JSON parser. */
bool scan_datum(struct scan *, const struct datum_type *, struct datum **out);
