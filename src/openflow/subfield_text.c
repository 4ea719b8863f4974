/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of fields as text: `NXM_NX_REG0[0..15]`, `reg0[3]`, `reg0[]`, and `reg0` for all of it. */
#include <string.h>

#include "openflow/actions_parse.h"
#include "os/err_format.h"

/* Takes "[]", "[BIT]" or "[FIRST..LAST]" from *P. */
static bool
take_bits(const char **p, const char *end, int *first, int *last)
{
    if (end - *p >= 2 && !memcmp(*p, "[]", 2)) {
        *p += 2;
        return true;
    }
    ++*p;
    if (!text_take_int(p, end, first)) {
        return false;
    }
    *last = *first;
    if (end - *p >= 2 && !memcmp(*p, "..", 2)) {
        *p += 2;
        if (!text_take_int(p, end, last)) {
            return false;
        }
    }
    return *p < end && *(*p)++ == ']';
}

int
of_subfield_take(const char *text, size_t n, size_t *n_taken, struct of_subfield *sub,
                 struct err *e)
{
    const char *p = text, *end = text + n;
    while (p < end && *p != '[' && *p != '-') {
        p++;
    }
    size_t n_name = (size_t)(p - text);
    enum of_field_id id = of_field_find(text, n_name);
    if (id == OF_FIELD_COUNT) {
        return err_fail(e, -E_INVAL, "%.*s: unknown field `%.*s'", (int)n, text, (int)n_name,
                        text);
    }
    int bits = of_subfield_bits(id), first = 0, last = bits - 1;
    if (p < end && *p == '[' && !take_bits(&p, end, &first, &last)) {
        return err_fail(e, -E_INVAL,
                        "%.*s: syntax error expecting [] or [<bit>] or [<start>..<end>]", (int)n,
                        text);
    }
    if (first > last) {
        return err_fail(e, -E_INVAL, "%.*s: starting bit %d is after ending bit %d", (int)n, text,
                        first, last);
    }
    bool starts = first >= 0 && first < bits;
    if (!starts || last >= bits) {
        return err_fail(e, -E_INVAL,
                        "%.*s: %s bit %d is not valid because field is only %d bits wide", (int)n,
                        text, starts ? "ending" : "starting", starts ? last : first, bits);
    }
    *n_taken = (size_t)(p - text);
    *sub = (struct of_subfield){(uint16_t)id, (uint16_t)first, (uint16_t)(last - first + 1), 0};
    return 0;
}

int
of_subfield_parse(const char *text, size_t n, struct of_subfield *sub, struct err *e)
{
    size_t n_taken;
    int code = of_subfield_take(text, n, &n_taken, sub, e);
    return code || n_taken == n ? code
                                : err_fail(e, -E_INVAL, "unexpected input following field syntax");
}

int
of_subfield_take_source(const char *text, size_t n, struct of_subfield *sub, const char **right,
                        size_t *n_right, struct err *e)
{
    size_t n_taken;
    int code = of_subfield_take(text, n, &n_taken, sub, e);
    if (!code && (n - n_taken < 2 || memcmp(text + n_taken, "->", 2) != 0)) {
        code = err_fail(e, -E_INVAL, "%.*s: missing `->' following source", (int)n, text);
    }
    if (!code) {
        *right = text + n_taken + 2;
        *n_right = n - n_taken - 2;
    }
    return code;
}

bool
act_text_arrow(const char *text, size_t n, size_t *n_left, const char **right, size_t *n_right)
{
    for (size_t i = 0; i + 1 < n; i++) {
        if (text[i] == '-' && text[i + 1] == '>') {
            *n_left = i;
            *right = text + i + 2;
            *n_right = n - i - 2;
            return true;
        }
    }
    return false;
}
