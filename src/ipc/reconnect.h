/* SPDX-License-Identifier: Apache-2.0 */
/* When to connect, probe and give up: the state machine behind a session. It does no input or
 * output and reads no clock; its owner tells it what happened and asks what to do. Times are
 * the loop's milliseconds. One owner. */
#pragma once

#include "base/err.h"

enum reconnect_state {
    RECONNECT_VOID,       /* not connected and not going to be */
    RECONNECT_BACKOFF,    /* waits before the next attempt */
    RECONNECT_CONNECTING, /* an attempt is under way */
    RECONNECT_ACTIVE,     /* connected */
    RECONNECT_IDLE,       /* connected, silent, probe sent */
    RECONNECT_FORCED      /* told to disconnect */
};

enum reconnect_action {
    RECONNECT_NOTHING,
    RECONNECT_CONNECT,    /* start an attempt, then say _connecting() */
    RECONNECT_DISCONNECT, /* close the connection or attempt, then say _disconnected() */
    RECONNECT_PROBE       /* send an echo */
};

struct reconnect {
    char *name;
    enum reconnect_state state;
    bool retries; /* goes on after a failure */
    bool passive; /* around an accepted connection: logs at debug level */
    bool quiet;   /* backoff reached its end, so no more is logged */
    uint64_t min_backoff_ms, max_backoff_ms, probe_ms;
    uint64_t backoff_ms, state_since_ms, activity_ms;
    uint64_t connected_ms, disconnected_ms; /* last times, UINT64_MAX: never */
    int last_error;                         /* negative code or 0 */
};

void reconnect_init(struct reconnect *, const char *name, bool retries, bool passive);
void reconnect_fini(struct reconnect *);
/* The name of what the next attempt goes to. */
void reconnect_set_name(struct reconnect *, const char *name);
/* Begins: the first attempt is due at once. */
void reconnect_enable(struct reconnect *, uint64_t now);
enum reconnect_action reconnect_run(struct reconnect *, uint64_t now);
/* When reconnect_run() will have something to say; UINT64_MAX: not by itself. */
uint64_t reconnect_deadline(const struct reconnect *);
void reconnect_connecting(struct reconnect *, uint64_t now);
void reconnect_connected(struct reconnect *, uint64_t now);
/* Anything came from the peer. */
void reconnect_activity(struct reconnect *, uint64_t now);
/* An attempt failed or a connection ended; CODE 0: by our own will. */
void reconnect_disconnected(struct reconnect *, uint64_t now, int code);
void reconnect_force(struct reconnect *, uint64_t now);
bool reconnect_is_connected(const struct reconnect *);
bool reconnect_is_alive(const struct reconnect *);
const char *reconnect_state_name(const struct reconnect *);
