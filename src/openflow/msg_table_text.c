/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_table.h"
#include "openflow/ofp_printers.h"

static const struct ofp_bit_name eviction_names[] = {
    {OFP_EVICTION_OTHER, "OTHER"},
    {OFP_EVICTION_IMPORTANCE, "IMPORTANCE"},
    {OFP_EVICTION_LIFETIME, "LIFETIME"},
};

void
ofp_table_desc_format(struct str *s, const struct ofp_table_config *c,
                      const struct ofp_table_names *names)
{
    str_puts(s, "\n  table ");
    of_table_put(s, c->table, names);
    str_putf(s, ":\n   eviction=%s eviction_flags=", c->eviction ? "on" : "off");
    if (c->eviction_flags == OFP_EVICTION_UNTOLD) {
        str_puts(s, "(default)");
    } else {
        ofp_put_bits(s, c->eviction_flags, eviction_names, ARRAY_LEN(eviction_names), '|');
    }
    str_putf(s, "\n   vacancy=%s", c->vacancy ? "on" : "off");
    if (c->vacancy) {
        str_putf(s, " vacancy_down=%u%% vacancy_up=%u%% vacancy=%u%%", c->vacancy_down,
                 c->vacancy_up, c->vacancy_now);
    }
    str_putc(s, '\n');
}

/* The packaged program takes the flags of how to evict for whether to. */
static void
put_eviction(struct str *s, const struct ofp_table_config *c)
{
    uint32_t x = c->eviction_flags != OFP_EVICTION_UNTOLD ? c->eviction_flags
                 : c->eviction                            ? 1
                                                          : 2;
    if (x) {
        str_putf(s, ", eviction=%s", x == 1 ? "on" : x == 2 ? "off" : "***error***");
    }
}

enum ofp_error
ofp_print_table_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    static const char *const misses[] = {"", "controller", "continue", "drop"};
    struct ofp_table_config c;
    enum ofp_error error = ofp_table_mod_get(m, &c);
    if (error) {
        return error;
    }
    if (c.table == OFP_TABLE_ALL) {
        str_puts(s, " table_id: ALL_TABLES");
    } else {
        str_puts(s, " table_id=");
        of_table_put(s, c.table, how->tables);
    }
    if (c.miss != OFP_MISS_DEFAULT) {
        str_putf(s, ", flow_miss_config=%s", misses[c.miss]);
    }
    if (m->version >= OFP_14) {
        put_eviction(s, &c);
        str_putf(s, ", vacancy=%s", c.vacancy ? "on" : "off");
    }
    if (c.vacancy) {
        str_putf(s, " vacancy:%u,%u", c.vacancy_down, c.vacancy_up);
    }
    return OFP_OK;
}

enum ofp_error
ofp_print_table_status(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    enum ofp_table_reason reason;
    struct ofp_table_config c;
    enum ofp_error error = ofp_table_status_get(m, &reason, &c);
    if (!error) {
        str_putf(s, " reason=%s\ntable_desc:-",
                 reason == OFP_TABLE_VACANCY_DOWN ? "VACANCY_DOWN" : "VACANCY_UP");
        ofp_table_desc_format(s, &c, how->tables);
    }
    return error;
}

enum ofp_error
ofp_print_table_desc(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_table_config c;
        error = ofp_table_desc_get(&r, &c);
        if (!error) {
            ofp_table_desc_format(s, &c, how->tables);
        }
    }
    return error;
}
