/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of fields as text: `NXM_NX_REG0[0..15]`, `reg0[3]`, `reg0[]`, and `reg0` for all of it. */
#include <string.h>

#include "openflow/actions_parse.h"
#include "os/err_format.h"

/* Reads "[]", "[BIT]" or "[FIRST..LAST]". */
static bool
parse_bits(const char *p, size_t n, const struct of_field *f, uint64_t *first, uint64_t *last)
{
    if (n < 2 || p[0] != '[' || p[n - 1] != ']') {
        return false;
    }
    p++;
    n -= 2;
    *first = 0;
    *last = f->bits - 1u;
    if (!n) {
        return true;
    }
    const char *dots = memchr(p, '.', n);
    size_t n_first = dots ? (size_t)(dots - p) : n;
    if (!text_to_u64(p, n_first, first)) {
        return false;
    }
    *last = *first;
    return !dots ||
           (n - n_first > 2 && dots[1] == '.' && text_to_u64(dots + 2, n - n_first - 2, last));
}

int
of_subfield_parse(const char *text, size_t n, struct of_subfield *sub, struct err *e)
{
    const char *bracket = memchr(text, '[', n);
    size_t n_name = bracket ? (size_t)(bracket - text) : n;
    uint64_t first = 0, last = 0;
    enum of_field_id id = of_field_find(text, n_name);
    if (id == OF_FIELD_COUNT) {
        return err_fail(e, -E_INVAL, "%.*s: unknown field `%.*s'", (int)n, text, (int)n_name,
                        text);
    }
    const struct of_field *f = &of_fields[id];
    if (!parse_bits(bracket ? bracket : "[]", bracket ? n - n_name : 2, f, &first, &last)) {
        return err_fail(e, -E_INVAL,
                        "%.*s: syntax error expecting [] or [<bit>] or [<start>..<end>]", (int)n,
                        text);
    }
    if (first > last) {
        return err_fail(e, -E_INVAL, "%.*s: starting bit %llu is after ending bit %llu", (int)n,
                        text, (unsigned long long)first, (unsigned long long)last);
    }
    if (last >= f->bits) {
        return err_fail(e, -E_INVAL,
                        "%.*s: ending bit %llu is not valid because field is only %u bits wide",
                        (int)n, text, (unsigned long long)last, f->bits);
    }
    *sub = (struct of_subfield){(uint16_t)id, (uint16_t)first, (uint16_t)(last - first + 1), 0};
    return 0;
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
