/* SPDX-License-Identifier: Apache-2.0 */
/* The dpctl/… runtime commands (ovs-dpctl(8)) over the datapaths that this process has or has
 * opened: show them, add and delete datapaths, ports and flows. Loop's thread. */
#pragma once

#include "dpif/dpif.h"
#include "ipc/command.h"
#include "text/str.h"

/* Adds the commands to the server. SET and REGISTRY must outlive it. Once per process. */
void dpctl_add_commands(struct command_server *, struct dpif_set *set,
                        struct netdev_registry *registry);

/* Runs ARGV[0], such as "show", with its options and arguments; OUT gets what is to be printed,
 * as the runtime command would answer. 0 or a negative code. */
int dpctl_run(struct dpif_set *, struct netdev_registry *, int argc, const char *argv[],
              struct str *out);
