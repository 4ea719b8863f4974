/* SPDX-License-Identifier: Apache-2.0 */
/* Text to flow. A text is a list of groups, `eth(src=…,dst=…)`, in any order; the fields table
 * says what each group and label is. VLAN headers nest: the Ethernet type before `vlan(…)` is the
 * tag's, and what follows stands in `encap(…)`, so the reader keeps how deep it is. An error names
 * the outermost group that could not be read, as the packaged programs do. No state. */
#include <ctype.h>
#include <string.h>

#include "dpif/flow_text.h"
#include "os/err_format.h"

enum { MAX_VLANS = 2 };

struct reader {
    const char *p;
    const struct port_names *names;
    struct flow_key *key, *mask; /* mask may be NULL */
    bool seen[FIELD_COUNT];      /* by a group's first row */
    bool contradicts;            /* a group twice, or at the wrong place */
    unsigned int n_types;        /* eth_type groups */
    unsigned int n_vlans, n_encaps, n_open;
    uint16_t types[MAX_VLANS + 1];
};

static const struct {
    enum flow_field_id tpid, tci;
} vlans[MAX_VLANS] = {{FIELD_VLAN_TPID, FIELD_VLAN_TCI}, {FIELD_VLAN1_TPID, FIELD_VLAN1_TCI}};

static bool
is_vlan_type(uint16_t type)
{
    return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ;
}

/* Reads field ID's value into the key and what it matches into the mask. */
static bool
parse_value(struct reader *r, enum flow_field_id id)
{
    uint8_t value[FLOW_FIELD_MAX_SIZE] = {0}, mask[FLOW_FIELD_MAX_SIZE] = {0};
    if (!field_text_parse(&r->p, id, value, r->mask ? mask : NULL, r->names)) {
        return false;
    }
    flow_field_set(id, r->key, value);
    if (r->mask) {
        if (flow_fields[id].mask == MASK_NONE) {
            struct flow_key given = {.pad_end = 0};
            flow_field_set(id, &given, mask);
            r->contradicts = r->contradicts || !flow_field_is_exact(id, &given);
            flow_field_set_exact(id, r->mask);
        } else {
            flow_field_set(id, r->mask, mask);
        }
    }
    return true;
}

/* The row of FIRST's group whose label is at the cursor, which moves past "label=". */
static enum flow_field_id
parse_label(struct reader *r, enum flow_field_id first)
{
    for (enum flow_field_id id = first;
         id < FIELD_COUNT && !strcmp(flow_fields[id].group, flow_fields[first].group); id++) {
        const char *p = r->p;
        bool is_nested = flow_fields[id].form == FORM_TUN_FLAGS;
        if (text_skip(&p, flow_fields[id].label) && text_skip(&p, is_nested ? "(" : "=")) {
            r->p = p;
            return id;
        }
    }
    return FIELD_COUNT;
}

/* The labels of a group, up to its closing parenthesis. */
static bool
parse_labels(struct reader *r, enum flow_field_id first)
{
    bool seen[FIELD_COUNT] = {false};
    for (bool more = false; *r->p != ')'; more = true) {
        if (more && !text_skip(&r->p, ",")) {
            return false;
        }
        enum flow_field_id id = parse_label(r, first);
        if (id == FIELD_COUNT || seen[id] || !parse_value(r, id) ||
            (flow_fields[id].form == FORM_TUN_FLAGS && !text_skip(&r->p, ")"))) {
            return false;
        }
        seen[id] = true;
    }
    return true;
}

static bool
parse_eth_type(struct reader *r)
{
    if (!parse_value(r, FIELD_ETH_TYPE)) {
        return false;
    }
    if (r->n_types > MAX_VLANS || r->n_types > r->n_encaps) {
        r->contradicts = true;
        return true;
    }
    r->types[r->n_types++] = be16_host(r->key->eth_type);
    return true;
}

/* vlan(…): the type read last was the tag's. */
static bool
parse_vlan(struct reader *r)
{
    unsigned int i = r->n_vlans;
    if (i == MAX_VLANS || r->n_types != i + 1 || !is_vlan_type(r->types[i])) {
        r->contradicts = true;
        return parse_value(r, FIELD_VLAN_TCI);
    }
    if (!parse_value(r, vlans[i].tci)) {
        return false;
    }
    uint8_t tpid[2];
    put_be16(tpid, r->types[i]);
    flow_field_set(vlans[i].tpid, r->key, tpid);
    r->key->eth_type = be16_from(0);
    if (r->mask) {
        flow_field_set_exact(vlans[i].tpid, r->mask);
        r->mask->eth_type = be16_from(0);
    }
    r->n_vlans++;
    return true;
}

