/* SPDX-License-Identifier: Apache-2.0 */
/* Forgetting connections: Nicira's NXT_CT_FLUSH_ZONE, all of a zone, and NXT_CT_FLUSH, those that
 * a tuple describes; ovs-ofctl(8), "ct-flush". Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"
#include "text/str.h"

/* One direction of a connection; zeros match everything. IPv4 addresses are mapped ones. Of ICMP
 * the ports are the identifier, and code << 8 | type. */
struct ofp_ct_tuple {
    uint8_t src[16], dst[16];
    uint16_t src_port, dst_port;
};

struct ofp_ct_match {
    uint8_t ip_proto;
    bool has_zone, has_mark, has_labels;
    uint16_t zone;
    uint32_t mark, mark_mask;
    uint8_t labels[16], labels_mask[16];
    struct ofp_ct_tuple orig, reply;
};

uint16_t ofp_ct_flush_zone_get(const struct ofp_msg *m);
void ofp_ct_flush_zone_put(struct wr *w, enum ofp_version version, uint32_t xid, uint16_t zone);

/* NXBRC_MUST_BE_ZERO, OFPBPC_*. */
enum ofp_error ofp_ct_flush_get(const struct ofp_msg *m, struct ofp_ct_match *);
void ofp_ct_flush_put(struct wr *w, enum ofp_version version, uint32_t xid,
                      const struct ofp_ct_match *);

/* -- Text -- */

struct err;
/* Reads the N arguments of ct-flush: "zone=N", "mark=M", "labels=L", then one tuple or two such as
 * "ct_nw_src=10.0.0.1,ct_nw_proto=17". -E_INVAL with the reference's words. */
int ofp_ct_match_parse(const char *const *args, size_t n, struct ofp_ct_match *, struct err *);
/* Appends "zone=5 'ct_nw_src=10.0.0.1,...' 'ct_nw_src=::,...'". */
void ofp_ct_match_format(struct str *, const struct ofp_ct_match *);
