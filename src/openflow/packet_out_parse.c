/* SPDX-License-Identifier: Apache-2.0 */
/* A packet to send as text: its bytes in hexadecimal, what it does not carry itself, and what is
 * done with it. */
#include "openflow/packet_out_parse.h"

#include <string.h>

#include "base/hex.h"
#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/err_format.h"

enum { ETH_HEADER_SIZE = 14 };

struct parse {
    struct ofp_packet_out *out;
    const struct flow_names *names;
    struct str *packet;
    struct word word;
    struct err *err;
};

static int
parse_in_port(struct parse *p)
{
    uint32_t port;
    int n = (int)p->word.n;
    if (!of_port_parse(p->word.value, p->word.n, p->names->ports, &port)) {
        return err_fail(p->err, -E_INVAL, "%.*s is not a valid OpenFlow port", n, p->word.value);
    }
    if (port > OFP_PORT_MAX && port != OFP_PORT_LOCAL && port != OFP_PORT_NONE &&
        port != OFP_PORT_CONTROLLER) {
        return err_fail(p->err, -E_INVAL, "%.*s is not a valid OpenFlow port for PACKET_OUT", n,
                        p->word.value);
    }
    of_match_set_u64(&p->out->metadata, OF_IN_PORT_OXM, of_port_to_11(port));
    return 0;
}

int
packet_hex_parse(const char *text, size_t n, struct str *packet, struct err *e)
{
    str_clear(packet);
    for (size_t i = 0; i < n; i += 2) {
        int high = hex_digit(text[i]), low = i + 1 < n ? hex_digit(text[i + 1]) : -1;
        if (high < 0 || low < 0) {
            return err_fail(e, -E_INVAL, "Trailing garbage in packet data");
        }
        str_putc(packet, (char)(high << 4 | low));
    }
    return packet->n < ETH_HEADER_SIZE
               ? err_fail(e, -E_INVAL, "Packet data too short for Ethernet")
               : 0;
}

static int
parse_packet(struct parse *p)
{
    int code = packet_hex_parse(p->word.value, p->word.n, p->packet, p->err);
    if (code) {
        err_prepend(p->err, "packet");
    }
    return code;
}

/* A field that no packet carries. */
static int
parse_metadata(struct parse *p)
{
    struct of_match before = p->out->metadata;
    bool known = of_field_find(p->word.name, p->word.n_name) != OF_FIELD_COUNT, has_header = false;
    int code = 0;
    if (known && p->word.n) {
        code = of_match_parse_word(&p->out->metadata, p->word.name, p->word.n_name, p->word.value,
                                   p->word.n, p->names->ports, &known, p->err);
    }
    for (enum of_field_id id = 0; !code && known && id < OF_FIELD_COUNT; id++) {
        has_header = has_header || (of_match_has(&p->out->metadata, id) &&
                                    of_fields[id].prereq != OF_PREREQ_NONE);
    }
    if (code || (known && p->word.n && !has_header)) {
        return code;
    }
    p->out->metadata = before;
    const char *what = !p->word.n ? "field %.*s missing value"
                       : known    ? "%.*s is not a valid pipeline field for PACKET_OUT"
                                  : "unknown keyword %.*s";
    return err_fail(p->err, -E_INVAL, what, (int)p->word.n_name, p->word.name);
}

static int
parse_word(struct parse *p)
{
    if (p->word.n && word_is(&p->word, "in_port")) {
        return parse_in_port(p);
    }
    return p->word.n && word_is(&p->word, "packet") ? parse_packet(p) : parse_metadata(p);
}

static int
parse_actions(struct parse *p, const char *text)
{
    return of_acts_parse(text, strlen(text), p->names, &p->out->actions, p->err);
}

int
packet_out_parse(const char *text, const struct flow_names *names, struct ofp_packet_out *out,
                 struct str *packet, flow_formats *usable, struct err *e)
{
    struct parse p = {.out = out, .names = names, .packet = packet, .err = e};
    const char *word = strstr(text, "action"), *equals = word ? strchr(word, '=') : NULL;
    const char *end = word ? word : text + strlen(text);
    int code = 0;
    str_clear(packet);
    out->buffer = OFP_BUFFER_NONE;
    out->actions.n = 0;
    out->actions.bad = false;
    of_match_init(&out->metadata);
    of_match_set_u64(&out->metadata, OF_IN_PORT_OXM, of_port_to_11(OFP_PORT_CONTROLLER));
    while (!code && word_next(&text, end, &p.word)) {
        code = parse_word(&p);
    }
    if (!code && !packet->n) {
        code = err_fail(e, -E_INVAL, "must specify packet");
    }
    if (!code && equals) {
        code = parse_actions(&p, equals + 1);
    }
    out->packet = rd_make(packet->s, packet->n);
    *usable = flow_formats_of_match(&out->metadata);
    if (!code) { /* else the list may end within an action */
        *usable &= flow_formats_of_actions(out->actions.start, out->actions.n);
    }
    return code;
}
