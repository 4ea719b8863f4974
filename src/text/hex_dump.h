/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes for people to read: offset, sixteen bytes, what of them is ASCII. Any thread. */
#pragma once

#include "text/str.h"

/* Appends N bytes, a line for each sixteen, which are counted from 0. */
void str_put_hex_dump(struct str *, const void *bytes, size_t n);
/* The same without the ASCII. */
void str_put_hex_bytes(struct str *, const void *bytes, size_t n);
