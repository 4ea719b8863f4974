/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's commands and the stand-in kernel's calls behind native_switch.h. What must not
 * fail ends the program. */
#include "native_switch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "native/native.h"
#include "simswitch/simswitch.h"

#undef ASSERT

#include "base/err.h"
#include "datapath/messages/ioctl.h"

DRIVER_INITIALIZE DriverEntry;

enum { PORTS = 8, REST_MS = 20000 };

struct native_handle {
    struct native_file *file;
    struct native_request *wait; /* NULL: none is pended */
};

static PDRIVER_OBJECT driver;

static void __attribute__((format(printf, 1, 2))) run(const char *format, ...)
{
    char line[256], reply[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (sim_command(line, reply, sizeof reply)) {
        native_fail("%s: %s", line, reply);
    }
}

void
native_switch_start(void)
{
    NTSTATUS status;
    native_start(0);
    sim_start();
    driver = native_driver_load(DriverEntry, "OVSExt", &status);
    if (!driver) {
        native_fail("the driver does not load: %x", (unsigned)status);
    }
    run("switch sw");
    for (int port = 1; port <= PORTS; port++) {
        run("plug sw %d vm p%d", port, port);
    }
}

struct native_handle *
native_switch_open(void)
{
    struct native_handle *h = calloc(1, sizeof *h);
    if (!h || native_open(OVSEXT_DEVICE, &h->file) != STATUS_SUCCESS) {
        native_fail("the device does not open");
    }
    return h;
}

void
native_switch_close(struct native_handle *h)
{
    if (h->wait) {
        native_request_cancel(h->wait);
        native_request_free(h->wait);
    }
    native_close(h->file);
    free(h);
}

void
native_switch_stop(void)
{
    for (int port = 1; port <= PORTS; port++) {
        run("unplug sw %d", port);
    }
    run("pause sw");
    run("detach sw");
    run("switch-del sw");
    native_driver_unload(driver);
    sim_finish();
    native_finish();
}

int
native_switch_control(struct native_handle *h, uint32_t code, const void *in, size_t n_in,
                      void *out, size_t n_out, size_t *n_done)
{
    NTSTATUS status = native_control(h->file, code, in, (ULONG)n_in, out, (ULONG)n_out, n_done);
    return status == STATUS_SUCCESS                  ? 0
           : status == STATUS_BUFFER_TOO_SMALL       ? -E_OVERFLOW
           : status == STATUS_INVALID_PARAMETER      ? -E_INVAL
           : status == STATUS_INSUFFICIENT_RESOURCES ? -E_NOMEM
                                                     : -E_IO;
}

void
native_switch_pend(struct native_handle *h, void *out, size_t size)
{
    h->wait = native_request_send(h->file, OVSEXT_WAIT, NULL, 0, out, (ULONG)size);
}

bool
native_switch_done(struct native_handle *h, size_t *n)
{
    NTSTATUS status;
    if (!h->wait || !native_request_wait(h->wait, 0, &status, n)) {
        return false;
    }
    if (status != STATUS_SUCCESS) {
        native_fail("a wait ended with %x", (unsigned)status);
    }
    native_request_free(h->wait);
    h->wait = NULL;
    return true;
}

void
native_switch_send(uint32_t port, const void *frame, size_t n)
{
    const struct sim_frame f = {frame, n};
    if (sim_send("sw", port, &f, 1)) {
        native_fail("port %u takes no frame of %zu bytes", port, n);
    }
}

void
native_switch_rest(void)
{
    run("quiesce sw %d", REST_MS);
    native_quiesce();
}

size_t
native_switch_take(uint32_t port, void *frame, size_t size)
{
    int n = sim_take("sw", port, frame, size);
    if (n < 0) {
        native_fail("there is no port %u", port);
    }
    return (size_t)n;
}
