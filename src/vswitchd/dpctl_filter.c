/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of dpctl/dump-flows: a packet described in the words of OpenFlow matches, such as
 * "tcp,in_port=p1,nw_src=10.0.0.1". Words and fields are two tables, so all that is written here
 * is how they are put together. A filter has no wildcards of its own; a flow passes when it may
 * take such a packet. */
#include <string.h>

#include "os/err_format.h"
#include "vswitchd/dpctl_internal.h"

/* Words that say what a packet is. */
static const struct {
    const char *word;
    uint16_t eth_type;
    uint8_t proto; /* 0: any */
} words[] = {
    {"ip", ETH_TYPE_IPV4, 0},
    {"icmp", ETH_TYPE_IPV4, IP_PROTO_ICMP},
    {"tcp", ETH_TYPE_IPV4, IP_PROTO_TCP},
    {"udp", ETH_TYPE_IPV4, IP_PROTO_UDP},
    {"sctp", ETH_TYPE_IPV4, IP_PROTO_SCTP},
    {"ipv6", ETH_TYPE_IPV6, 0},
    {"ip6", ETH_TYPE_IPV6, 0},
    {"icmp6", ETH_TYPE_IPV6, IP_PROTO_ICMPV6},
    {"tcp6", ETH_TYPE_IPV6, IP_PROTO_TCP},
    {"udp6", ETH_TYPE_IPV6, IP_PROTO_UDP},
    {"sctp6", ETH_TYPE_IPV6, IP_PROTO_SCTP},
    {"arp", ETH_TYPE_ARP, 0},
    {"rarp", ETH_TYPE_RARP, 0},
    {"mpls", ETH_TYPE_MPLS, 0},
    {"mplsm", ETH_TYPE_MPLS_MC, 0},
};

/* Names of fields; of those with the same name, the first that the packet can have is meant. The
 * names in the fields table (tcp_src, ipv6_dst…) are understood as well. */
static const struct {
    const char *name;
    enum flow_field_id id;
} fields[] = {
    {"dl_src", FIELD_ETH_SRC},      {"dl_dst", FIELD_ETH_DST},
    {"dl_type", FIELD_ETH_TYPE},    {"pkt_mark", FIELD_SKB_MARK},
    {"nw_src", FIELD_IPV4_SRC},     {"nw_src", FIELD_ARP_SIP},
    {"nw_dst", FIELD_IPV4_DST},     {"nw_dst", FIELD_ARP_TIP},
    {"ip_src", FIELD_IPV4_SRC},     {"ip_dst", FIELD_IPV4_DST},
    {"nw_proto", FIELD_IPV4_PROTO}, {"nw_proto", FIELD_IPV6_PROTO},
    {"ip_proto", FIELD_IPV4_PROTO}, {"ip_proto", FIELD_IPV6_PROTO},
    {"nw_tos", FIELD_IPV4_TOS},     {"nw_tos", FIELD_IPV6_TCLASS},
    {"nw_ttl", FIELD_IPV4_TTL},     {"nw_ttl", FIELD_IPV6_HLIMIT},
    {"arp_spa", FIELD_ARP_SIP},     {"arp_tpa", FIELD_ARP_TIP},
    {"tp_src", FIELD_TCP_SRC},      {"tp_src", FIELD_UDP_SRC},
    {"tp_src", FIELD_SCTP_SRC},     {"tp_dst", FIELD_TCP_DST},
    {"tp_dst", FIELD_UDP_DST},      {"tp_dst", FIELD_SCTP_DST},
    {"icmp_type", FIELD_ICMP_TYPE}, {"icmp_type", FIELD_ICMPV6_TYPE},
    {"icmp_code", FIELD_ICMP_CODE}, {"icmp_code", FIELD_ICMPV6_CODE},
    {"tunnel_id", FIELD_TUN_ID},
};

/* Parts of the VLAN tag, which are not fields of their own. */
static const struct {
    const char *name;
    uint8_t shift, bits;
} vlan_parts[] = {
    {"dl_vlan", 0, 12},  {"vlan_vid", 0, 12}, {"dl_vlan_pcp", 13, 3},
    {"vlan_pcp", 13, 3}, {"vlan_tci", 0, 16}, /* all of it: 0 for a packet without a tag */
};

struct reader {
    const struct port_names *names;
    struct dpctl_filter *f;
    char *name, *value; /* value "": a word */
    struct err *e;
    const char *text; /* all of it, for messages */
};

static int
fail_value(const struct reader *r, const char *why)
{
    return err_fail(r->e, -E_INVAL, "%s: bad value for %s (%s: %s)", r->text, r->name, r->value,
                    why);
}

static int
fail_twice(const struct reader *r, const char *name)
{
    return err_fail(r->e, -E_INVAL, "%s: field %s set multiple times", r->text, name);
}

static int
set_word(struct reader *r, size_t i)
{
    struct flow_key *key = &r->f->key, *mask = &r->f->mask;
    if (be16_host(mask->eth_type)) {
        return fail_twice(r, "eth_type");
    }
    key->eth_type = be16_from(words[i].eth_type);
    mask->eth_type = be16_from(UINT16_MAX);
    if (words[i].proto) {
        key->nw_proto = words[i].proto;
        mask->nw_proto = UINT8_MAX;
    }
    return 0;
}

