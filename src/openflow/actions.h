/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of actions as this program has them: one after the other, each a struct of_act and a
 * payload, padded to eight bytes, in host order. Instructions of OpenFlow 1.1 and later are in the
 * same list, after the actions, where that version has them around the actions. Lists nest
 * (clone, write_actions, ct). A list that a reader gave is well formed: walking it cannot leave
 * it. ovs-actions(7), OpenFlow 1.5.1 sections 5.5 to 5.8. Plain data; any thread. */
#pragma once

#include "base/cursor.h"
#include "openflow/fields.h"
#include "openflow/ofp_oxs.h"

#define OF_ACTS_MAX  65528 /* bytes in a list */
#define OF_ACTS_NEST 8     /* lists within lists */

enum of_act_type {
#define OF_ACT(ID, ...) OF_ACT_##ID,
#include "openflow/actions.def"
#undef OF_ACT
    OF_ACT_COUNT
};

struct of_act_info {
    const char *name;
    uint16_t size; /* of the structure, at least */
    uint8_t set;   /* place in an action set */
};

extern const struct of_act_info of_act_infos[OF_ACT_COUNT];

struct of_act {
    uint16_t type; /* enum of_act_type */
    uint16_t len;  /* header and payload, without the padding */
    uint32_t pad;
};

/* Part of a field. */
struct of_subfield {
    uint16_t field; /* enum of_field_id */
    uint16_t ofs, n_bits;
    uint16_t pad;
};
/* How many bits of a field its parts are taken from: all, without what says in vlan_vid that there
 * is a tag. */
static inline uint16_t
of_subfield_bits(enum of_field_id field)
{
    return field == OF_VLAN_VID ? 12 : of_fields[field].bits;
}

/* -- Payloads; ports are OpenFlow 1.0's numbers -- */

struct of_act_none {
    struct of_act act;
};
struct of_act_u8 {
    struct of_act act;
    uint8_t value;
};
struct of_act_u16 {
    struct of_act act;
    uint16_t value;
};
/* The tag's id and priority. Offsets of the last two are the same in both. */
struct of_act_vlan_vid {
    struct of_act act;
    uint16_t value;
    bool only_tagged; /* packets without a tag get none */
    bool has_tag;     /* all packets that get here have one: of_acts_check() */
};
struct of_act_l4_port {
    struct of_act act;
    uint16_t value;
    uint8_t proto; /* that all packets have which get here, 0: any: of_acts_check() */
};
struct of_act_vlan_pcp {
    struct of_act act;
    uint8_t value, pad;
    bool only_tagged, has_tag;
};
struct of_act_u32 {
    struct of_act act;
    uint32_t value;
};
struct of_act_mac {
    struct of_act act;
    uint8_t mac[6];
};
struct of_act_bytes {
    struct of_act act;
    uint8_t bytes[]; /* up to act.len */
};
struct of_act_list {
    struct of_act act;
    uint8_t list[] __attribute__((aligned(8))); /* of actions, up to act.len */
};
struct of_act_subfield {
    struct of_act act;
    struct of_subfield sub;
};
struct of_act_output {
    struct of_act act;
    uint16_t port, max_len; /* max_len: to the controller */
};
struct of_act_output_reg {
    struct of_act act;
    struct of_subfield src;
    uint16_t max_len;
};
struct of_act_output_trunc {
    struct of_act act;
    uint32_t max_len;
    uint16_t port;
};
#define OF_TRUNC_MIN 14 /* bytes: an Ethernet header */
struct of_act_controller {
    struct of_act act;
    uint32_t meter_id; /* OF_METER_NONE: none */
    uint16_t max_len, controller_id;
    uint8_t reason; /* enum of_reason */
    bool pause;
    uint16_t pad;
    uint8_t userdata[]; /* up to act.len */
};
#define OF_METER_NONE 0u

/* Why a packet goes to a controller (OpenFlow 1.5.1 section 7.4.1). */
enum of_reason { OF_REASON_NO_MATCH, OF_REASON_ACTION, OF_REASON_INVALID_TTL };

struct of_act_enqueue {
    struct of_act act;
    uint32_t queue;
    uint16_t port;
};
struct of_act_encap {
    struct of_act act;
    uint32_t packet_type; /* namespace and type */
    uint8_t props[];      /* as on the wire: class, type, length, data; up to act.len */
};
struct of_act_decap {
    struct of_act act;
    uint32_t packet_type; /* OF_DECAP_NEXT: what follows the outermost header */
};
#define OF_DECAP_NEXT 0x0000fffeu

struct of_act_set_field {
    struct of_act act;
    uint16_t field, size; /* bytes of the value */
    bool is_load;         /* was a load of more bits than one can have */
    uint8_t pad[3];
    uint8_t value[]; /* then as many of the mask */
};
struct of_act_load {
    struct of_act act;
    struct of_subfield dst;
    uint64_t value;
};
struct of_act_move {
    struct of_act act;
    struct of_subfield src, dst;
};
struct of_act_ids {
    struct of_act act;
    uint16_t ids[]; /* controllers; up to act.len */
};
struct of_act_tunnel {
    struct of_act act;
    uint64_t id;
    bool is_wide; /* 64 bits where there is a choice */
};
struct of_act_check {
    struct of_act act;
    struct of_subfield dst;
    uint16_t length;
};
struct of_act_fin_timeout {
    struct of_act act;
    uint16_t idle, hard; /* seconds */
};
struct of_act_conjunction {
    struct of_act act;
    uint32_t id;
    uint8_t clause, n_clauses; /* clause from 0 */
};
struct of_act_metadata {
    struct of_act act;
    uint64_t value, mask;
};

