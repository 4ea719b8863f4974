/* SPDX-License-Identifier: Apache-2.0 */
/* The ioctls that are answered at once. Input is the system's copy of what the process gave, so
 * it does not change any more; every byte of a message in it is the server's to check
 * (datapath/messages/server.h). Output of a direct ioctl is the process's own memory, mapped: it
 * is written, and never read back. The server runs under driver.control. */
#include "driver/device.h"

#include "base/err.h"
#include "datapath/messages/ioctl.h"
#include "driver/driver.h"
#include "driver/status.h"
#include "port/atomic.h"

static NTSTATUS
hello(struct client *c, struct device_call *call)
{
    struct ovsext_hello h;
    if (call->in_size != sizeof h || call->out_size < sizeof h) {
        return STATUS_INVALID_PARAMETER;
    }
    memcpy(&h, call->in, sizeof h);
    PORT_WRITE_ONCE(&c->greeted, h.version == OVSEXT_VERSION);
    h = (struct ovsext_hello){OVSEXT_VERSION, c->pid};
    memcpy(call->out, &h, sizeof h);
    call->n_written = sizeof h;
    return STATUS_SUCCESS;
}

static NTSTATUS
subscribe(struct client *c, struct device_call *call)
{
    uint32_t groups;
    if (call->in_size != sizeof groups || call->out_size) {
        return STATUS_INVALID_PARAMETER;
    }
    memcpy(&groups, call->in, sizeof groups);
    if (groups & ~(uint32_t)DP_GROUPS) {
        return STATUS_INVALID_PARAMETER;
    }
    c->groups = groups;
    return STATUS_SUCCESS;
}

static NTSTATUS
transact(struct client *c, struct device_call *call)
{
    if (!call->in_size || call->in_size > OVSEXT_IN_MAX) {
        return STATUS_INVALID_PARAMETER;
    }
    if (call->out_size < OVSEXT_OUT_MIN) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    struct wr reply = wr_make(call->out, call->out_size);
    int error = dp_server_request(&c->driver->server, c->pid, call->in, call->in_size, &reply);
    call->n_written = reply.n;
    return status_from_error(error);
}

static NTSTATUS
dump(struct client *c, struct device_call *call)
{
    if (call->in_size > OVSEXT_IN_MAX) {
        return STATUS_INVALID_PARAMETER;
    }
    if (call->out_size < OVSEXT_OUT_MIN) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (call->in_size) {
        dp_server_dump_stop(&c->dump);
        int error =
            dp_server_dump_start(&c->driver->server, &c->dump, c->pid, call->in, call->in_size);
        if (error) {
            return status_from_error(error);
        }
    } else if (!c->dump.server) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    struct wr out = wr_make(call->out, call->out_size);
    int more = dp_server_dump_next(&c->dump, &out);
    call->n_written = out.n;
    return more < 0 ? status_from_error(more) : STATUS_SUCCESS;
}

static const struct control {
    uint32_t code;
    bool before_hello;
    NTSTATUS (*run)(struct client *, struct device_call *);
} controls[] = {
    {OVSEXT_HELLO, true, hello},
    {OVSEXT_SUBSCRIBE, false, subscribe},
    {OVSEXT_TRANSACT, false, transact},
    {OVSEXT_DUMP, false, dump},
};

_Use_decl_annotations_
NTSTATUS
device_request(struct client *c, uint32_t code, struct device_call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(controls); i++) {
        const struct control *control = &controls[i];
        if (control->code == code) {
            driver_lock(c->driver);
            NTSTATUS status = !c->open                              ? STATUS_CANCELLED
                              : control->before_hello || c->greeted ? control->run(c, call)
                                                                    : STATUS_REVISION_MISMATCH;
            driver_unlock(c->driver);
            return status;
        }
    }
    return STATUS_INVALID_DEVICE_REQUEST;
}
