/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel provider's object, for its own files. */
#pragma once

#include "datapath/messages/client.h"
#include "dpif/dpif_provider.h"
#include "dpif/kernel/transport.h"

/* A port as the kernel has it. */
struct kernel_port {
    struct hnode node; /* by number */
    uint32_t no;
    char *name;
    const char *type;      /* of the device that is to be opened for it */
    struct netdev *netdev; /* what this process attached, or NULL */
};

enum { KERNEL_BUFFER = 1 << 18 }; /* bytes: any request or answer */

struct kernel {
    struct dpif dpif;
    struct dpif_transport *transport;
    struct msg_client client;
    uint32_t dp_ifindex;
    struct hmap ports;
    uint64_t clock_ofs_ms; /* loop time minus the kernel's */
    uint32_t *request, *reply;
    struct wr out; /* over `request` */
    struct msg answer;
    struct msg_attrs attrs;
};

struct kernel *kernel_of(const struct dpif *);

/* Begins a request in k->out. */
void kernel_ask(struct kernel *, enum msg_family, uint8_t cmd, uint16_t flags);
/* Sends it; what it said is in k->answer and k->attrs. The peer's code, or the transport's. */
int kernel_send(struct kernel *, enum msg_family);
/* Sends it as the start of a dump: EACH for every object, whose attributes are k->attrs. */
int kernel_dump(struct kernel *, enum msg_family, void (*each)(void *aux, struct kernel *),
                void *aux);

/* kernel_port.c */
int kernel_load_ports(struct kernel *);
void kernel_forget_ports(struct kernel *);
/* A notification about a port, with ATTRS. */
void kernel_port_news(struct kernel *, const struct msg_attrs *attrs);
int kernel_port_add(struct dpif *, struct netdev *, uint32_t *port_no);
int kernel_port_del(struct dpif *, uint32_t port_no);
bool kernel_port_next(const struct dpif *, uint32_t *port_no, struct dpif_port *);
/* Has the port's misses sent to PID. */
int kernel_port_listen(struct kernel *, uint32_t port_no);

/* kernel_flow.c */
int kernel_flow_put(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                    const struct uuid *ufid, const void *actions, size_t size, unsigned int flags);
int kernel_flow_del(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                    const struct uuid *ufid, struct dpif_flow_stats *);
int kernel_flow_get(struct dpif *, const struct flow_key *key, const struct uuid *ufid,
                    void (*got)(void *aux, const struct dpif_flow *), void *aux);
void kernel_flow_flush(struct dpif *);
void kernel_flow_dump(struct dpif *, void (*each)(void *aux, const struct dpif_flow *), void *aux);

/* kernel_packet.c */
void kernel_execute(struct dpif *, struct pkt *, const void *actions, size_t size);
/* An upcall: CMD and its attributes. */
void kernel_upcall(struct kernel *, uint8_t cmd, const struct msg_attrs *);
