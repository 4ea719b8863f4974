/* SPDX-License-Identifier: Apache-2.0 */
/* Flow changes as text: what differs from the usual is told. */
#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/match_text.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/ofp_printers.h"
#include "openflow/oxm_text.h"

enum { NXM_MATCH_LEN_OFS = 24, NXM_PAD = 6 };

static const struct ofp_bit_name flag_names[] = {
    {OFP_FF_SEND_FLOW_REM, "send_flow_rem"},   {OFP_FF_CHECK_OVERLAP, "check_overlap"},
    {OFP_FF_RESET_COUNTS, "reset_counts"},     {OFP_FF_NO_PACKET_COUNTS, "no_packet_counts"},
    {OFP_FF_NO_BYTE_COUNTS, "no_byte_counts"},
};

struct wr
ofp_actions_buffer(void)
{
    return wr_make(xalloc(OF_ACTS_MAX), OF_ACTS_MAX);
}

void
ofp_actions_buffer_free(struct wr *w)
{
    os_free(w->start);
}

void
ofp_duration_put(struct str *s, uint32_t seconds, uint32_t ns)
{
    enum { NS_PER_MS = 1000000 };
    str_put_u64(s, seconds);
    if (ns && ns % NS_PER_MS) {
        str_putf(s, ".%09u", ns);
        str_chomp(s, "0");
    } else if (ns) {
        str_putf(s, ".%03u", ns / NS_PER_MS);
    }
    str_putc(s, 's');
}

void
ofp_flow_flags_put(struct str *s, uint16_t flags)
{
    if (flags) {
        ofp_put_bits(s, flags, flag_names, ARRAY_LEN(flag_names), ' ');
        str_putc(s, ' ');
    }
}

void
ofp_match_with_priority_put(struct str *s, const struct of_match *m, uint16_t priority,
                            const struct of_port_names *names)
{
    if (priority != OFP_PRIORITY_DEFAULT) {
        str_puts(s, "priority=");
        str_put_u64(s, priority);
        str_putc(s, ',');
    }
    size_t before = s->n;
    of_match_put(s, m, names);
    if (s->n == before && priority != OFP_PRIORITY_DEFAULT) {
        str_truncate(s, before - 1); /* a comma with nothing behind it */
    }
}

/* The fields of Nicira's message by their names, as they stand in it. */
static void
put_nxm(struct str *s, struct rd r)
{
    rd_skip(&r, NXM_MATCH_LEN_OFS);
    size_t match_len = rd_be16(&r);
    rd_skip(&r, NXM_PAD);
    of_oxm_text_put(s, rd_sub(&r, match_len));
}

/* For those who want to know everything: the match as it is in the message. */
static bool
put_raw_match(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct of_match_10 match;
    if (how->verbosity < 3 || (m->id != NXT_FLOW_MOD && m->version != OFP_10)) {
        return false;
    }
    if (m->id == NXT_FLOW_MOD) {
        put_nxm(s, r);
    } else {
        of_match_10_get(&r, &match);
        ofp_match_10_format(s, &match, how->ports);
    }
    return true;
}

static void
put_cookies(struct str *s, const struct ofp_flow_mod *fm)
{
    if (fm->new_cookie && fm->new_cookie != OFP_COOKIE_NONE) {
        str_putf(s, "cookie:0x%llx ", (unsigned long long)fm->new_cookie);
    }
    if (fm->cookie_mask) {
        str_putf(s, "cookie:0x%llx/0x%llx ", (unsigned long long)fm->cookie,
                 (unsigned long long)fm->cookie_mask);
    }
}

static void
put_number(struct str *s, const char *name, unsigned int x)
{
    if (x) {
        str_putf(s, "%s:%u ", name, x);
    }
}

static void
put_flow_mod(struct str *s, const struct ofp_msg *m, const struct ofp_flow_mod *fm,
             const struct ofp_print *how)
{
    static const char *const commands[] = {"ADD", "MOD", "MOD_STRICT", "DEL", "DEL_STRICT"};
    str_putf(s, " %s ", commands[fm->command]);
    if (fm->table) {
        str_puts(s, "table:");
        of_table_put(s, fm->table, how->tables);
        str_putc(s, ' ');
    }
    size_t before = s->n;
    bool is_raw = put_raw_match(s, m, how);
    if (!is_raw) {
        ofp_match_with_priority_put(s, &fm->match, fm->priority, how->ports);
    }
    str_put_repeat(s, ' ', s->n > before);
    put_cookies(s, fm);
    put_number(s, "idle", fm->idle_timeout);
    put_number(s, "hard", fm->hard_timeout);
    if (is_raw && fm->priority != OFP_PRIORITY_DEFAULT) {
        str_putf(s, "pri:%u ", fm->priority);
    }
    put_number(s, "importance", fm->importance);
    if (fm->buffer != OFP_BUFFER_NONE) {
        str_putf(s, "buf:0x%x ", fm->buffer);
    }
    if (fm->out_port != OFP_PORT_NONE) {
        str_puts(s, "out_port:");
        of_port_put(s, fm->out_port, how->ports);
        str_putc(s, ' ');
    }
    ofp_flow_flags_put(s, fm->flags);
    str_puts(s, "actions=");
    struct flow_names names = ofp_print_names(how);
    of_acts_text_put(s, fm->actions.start, fm->actions.n, &names);
}

enum ofp_error
ofp_print_flow_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
    enum ofp_error error = ofp_flow_mod_get(m, &fm);
    if (!error) {
        put_flow_mod(s, m, &fm, how);
    }
    ofp_actions_buffer_free(&fm.actions);
    return error;
}
