/* SPDX-License-Identifier: Apache-2.0 */
/* What a test on Linux does with the stand-in kernel: begin and end it, load a driver, open a
 * device of it as a process would, and send it requests.
 *
 * Ownership: handles and requests belong to the caller, who closes and frees them.  Errors:
 * NTSTATUS, as user space would see them; wrong use by a driver ends the program (native_fail).
 * Threads: any but where said otherwise. */
#pragma once

#include "native/ntddk.h"

/* Starts the kernel's threads (timers and work items).  PROCESSORS virtual processors, 0 for
 * four. */
void native_start(unsigned processors);

/* Waits until timers and work items are at rest, ends the threads, and ends the program where
 * memory, devices, links, or anything else of a driver is left over, naming it. */
void native_finish(void);

/* Ends the program with a message that begins "native kernel:". */
void native_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Calls ENTRY as the loader would for service NAME, and gives the driver; NULL where ENTRY fails,
 * with its STATUS. */
PDRIVER_OBJECT native_driver_load(PDRIVER_INITIALIZE entry, const char *name, NTSTATUS *status);
void native_driver_unload(PDRIVER_OBJECT driver);

/* Of every N allocations from now on, number COUNTDOWN fails; 0 for none. */
void native_pool_fail_at(unsigned long countdown);
/* Bytes and blocks that are allocated with TAG; 0 for any tag. */
size_t native_pool_used(ULONG tag, size_t *bytes);

/* Memory for the kernel's own implementation and the simulator's: never fails by injection, and
 * is not a leak of the driver. */
void *native_alloc(size_t size);
void native_free(void *p);

/* The process that this thread acts for in what it does next. */
void native_set_process(ULONG id);

/* A device, opened by LINK as user space names it: "\\\\.\\NAME".  IRP_MJ_CREATE. */
struct native_file;
NTSTATUS native_open(const char *link, struct native_file **file);
/* IRP_MJ_CLEANUP at once, IRP_MJ_CLOSE when no request of the file is left.  The file is gone. */
void native_close(struct native_file *file);

/* One IRP_MJ_DEVICE_CONTROL.  For METHOD_BUFFERED, IN and OUT are copied as the I/O manager does;
 * for the direct methods OUT is locked and described by an MDL. */
struct native_request;
/* Sends it and comes back; wait for it then. */
struct native_request *native_request_send(struct native_file *file, ULONG code, const void *in,
                                           ULONG in_size, void *out, ULONG out_size);
/* Waits at most TIMEOUT_MS; false where it is not done by then. */
bool native_request_wait(struct native_request *request, unsigned timeout_ms, NTSTATUS *status,
                         size_t *n_done);
/* CancelIoEx. */
void native_request_cancel(struct native_request *request);
/* Waits for it if need be. */
void native_request_free(struct native_request *request);

/* All of the above: sends, waits as long as it takes. */
NTSTATUS native_control(struct native_file *file, ULONG code, const void *in, ULONG in_size,
                        void *out, ULONG out_size, size_t *n_done);

/* Waits until no work item is queued or running and no DPC runs. */
void native_quiesce(void);

/* ASCII from a counted UTF-16 string, for messages; what does not fit is cut. */
const char *native_ascii(PCUNICODE_STRING s, char *buffer, size_t size);
