/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of the kernel's datapath. Which there are is kept here, from a dump at the start and from
 * notifications after it, since ovs-dpctl and others may change them too. A port belongs to this
 * process when a device was attached to it: then its misses come here. Attaching the device of a
 * port that is there already takes that port over, number and flows and all. */
#include <string.h>

#include "dpif/kernel/kernel_internal.h"
#include "os/mem.h"

/* The kernel knows two types of port for all the types of device. */
static uint32_t
vport_type(const char *device_type)
{
    return !strcmp(device_type, "internal") || !strcmp(device_type, "dummy-internal")
               ? MSG_VPORT_INTERNAL
               : MSG_VPORT_NETDEV;
}

static const char *
device_type(uint32_t type)
{
    return type == MSG_VPORT_INTERNAL ? "internal" : "system";
}

static struct kernel_port *
find(const struct kernel *k, uint32_t no)
{
    HMAP_FOR_EACH_WITH_HASH (struct kernel_port, p, node, hash_u32(no, 0), &k->ports) {
        if (p->no == no) {
            return p;
        }
    }
    return NULL;
}

static struct kernel_port *
find_name(const struct kernel *k, const char *name)
{
    HMAP_FOR_EACH (struct kernel_port, p, node, &k->ports) {
        if (!strcmp(p->name, name)) {
            return p;
        }
    }
    return NULL;
}

static void
forget(struct kernel *k, struct kernel_port *p)
{
    hmap_remove(&k->ports, &p->node);
    netdev_unref(p->netdev);
    os_free(p->name);
    os_free(p);
}

void
kernel_forget_ports(struct kernel *k)
{
    HMAP_FOR_EACH_SAFE (struct kernel_port, p, node, &k->ports) {
        forget(k, p);
    }
}

/* Notes a port that an answer or a notification shows; NULL if that is malformed. */
static struct kernel_port *
note(struct kernel *k, const struct msg_attrs *attrs)
{
    const char *name = msg_string(attrs, MSG_VPORT_ATTR_NAME);
    if (!name || !msg_has(attrs, MSG_VPORT_ATTR_PORT_NO)) {
        return NULL;
    }
    uint32_t no = msg_u32(attrs, MSG_VPORT_ATTR_PORT_NO, 0);
    struct kernel_port *p = find(k, no);
    if (p && strcmp(p->name, name)) {
        forget(k, p);
        p = NULL;
    }
    if (!p) {
        p = xzalloc(sizeof *p);
        p->no = no;
        p->name = xstrdup(name);
        hmap_insert(&k->ports, &p->node, hash_u32(no, 0));
    }
    p->type = device_type(msg_u32(attrs, MSG_VPORT_ATTR_TYPE, MSG_VPORT_NETDEV));
    return p;
}

static void
note_dumped(void *aux UNUSED, struct kernel *k)
{
    note(k, &k->attrs);
}

int
kernel_load_ports(struct kernel *k)
{
    kernel_ask(k, MSG_VPORT, MSG_VPORT_CMD_GET, MSG_F_DUMP);
    return kernel_dump(k, MSG_VPORT, note_dumped, NULL);
}

