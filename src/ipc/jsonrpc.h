/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC 1.0 over a stream (RFC 7047 section 4), and sessions: a connection that comes back
 * with backoff, probes an idle peer with "echo" and answers the peer's own echoes itself.
 * Loop's thread only. Messages passed to callbacks are borrowed (incref to keep). */
#pragma once

#include "ipc/stream.h"
#include "text/json.h"

enum jsonrpc_kind { JSONRPC_REQUEST, JSONRPC_NOTIFY, JSONRPC_REPLY, JSONRPC_ERROR };

struct jsonrpc_msg {
    enum jsonrpc_kind kind;
    const char *method; /* request, notify */
    json_t *params;     /* request, notify */
    json_t *result;     /* reply */
    json_t *error;      /* error */
    json_t *id;         /* all but notify */
};

struct jsonrpc_events {
    void (*connected)(void *aux); /* sessions only */
    void (*message)(void *aux, const struct jsonrpc_msg *);
    /* The host took some of the output for which flow control had stopped reading. May be NULL. */
    void (*sent)(void *aux);
    /* A connection ended: for a session it will be retried (if it reconnects at all). */
    void (*disconnected)(void *aux, int code);
    /* Sessions: `message` gets "echo" requests too, so that their replies keep their place among
     * the owner's own. Otherwise the session answers them. */
    bool takes_echo;
};

/* -- One connection -- */
struct jsonrpc;
/* Takes STREAM over. A message that is no JSON-RPC ends the connection with -E_PROTO. */
struct jsonrpc *jsonrpc_new(struct os_loop *, struct stream *, const struct jsonrpc_events *,
                            void *aux);
void jsonrpc_free(struct jsonrpc *); /* NULL is fine; allowed inside its callbacks */
/* Each takes over the references of PARAMS, RESULT, ERROR and ID. */
void jsonrpc_send_request(struct jsonrpc *, const char *method, json_t *params, json_t *id);
void jsonrpc_send_notify(struct jsonrpc *, const char *method, json_t *params);
void jsonrpc_send_reply(struct jsonrpc *, json_t *result, json_t *id);
void jsonrpc_send_error(struct jsonrpc *, json_t *error, json_t *id);
/* A whole message that is text already. TEXT is taken over. */
void jsonrpc_send_text(struct jsonrpc *, char *text, size_t n);
size_t jsonrpc_backlog(const struct jsonrpc *);
/* Reads nothing more from the peer while over N bytes wait to be sent to it. 0: no limit. */
void jsonrpc_set_flow_limit(struct jsonrpc *, size_t n);
void jsonrpc_pause(struct jsonrpc *, bool paused);
const char *jsonrpc_name(const struct jsonrpc *);
/* The common name in the peer's certificate, or NULL. */
const char *jsonrpc_peer_cn(const struct jsonrpc *);
/* Messages received so far, and when the last bytes came (loop time). */
uint64_t jsonrpc_n_received(const struct jsonrpc *);

/* -- A session: active with reconnect, or around an accepted connection -- */
struct jsonrpc_session;
enum jsonrpc_session_flags {
    JSONRPC_RETRY = 1,     /* for ever, with backoff (1 s to 8 s unless set); else once */
    JSONRPC_KEEP_ORDER = 2 /* tries the remotes as they are listed; else shuffled */
};
/* Connects to NAME (comma-separated list: tried in turn). FLAGS are those above. */
struct jsonrpc_session *jsonrpc_session_new(struct os_loop *, const char *name, uint16_t port,
                                            unsigned int flags, const struct jsonrpc_events *,
                                            void *aux);
/* Around an accepted STREAM, which is taken over; never reconnects. */
struct jsonrpc_session *jsonrpc_session_accept(struct os_loop *, struct stream *,
                                               const struct jsonrpc_events *, void *aux);
void jsonrpc_session_free(struct jsonrpc_session *); /* NULL is fine; allowed in callbacks */
/* NULL while not connected. */
struct jsonrpc *jsonrpc_session_connection(struct jsonrpc_session *);
size_t jsonrpc_session_n_remotes(const struct jsonrpc_session *);
bool jsonrpc_session_is_alive(const struct jsonrpc_session *); /* connected or will retry */
void jsonrpc_session_set_max_backoff(struct jsonrpc_session *, uint64_t ms);
void jsonrpc_session_set_probe_interval(struct jsonrpc_session *, uint64_t ms); /* 0: none */
void jsonrpc_session_force_reconnect(struct jsonrpc_session *);
const char *jsonrpc_session_name(const struct jsonrpc_session *);
/* Times for status columns, in loop milliseconds, UINT64_MAX if never; last error code or 0. */
void jsonrpc_session_times(const struct jsonrpc_session *, uint64_t *last_connected_ms,
                           uint64_t *last_disconnected_ms, const char **state, int *last_error);
