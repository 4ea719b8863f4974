/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of fields and headers, and the way from a field to its bits in a key: a field is a
 * run of bits in a member, and one of more than 64 bits is a whole member. */
#include "openflow/fields.h"

#include <string.h>

#include "base/endian.h"

#define OF_FIELD(ID, NAME, ALIAS, SHOWN, MEMBER, SHIFT, BITS, WIRE, FORM, MASK, PREREQ, ACCESS)   \
    [OF_##ID] = {NAME,                                                                            \
                 ALIAS,                                                                           \
                 SHOWN,                                                                           \
                 offsetof(struct of_key, MEMBER),                                                 \
                 sizeof(((struct of_key *)0)->MEMBER),                                            \
                 BITS,                                                                            \
                 SHIFT,                                                                           \
                 WIRE,                                                                            \
                 OF_FORM_##FORM,                                                                  \
                 OF_MASK_##MASK,                                                                  \
                 OF_PREREQ_##PREREQ,                                                              \
                 OF_ACCESS_##ACCESS},
const struct of_field of_fields[OF_FIELD_COUNT] = {
#include "openflow/fields.def"
};
#undef OF_FIELD

/* -- Values -- */

static bool
is_wide(const struct of_field *f)
{
    return f->bits > 64;
}

static uint64_t
bits_of(const struct of_field *f)
{
    return f->bits == 64 ? UINT64_MAX : ((uint64_t)1 << f->bits) - 1;
}

/* Members are mostly of sizes that are one load. */
static uint64_t
load(const uint8_t *p, size_t n)
{
    switch (n) {
    case 1:
        return *p;
    case 2:
        return get_be16(p);
    case 4:
        return get_be32(p);
    case 8:
        return get_be64(p);
    default: {
        uint64_t x = 0;
        while (n--) {
            x = x << 8 | *p++;
        }
        return x;
    }
    }
}

static void
store(uint8_t *p, size_t n, uint64_t x)
{
    while (n--) {
        p[n] = (uint8_t)x;
        x >>= 8;
    }
}

static const uint8_t *
member_of(const struct of_field *f, const struct of_key *key)
{
    return (const uint8_t *)key + f->key_ofs;
}

uint64_t
of_field_get_u64(enum of_field_id id, const struct of_key *key)
{
    const struct of_field *f = &of_fields[id];
    return load(member_of(f, key), f->key_size) >> f->shift & bits_of(f);
}

void
of_field_set_u64(enum of_field_id id, struct of_key *key, uint64_t x)
{
    const struct of_field *f = &of_fields[id];
    uint8_t *member = (uint8_t *)key + f->key_ofs;
    uint64_t others = load(member, f->key_size) & ~(bits_of(f) << f->shift);
    store(member, f->key_size, others | (x & bits_of(f)) << f->shift);
}

void
of_field_get(enum of_field_id id, const struct of_key *key, uint8_t *value)
{
    const struct of_field *f = &of_fields[id];
    if (is_wide(f)) {
        memcpy(value, member_of(f, key), f->key_size);
    } else {
        store(value, f->wire, of_field_get_u64(id, key));
    }
}

void
of_field_set(enum of_field_id id, struct of_key *key, const uint8_t *value)
{
    const struct of_field *f = &of_fields[id];
    if (is_wide(f)) {
        memcpy((uint8_t *)key + f->key_ofs, value, f->key_size);
    } else {
        of_field_set_u64(id, key, load(value, f->wire));
    }
}

/* Whether every byte of a wide field is BYTE. */
static bool
is_all(const struct of_field *f, const struct of_key *key, uint8_t byte)
{
    const uint8_t *p = member_of(f, key);
    return p[0] == byte && !memcmp(p, p + 1, f->key_size - 1u);
}

bool
of_field_is_zero(enum of_field_id id, const struct of_key *mask)
{
    const struct of_field *f = &of_fields[id];
    return is_wide(f) ? is_all(f, mask, 0) : !of_field_get_u64(id, mask);
}

bool
of_field_is_exact(enum of_field_id id, const struct of_key *mask)
{
    const struct of_field *f = &of_fields[id];
    return is_wide(f) ? is_all(f, mask, 0xff) : of_field_get_u64(id, mask) == bits_of(f);
}

bool
of_field_fits(enum of_field_id id, const uint8_t *value)
{
    const struct of_field *f = &of_fields[id];
    return is_wide(f) || !(load(value, f->wire) & ~bits_of(f));
}
