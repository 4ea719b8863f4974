/* SPDX-License-Identifier: Apache-2.0 */
/* Which tunnel options the fields tun_metadataN stand for: Nicira's extension, ovs-fields(7) and
 * ovs-ofctl(8), "add-tlv-map". Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"
#include "text/str.h"

enum ofp_tlv_command { OFP_TLV_ADD, OFP_TLV_DELETE, OFP_TLV_CLEAR, OFP_TLV_N_COMMANDS };

struct ofp_tlv_map {
    uint16_t option_class;
    uint8_t option_type, option_len; /* bytes */
    uint16_t index;                  /* N of tun_metadataN */
};

/* Owns its maps: ofp_tlv_table_fini(). */
struct ofp_tlv_table {
    uint32_t max_space; /* bytes; this and the next of a reply only */
    uint16_t max_fields;
    struct ofp_tlv_map *maps;
    size_t n, capacity;
};
#define OFP_TLV_TABLE_INIT                                                                        \
    {                                                                                             \
        0, 0, NULL, 0, 0                                                                          \
    }

void ofp_tlv_table_fini(struct ofp_tlv_table *);
void ofp_tlv_table_add(struct ofp_tlv_table *, const struct ofp_tlv_map *);

/* Both replace the maps of TABLE, which is to be freed whatever they give. NXTTMFC_BAD_COMMAND,
 * _BAD_OPT_LEN, _BAD_FIELD_IDX. */
enum ofp_error ofp_tlv_mod_get(const struct ofp_msg *m, enum ofp_tlv_command *,
                               struct ofp_tlv_table *table);
enum ofp_error ofp_tlv_reply_get(const struct ofp_msg *m, struct ofp_tlv_table *table);
void ofp_tlv_mod_put(struct wr *w, enum ofp_version version, uint32_t xid, enum ofp_tlv_command,
                     const struct ofp_tlv_table *);
void ofp_tlv_reply_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_tlv_table *);

/* Reads "{class=0xffff,type=0x80,len=4}->tun_metadata0", and more with commas between them, into
 * TABLE. -E_INVAL with the reference's words. */
struct err;
int ofp_tlv_parse(const char *text, struct ofp_tlv_table *table, struct err *);
