/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits. Any context. */
#pragma once

/* The value of digit C, or -1. */
static inline int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}
