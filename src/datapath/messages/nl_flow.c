/* SPDX-License-Identifier: Apache-2.0 */
/* Flow keys and masks as netlink attributes. The fields table says which attribute a field is in
 * and where; rows in the same attribute are one structure of the kernel's. What does not fit that
 * is the nest of VLAN headers (Ethernet type, tag, and what follows in ENCAP), the tunnel, whose
 * fields are attributes of their own and whose flags are empty ones, and fragments, which are a
 * number there and bits here. */
#include "datapath/messages/nl_flow.h"

#include "base/err.h"
#include "datapath/messages/nl_internal.h"

enum { MAX_VLANS = 2, TUN_DF = 5, TUN_CSUM = 6, TUN_OAM = 7, TUN_FLAGS = 0xff };

static const struct {
    enum flow_field_id tpid, tci;
} vlans[MAX_VLANS] = {{FIELD_VLAN_TPID, FIELD_VLAN_TCI}, {FIELD_VLAN1_TPID, FIELD_VLAN1_TCI}};

static const struct {
    uint8_t attr;
    uint16_t flag;
} tunnel_flags[] = {{TUN_DF, FLOW_TUN_DF}, {TUN_CSUM, FLOW_TUN_CSUM}, {TUN_OAM, FLOW_TUN_OAM}};

/* -- Structures -- */

enum flow_field_id
nl_key_end(enum flow_field_id first)
{
    enum flow_field_id end = first + 1;
    while (end < FIELD_COUNT && flow_fields[end].attr == flow_fields[first].attr) {
        end++;
    }
    return end;
}

size_t
nl_key_size(enum flow_field_id first)
{
    size_t size = 0, align = 1;
    for (enum flow_field_id id = first; id < nl_key_end(first); id++) {
        const struct flow_field *f = &flow_fields[id];
        size = MAX(size, (size_t)f->attr_ofs + f->size);
        align = f->form == FORM_IPV4 || f->form == FORM_IPV6 ? 4 : align;
    }
    return ROUND_UP(size, align);
}

void
nl_field_put(enum flow_field_id id, const struct flow_key *key, bool is_mask, uint8_t *attr)
{
    const struct flow_field *f = &flow_fields[id];
    flow_field_get(id, key, attr + f->attr_ofs);
    uint8_t *p = attr + f->attr_ofs;
    if (f->form == FORM_FRAG) {
        *p = is_mask ? (*p ? UINT8_MAX : 0) : *p & FLOW_FRAG_LATER ? 2 : *p & FLOW_FRAG_ANY;
    }
}

bool
nl_field_get(enum flow_field_id id, struct flow_key *key, bool is_mask, const uint8_t *attr)
{
    const struct flow_field *f = &flow_fields[id];
    uint8_t frag = attr[f->attr_ofs];
    if (f->form != FORM_FRAG) {
        flow_field_set(id, key, attr + f->attr_ofs);
        return true;
    }
    if (!is_mask && frag > 2) {
        return false;
    }
    frag = is_mask ? (frag ? UINT8_MAX : 0) : frag == 2 ? FLOW_FRAG_MASK : frag;
    flow_field_set(id, key, &frag);
    return true;
}

/* -- Writing -- */

struct writer {
    struct wr *w;
    const struct flow_key *key, *mask; /* mask may be NULL when the key is written */
    bool is_mask;
};

static bool
any_bits(const struct flow_key *k, enum flow_field_id first, enum flow_field_id end)
{
    for (enum flow_field_id id = first; k && id < end; id++) {
        if (!flow_field_is_zero(id, k)) {
            return true;
        }
    }
    return false;
}

static const struct flow_key *
source(const struct writer *w)
{
    return w->is_mask ? w->mask : w->key;
}

