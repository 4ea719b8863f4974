/* SPDX-License-Identifier: Apache-2.0 */
/* Upcalls. A miss goes to the client that the packet's port names, an action's packet to the one
 * that the action names. The message is written by the server's code, into memory of its own;
 * clients are woken once per batch, so that one request brings back all of a burst. */
#include "driver/upcall.h"

#include "base/err.h"
#include "driver/driver.h"
#include "port/atomic.h"

static struct client *
client_for(const struct cpu *cpu, const struct pkt *p, const struct dp_upcall *up)
{
    const struct driver *driver = cpu->driver;
    if (up->reason == DP_UPCALL_ACTION) {
        return client_find(&driver->clients, up->act->pid);
    }
    const struct vport *vport = vport_find(&driver->vports, p->md.in_port);
    uint32_t pid = vport ? PORT_READ_ONCE(&vport->upcall_pid) : 0;
    return pid ? client_find(&driver->clients, pid) : NULL;
}

static int
queue(struct client *client, struct pkt *p, const struct dp_upcall *up)
{
    struct message *m = message_new(dp_server_upcall_size(p, up));
    if (!m) {
        return -E_NOMEM;
    }
    struct wr w = wr_make(m->bytes, m->room);
    int error = dp_server_put_upcall(&w, p, up);
    if (error) {
        message_free(m);
        return error;
    }
    m->size = (uint32_t)w.n;
    return wait_queue_put(&client->queue, m);
}

/* CLIENT is to be woken when the CPU leaves; another one that was to be is now. */
static void
wake_later(struct cpu *cpu, struct client *client)
{
    if (cpu->work.waiting && cpu->work.waiting != client) {
        wait_queue_deliver(&cpu->work.waiting->queue);
    }
    cpu->work.waiting = client;
}

_Use_decl_annotations_
int
upcall_send(struct cpu *cpu, struct pkt *p, const struct dp_upcall *up)
{
    struct client *client = client_for(cpu, p, up);
    if (!client) {
        return -E_NOENT;
    }
    int error = queue(client, p, up);
    if (error) {
        return error;
    }
    struct nbl_packet *v = nbl_packet_of(p);
    if (v->frame) {
        v->frame->used = true;
    }
    wake_later(cpu, client);
    pkt_free(p);
    return 0;
}
