/* SPDX-License-Identifier: Apache-2.0 */
/* The netdev-dummy/… runtime commands, with which tests play the wire: frames into dummy devices,
 * their links up and down. Loop's thread. */
#pragma once

#include "dpif/dpif.h"
#include "ipc/command.h"

/* Adds the commands. REGISTRY must outlive the server. */
void dummy_commands_add(struct command_server *, struct netdev_registry *registry,
                        struct dpif_set *);
