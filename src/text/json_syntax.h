/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a text that is no JSON, in Open vSwitch's words and with its way to count
 * lines, columns and bytes, since people and scripts know them. Nobody calls it for good texts.
 * Any thread. */
#pragma once

#include "text/str.h"

/* Appends to OUT what the first mistake in the N bytes at P is: "line 0, column 4, byte 4: invalid
 * keyword 'bad'". False, and nothing appended, where it finds none: it lets pass bytes that are no
 * UTF-8, and halves of surrogate pairs. */
bool json_syntax_explain(struct str *out, const char *p, size_t n);
