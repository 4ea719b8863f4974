/* SPDX-License-Identifier: Apache-2.0 */
/* The words of flows and actions as text: NAME, NAME:VALUE, NAME=VALUE or NAME(VALUE), with commas
 * or spaces between them; parentheses in a value hide what separates. Any thread. */
#pragma once

#include <string.h>

#include "base/types.h"

/* Whether WORD is the N characters at TEXT. Most words differ in their first letter. */
static inline bool
text_is(const char *word, const char *text, size_t n)
{
    return n && *word == *text && strlen(word) == n && !memcmp(word, text, n);
}

struct word {
    const char *name;
    size_t n_name;
    const char *value; /* NULL: none */
    size_t n;
    const char *tail; /* "->DESTINATION" behind NAME(VALUE); anything else is a word again */
    size_t n_tail;
};

/* Takes the next word from *P, which moves past it. False at END. */
bool word_next(const char **p, const char *end, struct word *);
bool word_is(const struct word *, const char *name);
/* A number in C's notation that is all of the N characters at TEXT. A negative one wraps, as
 * strtoull() has it. */
bool text_to_u64(const char *text, size_t n, uint64_t *x);
/* Takes a decimal number from *TEXT, which may have a sign; what is larger than an int wraps.
 * False: there is none, *X is 0. */
bool text_take_int(const char **text, const char *end, int *x);
