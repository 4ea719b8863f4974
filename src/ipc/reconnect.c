/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine of connections that come back. Backoff doubles from its minimum to its
 * maximum with each failure, and starts afresh after a connection that lasted longer than it.
 * When it has reached the maximum, attempts are no longer logged until one succeeds. A silent
 * peer is probed after the probe interval and dropped after another. Texts and levels as
 * observed of Open vSwitch. */
#include "ipc/reconnect.h"

#include <string.h>

#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(reconnect);

enum { MIN_BACKOFF_MS = 1000, MAX_BACKOFF_MS = 8000, PROBE_MS = 5000 };

static const char *const state_names[] = {
    [RECONNECT_VOID] = "VOID",
    [RECONNECT_BACKOFF] = "BACKOFF",
    [RECONNECT_CONNECTING] = "CONNECTING",
    [RECONNECT_ACTIVE] = "ACTIVE",
    [RECONNECT_IDLE] = "IDLE",
    [RECONNECT_FORCED] = "RECONNECT",
};

void
reconnect_init(struct reconnect *r, const char *name, bool retries, bool passive)
{
    *r = (struct reconnect){
        .name = xstrdup(name),
        .retries = retries,
        .passive = passive,
        .min_backoff_ms = MIN_BACKOFF_MS,
        .max_backoff_ms = MAX_BACKOFF_MS,
        .probe_ms = PROBE_MS,
        .connected_ms = UINT64_MAX,
        .disconnected_ms = UINT64_MAX,
    };
}

void
reconnect_fini(struct reconnect *r)
{
    os_free(r->name);
    r->name = NULL;
}

void
reconnect_set_name(struct reconnect *r, const char *name)
{
    if (strcmp(r->name, name)) {
        os_free(r->name);
        r->name = xstrdup(name);
    }
}

/* The level for messages about attempts. */
static enum log_level
level_of(const struct reconnect *r)
{
    return r->passive || r->quiet ? LOG_DBG : LOG_INFO;
}

static void
enter(struct reconnect *r, uint64_t now, enum reconnect_state state)
{
    log_dbg("%s: entering %s", r->name, state_names[state]);
    r->state = state;
    r->state_since_ms = now;
}

void
reconnect_enable(struct reconnect *r, uint64_t now)
{
    if (r->state == RECONNECT_VOID) {
        r->backoff_ms = 0;
        enter(r, now, RECONNECT_BACKOFF);
    }
}

uint64_t
reconnect_deadline(const struct reconnect *r)
{
    switch (r->state) {
    case RECONNECT_BACKOFF:
        return r->state_since_ms + r->backoff_ms;
    case RECONNECT_CONNECTING:
        return r->state_since_ms + MAX(1000, r->backoff_ms);
    case RECONNECT_ACTIVE:
        return r->probe_ms ? MAX(r->activity_ms, r->state_since_ms) + r->probe_ms : UINT64_MAX;
    case RECONNECT_IDLE:
        return r->probe_ms ? r->state_since_ms + r->probe_ms : UINT64_MAX;
    case RECONNECT_FORCED:
        return r->state_since_ms;
    case RECONNECT_VOID:
        break;
    }
    return UINT64_MAX;
}

enum reconnect_action
reconnect_run(struct reconnect *r, uint64_t now)
{
    if (now < reconnect_deadline(r)) {
        return RECONNECT_NOTHING;
    }
    switch (r->state) {
    case RECONNECT_BACKOFF:
        return RECONNECT_CONNECT;
    case RECONNECT_CONNECTING:
    case RECONNECT_FORCED:
        return RECONNECT_DISCONNECT;
    case RECONNECT_ACTIVE:
        log_dbg("%s: idle %llu ms, sending inactivity probe", r->name,
                (unsigned long long)(now - MAX(r->activity_ms, r->state_since_ms)));
        enter(r, now, RECONNECT_IDLE);
        return RECONNECT_PROBE;
    case RECONNECT_IDLE:
        log_err("%s: no response to inactivity probe after %.3g seconds, disconnecting", r->name,
                (double)(now - r->state_since_ms) / 1000.0);
        return RECONNECT_DISCONNECT;
    case RECONNECT_VOID:
        break;
    }
    return RECONNECT_NOTHING;
}