static int
set_vlan_part(struct reader *r, size_t i)
{
    uint64_t x, all = ((uint64_t)1 << vlan_parts[i].bits) - 1;
    const char *p = r->value;
    if (!text_parse_u64(&p, all, &x) || *p) {
        return fail_value(r, "not a valid integer");
    }
    uint16_t tci = (uint16_t)(x << vlan_parts[i].shift),
             m = (uint16_t)(all << vlan_parts[i].shift);
    struct flow_key *key = &r->f->key, *mask = &r->f->mask;
    if (be16_host(mask->vlan_tci0) & m & ~FLOW_VLAN_PRESENT) {
        return fail_twice(r, r->name);
    }
    uint16_t present = m == UINT16_MAX ? 0 : FLOW_VLAN_PRESENT;
    key->vlan_tci0 = be16_from(be16_host(key->vlan_tci0) | tci | present);
    mask->vlan_tci0 = be16_from(be16_host(mask->vlan_tci0) | m | present);
    return 0;
}

static const char *
value_problem(enum flow_field_id id)
{
    static const char *const problems[] = {
        [FORM_ETH] = "invalid Ethernet address",
        [FORM_IPV4] = "invalid IP address",
        [FORM_IPV6] = "invalid IPv6 address",
        [FORM_PORT] = "invalid or unknown port for in_port",
        [FORM_PACKET_TYPE] = NULL,
    };
    const char *problem = problems[flow_fields[id].form];
    return problem ? problem : "not a valid integer";
}

static int
set_field(struct reader *r, enum flow_field_id id)
{
    uint8_t value[FLOW_FIELD_MAX_SIZE];
    if (!flow_field_is_zero(id, &r->f->mask)) {
        return fail_twice(r, r->name);
    }
    if (strchr(r->value, '/')) {
        return fail_value(r, "wildcards not allowed here");
    }
    /* A port ends at a parenthesis in flows, so it has one here too. */
    char *text = xasprintf("%s)", r->value);
    const char *p = text;
    bool ok = field_text_parse(&p, id, value, NULL, r->names) && p == text + strlen(r->value);
    os_free(text);
    if (!ok) {
        return fail_value(r, value_problem(id));
    }
    flow_field_set(id, &r->f->key, value);
    flow_field_set_exact(id, &r->f->mask);
    return 0;
}

/* Whether the packet described so far can have field ID. */
static bool
can_have(const struct reader *r, enum flow_field_id id)
{
    return flow_prereq_fits((enum flow_prereq)flow_fields[id].prereq,
                            be16_host(r->f->key.eth_type), r->f->key.nw_proto);
}

/* The field that the name means in the packet described so far; FIELD_COUNT if it has none. */
static enum flow_field_id
find_field(const struct reader *r, bool *known)
{
    *known = false;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (!strcmp(fields[i].name, r->name)) {
            *known = true;
            if (can_have(r, fields[i].id)) {
                return fields[i].id;
            }
        }
    }
    enum flow_field_id id = *known ? FIELD_COUNT : flow_field_find(r->name, strlen(r->name));
    *known = *known || id != FIELD_COUNT;
    return id != FIELD_COUNT && can_have(r, id) ? id : FIELD_COUNT;
}

static int
set_one(struct reader *r)
{
    for (size_t i = 0; i < ARRAY_LEN(words) && !*r->value; i++) {
        if (!strcmp(words[i].word, r->name)) {
            return set_word(r, i);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(vlan_parts); i++) {
        if (!strcmp(vlan_parts[i].name, r->name)) {
            return set_vlan_part(r, i);
        }
    }
    bool known;
    enum flow_field_id id = find_field(r, &known);
    if (!known) {
        return err_fail(r->e, -E_INVAL, "%s: unknown field %s", r->text, r->name);
    } else if (id == FIELD_COUNT) {
        return err_fail(r->e, -E_INVAL, "%s: prerequisites not met for setting %s", r->text,
                        r->name);
    }
    return set_field(r, id);
}

int
dpctl_filter_parse(const char *text, const struct port_names *names, struct dpctl_filter *f,
                   struct err *e)
{
    struct reader r = {.names = names, .f = f, .e = e, .text = text};
    memset(f, 0, sizeof *f);
    char *copy = xstrdup(text);
    int code = 0;
    for (char *p = copy; !code;) {
        p += strspn(p, ", \t\r\n");
        if (!*p) {
            break;
        }
        r.name = p;
        p += strcspn(p, ", \t\r\n");
        if (*p) {
            *p++ = '\0';
        }
        r.value = r.name + strcspn(r.name, "=");
        if (*r.value) {
            *r.value++ = '\0';
        }
        code = set_one(&r);
    }
    os_free(copy);
    return code;
}

bool
dpctl_filter_matches(const struct dpctl_filter *f, const struct dpif_flow *flow)
{
    struct flow_key both;
    flow_key_mask(&both, flow->mask, &f->mask);
    return flow_key_equal_masked(flow->key, &f->key, &both);
}
