/* SPDX-License-Identifier: Apache-2.0 */
/* Byte streams by name: tcp:HOST[:PORT], ssl:HOST[:PORT], unix:FILE (a named pipe on Windows),
 * and their passive sides ptcp:[PORT][:HOST], pssl:…, punix:FILE; syntax of ovsdb(7) and
 * ovs-vsctl(8). All callbacks run on the loop's thread and never from inside the call that
 * caused them. A stream may be freed inside its own callbacks. */
#pragma once

#include "base/err.h"
#include "os/loop.h"

struct stream;

struct stream_events {
    /* Connected (TLS included). Not called for accepted streams, which are connected already. */
    void (*connected)(void *aux);
    /* N bytes arrived; they are the stream's and valid during the call only. */
    void (*received)(void *aux, const char *p, size_t n);
    /* The host took some of the output that was queued. May be NULL. */
    void (*sent)(void *aux);
    /* Failed to connect, or ended: E_EOF for an orderly end. No other callback follows. */
    void (*closed)(void *aux, int code);
};

/* Starts to connect to NAME, which waits for no network (host names that need a look-up are
 * looked up in the background). -E_INVAL / -E_AFNOSUPPORT: NAME is not an active name.
 * -E_NOPROTOOPT: NAME wants TLS, and its keys are not configured; the log says which. PORT is for
 * names without one. Free the stream after `closed` as well. */
int stream_open(struct os_loop *, const char *name, uint16_t port, const struct stream_events *,
                void *aux, struct stream **, struct err *);
/* Closes at once; queued output is given to the host but not waited for. NULL is fine. */
void stream_free(struct stream *);
/* Changes who gets the events. */
void stream_set_events(struct stream *, const struct stream_events *, void *aux);
/* Queues N bytes, which are copied. Never blocks. Ignored once closed. */
void stream_send(struct stream *, const void *p, size_t n);
/* The same for a heap block that the stream frees (os_free). */
void stream_send_take(struct stream *, char *p, size_t n);
/* Bytes queued and not yet taken by the host. */
size_t stream_backlog(const struct stream *);
/* Stops and restarts reading, for flow control. */
void stream_pause(struct stream *, bool paused);
/* "tcp:127.0.0.1:6640", "unix:/…" ; accepted Unix streams are named "unix#N" as the reference
 * does. Valid as long as the stream. */
const char *stream_name(const struct stream *);
/* The common name in the peer's certificate, or NULL. */
const char *stream_peer_cn(const struct stream *);

struct listener;
/* Calls ACCEPTED(aux, stream) for every connection; the stream is the callee's, who must set
 * its events. PORT is for names without one. The Unix socket file is removed at exit. */
int listener_open(struct os_loop *, const char *name, uint16_t port,
                  void (*accepted)(void *aux, struct stream *), void *aux, struct listener **,
                  struct err *);
void listener_close(struct listener *); /* NULL is fine */
/* The port in use, 0 for Unix sockets. */
uint16_t listener_port(const struct listener *);
/* Is NAME of an active, or of a passive kind that this build knows? */
bool stream_name_is_active(const char *name);
bool stream_name_is_passive(const char *name);
