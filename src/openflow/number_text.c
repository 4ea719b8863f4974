/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of any number of bytes, as text. */
#include <string.h>

#include "openflow/value_text.h"

/* VALUE = VALUE * BASE + DIGIT; false when it no longer fits. */
static bool
shift_in(uint8_t *value, size_t size, unsigned int base, unsigned int digit)
{
    unsigned int carry = digit;
    for (size_t i = size; i-- > 0;) {
        carry += value[i] * base;
        value[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return !carry;
}

static unsigned int
digit_of(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10)
           : c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A' + 10)
                                  : 16;
}

bool
of_number_parse(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large)
{
    bool is_hex = n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned int base = is_hex ? 16 : 10;
    const char *p = text + (is_hex ? 2 : 0), *end = text + n;
    *too_large = false;
    memset(value, 0, size);
    if (p == end) {
        return false;
    }
    if (*p == '-') { /* a negative number is larger than any field */
        *too_large = end - p > 1 && digit_of(p[1]) < 10;
        return false;
    }
    bool fits = true;
    for (; p < end; p++) {
        if (digit_of(*p) >= base) {
            return false;
        }
        fits = shift_in(value, size, base, digit_of(*p)) && fits;
    }
    *too_large = !fits;
    return fits;
}

void
of_number_put_hex(struct str *s, const uint8_t *value, size_t size)
{
    size_t i = 0;
    while (i + 1 < size && !value[i]) {
        i++;
    }
    str_putf(s, "0x%x", size ? value[i] : 0);
    while (++i < size) {
        str_putf(s, "%02x", value[i]);
    }
}
