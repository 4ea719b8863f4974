/* SPDX-License-Identifier: Apache-2.0 */
/* Windows has no devices to poll in user space: dummies are fed on the control thread. */
#include "dpif/userspace/worker.h"

int
worker_start(const struct worker_calls *calls UNUSED, void *aux UNUSED,
             struct worker **worker UNUSED)
{
    return -E_NOTSUP;
}

void
worker_stop(struct worker *w UNUSED)
{
}

int
worker_add(struct worker *w UNUSED, int fd UNUSED, uint32_t port_no UNUSED)
{
    return -E_NOTSUP;
}

void
worker_remove(struct worker *w UNUSED, int fd UNUSED)
{
}
