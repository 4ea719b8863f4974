/* SPDX-License-Identifier: Apache-2.0 */
/* One OpenFlow connection over a stream: the version is agreed on by OFPT_HELLO (OpenFlow 1.5.1
 * section 6.3.1, "version bitmap"), then whole messages go both ways. All callbacks run on the
 * loop's thread, never from inside the call that caused them, and the connection may be freed in
 * any of them. What it keeps is bounded: one incomplete message, what a pause holds back, and the
 * output, which the owner limits by looking at vconn_backlog(). */
#pragma once

#include "ipc/stream.h"
#include "openflow/version.h"

#define VCONN_PORT 6653 /* of names without one */

/* A set of versions: bit N is the version that the header calls N. */
typedef uint32_t ofp_versions;
#define OFP_VERSIONS_ALL ((1u << OFP_VERSION_END) - (1u << OFP_10))
/* "version 0x04", "version 0x02 and earlier", "versions 0x01, 0x04"; the caller frees it. */
char *ofp_versions_text(ofp_versions);
/* Reads "OpenFlow10,OpenFlow13", the argument of -O. -E_INVAL with the reference's words. */
int ofp_versions_parse(const char *text, ofp_versions *, struct err *);

/* The newest of a set that is not empty. */
static inline unsigned int
ofp_versions_newest(ofp_versions versions)
{
    return 31 - (unsigned int)__builtin_clz(versions);
}

struct vconn;

struct vconn_events {
    /* The peers agreed on vconn_version(). */
    void (*connected)(void *aux);
    /* A whole message of N bytes, as long as its header says, of the agreed version unless it is
     * one that needs none (hello, error, echo). Valid during the call only. */
    void (*message)(void *aux, const uint8_t *msg, size_t n);
    /* The host took some of the output that was queued. May be NULL. */
    void (*sent)(void *aux);
    /* Failed to connect, or ended: -E_EOF for an orderly end, -E_PROTO for no common version or
     * what is no OpenFlow. No other callback follows. */
    void (*closed)(void *aux, int code);
};

/* Starts to connect to NAME: tcp:, ssl: or unix:. -E_AFNOSUPPORT and -E_INVAL: no such name. Free
 * the connection after `closed` as well. */
int vconn_open(struct os_loop *, const char *name, ofp_versions allowed,
               const struct vconn_events *, void *aux, struct vconn **, struct err *);
/* Around STREAM, which is connected and taken over: an accepted one, or a session's. */
struct vconn *vconn_new(struct os_loop *, struct stream *stream, ofp_versions allowed,
                        const struct vconn_events *, void *aux);
void vconn_free(struct vconn *); /* NULL is fine */
/* Queues a whole message, which is copied. Never blocks; what is queued in one round of the loop
 * goes out together. Ignored once closed. */
void vconn_send(struct vconn *, const void *msg, size_t n);
/* Bytes queued and not yet taken by the host. */
size_t vconn_backlog(const struct vconn *);
/* Stops and restarts reading, for flow control. */
void vconn_pause(struct vconn *, bool paused);
/* The version agreed on; 0 until then. */
enum ofp_version vconn_version(const struct vconn *);
/* Valid as long as the connection. */
const char *vconn_name(const struct vconn *);
/* A transaction id that this process has not used lately. */
uint32_t vconn_new_xid(void);
