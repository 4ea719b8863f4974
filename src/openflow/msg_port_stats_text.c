/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of ports as text: a line for what comes in, one for what goes out, and more where
 * more is known. */
#include "openflow/msg_port_stats.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

enum { CUSTOM_PER_LINE = 3, INDENT = 11, CUSTOM_INDENT = 22 };

enum line { RX, TX, RFC_RX, RFC_TX };

static const struct {
    uint8_t line; /* enum line */
    const char *word;
} counters[OFP_PORT_N_COUNTERS] = {
#define COUNTER(ID, LINE, WORD) [OFP_PORT_##ID] = {LINE, WORD},
#include "openflow/port_counters.def"
#undef COUNTER
};

/* "pkts=1, bytes=?" */
static void
put_line(struct str *s, const struct ofp_port_stats *p, enum line line)
{
    const char *gap = "";
    for (size_t i = 0; i < OFP_PORT_N_COUNTERS; i++) {
        if (counters[i].line == line) {
            str_putf(s, "%s%s=", gap, counters[i].word);
            ofp_put_count(s, p->counters[i]);
            gap = ", ";
        }
    }
    str_putc(s, '\n');
}

/* What is known of LINE, behind HEAD; nothing if that is nothing. */
static void
put_known(struct str *s, const struct ofp_port_stats *p, enum line line, const char *head)
{
    bool any = false;
    for (size_t i = 0; i < OFP_PORT_N_COUNTERS; i++) {
        if (counters[i].line == line && p->counters[i] != OFP_STAT_UNKNOWN) {
            str_put_repeat(s, ' ', any ? 0 : INDENT);
            str_puts(s, any ? "" : head);
            str_putf(s, "%s=%llu, ", counters[i].word, (unsigned long long)p->counters[i]);
            any = true;
        }
    }
    str_put_repeat(s, '\n', any);
}

static void
put_custom(struct str *s, struct rd custom)
{
    char name[OFP_CUSTOM_NAME_SIZE];
    uint64_t value;
    size_t n = 0;
    if (!rd_left(&custom)) {
        return;
    }
    str_putf(s, "%*sCUSTOM Statistics", INDENT, "");
    while (rd_left(&custom) && ofp_custom_stat_next(&custom, name, &value)) {
        bool begins_line = n++ % CUSTOM_PER_LINE == 0;
        if (*name) {
            str_put_repeat(s, begins_line ? '\n' : ' ', 1);
            str_put_repeat(s, ' ', begins_line ? CUSTOM_INDENT : 0);
            str_putf(s, "%s=%llu,", name, (unsigned long long)value);
        }
    }
    str_putc(s, '\n');
}

static void
put_stats(struct str *s, const struct ofp_port_stats *p, const struct of_port_names *names)
{
    str_puts(s, p->port < 10 ? "  port  " : "  port ");
    of_port_put(s, p->port, names);
    str_puts(s, ": rx ");
    put_line(s, p, RX);
    str_putf(s, "%*stx ", INDENT, "");
    put_line(s, p, TX);
    if (p->duration_sec != OFP_DURATION_UNKNOWN) {
        str_putf(s, "%*sduration=", INDENT, "");
        ofp_duration_put(s, p->duration_sec, p->duration_nsec);
        str_putc(s, '\n');
    }
    put_known(s, p, RFC_RX, "rx rfc2819 ");
    put_known(s, p, RFC_TX, "tx rfc2819 ");
    put_custom(s, p->custom);
}

enum ofp_error
ofp_print_port_stats(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_port_stats p;
    unsigned int n = 0;
    while (rd_left(&r) && !ofp_port_stats_get(&r, m->version, &p)) {
        n++;
    }
    str_putf(s, " %u ports\n", n);
    enum ofp_error error = OFP_OK;
    r = m->body;
    while (how->verbosity > 0 && !error && rd_left(&r)) {
        error = ofp_port_stats_get(&r, m->version, &p);
        if (!error) {
            put_stats(s, &p, how->ports);
        }
    }
    return error;
}

enum ofp_error
ofp_print_port_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    uint32_t port;
    enum ofp_error error = ofp_port_request_get(m, &port);
    if (!error) {
        str_puts(s, m->id == OFPST_PORT_REQUEST ? " port_no=" : " port=");
        of_port_put(s, port, how->ports);
    }
    return error;
}

enum ofp_error
ofp_print_port_descs(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    str_putc(s, '\n');
    return ofp_port_descs_format(s, &r, m->version, how->ports);
}
