/* SPDX-License-Identifier: Apache-2.0 */
/* One OpenFlow connection, for connmgr.c and the handlers of messages. Loop's thread. */
#pragma once

#include "base/list.h"
#include "ofproto/connmgr.h"
#include "ofproto/ofproto_internal.h"
#include "openflow/actions.h"
#include "openflow/msg_async.h"
#include "openflow/msg_flow_removed.h"
#include "openflow/msg_packet_in.h"
#include "openflow/ofp_parts.h"
#include "vconn/rconn.h"

struct connmgr {
    struct ofproto *ofproto;
    struct listener *listener;
    struct list conns;
    ofp_versions versions;
    bool has_generation;
    uint64_t generation;               /* of the newest request for a role */
    uint64_t scratch[OF_ACTS_MAX / 8]; /* for the actions of the message at hand */
};

struct ofconn {
    struct list node;
    struct connmgr *mgr;
    struct rconn *rconn;
    struct ofp_whole whole; /* a statistics request that comes in parts */
    uint16_t miss_send_len;
    uint16_t controller_id;
    uint8_t packet_in_format; /* enum ofp_packet_in_format */
    uint8_t role;             /* enum ofp_role */
    bool uses_nxm;            /* OpenFlow 1.0: Nicira's forms of flows */
    bool has_table_ids;       /* OpenFlow 1.0: flow_mods say their table */
    struct ofp_async async;
};

/* Queues a message, or several one after the other. */
void ofconn_send(struct ofconn *, const void *msg, size_t n);
void ofconn_send_error(struct ofconn *, const struct ofp_msg *request, enum ofp_error);
/* Answers REQUEST with KIND in its version, whose body BODY (may be NULL) writes. */
void ofconn_reply(struct ofconn *, const struct ofp_msg *request, enum ofp_msg_id kind,
                  void (*body)(struct wr *, enum ofp_version, const void *aux), const void *aux);

/* Whether it is to hear of this now. */
bool ofconn_wants(const struct ofconn *, enum ofp_async_kind, unsigned int reason);
void ofconn_set_default_async(struct ofconn *);

/* Does what M asks; what it gives is told to the peer as an error. */
enum ofp_error ofconn_handle(struct ofconn *, const struct ofp_msg *m);
