/* SPDX-License-Identifier: Apache-2.0 */
/* The list of ports. A port that the switch tells of again is brought up to date, so that it does
 * not matter whether the arrays are read before or after a port's own request. */
#include "driver/switch_port.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "driver/name.h"
#include "driver/switch_nic.h"

_Use_decl_annotations_
struct switch_port *
switch_port_find(const struct filter *f, uint32_t id)
{
    LIST_FOR_EACH (struct switch_port, port, node, &f->ports) {
        if (port->id == id) {
            return port;
        }
    }
    return NULL;
}

_Use_decl_annotations_
NDIS_STATUS
switch_port_put(struct filter *f, const NDIS_SWITCH_PORT_PARAMETERS *parameters)
{
    if (parameters->IsValidationPort) {
        return NDIS_STATUS_SUCCESS; /* no adapter will ever be on it */
    }
    driver_lock(f->driver);
    struct switch_port *port = switch_port_find(f, parameters->PortId);
    if (!port && (port = mem_zalloc(sizeof *port)) != NULL) {
        port->id = parameters->PortId;
        list_push_back(&f->ports, &port->node);
    }
    if (port) {
        name_from_counted(port->name, sizeof port->name, &parameters->PortFriendlyName);
        nics_rename(f, port->id, port->name);
    }
    driver_unlock(f->driver);
    return port ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

static void
delete_port(struct switch_port *port)
{
    list_remove(&port->node);
    mem_free(port, sizeof *port);
}

_Use_decl_annotations_
NDIS_STATUS
switch_port_del(struct filter *f, const NDIS_SWITCH_PORT_PARAMETERS *parameters)
{
    driver_lock(f->driver);
    struct switch_port *port = switch_port_find(f, parameters->PortId);
    if (port) {
        delete_port(port);
    }
    driver_unlock(f->driver);
    return NDIS_STATUS_SUCCESS;
}

_Use_decl_annotations_
void
switch_ports_clear(struct filter *f)
{
    driver_lock(f->driver);
    while (!list_is_empty(&f->ports)) {
        delete_port(CONTAINER_OF(f->ports.next, struct switch_port, node));
    }
    driver_unlock(f->driver);
}