void
reconnect_connecting(struct reconnect *r, uint64_t now)
{
    log_at(level_of(r), "%s: connecting...", r->name);
    enter(r, now, RECONNECT_CONNECTING);
}

void
reconnect_connected(struct reconnect *r, uint64_t now)
{
    if (!reconnect_is_connected(r)) {
        log_at(r->passive ? LOG_DBG : LOG_INFO, "%s: connected", r->name);
        r->connected_ms = r->activity_ms = now;
        r->last_error = 0;
        r->quiet = false;
        enter(r, now, RECONNECT_ACTIVE);
    }
}

void
reconnect_activity(struct reconnect *r, uint64_t now)
{
    r->activity_ms = now;
    if (r->state == RECONNECT_IDLE) {
        enter(r, now, RECONNECT_ACTIVE);
    }
}

static void
log_end(const struct reconnect *r, int code)
{
    enum log_level quiet = level_of(r);
    if (r->state == RECONNECT_CONNECTING) {
        if (code) {
            log_at(quiet, "%s: connection attempt failed (%s)", r->name, err_text(code));
        } else {
            log_at(quiet, "%s: connection attempt timed out", r->name);
        }
    } else if (code == -E_EOF) {
        log_at(r->passive ? LOG_DBG : LOG_INFO, "%s: connection closed by peer", r->name);
    } else if (code) {
        log_warn("%s: connection dropped (%s)", r->name, err_text(code));
    } else {
        log_at(r->passive ? LOG_DBG : LOG_INFO, "%s: connection dropped", r->name);
    }
}

/* Sets the backoff before the next attempt. */
static void
back_off(struct reconnect *r, uint64_t now, bool was_connected)
{
    if (was_connected && now - r->connected_ms >= r->backoff_ms) {
        r->backoff_ms = r->min_backoff_ms;
        return;
    }
    bool was_at_end = r->backoff_ms == r->max_backoff_ms;
    r->backoff_ms = r->backoff_ms < r->min_backoff_ms ? r->min_backoff_ms : r->backoff_ms * 2;
    r->backoff_ms = MIN(r->backoff_ms, r->max_backoff_ms);
    if (was_at_end || r->quiet) {
        return;
    }
    if (r->backoff_ms == r->max_backoff_ms && r->max_backoff_ms > r->min_backoff_ms) {
        log_info("%s: continuing to reconnect in the background but suppressing further logging",
                 r->name);
        r->quiet = true;
    } else if (r->backoff_ms > 1000) {
        log_info("%s: waiting %.3g seconds before reconnect", r->name,
                 (double)r->backoff_ms / 1000.0);
    }
}

void
reconnect_disconnected(struct reconnect *r, uint64_t now, int code)
{
    bool was_connected = reconnect_is_connected(r) || r->state == RECONNECT_FORCED;
    if (r->state == RECONNECT_VOID || r->state == RECONNECT_BACKOFF) {
        return;
    }
    log_end(r, code);
    r->last_error = code == -E_EOF ? 0 : code;
    if (was_connected) {
        r->disconnected_ms = now;
    }
    if (!r->retries) {
        enter(r, now, RECONNECT_VOID);
        return;
    }
    back_off(r, now, was_connected);
    if (was_connected && r->backoff_ms == r->max_backoff_ms) {
        r->quiet = true;
    }
    enter(r, now, RECONNECT_BACKOFF);
}

void
reconnect_force(struct reconnect *r, uint64_t now)
{
    if (r->state == RECONNECT_CONNECTING || reconnect_is_connected(r)) {
        enter(r, now, RECONNECT_FORCED);
    }
}

bool
reconnect_is_connected(const struct reconnect *r)
{
    return r->state == RECONNECT_ACTIVE || r->state == RECONNECT_IDLE;
}

bool
reconnect_is_alive(const struct reconnect *r)
{
    return r->state != RECONNECT_VOID;
}

const char *
reconnect_state_name(const struct reconnect *r)
{
    return state_names[r->state];
}