/* News may be older than what this process has done since, so the kernel is asked how it is. */
void
kernel_port_news(struct kernel *k, const struct msg_attrs *attrs)
{
    uint32_t no = msg_u32(attrs, MSG_VPORT_ATTR_PORT_NO, DPIF_PORT_NONE);
    kernel_ask(k, MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    nl_put_u32(&k->out, MSG_VPORT_ATTR_PORT_NO, no);
    int code = kernel_send(k, MSG_VPORT);
    struct kernel_port *p = find(k, no);
    if (!code) {
        note(k, &k->attrs);
    } else if (code == -E_NODEV && p) {
        forget(k, p);
    }
}

int
kernel_port_listen(struct kernel *k, uint32_t no)
{
    kernel_ask(k, MSG_VPORT, MSG_VPORT_CMD_SET, 0);
    nl_put_u32(&k->out, MSG_VPORT_ATTR_PORT_NO, no);
    nl_put_u32(&k->out, MSG_VPORT_ATTR_UPCALL_PID, k->transport->pid);
    return kernel_send(k, MSG_VPORT);
}

static int delete (struct kernel *k, uint32_t no)
{
    kernel_ask(k, MSG_VPORT, MSG_VPORT_CMD_DEL, 0);
    nl_put_u32(&k->out, MSG_VPORT_ATTR_PORT_NO, no);
    int code = kernel_send(k, MSG_VPORT);
    return code == -E_NODEV ? -E_NOENT : code;
}

static int
create(struct kernel *k, struct netdev *netdev, uint32_t wanted, struct kernel_port **p)
{
    const char *name = netdev_name(netdev);
    kernel_ask(k, MSG_VPORT, MSG_VPORT_CMD_NEW, MSG_F_ECHO);
    nl_put(&k->out, MSG_VPORT_ATTR_NAME, name, strlen(name) + 1);
    nl_put_u32(&k->out, MSG_VPORT_ATTR_TYPE, vport_type(netdev_type(netdev)));
    nl_put_u32(&k->out, MSG_VPORT_ATTR_UPCALL_PID, k->transport->pid);
    if (wanted != DPIF_PORT_NONE) {
        nl_put_u32(&k->out, MSG_VPORT_ATTR_PORT_NO, wanted);
    }
    int code = kernel_send(k, MSG_VPORT);
    if (!code) {
        *p = note(k, &k->attrs);
        code = *p ? 0 : -E_PROTO;
    }
    return code;
}

/* What NETDEV can take over: a port of its name, not attached, of its type, with the number that
 * is WANTED. One that stands in the way is deleted. */
static int
adopt(struct kernel *k, struct netdev *netdev, uint32_t wanted, struct kernel_port **port)
{
    struct kernel_port *p = find_name(k, netdev_name(netdev));
    if (!p) {
        return 0;
    }
    if (p->netdev) {
        return -E_EXIST;
    }
    if (vport_type(p->type) == vport_type(netdev_type(netdev)) &&
        (wanted == DPIF_PORT_NONE || wanted == p->no)) {
        *port = p;
        return kernel_port_listen(k, p->no);
    }
    int code = delete (k, p->no);
    if (!code || code == -E_NOENT) {
        forget(k, p);
        code = 0;
    }
    return code;
}

int
kernel_port_add(struct dpif *d, struct netdev *netdev, uint32_t *port_no)
{
    struct kernel *k = kernel_of(d);
    struct kernel_port *p = NULL;
    if (netdev->sink) {
        return -E_EXIST; /* in another datapath */
    }
    int code = adopt(k, netdev, *port_no, &p);
    if (!code && !p) {
        code = create(k, netdev, *port_no, &p);
    }
    if (!code) {
        p->netdev = netdev_ref(netdev);
        *port_no = p->no;
    }
    return code;
}

int
kernel_port_del(struct dpif *d, uint32_t port_no)
{
    struct kernel *k = kernel_of(d);
    struct kernel_port *p = find(k, port_no);
    int code = delete (k, port_no);
    if (p && (!code || code == -E_NOENT)) {
        forget(k, p);
    }
    return code;
}

bool
kernel_port_next(const struct dpif *d, uint32_t *port_no, struct dpif_port *out)
{
    const struct kernel *k = kernel_of(d);
    const struct kernel_port *next = *port_no == DPIF_PORT_NONE ? NULL : find(k, *port_no);
    if (!next && *port_no != DPIF_PORT_NONE) {
        HMAP_FOR_EACH (struct kernel_port, p, node, &k->ports) {
            if (p->no >= *port_no && (!next || p->no < next->no)) {
                next = p;
            }
        }
    }
    if (!next) {
        return false;
    }
    *out = (struct dpif_port){
        .port_no = next->no,
        .name = next->name,
        .type = next->netdev ? netdev_type(next->netdev) : next->type,
        .netdev = next->netdev,
    };
    *port_no = next->no + 1;
    return true;
}