/* The first row of the group whose name is the N characters at NAME, or FIELD_COUNT. */
static enum flow_field_id
find_group(const char *name, size_t n)
{
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        const char *group = flow_fields[id].group;
        if (strlen(group) == n && !memcmp(group, name, n) && id != FIELD_VLAN1_TPID) {
            return id;
        }
    }
    return FIELD_COUNT;
}

/* One group, or the opening of encap(…). */
static bool
parse_group(struct reader *r)
{
    size_t n = strspn(r->p, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const char *name = r->p;
    if (!n || name[n] != '(') {
        return false;
    }
    r->p += n + 1;
    if (n == 5 && !memcmp(name, "encap", n)) {
        r->n_open++;
        r->n_encaps++;
        r->contradicts = r->contradicts || r->n_encaps > r->n_vlans;
        return true;
    }
    enum flow_field_id first = find_group(name, n);
    if (first == FIELD_COUNT) {
        return false;
    }
    bool is_repeated = first == FIELD_ETH_TYPE || first == FIELD_VLAN_TPID;
    r->contradicts = r->contradicts || (r->seen[first] && !is_repeated);
    r->seen[first] = true;
    bool ok = first == FIELD_ETH_TYPE      ? parse_eth_type(r)
              : first == FIELD_VLAN_TPID   ? parse_vlan(r)
              : !*flow_fields[first].label ? parse_value(r, first)
                                           : parse_labels(r, first);
    return ok && text_skip(&r->p, ")");
}

static int
parse_groups(struct reader *r, struct err *e)
{
    const char *start = r->p;
    for (;;) {
        r->p += strspn(r->p, ", \t\r\n");
        while (r->n_open && *r->p == ')') {
            r->n_open--;
            r->p++;
            r->p += strspn(r->p, ", \t\r\n");
        }
        start = r->n_open ? start : r->p;
        if (!*r->p && !r->n_open) {
            return 0;
        }
        if (!*r->p || !parse_group(r)) {
            return err_fail(e, -E_SYNTAX, "syntax error at %s", start);
        }
    }
}

/* Whether a packet can be like KEY: every group given has what it needs. */
static bool
is_consistent(const struct reader *r)
{
    if (r->contradicts || r->n_encaps > r->n_vlans ||
        (r->n_types > r->n_vlans && is_vlan_type(r->types[r->n_types - 1]))) {
        return false;
    }
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        if (r->seen[id] && id != FIELD_VLAN_TPID &&
            !flow_prereq_holds((enum flow_prereq)flow_fields[id].prereq, r->key)) {
            return false;
        }
    }
    return true;
}

/* An Ethernet type that is a length. The message shows the key as it was understood. */
static int
fail_eth_type(struct flow_key *key, struct err *e)
{
    unsigned int type = be16_host(key->eth_type);
    struct str s = STR_INIT;
    key->eth_type = be16_from(ETH_TYPE_NOT_ETH);
    flow_text_put(&s, key, NULL, NULL, 0);
    err_fail(e, -E_INVAL,
             "invalid Ethertype %u in flow key; the flow key in error is: %s,eth_type(0x%04x)",
             type, str_text(&s), type);
    str_fini(&s);
    return -E_INVAL;
}

int
flow_text_parse(const char *text, const struct port_names *names, struct flow_key *key,
                struct flow_key *mask, struct flow_text_seen *seen, struct err *e)
{
    struct reader r = {.p = text, .names = names, .key = key, .mask = mask};
    memset(key, 0, sizeof *key);
    if (mask) {
        memset(mask, 0, sizeof *mask);
    }
    int code = parse_groups(&r, e);
    if (code) {
        return code;
    }
    if (r.seen[FIELD_ETH_TYPE] && r.n_types > r.n_vlans &&
        be16_host(key->eth_type) < ETH_TYPE_MIN) {
        return fail_eth_type(key, e);
    }
    if (!is_consistent(&r)) {
        return err_fail(e, -E_INVAL, "invalid flow key; the flow key in error is: %s", text);
    }
    if (r.n_types == r.n_vlans) {
        key->eth_type = be16_from(ETH_TYPE_NOT_ETH);
    }
    if (seen) {
        *seen = (struct flow_text_seen){.eth = r.seen[FIELD_ETH_SRC],
                                        .eth_type = r.n_types > r.n_vlans,
                                        .in_port = r.seen[FIELD_IN_PORT]};
        for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
            seen->any = seen->any || r.seen[id];
        }
    }
    return 0;
}

int
flow_text_parse_ufid(const char **text, struct uuid *ufid)
{
    const char *p = *text;
    if (!text_skip(&p, "ufid:")) {
        return 0;
    }
    size_t n = strspn(p, "0123456789abcdefABCDEF-");
    if (n < UUID_TEXT_LEN || !uuid_parse(p, UUID_TEXT_LEN, ufid)) {
        return -E_INVAL;
    }
    p += UUID_TEXT_LEN;
    *text = p + strspn(p, ", \t\r\n");
    return 1;
}