/* The controller is told of a flow's statistics when one of them is past its threshold. OpenFlow
 * 1.5.1 section 7.2.3. */
enum of_trigger_flag {
    OF_TRIGGER_PERIODIC = 1 << 0, /* and again, each time that it grew by as much */
    OF_TRIGGER_ONLY_FIRST = 1 << 1,
    OF_TRIGGER_FLAGS = (1 << 2) - 1,
};
struct of_act_stat_trigger {
    struct of_act act;
    uint32_t flags, pad;               /* enum of_trigger_flag */
    struct ofp_flow_counts thresholds; /* those that are known */
};

enum { OF_CT_COMMIT = 1, OF_CT_FORCE = 2 };
#define OF_TABLE_NONE 0xff

struct of_act_ct {
    struct of_act act;
    struct of_subfield zone_src; /* n_bits 0: zone_imm */
    uint16_t flags, zone_imm;
    uint16_t alg; /* the helper's port: 21 ftp, 69 tftp; 0: none */
    uint8_t recirc_table;
    uint8_t pad;
    uint8_t list[]; /* nat, and what is done to the connection; up to act.len */
};

enum {
    OF_NAT_SRC = 1,
    OF_NAT_DST = 2,
    OF_NAT_PERSISTENT = 4,
    OF_NAT_HASH = 8,
    OF_NAT_RANDOM = 16
};
enum {
    OF_NAT_IPV4_MIN = 1,
    OF_NAT_IPV4_MAX = 2,
    OF_NAT_IPV6_MIN = 4,
    OF_NAT_IPV6_MAX = 8,
    OF_NAT_PROTO_MIN = 16,
    OF_NAT_PROTO_MAX = 32
};

struct of_act_nat {
    struct of_act act;
    uint16_t flags, present; /* OF_NAT_* of either kind */
    uint16_t proto_min, proto_max;
    uint8_t ipv4_min[4], ipv4_max[4], ipv6_min[16], ipv6_max[16];
};

struct of_act_resubmit {
    struct of_act act;
    uint16_t port; /* OFP_PORT_IN_PORT: as it came */
    uint8_t table; /* OF_TABLE_NONE: this one */
    bool with_ct;  /* look up connection tracking's addresses */
};

enum { OF_LEARN_SEND_FLOW_REM = 1, OF_LEARN_DELETE_LEARNED = 2, OF_LEARN_WRITE_RESULT = 4 };

struct of_act_learn {
    struct of_act act;
    uint64_t cookie;
    uint16_t idle_timeout, hard_timeout, priority, flags;
    uint16_t fin_idle_timeout, fin_hard_timeout;
    uint8_t table;
    bool has_limit; /* the newer form, with the members below */
    uint16_t pad;
    uint32_t limit;
    uint32_t n_specs;
    struct of_subfield result_dst;
    uint8_t specs[]; /* struct of_learn_spec each, with its value; up to act.len */
};

enum of_learn_src { OF_LEARN_FROM_FIELD, OF_LEARN_FROM_VALUE };
enum of_learn_dst { OF_LEARN_MATCH, OF_LEARN_LOAD, OF_LEARN_OUTPUT };

struct of_learn_spec {
    uint8_t src_kind, dst_kind;
    uint16_t n_bits;
    uint16_t value_size; /* bytes that follow, padded to eight */
    uint16_t pad;
    struct of_subfield src, dst;
    uint8_t value[];
};

struct of_act_multipath {
    struct of_act act;
    uint16_t fields, basis; /* enum of_hash_fields */
    uint16_t algorithm, max_link;
    uint32_t arg;
    struct of_subfield dst;
};

/* Walks a learn's specifications: the one at *OFS, which moves past it; NULL at the end. */
const struct of_learn_spec *of_learn_next(const struct of_act_learn *, size_t *ofs);

enum { OF_BUNDLE_ACTIVE_BACKUP, OF_BUNDLE_HRW };

struct of_act_bundle {
    struct of_act act;
    struct of_subfield dst; /* n_bits 0: output; else where the choice is loaded to */
    uint16_t fields, basis, algorithm;
    uint16_t n_ports;
    uint16_t ports[];
};

enum of_hash_fields {
    OF_HASH_ETH_SRC,
    OF_HASH_SYMMETRIC_L4,
    OF_HASH_SYMMETRIC_L3L4,
    OF_HASH_SYMMETRIC_L3L4_UDP,
    OF_HASH_NW_SRC,
    OF_HASH_NW_DST,
    OF_HASH_SYMMETRIC_L3,
};

struct of_act_sample {
    struct of_act act;
    uint32_t collector_set_id, obs_domain_id, obs_point_id;
    uint16_t probability, sampling_port; /* OFP_PORT_NONE: none */
    uint8_t direction;                   /* 0 default, 1 ingress, 2 egress */
};

/* Walks a list: the action at *OFS, which moves past it; NULL at the end. */
const struct of_act *of_acts_next(const void *list, size_t size, size_t *ofs);
/* Starts an action of SIZE bytes at the end of W, whose buffer is aligned to eight bytes, and
 * zeroes it; NULL when W is full. of_act_end() pads it, after more bytes were written. */
void *of_act_begin(struct wr *w, enum of_act_type type, size_t size);
void of_act_end(struct wr *w, size_t begin);
