/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of any number of bytes, as text. */
#include <string.h>

#include "base/endian.h"
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

/* Takes hexadecimal digits, as many as there are. */
static bool
take_hex(const char **p, const char *end, uint8_t *value, size_t size)
{
    bool fits = true;
    for (; *p < end && hex_digit(**p) >= 0; ++*p) {
        fits = shift_in(value, size, 16, (unsigned int)hex_digit(**p)) && fits;
    }
    return fits;
}

/* Takes a number of C of up to 64 bits; a negative one wraps. False: it does not fit. */
static bool
take_c(const char **p, const char *end, uint8_t *value, size_t size)
{
    uint8_t wide[8] = {0};
    bool negative = *p < end && **p == '-', fits = true;
    const char *start = *p;
    *p += negative || (*p < end && **p == '+');
    unsigned int base = 10;
    if (*p < end && **p == '0') {
        bool is_hex = end - *p > 2 && ((*p)[1] | 0x20) == 'x' && hex_digit((*p)[2]) >= 0;
        base = is_hex ? 16 : 8;
        *p += is_hex ? 2 : 0;
    }
    const char *digits = *p;
    for (; *p < end && hex_digit(**p) >= 0 && hex_digit(**p) < (int)base; ++*p) {
        fits = shift_in(wide, sizeof wide, base, (unsigned int)hex_digit(**p)) && fits;
    }
    if (*p == digits) {
        *p = start;
    }
    put_be64(wide, negative ? 0 - get_be64(wide) : get_be64(wide));
    for (size_t i = 0; i < sizeof wide; i++) {
        size_t byte = size - sizeof wide + i;
        if (byte < size) {
            value[byte] = wide[i];
        } else {
            fits = fits && !wide[i];
        }
    }
    return fits;
}

size_t
of_number_take(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large)
{
    bool is_hex = n >= 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *p = text + (is_hex ? 2 : 0), *end = text + n;
    memset(value, 0, size);
    *too_large = !(is_hex ? take_hex : take_c)(&p, end, value, size);
    return (size_t)(p - text);
}

bool
of_number_parse(const char *text, size_t n, uint8_t *value, size_t size, bool *too_large)
{
    size_t n_taken = of_number_take(text, n, value, size, too_large);
    return n && n_taken == n && !*too_large;
}

void
of_number_put_hex(struct str *s, const uint8_t *value, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    size_t i = 0;
    while (i < size && !value[i]) {
        i++;
    }
    str_puts(s, i < size ? "0x" : "0");
    for (bool first = true; i < size; i++, first = false) {
        if (!first || value[i] >> 4) {
            str_putc(s, digits[value[i] >> 4]);
        }
        str_putc(s, digits[value[i] & 15]);
    }
}
