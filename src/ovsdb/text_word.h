/* SPDX-License-Identifier: Apache-2.0 */
/* The words of ovs-vsctl's notation (datum_text.c). Errors are worded as there. Any thread. */
#pragma once

#include "ovsdb/fault.h"

/* A word ends at white space or at one of these, unless quoted. */
#define WORD_PUNCTUATION "!<>=:,[]{}"

const char *word_skip_spaces(const char *s);
/* Takes the next word, quotes kept, off *S. */
int word_take(const char **s, struct str *word, struct fault *);
/* Replaces WORD, which begins with a quote, by the string that this JSON string stands for. */
int word_unquote(struct str *word, struct fault *);
/* Refuses what is not UTF-8, as constraint. */
int word_check_utf8(const struct str *word, struct fault *);
