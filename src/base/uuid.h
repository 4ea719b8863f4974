/* SPDX-License-Identifier: Apache-2.0 */
/* A 128-bit UUID (RFC 4122), kept as four host-order words, most significant first. */
#pragma once

#include "base/hash.h"

struct uuid {
    uint32_t word[4];
};

#define UUID_TEXT_LEN 36

static inline bool
uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2] &&
           a->word[3] == b->word[3];
}

static inline bool
uuid_is_zero(const struct uuid *u)
{
    return !(u->word[0] | u->word[1] | u->word[2] | u->word[3]);
}

/* A random UUID's first word is as good as a hash. */
static inline uint32_t
uuid_hash(const struct uuid *u)
{
    return u->word[0] ^ u->word[3];
}

/* Order of the textual forms: negative, 0 or positive. */
int uuid_compare(const struct uuid *, const struct uuid *);
/* Writes the 36 characters and a NUL. */
void uuid_format(const struct uuid *, char text[UUID_TEXT_LEN + 1]);
/* Reads exactly 36 characters at TEXT, of which N are there; false if they are no UUID.
 * Upper and lower case are accepted. */
bool uuid_parse(const char *text, size_t n, struct uuid *);
