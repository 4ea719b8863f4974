/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a match. A shorthand stands for an Ethernet type and perhaps an IP protocol; a field's
 * name is followed by a value. Fields whose text says something else than their bits have a row of
 * their own in a table: VLAN identifiers and priorities bring the bit with them that says that
 * there is a tag, and the type of service is without its two bits for congestion. */
#include <string.h>

#include "base/endian.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "openflow/port_text.h"
#include "os/err_format.h"

enum { TAG_PRESENT = 0x1000, VID_MASK = 0xfff, PCP_SHIFT = 13, NO_TAG = 0xffff, NO_PROTO = -1 };

static const struct {
    const char *name;
    uint16_t eth_type;
    int proto;
} shorthands[] = {
    {"ip", 0x0800, NO_PROTO},   {"ip4", 0x0800, NO_PROTO},  {"ipv6", 0x86dd, NO_PROTO},
    {"icmp", 0x0800, 1},        {"icmp6", 0x86dd, 58},      {"tcp", 0x0800, 6},
    {"tcp6", 0x86dd, 6},        {"udp", 0x0800, 17},        {"udp6", 0x86dd, 17},
    {"sctp", 0x0800, 132},      {"sctp6", 0x86dd, 132},     {"arp", 0x0806, NO_PROTO},
    {"rarp", 0x8035, NO_PROTO}, {"mpls", 0x8847, NO_PROTO}, {"mplsm", 0x8848, NO_PROTO},
};

static bool
parse_shorthand(struct of_match *m, const char *name, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(shorthands); i++) {
        if (text_is(shorthands[i].name, name, n)) {
            of_match_set_u64(m, OF_ETH_TYPE, shorthands[i].eth_type);
            if (shorthands[i].proto != NO_PROTO) {
                of_match_set_u64(m, OF_IP_PROTO, (uint64_t)shorthands[i].proto);
            }
            return true;
        }
    }
    if (text_is("eth", name, n)) {
        of_match_set_u64(m, OF_PACKET_TYPE, 0);
        return true;
    }
    return false;
}

/* -- Fields with a way of their own -- */

static void
set_tci(struct of_match *m, uint16_t value, uint16_t mask)
{
    uint16_t old = get_be16(m->key.vlan_tci), old_mask = get_be16(m->mask.vlan_tci);
    put_be16(m->mask.vlan_tci, (uint16_t)(old_mask | mask));
    put_be16(m->key.vlan_tci, (uint16_t)((old & ~mask) | (value & mask)));
}

static void
set_dl_vlan(struct of_match *m, uint16_t value, uint16_t mask)
{
    if (!mask) {
        of_match_clear(m, OF_VLAN_TCI);
    } else if (value == NO_TAG) {
        set_tci(m, 0, UINT16_MAX);
    } else {
        set_tci(m, (uint16_t)((value & VID_MASK) | TAG_PRESENT), VID_MASK | TAG_PRESENT);
    }
}

static void
set_vlan_pcp(struct of_match *m, uint16_t value, uint16_t mask)
{
    if (mask) {
        set_tci(m, (uint16_t)(value << PCP_SHIFT | TAG_PRESENT), 0xe000 | TAG_PRESENT);
    }
}

static void
set_vlan_vid(struct of_match *m, uint16_t value, uint16_t mask)
{
    enum { ALL = VID_MASK | TAG_PRESENT };
    put_be16(m->mask.vlan_tci, (uint16_t)(get_be16(m->mask.vlan_tci) & ~ALL));
    put_be16(m->key.vlan_tci, (uint16_t)(get_be16(m->key.vlan_tci) & ~ALL));
    set_tci(m, value, mask & ALL);
}

static void
set_nw_tos(struct of_match *m, uint16_t value, uint16_t mask)
{
    uint8_t bits = (uint8_t)(mask & 0xfc);
    m->mask.nw_tos[0] = (uint8_t)((m->mask.nw_tos[0] & ~0xfc) | bits);
    m->key.nw_tos[0] = (uint8_t)((m->key.nw_tos[0] & ~0xfc) | (value & bits));
}

static void
set_in_port(struct of_match *m, uint16_t value, uint16_t mask)
{
    if (mask) {
        of_match_set_u64(m, OF_IN_PORT_OXM, of_port_to_11(value));
    } else {
        of_match_clear(m, OF_IN_PORT_OXM);
    }
}

static const struct {
    enum of_field_id id;
    void (*set)(struct of_match *, uint16_t value, uint16_t mask);
} own_ways[] = {
    {OF_DL_VLAN, set_dl_vlan},   {OF_DL_VLAN_PCP, set_vlan_pcp}, {OF_VLAN_PCP, set_vlan_pcp},
    {OF_VLAN_VID, set_vlan_vid}, {OF_IP_TOS, set_nw_tos},        {OF_IN_PORT, set_in_port},
};

