/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider of datapaths implements. dpif.c keeps the set, finds datapaths by name and type
 * and forwards; functions mean what dpif.h says of their namesakes. Control thread. */
#pragma once

#include "base/list.h"
#include "dpif/dpif.h"
#include "dpif/kernel/transport.h"

struct dpif_ops {
    size_t size; /* of the structure that starts with struct dpif */
    /* Calls EACH for the datapaths that are there without us; NULL: none outlives a process. D
     * has no name, and is thrown away afterwards. */
    int (*enumerate)(struct dpif *d, void (*each)(void *aux, const char *name), void *aux);
    int (*create)(struct dpif *);
    int (*open)(struct dpif *);   /* with enumerate only, as are */
    void (*close)(struct dpif *); /* the two */
    void (*destroy)(struct dpif *);
    void (*get_stats)(const struct dpif *, struct dpif_stats *);
    int (*port_add)(struct dpif *, struct netdev *, uint32_t *port_no);
    int (*port_del)(struct dpif *, uint32_t port_no);
    bool (*port_next)(const struct dpif *, uint32_t *port_no, struct dpif_port *);
    int (*flow_put)(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                    const struct uuid *ufid, const void *actions, size_t size, unsigned int flags);
    int (*flow_del)(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                    const struct uuid *ufid, struct dpif_flow_stats *stats);
    int (*flow_get)(struct dpif *, const struct flow_key *key, const struct uuid *ufid,
                    void (*got)(void *aux, const struct dpif_flow *), void *aux);
    void (*flow_flush)(struct dpif *);
    void (*flow_dump)(struct dpif *, void (*each)(void *aux, const struct dpif_flow *), void *aux);
    void (*execute)(struct dpif *, struct pkt *, const void *actions, size_t size);
    void (*run)(struct dpif *);
};

struct dpif {
    const struct dpif_ops *ops;
    struct dpif_set *set;
    struct netdev_registry *registry;
    struct list node; /* in the set, oldest first */
    char *name;
    const char *type; /* static */
    bool on_dummies;
    dpif_upcall_fn *upcall;
    void *upcall_aux;
};

/* Opens a transport to the kernel's datapath, the way that SET does it. */
int dpif_kernel_transport(const struct dpif_set *, struct dpif_transport **);
/* For tests: from now on SET does it like this. */
void dpif_set_kernel(struct dpif_set *, dpif_transport_open_fn *, void *aux);

extern const struct dpif_ops dpif_userspace_ops, dpif_kernel_ops;
