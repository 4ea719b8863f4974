/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the driver's device (datapath/messages/ioctl.h): requests with their answers, and
 * what arrives unasked, on the loop. Both the devices of this folder and the datapath provider are
 * made of such clients. Loop's thread only. */
#pragma once

#include "datapath/messages/message.h"
#include "os/loop.h"

struct ovsext;

/* -E_NODEV: no driver, -E_ACCES: not an administrator, -E_PROTO: a driver of another version. */
int ovsext_open(struct os_loop *, struct ovsext **);
/* Waits until the driver has given back every buffer; nothing arrives afterwards. NULL is fine. */
void ovsext_close(struct ovsext *);
/* The client's port id. */
uint32_t ovsext_pid(const struct ovsext *);
/* Sends a request and appends the answer to REPLY. -E_NODEV: the driver is gone; -E_OVERFLOW:
 * REPLY is full; -E_INVAL: the request is not one. */
int ovsext_transact(struct ovsext *, const void *request, size_t n, struct wr *reply);
/* Sends a request for a dump, and gives EACH every message of it before it returns. EACH may
 * transact, but not dump: -E_BUSY. */
int ovsext_dump(struct ovsext *, const void *request, size_t n,
                void (*each)(void *aux, const struct msg *), void *aux);
/* From now on upcalls to the client's pid, and notifications of GROUPS (enum dp_group), arrive:
 * RECEIVE(aux, message). Once per client. */
int ovsext_listen(struct ovsext *, uint32_t groups, void (*receive)(void *aux, const struct msg *),
                  void *aux);
