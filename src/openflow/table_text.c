/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and names of flow tables as text. */
#include "openflow/table_text.h"

#include "openflow/port_text.h"
#include "openflow/words.h"
#include "os/log.h"

LOG_MODULE(ofp_table);

bool
of_table_parse(const char *text, size_t n, const struct ofp_table_names *names, uint8_t *table)
{
    const char *p = text, *end = text + n;
    int x;
    if (!text_take_int(&p, end, &x) || p < end) {
        text = of_name_unquote(text, &n);
        return n && names && names->number && names->number(names->aux, text, n, table);
    }
    if (x < 0) {
        log_warn("Negative value %.*s is not a valid table number.", (int)n, text);
        return false;
    }
    if (x > UINT8_MAX) {
        log_warn("table %d is outside the supported range 0 through %d", x, UINT8_MAX);
        return false;
    }
    *table = (uint8_t)x;
    return true;
}

void
of_table_put(struct str *s, uint8_t table, const struct ofp_table_names *names)
{
    const char *name = names && names->name ? names->name(names->aux, table) : NULL;
    if (name) {
        str_putf(s, of_name_is_plain(name) ? "%s" : "\"%s\"", name);
    } else {
        str_put_u64(s, table);
    }
}
