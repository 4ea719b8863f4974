/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that controllers get, as text: what is said of them, and what is in them as far as the
 * program can tell (ofp_print.h). */
#include "openflow/flow_format.h"
#include "openflow/match_text.h"
#include "openflow/msg_continuation.h"
#include "openflow/msg_packet_in.h"
#include "openflow/ofp_printers.h"
#include "text/hex_dump.h"

const char *
ofp_packet_in_reason_name(unsigned int reason)
{
    /* The last two are how a miss is told apart inside a switch; on the wire they are nameless. */
    static const char *const names[] = {
        "no_match", "action", "invalid_ttl", "action_set", "group", "packet_out", "", ""};
    return reason < ARRAY_LEN(names) ? names[reason] : NULL;
}

static void
put_reason(struct str *s, uint8_t reason)
{
    const char *name = ofp_packet_in_reason_name(reason);
    if (name) {
        str_putf(s, " (via %s)", name);
    } else {
        str_putf(s, " (via %u)", reason);
    }
}

static void
put_lengths(struct str *s, const struct ofp_packet_in *p)
{
    size_t n = rd_left(&p->packet);
    str_putf(s, " data_len=%zu", n);
    if (p->buffer == OFP_BUFFER_NONE) {
        str_puts(s, " (unbuffered)");
        str_puts(s, p->total_len != n ? " (***total_len != data_len***)" : "");
    } else {
        str_putf(s, " buffer=0x%08x", p->buffer);
        str_puts(s, p->total_len < n ? " (***total_len < data_len***)" : "");
    }
    str_putc(s, '\n');
}

static void
put_userdata(struct str *s, const struct ofp_packet_in *p)
{
    size_t n = rd_left(&p->userdata);
    for (size_t i = 0; i < n; i++) {
        str_putf(s, i ? ".%02x" : " userdata=%02x", p->userdata.p[i]);
    }
    str_put_repeat(s, '\n', n > 0);
}

void
ofp_packet_put(struct str *s, const struct rd *packet, const struct of_match *metadata,
               const struct ofp_print *how)
{
    uint32_t packet_type = (uint32_t)of_field_get_u64(OF_PACKET_TYPE, &metadata->key);
    if (how->verbosity > 0 && how->packet) {
        how->packet(how->aux, s, packet_type, packet->p, rd_left(packet));
        str_putc(s, '\n');
    }
    if (how->verbosity > 2) {
        str_put_hex_bytes(s, packet->p, rd_left(packet));
    }
}

static enum ofp_error
put_packet_in(struct str *s, const struct ofp_msg *m, const struct ofp_packet_in *p,
              const struct ofp_print *how)
{
    if (p->table) {
        str_puts(s, " table_id=");
        of_table_put(s, p->table, how->tables);
    }
    if (p->cookie != OFP_COOKIE_NONE) {
        str_putf(s, " cookie=0x%llx", (unsigned long long)p->cookie);
    }
    str_putf(s, " total_len=%u ", p->total_len);
    of_match_put(s, &p->metadata, how->ports);
    put_reason(s, p->reason);
    put_lengths(s, p);
    put_userdata(s, p);
    struct flow_names names = ofp_print_names(how);
    enum ofp_error error = ofp_continuation_put_text(s, m->version, &p->continuation, &names);
    if (!error) {
        ofp_packet_put(s, &p->packet, &p->metadata, how);
    }
    return error;
}

enum ofp_error
ofp_print_packet_in(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_packet_in p;
    struct str text = STR_INIT; /* an error in the continuation leaves nothing of it */
    enum ofp_error error = ofp_packet_in_get(m, &p);
    error = error ? error : put_packet_in(&text, m, &p, how);
    if (!error) {
        str_put(s, str_text(&text), text.n);
    }
    str_fini(&text);
    return error;
}
