/* SPDX-License-Identifier: Apache-2.0 */
/* The match of OpenFlow 1.0 as it is on the wire, with a star for each field that is not looked
 * at. What protocol it is about is told in front, as a word. */
#include "openflow/flow_format.h"

#include <stdarg.h>
#include <stdio.h>

#include "openflow/match_wire_internal.h"
#include "openflow/port_text.h"

/* The word for what is matched, and whether it says the type and the protocol. */
static const char *
protocol_word(const struct of_match_10 *t, bool *has_type, bool *has_proto)
{
    static const struct {
        uint16_t type, proto; /* proto 0: any */
        const char *word;
    } words[] = {
        {0x0800, 1, "icmp"}, {0x0800, 6, "tcp"}, {0x0800, 17, "udp"}, {0x0800, 132, "sctp"},
        {0x0800, 0, "ip"},   {0x0806, 0, "arp"}, {0x8035, 0, "rarp"},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        bool same_proto = !(t->wildcards & FW10_PROTO) && t->proto == words[i].proto;
        if (!(t->wildcards & FW10_TYPE) && t->eth_type == words[i].type &&
            (!words[i].proto || same_proto)) {
            *has_type = true;
            *has_proto = words[i].proto;
            return words[i].word;
        }
    }
    return NULL;
}

static void PORT_PRINTF(4, 5)
    put_item(struct str *s, const char *name, bool is_wild, const char *fmt, ...)
{
    va_list args;
    str_putf(s, "%s%s=", s->n ? "," : "", name);
    va_start(args, fmt);
    if (is_wild) {
        str_putc(s, '*');
    } else {
        str_putv(s, fmt, args);
    }
    va_end(args);
}

static void
put_mac(struct str *s, const char *name, bool is_wild, const uint8_t *m)
{
    put_item(s, name, is_wild, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
             m[5]);
}

static void
put_address(struct str *s, const char *name, uint32_t wild, uint32_t a)
{
    char prefix[8] = "";
    if (wild) {
        snprintf(prefix, sizeof prefix, "/%u", 32 - MIN(wild, 32));
    }
    put_item(s, name, wild >= 32, "%u.%u.%u.%u%s", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff,
             a & 0xff, prefix);
}

void
ofp_match_10_format(struct str *out, const struct of_match_10 *t,
                    const struct of_port_names *names)
{
    uint32_t w = t->wildcards;
    bool has_type = false, has_proto = false;
    const char *word = protocol_word(t, &has_type, &has_proto);
    bool is_arp = has_type && (t->eth_type == 0x0806 || t->eth_type == 0x8035);
    bool is_icmp = t->proto == 1;
    struct str s = STR_INIT;
    str_puts(&s, word ? word : "");
    struct str port = STR_INIT;
    of_port_put(&port, t->in_port, names);
    put_item(&s, "in_port", w & FW10_IN_PORT, "%s", str_text(&port));
    str_fini(&port);
    put_item(&s, "dl_vlan", w & FW10_VLAN, "%u", t->vlan);
    put_item(&s, "dl_vlan_pcp", w & FW10_PCP, "%u", t->pcp);
    put_mac(&s, "dl_src", w & FW10_SRC, t->eth_src);
    put_mac(&s, "dl_dst", w & FW10_DST, t->eth_dst);
    if (!has_type) {
        put_item(&s, "dl_type", w & FW10_TYPE, "0x%04x", t->eth_type);
    }
    put_address(&s, "nw_src", w >> FW10_NW_SRC_SHIFT & FW10_NW_BITS, t->nw_src);
    put_address(&s, "nw_dst", w >> FW10_NW_DST_SHIFT & FW10_NW_BITS, t->nw_dst);
    if (!has_proto) {
        put_item(&s, is_arp ? "arp_op" : "nw_proto", w & FW10_PROTO, "%u", t->proto);
    }
    put_item(&s, "nw_tos", w & FW10_TOS, "%u", t->tos);
    put_item(&s, is_icmp ? "icmp_type" : "tp_src", w & FW10_TP_SRC, "%u", t->tp_src);
    put_item(&s, is_icmp ? "icmp_code" : "tp_dst", w & FW10_TP_DST, "%u", t->tp_dst);
    str_put(out, str_text(&s), s.n);
    str_fini(&s);
}
