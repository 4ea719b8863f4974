/* SPDX-License-Identifier: Apache-2.0 */
/* Text form and order of UUIDs. */
#include "base/uuid.h"

#include "base/hex.h"

int
uuid_compare(const struct uuid *a, const struct uuid *b)
{
    for (size_t i = 0; i < ARRAY_LEN(a->word); i++) {
        if (a->word[i] != b->word[i]) {
            return a->word[i] < b->word[i] ? -1 : 1;
        }
    }
    return 0;
}

/* Where a dash stands in the text form. */
static bool
is_dash(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

/* The hexadecimal digits of the 16 bits in V, one a byte, the highest in the lowest byte. */
static uint32_t
hex_of(uint32_t v)
{
    v = (v & 0xf000u) >> 12 | (v & 0x0f00u) | (v & 0x00f0u) << 12 | (v & 0x000fu) << 24;
    uint32_t letters = ((v + 0x06060606u) >> 4) & 0x01010101u;
    return v + 0x30303030u + letters * ('a' - '0' - 10);
}

static void
put_hex(char *p, uint32_t v)
{
    uint32_t digits = hex_of(v);
    for (size_t i = 0; i < 4; i++) {
        p[i] = (char)(digits >> 8 * i);
    }
}

void
uuid_format(const struct uuid *u, char text[UUID_TEXT_LEN + 1])
{
    static const uint8_t at[] = {0, 4, 9, 14, 19, 24, 28, 32};
    text[8] = text[13] = text[18] = text[23] = '-';
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        put_hex(text + at[i], u->word[i / 2] >> (i % 2 ? 0 : 16) & 0xffff);
    }
    text[UUID_TEXT_LEN] = '\0';
}

bool
uuid_parse(const char *text, size_t n, struct uuid *u)
{
    if (n != UUID_TEXT_LEN) {
        return false;
    }
    struct uuid x = {{0, 0, 0, 0}};
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
        if (is_dash(i)) {
            if (text[i] != '-') {
                return false;
            }
            continue;
        }
        int digit = hex_digit(text[i]);
        if (digit < 0) {
            return false;
        }
        x.word[nibble / 8] = (x.word[nibble / 8] << 4) | (uint32_t)digit;
        nibble++;
    }
    *u = x;
    return true;
}
