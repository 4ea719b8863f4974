/* SPDX-License-Identifier: Apache-2.0 */
/* The dpctl/… runtime commands (ovs-dpctl(8)) over the datapaths of this process: show them, add
 * and delete datapaths, ports and flows. Loop's thread. */
#pragma once

#include "dpif/dpif.h"
#include "ipc/command.h"

/* Adds the commands to the server. SET and REGISTRY must outlive it. Once per process. */
void dpctl_add_commands(struct command_server *, struct dpif_set *set,
                        struct netdev_registry *registry);
