/* SPDX-License-Identifier: Apache-2.0 */
/* No transport to a kernel's datapath: that of the Linux module speaks netlink, which Weft does
 * not yet. */
#include "dpif/kernel/transport.h"

int
dpif_transport_open(void *aux UNUSED, struct os_loop *loop UNUSED,
                    struct dpif_transport **transport UNUSED)
{
    return -E_NODEV;
}
