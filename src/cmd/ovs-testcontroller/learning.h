/* SPDX-License-Identifier: Apache-2.0 */
/* One switch under this controller: packets that come from it are sent on, to where their
 * destination was learned, and flows are set up for those that follow. Loop's thread. */
#pragma once

#include "openflow/flow_parse.h"
#include "vconn/vconn.h"

enum learning_mode {
    MODE_LEARN,
    MODE_HUB,    /* everything goes everywhere */
    MODE_NORMAL, /* what is not flooded is left to the switch itself */
};

#define QUEUE_NONE        UINT32_MAX
#define MAX_IDLE_NO_FLOWS (-1) /* every packet comes to the controller */

struct port_queue {
    const char *port;
    uint32_t queue;
};

/* A flow that every switch gets. */
struct given_flow {
    struct ofp_flow_mod fm;
    flow_formats usable;
};

struct learning_config {
    enum learning_mode mode;
    uint32_t wildcards; /* OFPFW_* of OpenFlow 1.0: what flows do not match */
    int max_idle;       /* seconds, 0: for ever, or MAX_IDLE_NO_FLOWS */
    uint32_t queue;     /* QUEUE_NONE: the port's own */
    const struct port_queue *port_queues;
    size_t n_port_queues;
    const struct given_flow *flows;
    size_t n_flows;
    bool mute; /* never answers */
};

struct learning;

/* For the switch behind VCONN, which agreed on a version; both borrowed. */
struct learning *learning_new(const struct learning_config *, struct os_loop *, struct vconn *);
void learning_free(struct learning *); /* NULL is fine */
/* Takes a message from the switch. */
void learning_take(struct learning *, const uint8_t *msg, size_t n);
