/* SPDX-License-Identifier: Apache-2.0 */
/* Commands by which switches, ports and adapters come and go, and the extension's module with
 * them. */
#include "simswitch/command.h"
#include "simswitch/sim_netio.h"

static int
cmd_switch_add(char **w, int n, struct reply *r)
{
    bool inactive = n > 1 && cmd_is(w[1], "inactive");
    return sim_switch_add(w[0], !inactive) ? cmd_fails(r, "there is such a switch") : 0;
}

static int
cmd_switch_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    return !sw ? -1 : sim_switch_del(sw) ? cmd_fails(r, "an extension is attached") : 0;
}

static int
with_switch(char **w, struct reply *r, int (*step)(struct sim_switch *sw), const char *why)
{
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    return !sw ? -1 : step(sw) ? cmd_fails(r, why) : 0;
}

static int
cmd_attach(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_attach, "not attached");
}

static int
cmd_restart(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_restart, "not restarted");
}

static int
cmd_pause(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_pause, "not running");
}

static int
cmd_detach(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_detach, "not paused");
}

static int
cmd_activate(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    sim_activate(sw);
    return 0;
}

static int
cmd_switch(char **w, int n, struct reply *r)
{
    (void)n;
    if (sim_switch_add(w[0], false)) {
        return cmd_fails(r, "there is such a switch");
    }
    struct sim_switch *sw = sim_switch_find(w[0]);
    if (sim_attach(sw) || sim_restart(sw)) {
        return cmd_fails(r, "not attached");
    }
    sim_activate(sw);
    return 0;
}

static const struct kind {
    const char *name;
    NDIS_SWITCH_PORT_TYPE port;
    NDIS_SWITCH_NIC_TYPE nic;
} kinds[] = {
    {"external", NdisSwitchPortTypeExternal, NdisSwitchNicTypeExternal},
    {"internal", NdisSwitchPortTypeInternal, NdisSwitchNicTypeInternal},
    {"vm", NdisSwitchPortTypeSynthetic, NdisSwitchNicTypeSynthetic},
};

static const struct kind *
kind_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (cmd_is(kinds[i].name, name)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static const struct kind *
kind_of_port(struct sim_port *port)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].port == port->is.PortType) {
            return &kinds[i];
        }
    }
    return &kinds[2];
}

static int
cmd_port_add(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    const struct kind *kind = kind_of_name(w[2]);
    long long id = cmd_number(w[1]);
    if (!sw) {
        return -1;
    }
    if (!kind || id < 1 || id > UINT16_MAX) {
        return cmd_fails(r, "no such kind, or no such number");
    }
    NDIS_SWITCH_PORT_PARAMETERS *p = host_alloc(sizeof *p);
    p->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_PORT_PARAMETERS_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_PORT_PARAMETERS_REVISION_1};
    p->PortId = (NDIS_SWITCH_PORT_ID)id;
    p->PortType = kind->port;
    sim_string_set(&p->PortName, w[1]);
    sim_string_set(&p->PortFriendlyName, kind->port == NdisSwitchPortTypeSynthetic
                                             ? w[3]
                                             : "Dynamic Ethernet Switch Port");
    int result = sim_port_add(sw, p);
    host_free(p);
    return result ? cmd_fails(r, "vetoed, or there is such a port") : 0;
}

static int
cmd_port_rename(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    return !port ? -1 : sim_port_rename(sw, port, w[2]);
}

static int
cmd_port_teardown(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    return !port ? -1 : sim_port_teardown(sw, port) ? cmd_fails(r, "out of order") : 0;
}

static int
cmd_port_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    return !port ? -1 : sim_port_del(sw, port) ? cmd_fails(r, "out of order") : 0;
}

static void
fill_nic(NDIS_SWITCH_NIC_PARAMETERS *p, char **w, const struct kind *kind)
{
    unsigned port = (unsigned)cmd_number(w[1]), index = (unsigned)cmd_number(w[2]);
    const UCHAR mac[6] = {0x00, 0x15, 0x5d, (UCHAR)index, (UCHAR)(port >> 8), (UCHAR)port};
    p->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_NIC_PARAMETERS_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1};
    p->PortId = port;
    p->NicIndex = (NDIS_SWITCH_NIC_INDEX)index;
    p->NicType = kind->nic;
    p->MTU = 1500;
    sim_string_set(&p->NicName, w[1]);
    sim_string_set(&p->NicFriendlyName, w[3]);
    sim_string_set(&p->VmName, kind->nic == NdisSwitchNicTypeSynthetic ? "vm" : "");
    sim_string_set(&p->VmFriendlyName, kind->nic == NdisSwitchNicTypeSynthetic ? "vm" : "");
    memcpy(p->PermanentMacAddress, mac, sizeof mac);
    memcpy(p->VMMacAddress, mac, sizeof mac);
    memcpy(p->CurrentMacAddress, mac, sizeof mac);
    if (kind->nic != NdisSwitchNicTypeSynthetic) {
        p->NetCfgInstanceId = sim_interface_guid(w[0], port, index);
        sim_interface_add(&p->NetCfgInstanceId, w[3]);
    }
}

