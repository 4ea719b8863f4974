/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a connection up, whatever is spoken on it: drives the state machine of reconnect.h with
 * a timer, opens streams, and has silent peers probed. Embedded by the sessions of a protocol,
 * which may be freed in any callback into their owner. Loop's thread only. */
#pragma once

#include "ipc/reconnect.h"
#include "ipc/stream.h"

struct keeper_ops {
    /* Where the next attempt goes to. */
    const char *(*target)(void *aux);
    /* STREAM, now the callee's, is connected. The callee says keeper_connected() when the peers
     * understand each other. */
    void (*opened)(void *aux, struct stream *stream);
    /* Ask the peer something that it must answer. */
    void (*probe)(void *aux);
    /* Let go of the connection, if there is one. */
    void (*close)(void *aux);
    /* A connection that keeper_connected() was said of is over, or the last attempt is. */
    void (*ended)(void *aux, int code);
    /* Free the session: it was stopped, and no callback is under way any more. */
    void (*destroy)(void *aux);
};

struct keeper {
    struct os_loop *loop;
    struct reconnect reconnect;
    struct os_timer timer;
    struct stream *stream; /* while connecting */
    const struct keeper_ops *ops;
    void *aux;
    uint16_t port; /* for targets without one */
    unsigned int busy;
    bool connected, stopped;
};

/* Begins to connect to what ops->target says, NAME first; RETRY: for ever. */
void keeper_init(struct keeper *, struct os_loop *, const char *name, uint16_t port, bool retry,
                 const struct keeper_ops *, void *aux);
/* Around a stream NAME that the caller has accepted; never connects again. */
void keeper_init_accepted(struct keeper *, struct os_loop *, const char *name,
                          const struct keeper_ops *, void *aux);
/* Nothing happens any more but `destroy`, now or when the last callback returns. */
void keeper_stop(struct keeper *);
/* The connection works. */
void keeper_connected(struct keeper *);
/* Something came from the peer, or went to it. */
void keeper_activity(struct keeper *);
/* The protocol's connection failed or ended with CODE. */
void keeper_lost(struct keeper *, int code);
/* Around a callback into the owner. False: the session was freed meanwhile. */
void keeper_enter(struct keeper *);
bool keeper_leave(struct keeper *);

void keeper_set_max_backoff(struct keeper *, uint64_t ms);
void keeper_set_probe_interval(struct keeper *, uint64_t ms); /* 0: none */
void keeper_force_reconnect(struct keeper *);
