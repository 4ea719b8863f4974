/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of a switch, kept for the friendly names that they give the adapters on them. Called
 * by oid.c and attach.c, at PASSIVE_LEVEL; each takes driver.control for itself. */
#pragma once

#include "driver/filter.h"

#include "datapath/messages/message.h"

struct switch_port {
    struct list node; /* filter.ports */
    uint32_t id;
    char name[DP_NAME_MAX];
};

/* The port is there, or has another name. NDIS_STATUS_RESOURCES: no memory. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
switch_port_put(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_PORT_PARAMETERS *parameters);
/* The port goes. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
switch_port_del(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_PORT_PARAMETERS *parameters);
/* All ports. */
_IRQL_requires_(PASSIVE_LEVEL)
void switch_ports_clear(_Inout_ struct filter *f);
/* The port with ID, or NULL. With driver.control. */
_IRQL_requires_max_(APC_LEVEL)
_Ret_maybenull_ struct switch_port *switch_port_find(_In_ const struct filter *f,
                                                     _In_ uint32_t id);
