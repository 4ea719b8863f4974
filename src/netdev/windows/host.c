/* SPDX-License-Identifier: Apache-2.0 */
/* Windows has no device types in user space yet: adapters belong to the driver's datapath, and
 * dummies and patches are portable. Control thread. */
#include "netdev/netdev_host.h"

const struct netdev_ops *const netdev_host_types[] = {NULL};

struct netdev_host *
netdev_host_start(struct netdev_registry *registry UNUSED, struct os_loop *loop UNUSED)
{
    return NULL;
}

void
netdev_host_stop(struct netdev_host *h UNUSED)
{
}
