/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenFlow connection that comes back with back-off and probes a silent peer with echo
 * requests; it answers the peer's echo requests itself. Loop's thread only; it may be freed in
 * any of its callbacks. */
#pragma once

#include "vconn/vconn.h"

struct rconn;

struct rconn_events {
    /* Connected, once more perhaps: rconn_connection() is there. */
    void (*connected)(void *aux);
    /* A message, as in vconn.h, but for echoes that this side answered or asked for. */
    void (*message)(void *aux, const uint8_t *msg, size_t n);
    void (*sent)(void *aux); /* may be NULL */
    /* A connection ended, or the only attempt failed. */
    void (*disconnected)(void *aux, int code);
};

/* Connects to NAME for ever, with back-off from 1 s to 8 s unless set. */
struct rconn *rconn_new(struct os_loop *, const char *name, ofp_versions allowed,
                        const struct rconn_events *, void *aux);
/* Around an accepted STREAM, which is taken over; never reconnects. */
struct rconn *rconn_accept(struct os_loop *, struct stream *stream, ofp_versions allowed,
                           const struct rconn_events *, void *aux);
void rconn_free(struct rconn *); /* NULL is fine */
/* NULL while not connected, and until a version is agreed on. */
struct vconn *rconn_connection(struct rconn *);
bool rconn_is_alive(const struct rconn *); /* connected or will retry */
void rconn_set_max_backoff(struct rconn *, uint64_t ms);
void rconn_set_probe_interval(struct rconn *, uint64_t ms); /* 0: none */
void rconn_force_reconnect(struct rconn *);
const char *rconn_name(const struct rconn *);
/* The state machine, for status columns. */
const struct reconnect *rconn_state(const struct rconn *);
