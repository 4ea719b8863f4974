/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of OpenFlow (fields.def) and the headers that name them on the wire (oxm.def).
 * ovs-fields(7), OpenFlow 1.5.1 section 7.2.3. Constant tables; any context. */
#pragma once

#include "openflow/key.h"
#include "openflow/version.h"

enum of_field_id {
#define OF_FIELD(ID, ...) OF_##ID,
#include "openflow/fields.def"
#undef OF_FIELD
    OF_FIELD_COUNT
};

#define OF_N_TUN_METADATA 64
#define OF_VALUE_MAX      124 /* bytes: tun_metadata */

enum of_form {
    OF_FORM_DEC,
    OF_FORM_HEX,
    OF_FORM_ETH,
    OF_FORM_IPV4,
    OF_FORM_IPV6,
    OF_FORM_PORT, /* a number, LOCAL and its like, or a name */
    OF_FORM_FRAG, /* no, yes, first, later, not_later */
    OF_FORM_TUN_FLAGS,
    OF_FORM_TCP_FLAGS,
    OF_FORM_CT_STATE,
    OF_FORM_PACKET_TYPE, /* (namespace,type) */
};

enum of_mask_rule { OF_MASK_NONE, OF_MASK_ANY };
enum of_access { OF_ACCESS_RO, OF_ACCESS_RW };

enum of_prereq {
    OF_PREREQ_NONE,
    OF_PREREQ_ETH,
    OF_PREREQ_VLAN_VID,
    OF_PREREQ_MPLS,
    OF_PREREQ_IPV4,
    OF_PREREQ_IPV6,
    OF_PREREQ_IP,
    OF_PREREQ_ARP, /* or RARP */
    OF_PREREQ_NSH,
    OF_PREREQ_CT,
    OF_PREREQ_TCP,
    OF_PREREQ_UDP,
    OF_PREREQ_SCTP,
    OF_PREREQ_ICMPV4,
    OF_PREREQ_ICMPV6,
    OF_PREREQ_ND,
    OF_PREREQ_ND_SOLICIT,
    OF_PREREQ_ND_ADVERT,
};

struct of_field {
    const char *name, *alias, *shown; /* alias and shown may be NULL */
    uint16_t key_ofs, key_size;       /* the member of struct of_key */
    uint16_t bits;
    uint8_t shift;
    uint8_t wire;   /* bytes in NXM and OXM */
    uint8_t form;   /* enum of_form */
    uint8_t mask;   /* enum of_mask_rule */
    uint8_t prereq; /* enum of_prereq */
    uint8_t access; /* enum of_access */
};

extern const struct of_field of_fields[OF_FIELD_COUNT];

/* The field that the N characters at NAME name, by name, alias, or as NXM and OXM do; or
 * OF_FIELD_COUNT. */
enum of_field_id of_field_find(const char *name, size_t n);

static inline bool
of_field_is_tun_metadata(enum of_field_id id)
{
    return id >= OF_TUN_METADATA0 && id <= OF_TUN_METADATA63;
}

/* -- Values in a key; not for tunnel metadata -- */

/* Copies the field's value, of_fields[id].wire bytes in network order, out of KEY. */
void of_field_get(enum of_field_id, const struct of_key *key, uint8_t *value);
/* Puts it in, leaving other bits of the member as they are. Bits of VALUE above the field's are
 * ignored. */
void of_field_set(enum of_field_id, struct of_key *key, const uint8_t *value);
/* The value as a number, of fields of at most 64 bits. */
uint64_t of_field_get_u64(enum of_field_id, const struct of_key *key);
void of_field_set_u64(enum of_field_id, struct of_key *key, uint64_t x);
/* What of the field MASK has: no bit, all bits. */
bool of_field_is_zero(enum of_field_id, const struct of_key *mask);
bool of_field_is_exact(enum of_field_id, const struct of_key *mask);
/* Whether VALUE (wire bytes) has no bit above the field's. */
bool of_field_fits(enum of_field_id, const uint8_t *value);

/* -- Sets -- */

enum { OF_FIELD_SET_WORDS = (OF_FIELD_COUNT + 63) / 64 };

struct of_field_set {
    uint64_t bits[OF_FIELD_SET_WORDS]; /* by enum of_field_id */
};

static inline void
of_field_set_add(struct of_field_set *set, enum of_field_id id)
{
    set->bits[id / 64] |= UINT64_C(1) << id % 64;
}

static inline bool
of_field_set_has(const struct of_field_set *set, enum of_field_id id)
{
    return set->bits[id / 64] >> id % 64 & 1;
}

/* The first field of SET from ID on, or OF_FIELD_COUNT. */
static inline enum of_field_id
of_field_set_next(const struct of_field_set *set, enum of_field_id id)
{
    for (size_t word = id / 64, shift = id % 64; word < OF_FIELD_SET_WORDS; word++, shift = 0) {
        uint64_t bits = set->bits[word] >> shift;
        if (bits) {
            return (enum of_field_id)(word * 64 + shift + (size_t)__builtin_ctzll(bits));
        }
    }
    return OF_FIELD_COUNT;
}

/* For each field ID of SET, in the order of the table. */
#define OF_FIELD_SET_EACH(ID, SET)                                                                \
    for (enum of_field_id ID = of_field_set_next(SET, 0); ID < OF_FIELD_COUNT;                    \
         ID = of_field_set_next(SET, ID + 1))

/* The fields of which KEY has a bit, but for tunnel metadata. */
struct of_field_set of_fields_in(const struct of_key *key);
/* The fields that begin where ID does in a key, itself among them: arp_spa, nw_src. */
const struct of_field_set *of_fields_with_place_of(enum of_field_id id);

/* -- Headers -- */

enum of_oxm_class {
    OXM_NXM_OF,
    OXM_NXM_NX,
    OXM_ERICSSON,
    OXM_OXM_OF,
    OXM_PKT_REG,
    OXM_ONF_ET, /* from here on with an experimenter */
    OXM_NX_NSH,
    OXM_NX_ET,
    OXM_CLASS_COUNT
};

struct of_oxm_class_info {
    uint16_t number;
    uint32_t experimenter; /* 0: none follows the header */
};

extern const struct of_oxm_class_info of_oxm_classes[OXM_CLASS_COUNT];

struct of_oxm {
    enum of_field_id field;
    enum of_oxm_class oxm_class;
    uint8_t number;
    const char *name;
    enum ofp_version since;
};

/* The row that a message of VERSION names FIELD with, or NULL if there is none. */
const struct of_oxm *of_oxm_of(enum of_field_id, enum ofp_version);
/* The same, or a later version's: what has no number in VERSION may be understood by that. */
const struct of_oxm *of_oxm_for(enum of_field_id, enum ofp_version);
/* The row of a header as read: class, number in it, and experimenter (0: none). NULL: unknown. */
const struct of_oxm *of_oxm_find(uint16_t oxm_class, uint8_t number, uint32_t experimenter);
/* The row whose name is the N characters at NAME, or NULL. */
const struct of_oxm *of_oxm_find_name(const char *name, size_t n);
