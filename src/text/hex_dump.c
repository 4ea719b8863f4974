/* SPDX-License-Identifier: Apache-2.0 */
/* The layout is that of the packaged programs, which have a dash in the middle of a line. */
#include "text/hex_dump.h"

enum { PER_LINE = 16 };

static void
put_hex(struct str *s, size_t ofs, const uint8_t *p, size_t n)
{
    str_putf(s, "%08zx  ", ofs);
    for (size_t i = 0; i < n; i++) {
        str_putf(s, "%02x%c", p[i], i == PER_LINE / 2 - 1 ? '-' : ' ');
    }
}

static void
put_line(struct str *s, size_t ofs, const uint8_t *p, size_t n)
{
    put_hex(s, ofs, p, n);
    str_put_repeat(s, ' ', 3 * (PER_LINE - n));
    str_putc(s, '|');
    for (size_t i = 0; i < n; i++) {
        str_putc(s, p[i] >= ' ' && p[i] < 0x7f ? (char)p[i] : '.');
    }
    str_put_repeat(s, ' ', PER_LINE - n);
    str_puts(s, "|\n");
}

void
str_put_hex_dump(struct str *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t ofs = 0; ofs < n; ofs += PER_LINE) {
        put_line(s, ofs, p + ofs, MIN(n - ofs, PER_LINE));
    }
}

void
str_put_hex_bytes(struct str *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t ofs = 0; ofs < n; ofs += PER_LINE) {
        put_hex(s, ofs, p + ofs, MIN(n - ofs, PER_LINE));
        str_chomp(s, " ");
        str_putc(s, '\n');
    }
}
