/* SPDX-License-Identifier: Apache-2.0 */
/* How messages travel between programs and the Windows driver: the device \\.\OVSExt, which only
 * administrators may open, and its controls. Shared by both sides; nothing of Windows is needed
 * to read it. A handle is a client: it has a port id of its own (pid), and while it is open the
 * upcalls of ports with that pid, and the notifications that it subscribed to, wait for it.
 *
 *   control    method      input             output
 *   HELLO      buffered    struct hello      struct hello: the driver's version, the handle's pid
 *   SUBSCRIBE  buffered    uint32_t: bits of enum dp_group, in the place of those before
 *   TRANSACT   out direct  one request       one reply (dp_server_request() in server.h)
 *   DUMP       out direct  a request with    whole messages, as many as fit; the last one of all
 *                          NLM_F_DUMP, or    is NLMSG_DONE, or NLMSG_ERROR if the request was bad
 *                          nothing: go on
 *   WAIT       out direct  nothing           whole messages, at least one: waits until one is
 * there
 *
 * HELLO comes first: until then, and where versions differ, the others end with
 * STATUS_REVISION_MISMATCH. HELLO with another version is answered all the same, so that a
 * program can say what it met. One DUMP is under way per handle; a request starts another in its
 * place, and going on without one is STATUS_INVALID_DEVICE_STATE. Several WAITs may be pended on a
 * handle, up to OVSEXT_WAITS; each message goes to one of them. They end with STATUS_CANCELLED
 * when cancelled or when the handle is closed. A message is queued for a handle whether or not a
 * WAIT is pended, up to OVSEXT_QUEUE_BYTES; what comes then is lost, upcalls being counted so.
 *
 * Statuses: STATUS_SUCCESS with the bytes written as information, whatever the reply says;
 * STATUS_INVALID_PARAMETER: input too short or too long to be answered, or input
 * where there is none; STATUS_BUFFER_TOO_SMALL: the output is shorter than OVSEXT_OUT_MIN, or
 * the reply does not fit; STATUS_INVALID_DEVICE_REQUEST: no such control; STATUS_QUOTA_EXCEEDED:
 * too many WAITs; STATUS_INSUFFICIENT_RESOURCES: no memory. */
#pragma once

#include "base/types.h"

#define OVSEXT_DEVICE  "\\\\.\\OVSExt"
#define OVSEXT_VERSION 1

/* As Windows' CTL_CODE: FILE_DEVICE_NETWORK, read and write access, functions from 0x800. */
#define OVSEXT_CONTROL(FUNCTION, METHOD) (0x12u << 16 | 3u << 14 | (FUNCTION) << 2 | (METHOD))
#define OVSEXT_BUFFERED                  0u
#define OVSEXT_OUT_DIRECT                2u

#define OVSEXT_HELLO     OVSEXT_CONTROL(0x800u, OVSEXT_BUFFERED)
#define OVSEXT_SUBSCRIBE OVSEXT_CONTROL(0x801u, OVSEXT_BUFFERED)
#define OVSEXT_TRANSACT  OVSEXT_CONTROL(0x802u, OVSEXT_OUT_DIRECT)
#define OVSEXT_DUMP      OVSEXT_CONTROL(0x803u, OVSEXT_OUT_DIRECT)
#define OVSEXT_WAIT      OVSEXT_CONTROL(0x804u, OVSEXT_OUT_DIRECT)

#define OVSEXT_IN_MAX      0x40000u /* bytes of input */
#define OVSEXT_OUT_MIN     64u      /* of output for TRANSACT and DUMP: an error fits */
#define OVSEXT_WAIT_MIN    0x20000u /* of output for WAIT: any message fits */
#define OVSEXT_WAITS       32u
#define OVSEXT_QUEUE_BYTES 0x400000u

struct ovsext_hello {
    uint32_t version; /* in: the program's, out: the driver's */
    uint32_t pid;     /* in: 0, out: the handle's, not 0 */
};
static_assert(sizeof(struct ovsext_hello) == 8, "the same on both sides");
