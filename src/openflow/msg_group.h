/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: GROUP_MOD, and the descriptions that OFPST_GROUP_DESC tells, in all versions and, for
 * OpenFlow 1.0, as Nicira's extension. OpenFlow 1.5.1 sections 7.3.4.3 and 7.3.5.11; for
 * selection methods ovs-ofctl(8), "Group Syntax". Any thread; input may be anything. */
#pragma once

#include "openflow/flow_formats.h"
#include "openflow/flow_names.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/port_text.h"

enum ofp_group_type { OFP_GROUP_ALL, OFP_GROUP_SELECT, OFP_GROUP_INDIRECT, OFP_GROUP_FF };

enum ofp_group_command {
    OFP_GROUP_ADD = 0,
    OFP_GROUP_MODIFY = 1,
    OFP_GROUP_DELETE = 2,
    OFP_GROUP_INSERT_BUCKET = 3, /* this and the next not in OpenFlow 1.1 to 1.4 */
    OFP_GROUP_REMOVE_BUCKET = 5,
    OFP_GROUP_ADD_OR_MODIFY = 0x8000,
};

#define OFP_GROUP_MAX    0xffffff00u
#define OFP_GROUP_EVERY  0xfffffffcu /* all groups */
#define OFP_BUCKET_MAX   0xffffff00u
#define OFP_BUCKET_FIRST 0xfffffffdu
#define OFP_BUCKET_LAST  0xfffffffeu
#define OFP_BUCKET_ALL   0xffffffffu

struct ofp_bucket {
    uint32_t id;
    uint32_t watch_port;  /* OFP_PORT_NONE: none */
    uint32_t watch_group; /* OFP_GROUP_ANY: none */
    uint16_t weight;
    uint32_t size;   /* bytes of LIST */
    uint64_t list[]; /* of actions */
};

/* A field that a selection method looks at, and which bits of it. */
struct ofp_group_field {
    enum of_field_id id;
    uint8_t len; /* bytes */
    uint8_t mask[OF_VALUE_MAX];
};

enum { OFP_SELECTION_METHOD_SIZE = 16 };

/* Owns its buckets and fields: ofp_group_fini(). */
struct ofp_group {
    uint32_t id;
    uint8_t type;                                     /* enum ofp_group_type */
    char selection_method[OFP_SELECTION_METHOD_SIZE]; /* "": the switch's choice */
    uint64_t selection_param;
    struct ofp_group_field *fields; /* in the order of of_field_place() */
    size_t n_fields, fields_capacity;
    struct str buckets; /* for ofp_bucket_next() */
};

struct ofp_group_mod {
    enum ofp_group_command command;
    uint32_t command_bucket_id; /* of INSERT_BUCKET and REMOVE_BUCKET; else OFP_BUCKET_ALL */
    struct ofp_group group;
};

void ofp_group_init(struct ofp_group *);
void ofp_group_fini(struct ofp_group *);
/* Adds a bucket with what BUCKET has, but SIZE bytes of LIST. */
void ofp_group_add_bucket(struct ofp_group *, const struct ofp_bucket *bucket, const void *list,
                          size_t size);
/* Walks the buckets: the one at *OFS, which moves past it; NULL at the end. It is good until the
 * next one is added. */
const struct ofp_bucket *ofp_bucket_next(const struct ofp_group *, size_t *ofs);
/* Adds FIELD where it belongs; false: it is there already. */
bool ofp_group_add_field(struct ofp_group *, const struct ofp_group_field *);

/* OFPGMFC_*, OFPBPC_*, and what actions and fields give. MOD is to be freed in any case. */
enum ofp_error ofp_group_mod_get(const struct ofp_msg *m, struct ofp_group_mod *mod);
/* Appends GROUP_MOD as VERSION has it. *LOST as of_acts_put(). W turns bad when it is full, and
 * for what VERSION cannot say. */
void ofp_group_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_group_mod *, bool *lost);

/* Takes the entry of OFPST_GROUP_DESC's reply at R. */
enum ofp_error ofp_group_desc_get(struct rd *r, uint8_t version, struct ofp_group *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_group_desc_put(struct wr *w, enum ofp_version version, const struct ofp_group *,
                        bool *lost);

/* The group that OFPST_GROUP_REQUEST or OFPST_GROUP_DESC_REQUEST asks for; before OpenFlow 1.5 a
 * description is that of OFP_GROUP_EVERY. */
uint32_t ofp_group_request_get(const struct ofp_msg *m);
/* KIND: one of these two. */
void ofp_group_request_put(struct wr *w, enum ofp_msg_id kind, enum ofp_version version,
                           uint32_t xid, uint32_t group);

/* -- Text; names may be NULL -- */

/* Reads "group_id=1,type=all,bucket=output:1" as add-group and the other commands take it; MOD
 * has its command already. *USABLE gets the flow formats that can say it.
 * -E_INVAL with the reference's words. MOD is to be freed in any case. */
int ofp_group_parse(const char *text, struct ofp_group_mod *mod, const struct flow_names *,
                    flow_formats *usable, struct err *);
/* A group's number, or "all". */
int ofp_group_id_parse(const char *text, size_t n, uint32_t *id, struct err *);
/* Appends "group_id=1,type=all,bucket=actions=output:1"; from OpenFlow 1.5 on, and in 1.0, buckets
 * have their numbers. */
void ofp_group_format(struct str *, uint8_t version, const struct ofp_group *,
                      const struct flow_names *);
void ofp_group_put_id(struct str *, uint32_t id);
