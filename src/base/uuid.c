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

void
uuid_format(const struct uuid *u, char text[UUID_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
        if (is_dash(i)) {
            text[i] = '-';
        } else {
            text[i] = digits[(u->word[nibble / 8] >> (28 - nibble % 8 * 4)) & 15];
            nibble++;
        }
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
