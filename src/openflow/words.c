/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting text into words. A missing closing parenthesis is taken as if it were there. */
#include "openflow/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NUMBER = 32 };

static bool
is_separator(char c)
{
    return c == ',' || isspace((unsigned char)c);
}

/* The end of a value that starts at P: a separator outside all parentheses, or END. */
static const char *
end_of_value(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end; p++) {
        if (*p == '(') {
            depth++;
        } else if (*p == ')') {
            depth--;
        } else if (depth <= 0 && is_separator(*p)) {
            break;
        }
    }
    return p;
}

/* The parenthesis that closes the one before P, or END. */
static const char *
closing(const char *p, const char *end)
{
    int depth = 1;
    for (; p < end; p++) {
        depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
        if (!depth) {
            break;
        }
    }
    return p;
}

bool
word_next(const char **p, const char *end, struct word *w)
{
    const char *at = *p;
    while (at < end && is_separator(*at)) {
        at++;
    }
    if (at == end) {
        *p = end;
        return false;
    }
    *w = (struct word){.name = at};
    while (at < end && !is_separator(*at) && *at != ':' && *at != '=' && *at != '(') {
        at++;
    }
    w->n_name = (size_t)(at - w->name);
    if (at < end && (*at == ':' || *at == '=')) {
        w->value = at + 1;
        at = end_of_value(at + 1, end);
        w->n = (size_t)(at - w->value);
    } else if (at < end && *at == '(') {
        w->value = at + 1;
        const char *close = closing(at + 1, end);
        w->n = (size_t)(close - w->value);
        at = close < end ? close + 1 : end;
        if (end - at >= 2 && at[0] == '-' && at[1] == '>') {
            w->tail = at;
            at = end_of_value(at, end);
            w->n_tail = (size_t)(at - w->tail);
        }
    }
    *p = at;
    return true;
}

bool
word_is(const struct word *w, const char *name)
{
    return text_is(name, w->name, w->n_name);
}

bool
text_to_u64(const char *text, size_t n, uint64_t *x)
{
    char copy[MAX_NUMBER], *end;
    if (!n || n >= sizeof copy || isspace((unsigned char)*text)) {
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    errno = 0;
    *x = strtoull(copy, &end, 0);
    return !errno && !*end;
}

bool
text_take_int(const char **text, const char *end, int *x)
{
    const char *p = *text;
    bool negative = p < end && *p == '-';
    uint32_t sum = 0;
    p += negative || (p < end && *p == '+');
    const char *digits = p;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        sum = sum * 10 + (uint32_t)(*p - '0');
    }
    *x = (int)(negative ? 0 - sum : sum);
    if (p == digits) {
        return false;
    }
    *text = p;
    return true;
}
