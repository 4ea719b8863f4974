/* SPDX-License-Identifier: Apache-2.0 */
/* Properties: type, length and value, which OpenFlow 1.4 and later have at the end of many
 * structures, padded to eight bytes (OpenFlow 1.5.1 section 7.2.1.1). Any thread. */
#pragma once

#include "base/cursor.h"
#include "openflow/ofp_error.h"

enum { OFP_PROP_HEAD = 4, OFP_PROP_EXPERIMENTER = 0xffff };

struct ofp_prop {
    uint16_t type;
    uint32_t vendor, vendor_type; /* of OFP_PROP_EXPERIMENTER, else 0 */
    struct rd body;               /* what follows the head, of an experimenter's its numbers */
};

/* Takes the property at R, and its padding. OFPBPC_BAD_LEN, _BAD_EXPERIMENTER. */
enum ofp_error ofp_prop_get(struct rd *r, struct ofp_prop *);
/* Starts a property; ofp_prop_end() fills in its length and pads it. */
size_t ofp_prop_begin(struct wr *w, uint16_t type);
void ofp_prop_end(struct wr *w, size_t begin);
/* The same of an experimenter. */
size_t ofp_prop_begin_vendor(struct wr *w, uint32_t vendor, uint32_t vendor_type);
