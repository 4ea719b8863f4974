/* SPDX-License-Identifier: Apache-2.0 */
/* Words as of a flow, but that a packet has no priority, table or cookie. */
#include "openflow/packet_out_parse.h"

#include <string.h>

#include "base/hex.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/err_format.h"

enum { ETH_HEADER_SIZE = 14 };

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
take_word(const struct word *w, const struct of_port_names *ports, struct ofp_packet_out *po,
          struct str *packet, struct err *e)
{
    bool known;
    uint32_t port;
    if (word_is(w, "packet") && w->n) {
        int error = packet_hex_parse(w->value, w->n, packet, e);
        if (error) {
            err_prepend(e, "packet");
        }
        return error;
    }
    if (word_is(w, "in_port") && w->n) {
        if (!of_port_parse(w->value, w->n, ports, &port)) {
            return err_fail(e, -E_INVAL, "%.*s is not a valid OpenFlow port", (int)w->n, w->value);
        }
        of_match_set_u64(&po->metadata, OF_IN_PORT_OXM, of_port_to_11(port));
        return 0;
    }
    if (!w->n) {
        return err_fail(e, -E_INVAL, "field %.*s missing value", (int)w->n_name, w->name);
    }
    int error =
        of_match_parse_word(&po->metadata, w->name, w->n_name, w->value, w->n, ports, &known, e);
    return error || known ? error
                          : err_fail(e, -E_INVAL, "unknown keyword %.*s", (int)w->n_name, w->name);
}

int
packet_out_parse(const char *text, const struct flow_names *names, struct ofp_packet_out *po,
                 struct str *packet, struct err *e)
{
    const struct of_port_names *ports = names ? names->ports : NULL;
    const char *action = strstr(text, "action");
    const char *list = action ? strchr(action, '=') : NULL;
    const char *end = action ? action : text + strlen(text);
    po->buffer = OFP_BUFFER_NONE;
    of_match_init(&po->metadata);
    of_match_set_u64(&po->metadata, OF_IN_PORT_OXM, of_port_to_11(OFP_PORT_CONTROLLER));
    str_clear(packet);
    for (struct word w; word_next(&text, end, &w);) {
        int error = take_word(&w, ports, po, packet, e);
        if (error) {
            return error;
        }
    }
    if (!packet->n) {
        return err_fail(e, -E_INVAL, "must specify packet");
    }
    po->packet = rd_make(packet->s, packet->n);
    po->actions.n = 0;
    return list ? of_acts_parse(list + 1, strlen(list + 1), ports, &po->actions, e) : 0;
}