static void
put_tunnel(struct writer *w, enum flow_field_id first, enum flow_field_id end)
{
    const struct flow_key *from = source(w);
    size_t nest = nl_begin(w->w, NL_KEY_TUNNEL);
    for (enum flow_field_id id = first; id < end; id++) {
        const struct flow_field *f = &flow_fields[id];
        uint8_t value[FLOW_FIELD_MAX_SIZE];
        bool is_key = id == FIELD_TUN_ID && (from->tun_flags & FLOW_TUN_KEY);
        if (f->attr_ofs != TUN_FLAGS && (is_key || !flow_field_is_zero(id, from))) {
            flow_field_get(id, from, value);
            nl_put(w->w, f->attr_ofs, value, f->size);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(tunnel_flags); i++) {
        if (from->tun_flags & tunnel_flags[i].flag) {
            nl_put(w->w, tunnel_flags[i].attr, NULL, 0);
        }
    }
    nl_end(w->w, nest);
}

/* The rows from FIRST up to END, which are one attribute. */
static void
put_rows(struct writer *w, enum flow_field_id first, enum flow_field_id end)
{
    const struct flow_field *f = &flow_fields[first];
    bool looked_at = any_bits(w->mask, first, end);
    bool is_there = flow_prereq_holds((enum flow_prereq)f->prereq, w->key);
    bool wanted = w->is_mask                 ? looked_at
                  : f->prereq == PREREQ_NONE ? looked_at || any_bits(w->key, first, end)
                                             : true;
    if (!is_there || !wanted) {
        return;
    }
    if (f->attr == NL_KEY_TUNNEL) {
        put_tunnel(w, first, end);
        return;
    }
    uint8_t attr[NL_KEY_LARGEST] = {0};
    for (enum flow_field_id id = first; id < end; id++) {
        nl_field_put(id, source(w), w->is_mask, attr);
    }
    size_t size = nl_key_size(first);
    /* A label stack is as deep as the key's, or as the mask looks. */
    while (f->attr == NL_KEY_MPLS && end > first + 1 && !any_bits(w->key, end - 1, end) &&
           !any_bits(w->mask, end - 1, end)) {
        end--;
        size -= f->size;
    }
    nl_put(w->w, f->attr, attr, size);
}

static void
put_field(struct writer *w, uint16_t attr, enum flow_field_id id)
{
    uint8_t value[FLOW_FIELD_MAX_SIZE];
    flow_field_get(id, source(w), value);
    nl_put(w->w, attr, value, flow_fields[id].size);
}

static unsigned int
n_vlans(const struct flow_key *key)
{
    return !(be16_host(key->vlan_tci0) & FLOW_VLAN_PRESENT)   ? 0
           : !(be16_host(key->vlan_tci1) & FLOW_VLAN_PRESENT) ? 1
                                                              : 2;
}

static void
put_eth_type(struct writer *w)
{
    bool has_type = be16_host(w->key->eth_type) != ETH_TYPE_NOT_ETH;
    if (w->is_mask ? !flow_field_is_zero(FIELD_ETH_TYPE, w->mask) : has_type) {
        put_field(w, NL_KEY_ETHERTYPE, FIELD_ETH_TYPE);
    }
}

static void
put_all(struct writer *w)
{
    size_t nests[MAX_VLANS];
    unsigned int n = n_vlans(w->key);
    for (enum flow_field_id id = 0; id < FIELD_COUNT;) {
        enum flow_field_id end = nl_key_end(id);
        if (id == FIELD_VLAN_TPID) {
            for (unsigned int i = 0; i < n; i++) {
                put_field(w, NL_KEY_ETHERTYPE, vlans[i].tpid);
                put_field(w, NL_KEY_VLAN, vlans[i].tci);
                nests[i] = nl_begin(w->w, NL_KEY_ENCAP);
            }
            put_eth_type(w);
            end = FIELD_ETH_TYPE + 1;
        } else if (id != FIELD_PACKET_TYPE) {
            put_rows(w, id, end);
        }
        id = end;
    }
    while (n--) {
        nl_end(w->w, nests[n]);
    }
}

void
nl_flow_put_key(struct wr *w, const struct flow_key *key, const struct flow_key *mask)
{
    put_all(&(struct writer){w, key, mask, false});
}

void
nl_flow_put_mask(struct wr *w, const struct flow_key *key, const struct flow_key *mask)
{
    put_all(&(struct writer){w, key, mask, true});
}

/* -- Reading -- */

struct reader {
    struct flow_key *out;
    bool is_mask;
    bool seen[NL_KEY_COUNT]; /* but for the VLAN nest */
};

static int
get_tunnel(struct reader *r, const struct nl_attr *tunnel)
{
    struct rd rd = rd_make(tunnel->payload, tunnel->size);
    for (struct nl_attr a; nl_next(&rd, &a);) {
        enum flow_field_id id = 0;
        while (id < FIELD_COUNT &&
               (flow_fields[id].attr != NL_KEY_TUNNEL || flow_fields[id].attr_ofs != a.type)) {
            id++;
        }
        size_t i = 0;
        while (i < ARRAY_LEN(tunnel_flags) && tunnel_flags[i].attr != a.type) {
            i++;
        }
        if (id < FIELD_COUNT && a.size == flow_fields[id].size) {
            flow_field_set(id, r->out, a.payload);
            r->out->tun_flags |= id == FIELD_TUN_ID ? FLOW_TUN_KEY : 0;
        } else if (i < ARRAY_LEN(tunnel_flags) && !a.size) {
            r->out->tun_flags |= tunnel_flags[i].flag;
        } else {
            return id < FIELD_COUNT || i < ARRAY_LEN(tunnel_flags) ? -E_INVAL : -E_NOTSUP;
        }
    }
    return rd.bad ? -E_INVAL : 0;
}

/* An attribute that is a structure of rows. */
static int
get_rows(struct reader *r, const struct nl_attr *a)
{
    enum flow_field_id first = 0;
    while (first < FIELD_COUNT &&
           (!flow_fields[first].attr || flow_fields[first].attr != a->type)) {
        first++;
    }
    if (first == FIELD_COUNT || a->type >= NL_KEY_COUNT) {
        return -E_NOTSUP;
    }
    if (r->seen[a->type]) {
        return -E_INVAL;
    }
    r->seen[a->type] = true;
    if (a->type == NL_KEY_TUNNEL) {
        return get_tunnel(r, a);
    }
    size_t size = nl_key_size(first);
    uint8_t attr[NL_KEY_LARGEST] = {0};
    bool is_stack = a->type == NL_KEY_MPLS && a->size && a->size < size && a->size % 4 == 0;
    if (a->size != size && !is_stack) {
        return -E_INVAL;
    }
    memcpy(attr, a->payload, a->size);
    for (enum flow_field_id id = first; id < nl_key_end(first); id++) {
        if (!nl_field_get(id, r->out, r->is_mask, attr)) {
            return -E_INVAL;
        }
    }
    return 0;
}

/* One level of the VLAN nest: *TYPE, *TAG and *ENCAP get what is there. */
struct level {
    struct nl_attr type, tag, encap;
    bool has_type, has_tag, has_encap;
};

static int
get_level(struct reader *r, struct rd *rd, struct level *level)
{
    *level = (struct level){.has_type = false};
    for (struct nl_attr a; nl_next(rd, &a);) {
        struct nl_attr *slot = a.type == NL_KEY_ETHERTYPE ? &level->type
                               : a.type == NL_KEY_VLAN    ? &level->tag
                               : a.type == NL_KEY_ENCAP   ? &level->encap
                                                          : NULL;
        bool *has = a.type == NL_KEY_ETHERTYPE ? &level->has_type
                    : a.type == NL_KEY_VLAN    ? &level->has_tag
                                               : &level->has_encap;
        int code = 0;
        if (!slot) {
            code = get_rows(r, &a);
        } else if (*has || (slot != &level->encap && a.size != 2)) {
            code = -E_INVAL;
        } else {
            *slot = a;
            *has = true;
        }
        if (code) {
            return code;
        }
    }
    return rd->bad ? -E_INVAL : 0;
}

/* Whether a key can have this level: a VLAN type, and a tag that says it is there. */
static bool
is_vlan_level(const struct level *l)
{
    return l->has_type && l->has_tag && (get_be16(l->tag.payload) & FLOW_VLAN_PRESENT) &&
           (get_be16(l->type.payload) == ETH_TYPE_VLAN ||
            get_be16(l->type.payload) == ETH_TYPE_QINQ);
}

static int
get_all(struct reader *r, const void *attrs, size_t n, unsigned int max_vlans)
{
    struct rd rd = rd_make(attrs, n);
    struct level level;
    for (unsigned int i = 0;; i++) {
        int code = get_level(r, &rd, &level);
        if (code) {
            return code;
        }
        if (!level.has_tag && !level.has_encap) {
            break;
        }
        if (i == max_vlans || !level.has_encap || (!r->is_mask && !is_vlan_level(&level))) {
            return -E_INVAL;
        }
        if (level.has_type) {
            flow_field_set(vlans[i].tpid, r->out, level.type.payload);
        }
        if (level.has_tag) {
            flow_field_set(vlans[i].tci, r->out, level.tag.payload);
        }
        rd = rd_make(level.encap.payload, level.encap.size);
    }
    if (level.has_type) {
        flow_field_set(FIELD_ETH_TYPE, r->out, level.type.payload);
    } else if (!r->is_mask) {
        r->out->eth_type = be16_from(ETH_TYPE_NOT_ETH);
    }
    return 0;
}

/* Whether a packet with KEY has all that was read. */
static bool
is_consistent(const struct reader *r, const struct flow_key *key)
{
    for (enum flow_field_id id = 0; id < FIELD_COUNT; id++) {
        if (flow_fields[id].attr && r->seen[flow_fields[id].attr] &&
            !flow_prereq_holds((enum flow_prereq)flow_fields[id].prereq, key)) {
            return false;
        }
    }
    return true;
}

int
nl_flow_get_key(const void *attrs, size_t n, struct flow_key *key)
{
    struct reader r = {.out = key, .is_mask = false};
    memset(key, 0, sizeof *key);
    int code = get_all(&r, attrs, n, MAX_VLANS);
    return code ? code : is_consistent(&r, key) ? 0 : -E_INVAL;
}

int
nl_flow_get_mask(const void *attrs, size_t n, const struct flow_key *key, struct flow_key *mask)
{
    struct reader r = {.out = mask, .is_mask = true};
    unsigned int n_headers = n_vlans(key);
    memset(mask, 0, sizeof *mask);
    int code = get_all(&r, attrs, n, n_headers);
    /* Whether a header is there is always matched: a nest cannot say that it does not matter. */
    for (unsigned int i = 0; i < MAX_VLANS && i <= n_headers; i++) {
        be16 tci;
        flow_field_get(vlans[i].tci, mask, &tci);
        tci = be16_from(i < n_headers ? be16_host(tci) | FLOW_VLAN_PRESENT : UINT16_MAX);
        flow_field_set(vlans[i].tci, mask, &tci);
    }
    return code ? code : is_consistent(&r, key) ? 0 : -E_INVAL;
}
