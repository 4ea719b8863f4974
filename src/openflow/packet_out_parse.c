/* SPDX-License-Identifier: Apache-2.0 */
/* A packet to send as text: its bytes in hexadecimal, what it does not carry itself, and what is
 * done with it. */
#include <string.h>

#include "base/hex.h"
#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/flow_parse.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/err_format.h"

struct parse {
    struct ofp_packet_out *out;
    const struct ofp_flow_names *names;
    struct wr packet;
    bool has_packet;
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

static int
parse_packet(struct parse *p)
{
    const char *s = p->word.value;
    size_t n = p->word.n, i = 0;
    for (; i + 1 < n && hex_digit(s[i]) >= 0 && hex_digit(s[i + 1]) >= 0; i += 2) {
        wr_u8(&p->packet, (uint8_t)(hex_digit(s[i]) << 4 | hex_digit(s[i + 1])));
    }
    p->has_packet = true;
    return i == n && !p->packet.bad
               ? 0
               : err_fail(p->err, -E_INVAL, "packet: Trailing garbage in packet data");
}

/* A field that no packet carries. */
static int
parse_metadata(struct parse *p)
{
    struct of_match before = p->out->metadata;
    bool known, has_header = false;
    int code = of_match_parse_word(&p->out->metadata, p->word.name, p->word.n_name, p->word.value,
                                   p->word.n, p->names->ports, &known, p->err);
    for (enum of_field_id id = 0; !code && known && id < OF_FIELD_COUNT; id++) {
        has_header = has_header || (of_match_has(&p->out->metadata, id) &&
                                    of_fields[id].prereq != OF_PREREQ_NONE);
    }
    if (code || (known && !has_header)) {
        return code;
    }
    p->out->metadata = before;
    const char *what = known       ? "%.*s is not a valid pipeline field for PACKET_OUT"
                       : p->word.n ? "unknown keyword %.*s"
                                   : "field %.*s missing value";
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

int
ofp_packet_out_parse(struct ofp_packet_out *out, const char *text,
                     const struct ofp_flow_names *names, uint8_t *packet, size_t size,
                     unsigned int *usable, struct err *e)
{
    struct parse p = {.out = out, .names = names, .packet = wr_make(packet, size), .err = e};
    const char *word = strstr(text, "action"), *equals = word ? strchr(word, '=') : NULL;
    const char *at = text, *end = equals ? word : text + strlen(text);
    int code = 0;
    out->buffer = OFP_BUFFER_NONE;
    out->actions.n = 0;
    out->actions.bad = false;
    of_match_init(&out->metadata);
    of_match_set_u64(&out->metadata, OF_IN_PORT_OXM, of_port_to_11(OFP_PORT_NONE));
    while (!code && word_next(&at, end, &p.word)) {
        code = parse_word(&p);
    }
    if (!code && !p.has_packet) {
        code = err_fail(e, -E_INVAL, "must specify packet");
    }
    if (!code && equals) {
        code = of_acts_parse(equals + 1, strlen(equals + 1), names->ports, &out->actions, e);
    }
    out->packet = rd_make(packet, p.packet.n);
    *usable =
        of_match_protocols(&out->metadata) & of_acts_protocols(out->actions.start, out->actions.n);
    return code;
}