static uint16_t
low_u16(const uint8_t *p, size_t n)
{
    return n == 1 ? p[0] : get_be16(p + n - 2);
}

static void
set_value(struct of_match *m, enum of_field_id id, const struct of_value *value,
          const struct of_value *mask)
{
    for (size_t i = 0; i < ARRAY_LEN(own_ways); i++) {
        if (own_ways[i].id == id) {
            size_t n = of_fields[id].wire;
            own_ways[i].set(m, low_u16(value->b, n), low_u16(mask->b, n));
            return;
        }
    }
    of_match_set(m, id, value->b, mask->b);
}

/* -- Tunnel metadata, as long as it is written -- */

static int
parse_tun_metadata(struct of_match *m, enum of_field_id id, const char *text, size_t n,
                   struct err *e)
{
    struct of_value value, mask;
    size_t zeros = 0, len = of_fields[id].wire;
    int code = of_value_parse(id, text, n, NULL, &value, &mask, &len, e);
    if (code) {
        return code;
    }
    bool masked = memchr(text, '/', n) != NULL;
    while (zeros + 1 < len && !value.b[zeros] && (!masked || !mask.b[zeros])) {
        zeros++;
    }
    len = n ? len - zeros : 0;
    code = of_match_set_tun_metadata(m, (unsigned int)(id - OF_TUN_METADATA0), value.b + zeros,
                                     masked ? mask.b + zeros : NULL, len);
    return code ? err_fail(e, -E_INVAL, "%.*s: too much tunnel metadata", (int)n, text) : 0;
}

/* -- Part of a field: reg0[0..3]=5 -- */

static void
set_bit(struct of_value *v, size_t len, unsigned int bit, bool is_set)
{
    uint8_t *b = &v->b[len - 1 - bit / 8], one = (uint8_t)(1u << bit % 8);
    *b = (uint8_t)(is_set ? *b | one : *b & ~one);
}

static int
parse_part(struct of_match *m, const char *name, size_t n, const char *text, size_t n_text,
           struct err *e)
{
    struct of_subfield sub;
    uint64_t x;
    int code = of_subfield_parse(name, n, &sub, e);
    if (code) {
        return code;
    }
    if (!text_to_u64(text, n_text, &x) || *text == '-') {
        return err_fail(e, -E_INVAL, "%.*s: cannot parse integer value: %.*s", (int)n, name,
                        (int)n_text, text);
    }
    if (sub.n_bits < 64 && x >> sub.n_bits) {
        return err_fail(e, -E_INVAL, "%.*s: value 0x%llx does not fit into %u bits", (int)n, name,
                        (unsigned long long)x, sub.n_bits);
    }
    enum of_field_id id = (enum of_field_id)sub.field;
    size_t len = of_fields[id].wire;
    struct of_value value = {{0}}, mask = {{0}};
    if (!of_field_is_tun_metadata(id)) {
        of_field_get(id, &m->key, value.b);
        of_field_get(id, &m->mask, mask.b);
    }
    for (unsigned int i = 0; i < sub.n_bits; i++) {
        set_bit(&value, len, sub.ofs + i, i < 64 && x >> i & 1);
        set_bit(&mask, len, sub.ofs + i, true);
    }
    if (of_field_is_tun_metadata(id)) {
        return of_match_set_tun_metadata(m, (unsigned int)(id - OF_TUN_METADATA0), value.b, mask.b,
                                         len);
    }
    set_value(m, id, &value, &mask);
    return 0;
}

int
of_match_parse_word(struct of_match *m, const char *name, size_t n, const char *value,
                    size_t n_value, const struct of_port_names *ports, bool *known, struct err *e)
{
    *known = true;
    if (memchr(name, '[', n)) {
        return parse_part(m, name, n, value ? value : "", n_value, e);
    }
    if (parse_shorthand(m, name, n)) {
        return 0;
    }
    enum of_field_id id = of_field_find(name, n);
    if (id == OF_FIELD_COUNT) {
        *known = false;
        return 0;
    }
    if (of_field_is_tun_metadata(id)) {
        return parse_tun_metadata(m, id, value ? value : "", n_value, e);
    }
    /* A field without a value is any value, and what no "0/0" can be is refused in its name. */
    if (!n_value) {
        value = "0/0";
        n_value = strlen(value);
    }
    struct of_value v, mask;
    int code = of_value_parse(id, value, n_value, ports, &v, &mask, NULL, e);
    if (!code) {
        set_value(m, id, &v, &mask);
    }
    return code;
}
