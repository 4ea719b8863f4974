/* SPDX-License-Identifier: Apache-2.0 */
/* The transport to the datapath of the Windows driver, over its device. */
#include "dpif/kernel/transport.h"

#include "netdev/windows/ovsext_device.h"
#include "os/mem.h"

struct ioctl_transport {
    struct dpif_transport transport;
    struct ovsext *device;
};

static struct ioctl_transport *
ioctl_of(struct dpif_transport *t)
{
    return CONTAINER_OF(t, struct ioctl_transport, transport);
}

static void
ioctl_close(struct dpif_transport *t)
{
    ovsext_close(ioctl_of(t)->device);
    os_free(ioctl_of(t));
}

static int
ioctl_transact(struct dpif_transport *t, const void *request, size_t n, struct wr *reply)
{
    return ovsext_transact(ioctl_of(t)->device, request, n, reply);
}

static int
ioctl_dump(struct dpif_transport *t, const void *request, size_t n, dpif_dump_fn *each, void *aux)
{
    return ovsext_dump(ioctl_of(t)->device, request, n, each, aux);
}

static int
ioctl_listen(struct dpif_transport *t, uint32_t groups,
             void (*receive)(void *aux, const struct msg *), void *aux)
{
    return ovsext_listen(ioctl_of(t)->device, groups, receive, aux);
}

static const struct dpif_transport_ops ioctl_ops = {
    .close = ioctl_close,
    .transact = ioctl_transact,
    .dump = ioctl_dump,
    .listen = ioctl_listen,
};

int
dpif_transport_open(void *aux UNUSED, struct os_loop *loop, struct dpif_transport **transport)
{
    struct ovsext *device;
    int code = ovsext_open(loop, &device);
    if (code) {
        return code;
    }
    struct ioctl_transport *t = xzalloc(sizeof *t);
    t->transport = (struct dpif_transport){&ioctl_ops, ovsext_pid(device)};
    t->device = device;
    *transport = &t->transport;
    return 0;
}
