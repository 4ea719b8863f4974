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
/* Which words of eight bytes of a key are not all 0, for walks over all fields of which few are
 * there. */
struct of_key_map {
    uint64_t words[2];
};
static_assert(sizeof(struct of_key) <= 2 * 64 * 8, "a bit for each word");

struct of_key_map of_key_map_of(const struct of_key *key);
/* False: the field is 0 in the key that MAP was made of. Not for tunnel metadata. */
static inline bool
of_key_map_may_have(const struct of_key_map *map, enum of_field_id id)
{
    size_t first = of_fields[id].key_ofs / 8;
    size_t last = (of_fields[id].key_ofs + of_fields[id].key_size - 1u) / 8;
    bool any = false;
    for (size_t i = first; i <= last; i++) {
        any |= map->words[i / 64] >> i % 64 & 1;
    }
    return any;
}
/* Whether VALUE (wire bytes) has no bit above the field's. */
bool of_field_fits(enum of_field_id, const uint8_t *value);

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
/* The row of a header as read: class, number in it, and experimenter (0: none). NULL: unknown. */
const struct of_oxm *of_oxm_find(uint16_t oxm_class, uint8_t number, uint32_t experimenter);
/* The row whose name is the N characters at NAME, or NULL. */
const struct of_oxm *of_oxm_find_name(const char *name, size_t n);
