/* SPDX-License-Identifier: Apache-2.0 */
/* The driver on the simulated switch against the stand-in kernel, as a library of its own: the
 * driver brings its own memory hooks and its own copy of the core, which must not meet the
 * program's. One switch with virtual machines p1 to p8 on the ports 1 to 8. Errors are negative
 * E_*. One thread. */
#pragma once

#include "base/types.h"

#define NATIVE_API __attribute__((visibility("default")))

/* Loads the driver and plugs everything. */
NATIVE_API void native_switch_start(void);
/* Takes everything apart again; the program ends with a message where something is left over. */
NATIVE_API void native_switch_stop(void);
/* A handle of the driver's device, the caller's to close. */
struct native_handle;
NATIVE_API struct native_handle *native_switch_open(void);
NATIVE_API void native_switch_close(struct native_handle *);
/* A control on it. */
NATIVE_API int native_switch_control(struct native_handle *, uint32_t code, const void *in,
                                     size_t n_in, void *out, size_t n_out, size_t *n_done);
/* Pends OVSEXT_WAIT with the SIZE bytes at OUT. */
NATIVE_API void native_switch_pend(struct native_handle *, void *out, size_t size);
/* Whether one was pended and is done; *N bytes were written then, and another may be pended. */
NATIVE_API bool native_switch_done(struct native_handle *, size_t *n);
/* A frame from the machine on PORT. */
NATIVE_API void native_switch_send(uint32_t port, const void *frame, size_t n);
/* Waits until no packet is under way any more. */
NATIVE_API void native_switch_rest(void);
/* The next frame that PORT was given; 0: none. */
NATIVE_API size_t native_switch_take(uint32_t port, void *frame, size_t size);
