/* SPDX-License-Identifier: Apache-2.0 */
/* One OpenFlow connection, for connmgr.c and the handlers of messages. Loop's thread. */
#pragma once

#include "base/list.h"
#include "ofproto/connmgr.h"
#include "ofproto/ofproto_internal.h"
#include "openflow/actions.h"
#include "openflow/ofp_parts.h"
#include "vconn/rconn.h"

enum { OFCONN_DEFAULT_MISS_LEN = 128 };

struct connmgr {
    struct ofproto *ofproto;
    struct listener *listener;
    struct list conns;
    ofp_versions versions;
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
    bool wants_ports;
};

/* Queues a message, or several one after the other. */
void ofconn_send(struct ofconn *, const void *msg, size_t n);
void ofconn_send_error(struct ofconn *, const struct ofp_msg *request, enum ofp_error);
/* Answers REQUEST with KIND in its version, whose body BODY (may be NULL) writes. */
void ofconn_reply(struct ofconn *, const struct ofp_msg *request, enum ofp_msg_id kind,
                  void (*body)(struct wr *, enum ofp_version, const void *aux), const void *aux);

/* Does what M asks; what it gives is told to the peer as an error. */
enum ofp_error ofconn_handle(struct ofconn *, const struct ofp_msg *m);
