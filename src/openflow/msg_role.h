/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several controllers commands a switch. OpenFlow 1.5.1 sections 7.3.8 and 7.4.4;
 * Nicira's came first and has no generation. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"

enum ofp_role { OFP_ROLE_NOCHANGE, OFP_ROLE_EQUAL, OFP_ROLE_PRIMARY, OFP_ROLE_SECONDARY };

#define OFP_GENERATION_NONE UINT64_MAX

struct ofp_role_msg {
    enum ofp_role role;
    uint64_t generation; /* OFP_GENERATION_NONE */
};

/* A ROLE_REQUEST or _REPLY. OFPRRFC_BAD_ROLE. */
enum ofp_error ofp_role_get(const struct ofp_msg *m, struct ofp_role_msg *);
/* ID is one that VERSION has. */
void ofp_role_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                  const struct ofp_role_msg *);

enum ofp_role_reason {
    OFP_ROLE_PRIMARY_REQUEST,
    OFP_ROLE_CONFIG,
    OFP_ROLE_EXPERIMENTER,
    OFP_ROLE_N_REASONS
};

struct ofp_role_status {
    enum ofp_role role;
    uint8_t reason; /* enum ofp_role_reason */
    uint64_t generation;
};

enum ofp_error ofp_role_status_get(const struct ofp_msg *m, struct ofp_role_status *);
/* VERSION is 1.3 or later. */
void ofp_role_status_put(struct wr *w, enum ofp_version version, const struct ofp_role_status *);
/* "primary"; "primary_request" or NULL. */
const char *ofp_role_name(enum ofp_role role);
const char *ofp_role_reason_name(unsigned int reason);
