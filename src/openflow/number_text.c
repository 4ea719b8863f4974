/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of any number of bytes, as text. */
#include <string.h>

#include "base/hex.h"
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

bool
of_number_parse(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large)
{
    bool is_hex = n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    int base = is_hex ? 16 : 10;
    const char *p = text + (is_hex ? 2 : 0), *end = text + n;
    *too_large = false;
    memset(value, 0, size);
    if (p == end) {
        return false;
    }
    if (*p == '-') { /* a negative number is larger than any field */
        *too_large = end - p > 1 && p[1] >= '0' && p[1] <= '9';
        return false;
    }
    bool fits = true;
    for (; p < end; p++) {
        int digit = hex_digit(*p);
        if (digit < 0 || digit >= base) {
            return false;
        }
        fits = shift_in(value, size, (unsigned int)base, (unsigned int)digit) && fits;
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
    bool is_zero = !size || (i + 1 == size && !value[i]);
    str_putf(s, is_zero ? "0" : "0x%x", size ? value[i] : 0);
    while (++i < size) {
        str_putf(s, "%02x", value[i]);
    }
}
