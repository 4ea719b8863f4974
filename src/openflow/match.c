/* SPDX-License-Identifier: Apache-2.0 */
/* Building matches, and comparing them: plain bits, but for tunnel options, which lie where they
 * were put. */
#include "openflow/match.h"

#include <string.h>

#include "base/err.h"

void
of_match_init(struct of_match *m)
{
    memset(m, 0, sizeof *m);
}

/* ICMP's types and codes are the low halves of ports, whose high halves then are 0. */
static void
widen_icmp(struct of_match *m, enum of_field_id id)
{
    const struct of_field *f = &of_fields[id];
    if (f->prereq == OF_PREREQ_ICMPV4 || f->prereq == OF_PREREQ_ICMPV6) {
        ((uint8_t *)&m->mask)[f->key_ofs] = ((uint8_t *)&m->mask)[f->key_ofs + 1];
        ((uint8_t *)&m->key)[f->key_ofs] = 0;
    }
}

void
of_match_set(struct of_match *m, enum of_field_id id, const uint8_t *value, const uint8_t *mask)
{
    uint8_t bits[OF_VALUE_MAX], masked[OF_VALUE_MAX];
    for (size_t i = 0; i < of_fields[id].wire; i++) {
        bits[i] = mask ? mask[i] : UINT8_MAX;
        masked[i] = value[i] & bits[i];
    }
    of_field_set(id, &m->mask, bits);
    of_field_set(id, &m->key, masked);
    widen_icmp(m, id);
}

void
of_match_set_u64(struct of_match *m, enum of_field_id id, uint64_t value)
{
    of_field_set_u64(id, &m->mask, UINT64_MAX);
    of_field_set_u64(id, &m->key, value);
    widen_icmp(m, id);
}

void
of_match_clear(struct of_match *m, enum of_field_id id)
{
    static const uint8_t zeros[OF_VALUE_MAX];
    of_match_set(m, id, zeros, zeros);
}

int
of_match_set_tun_metadata(struct of_match *m, unsigned int n, const uint8_t *value,
                          const uint8_t *mask, size_t len)
{
    struct of_tun_option *o = &m->tun[n];
    bool is_new = !(m->tun_present >> n & 1) || o->len != len;
    if (is_new && len > (size_t)OF_TUN_METADATA_SIZE - m->tun_used) {
        return -E_OVERFLOW;
    }
    if (is_new) {
        *o = (struct of_tun_option){(uint8_t)m->tun_used, (uint8_t)len, false};
        m->tun_used = (uint16_t)(m->tun_used + len);
    }
    o->is_masked = mask != NULL;
    m->tun_present |= (uint64_t)1 << n;
    for (size_t i = 0; i < len; i++) {
        uint8_t bits = mask ? mask[i] : UINT8_MAX;
        m->mask.tun_metadata[o->ofs + i] = bits;
        m->key.tun_metadata[o->ofs + i] = value[i] & bits;
    }
    return 0;
}

bool
of_match_has(const struct of_match *m, enum of_field_id id)
{
    return of_field_is_tun_metadata(id) ? m->tun_present >> (id - OF_TUN_METADATA0) & 1
                                        : !of_field_is_zero(id, &m->mask);
}

struct of_field_set
of_match_fields(const struct of_match *m)
{
    struct of_field_set set = of_fields_in(&m->mask);
    for (uint64_t left = m->tun_present; left; left &= left - 1) {
        of_field_set_add(&set, OF_TUN_METADATA0 + (enum of_field_id)__builtin_ctzll(left));
    }
    return set;
}

bool
of_match_is_exact(const struct of_match *m, enum of_field_id id)
{
    return of_field_is_exact(id, &m->mask);
}

/* Options lie wherever they were put: they are compared one by one. */
static bool
tun_metadata_equal(const struct of_match *a, const struct of_match *b)
{
    bool equal = a->tun_present == b->tun_present;
    for (unsigned int i = 0; equal && i < OF_N_TUN_METADATA; i++) {
        const struct of_tun_option *x = &a->tun[i], *y = &b->tun[i];
        equal = !(a->tun_present >> i & 1) ||
                (x->len == y->len &&
                 !memcmp(a->key.tun_metadata + x->ofs, b->key.tun_metadata + y->ofs, x->len) &&
                 !memcmp(a->mask.tun_metadata + x->ofs, b->mask.tun_metadata + y->ofs, x->len));
    }
    return equal;
}

/* Whether A and B have the same bytes from BEGIN to END of key and mask. */
static bool
bytes_equal(const struct of_match *a, const struct of_match *b, size_t begin, size_t end)
{
    return !memcmp((const char *)&a->key + begin, (const char *)&b->key + begin, end - begin) &&
           !memcmp((const char *)&a->mask + begin, (const char *)&b->mask + begin, end - begin);
}

/* That packets are Ethernet's is said, or follows from other fields. */
static bool
packet_type_equal(const struct of_match *a, const struct of_match *b)
{
    size_t ofs = offsetof(struct of_key, packet_type);
    return bytes_equal(a, b, ofs, ofs + sizeof a->key.packet_type) ||
           (of_match_is_ethernet(a) && of_match_is_ethernet(b));
}

bool
of_match_equal(const struct of_match *a, const struct of_match *b)
{
    size_t options = offsetof(struct of_key, tun_metadata);
    size_t type = offsetof(struct of_key, packet_type);
    static_assert(offsetof(struct of_key, packet_type) < offsetof(struct of_key, tun_metadata),
                  "what is compared otherwise comes in this order");
    return bytes_equal(a, b, 0, type) &&
           bytes_equal(a, b, type + sizeof a->key.packet_type, options) &&
           bytes_equal(a, b, options + OF_TUN_METADATA_SIZE, sizeof a->key) &&
           packet_type_equal(a, b) && tun_metadata_equal(a, b);
}