static int
cmd_nic_add(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    if (!port) {
        return -1;
    }
    NDIS_SWITCH_NIC_PARAMETERS *p = host_alloc(sizeof *p);
    fill_nic(p, w, kind_of_port(port));
    int result = sim_nic_add(sw, p);
    host_free(p);
    return result ? cmd_fails(r, "vetoed, out of order, or there is such an adapter") : 0;
}

static struct sim_nic *
nic_of(struct sim_port *port, const char *index, struct reply *r)
{
    struct sim_nic *nic =
        port ? sim_nic_find(port, (NDIS_SWITCH_NIC_INDEX)cmd_number(index)) : NULL;
    if (port && !nic) {
        cmd_say(r, "no adapter %s", index);
    }
    return nic;
}

static int
cmd_nic_connect(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_nic *nic = nic_of(cmd_port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_connect(sw, nic) ? cmd_fails(r, "out of order") : 0;
}

static int
cmd_nic_disconnect(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_nic *nic = nic_of(cmd_port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_disconnect(sw, nic) ? cmd_fails(r, "out of order") : 0;
}

static int
cmd_nic_update(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_nic *nic = nic_of(cmd_port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_update(sw, nic, (ULONG)cmd_number(w[3]));
}

static int
cmd_nic_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    struct sim_nic *nic = nic_of(port, w[2], r);
    return !nic ? -1 : sim_nic_del(sw, port, nic) ? cmd_fails(r, "out of order") : 0;
}

static int
cmd_plug(char **w, int n, struct reply *r)
{
    if (cmd_port_add(w, n, r)) {
        return -1;
    }
    int n_nics =
        cmd_is(w[2], "external") ? 2 : 1; /* the external adapter, and the one behind it */
    char *nic[4] = {w[0], w[1], "0", w[3]};
    for (int i = 0; i < n_nics; i++) {
        nic[2] = i ? "1" : "0";
        if (cmd_nic_add(nic, 4, r) || cmd_nic_connect(nic, 3, r)) {
            return -1;
        }
    }
    return 0;
}

static int
cmd_unplug(char **w, int n, struct reply *r)
{
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = cmd_port_of(sw, w[1], r);
    if (!port) {
        return -1;
    }
    while (!list_is_empty(&port->nics)) {
        struct sim_nic *nic = CONTAINER_OF(port->nics.prev, struct sim_nic, node);
        if (nic->is.NicState == NdisSwitchNicStateConnected && sim_nic_disconnect(sw, nic)) {
            return cmd_fails(r, "not disconnected");
        }
        if (sim_nic_del(sw, port, nic)) {
            return cmd_fails(r, "not deleted");
        }
    }
    if (port->is.PortState == NdisSwitchPortStateCreated && cmd_port_teardown(w, n, r)) {
        return -1;
    }
    return cmd_port_del(w, n, r);
}

const struct command life_commands[] = {
    {"switch", 1, 1, true, cmd_switch},
    {"switch-add", 1, 2, true, cmd_switch_add},
    {"switch-del", 1, 1, true, cmd_switch_del},
    {"attach", 1, 1, true, cmd_attach},
    {"restart", 1, 1, true, cmd_restart},
    {"pause", 1, 1, true, cmd_pause},
    {"detach", 1, 1, true, cmd_detach},
    {"activate", 1, 1, true, cmd_activate},
    {"plug", 4, 4, true, cmd_plug},
    {"unplug", 2, 2, true, cmd_unplug},
    {"port-add", 4, 4, true, cmd_port_add},
    {"port-rename", 3, 3, true, cmd_port_rename},
    {"port-teardown", 2, 2, true, cmd_port_teardown},
    {"port-del", 2, 2, true, cmd_port_del},
    {"nic-add", 4, 4, true, cmd_nic_add},
    {"nic-connect", 3, 3, true, cmd_nic_connect},
    {"nic-update", 4, 4, true, cmd_nic_update},
    {"nic-disconnect", 3, 3, true, cmd_nic_disconnect},
    {"nic-del", 3, 3, true, cmd_nic_del},
    {NULL, 0, 0, false, NULL},
};
