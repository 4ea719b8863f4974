/* SPDX-License-Identifier: Apache-2.0 */
/* Which news a controller wants, by its role and by reason. OpenFlow 1.3.5 section 7.3.10, 1.5.1
 * section 7.3.10. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

enum ofp_async_kind {
    OFP_ASYNC_PACKET_IN,
    OFP_ASYNC_PORT_STATUS,
    OFP_ASYNC_FLOW_REMOVED,
    OFP_ASYNC_ROLE_STATUS,
    OFP_ASYNC_TABLE_STATUS,
    OFP_ASYNC_REQUESTFORWARD,
    OFP_ASYNC_N_KINDS
};

/* Bit N: what is told with reason N. */
struct ofp_async {
    uint32_t primary[OFP_ASYNC_N_KINDS];
    uint32_t secondary[OFP_ASYNC_N_KINDS];
};

/* Of M: SET_ASYNC, GET_ASYNC_REPLY, or Nicira's. *ASYNC has what holds up to now; what M does not
 * mention stays. OFPACFC_INVALID, _UNSUPPORTED, OFPBPC_*. */
enum ofp_error ofp_async_get(const struct ofp_msg *m, struct ofp_async *async);
/* ID is one of those, and VERSION has it. */
void ofp_async_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                   const struct ofp_async *);
