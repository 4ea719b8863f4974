/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4), as the database file format uses it to find damage. Not for security. */
#pragma once

#include "base/types.h"

#define SHA1_SIZE     20
#define SHA1_TEXT_LEN 40

struct sha1 {
    uint32_t h[5];
    uint64_t n; /* bytes so far */
    uint8_t block[64];
};

void sha1_init(struct sha1 *);
void sha1_add(struct sha1 *, const void *p, size_t n);
void sha1_end(struct sha1 *, uint8_t digest[SHA1_SIZE]);
/* The 40 hexadecimal digits and a NUL. */
void sha1_format(const uint8_t digest[SHA1_SIZE], char text[SHA1_TEXT_LEN + 1]);
