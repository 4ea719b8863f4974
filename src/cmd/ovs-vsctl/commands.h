/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of commands, each ended by a row of zeros, by the file that implements them. */
#pragma once

#include "cmd/ovs-vsctl/vsctl.h"

extern const struct vsctl_command switch_commands[];     /* cmd_switch.c */
extern const struct vsctl_command show_commands[];       /* cmd_show.c */
extern const struct vsctl_command bridge_commands[];     /* cmd_bridge.c */
extern const struct vsctl_command port_commands[];       /* cmd_port.c */
extern const struct vsctl_command controller_commands[]; /* cmd_controller.c */
extern const struct vsctl_command attach_commands[];     /* cmd_attach.c */
extern const struct vsctl_command zone_commands[];       /* cmd_zone.c */
extern const struct vsctl_command db_read_commands[];    /* cmd_db_read.c */
extern const struct vsctl_command db_write_commands[];   /* cmd_db_write.c */
