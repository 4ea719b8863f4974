/* SPDX-License-Identifier: Apache-2.0 */
/* The life of switches, ports and adapters.  Each call is one step of it; the caller holds
 * sim.control.  They give 0, or -1 where the step is out of order or the extension has vetoed it.
 */
#pragma once

#include "simswitch/sim_internal.h"
#include "simswitch/sim_oid.h"

int sim_switch_add(const char *name, bool active);
int sim_switch_del(struct sim_switch *sw);

int sim_port_add(struct sim_switch *sw, const NDIS_SWITCH_PORT_PARAMETERS *is);
int sim_port_rename(struct sim_switch *sw, struct sim_port *port, const char *friendly);
int sim_port_teardown(struct sim_switch *sw, struct sim_port *port);
int sim_port_del(struct sim_switch *sw, struct sim_port *port);

int sim_nic_add(struct sim_switch *sw, const NDIS_SWITCH_NIC_PARAMETERS *is);
int sim_nic_connect(struct sim_switch *sw, struct sim_nic *nic);
int sim_nic_update(struct sim_switch *sw, struct sim_nic *nic, ULONG mtu);
int sim_nic_disconnect(struct sim_switch *sw, struct sim_nic *nic);
int sim_nic_del(struct sim_switch *sw, struct sim_port *port, struct sim_nic *nic);

/* Sets a counted string from ASCII, with rubbish after it. */
void sim_string_set(IF_COUNTED_STRING *to, const char *from);
