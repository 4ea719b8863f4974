/* SPDX-License-Identifier: Apache-2.0 */
/* What streams, listeners and TLS share. */
#pragma once

#include "ipc/stream.h"
#include "os/local.h"

union stream_handle {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

/* Makes the stream of a connection that LISTENER has ready. IS_TLS: its events begin with
 * `connected`, after the handshake. Gives a negative code if the host's accept failed. */
int stream_accept(struct os_loop *, uv_stream_t *listener, bool is_tls, struct stream **);

/* -- One TLS connection, over memory; tls_conn.c, or tls_none.c without OpenSSL -- */

struct tls_conn;

struct tls_sink {
    /* Bytes for the peer, a heap block that the callee takes over. */
    void (*cipher)(void *aux, char *p, size_t n);
    /* The handshake is over; false if the connection was given up meanwhile. */
    bool (*ready)(void *aux);
    /* Bytes from the peer; false as above. */
    bool (*plain)(void *aux, const char *p, size_t n);
};

/* Can there be connections? -E_NOPROTOOPT where keys or certificates are missing, or no good; the
 * log says which. */
int tls_check(void);
/* HOST is the peer's name for SNI (clients; may be NULL). -E_NOPROTOOPT: TLS is not configured,
 * or not built in; the reason is logged. */
int tls_conn_new(bool is_server, const char *host, const char *stream_name,
                 const struct tls_sink *, void *aux, struct tls_conn **);
void tls_conn_free(struct tls_conn *);
/* Begins the handshake. */
int tls_conn_start(struct tls_conn *);
/* N bytes came from the peer. -E_EOF when it ended the session. */
int tls_conn_input(struct tls_conn *, const char *p, size_t n);
int tls_conn_write(struct tls_conn *, const char *p, size_t n);
/* Tells the peer that nothing follows. */
void tls_conn_shutdown(struct tls_conn *);
const char *tls_conn_peer_cn(const struct tls_conn *);
