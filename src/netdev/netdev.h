/* SPDX-License-Identifier: Apache-2.0 */
/* Network devices: what a datapath port sends to and receives from. A registry opens devices by
 * name and type; the types are rows of a table (netdev_types.c): "system" (an existing device, by
 * AF_PACKET), "internal" (a tap that we make), "dummy" and "dummy-internal" (for tests, driven
 * by netdev-dummy/receive), "patch" (no device at all: translation joins its two ends).
 *
 * Threads: everything is the control thread's, except netdev_rx and netdev_tx, which datapath
 * threads call: rx by one thread at a time, tx by any number. A device must outlive those calls:
 * the datapath unpublishes a port and waits for its threads before it drops its reference. */
#pragma once

#include "base/err.h"
#include "base/hmap.h"
#include "base/mac.h"
#include "datapath/packet.h"
#include "netdev/packet_buf.h"
#include "os/loop.h"

struct netdev_stats {
#define STAT(MEMBER, COLUMN) uint64_t MEMBER;
#include "netdev/netdev_stats.def"
#undef STAT
};

/* What the host says of the link. */
struct netdev_link {
    struct mac mac;
    uint32_t ifindex; /* 0: none */
    uint32_t mtu;     /* 0: none */
    bool up;          /* administratively */
    bool carrier;
    uint64_t resets; /* times the carrier went or came since it was opened */
    uint64_t speed;  /* bit/s, 0: unknown */
    int duplex;      /* 1 full, 0 half, -1 unknown */
};

struct netdev_registry;
struct netdev;

/* One type of device. Members marked "may be NULL" have a default. */
struct netdev_ops {
    const char *type;
    const char *alias; /* another name for the type, or NULL */
    size_t size;       /* of the structure that starts with struct netdev */
    /* Makes or finds the device netdev->name. On failure nothing is left open. */
    int (*open)(struct netdev *, struct err *);
    void (*close)(struct netdev *);
    /* Takes the Interface row's options; may be NULL. */
    int (*configure)(struct netdev *, const char *const keys[], const char *const values[],
                     size_t n, struct err *);
    int (*get_stats)(struct netdev *, struct netdev_stats *);
    int (*set_up)(struct netdev *, bool up);
    int (*set_mac)(struct netdev *, struct mac);   /* may be NULL */
    int (*set_mtu)(struct netdev *, uint32_t mtu); /* may be NULL */
    /* Appends key, value pairs of the "status" column through PUT; may be NULL. */
    void (*get_status)(struct netdev *, void (*put)(void *aux, const char *key, const char *value),
                       void *aux);
    /* A descriptor to wait on before rx, or -1: the device is fed on the control thread. May be
     * NULL, for -1. */
    int (*rx_fd)(const struct netdev *);
    /* Fills BATCH, which is empty, from the device without waiting, with packets of POOL, which
     * are the caller's to free. 0, or -E_AGAIN when there is nothing, or the device's error. May
     * be NULL. */
    int (*rx)(struct netdev *, struct pkt_pool *, struct pkt_batch *);
    /* Sends and frees every packet of BATCH; what the device refuses is counted as dropped. */
    void (*tx)(struct netdev *, struct pkt_batch *);
};

struct netdev {
    const struct netdev_ops *ops;
    struct netdev_registry *registry;
    char *name;
    struct hnode node; /* in the registry, by name */
    unsigned int n_refs;
    uint64_t change_seq; /* moves when link or addresses changed */
    struct netdev_link link;
    /* Where a device that is fed on the control thread delivers packets, or NULL. */
    void (*sink)(void *aux, struct pkt_batch *);
    void *sink_aux;
};

/* CHANGED(aux) runs on the loop after the link of any device changed. DUMMY: "dummy" types
 * exist; every other type becomes its dummy twin if OVERRIDE. */
struct netdev_registry *netdev_registry_new(struct os_loop *, void (*changed)(void *aux),
                                            void *aux);
void netdev_registry_free(struct netdev_registry *);
struct os_loop *netdev_registry_loop(const struct netdev_registry *);
enum netdev_dummies {
    NETDEV_DUMMIES_NONE,
    NETDEV_DUMMIES,          /* types of their own */
    NETDEV_DUMMIES_SYSTEM,   /* and in the place of "system" */
    NETDEV_DUMMIES_OVERRIDE, /* and of "internal" and "tap" as well */
};
/* Turns the dummy types on. */
void netdev_enable_dummies(struct netdev_registry *, enum netdev_dummies);
bool netdev_dummy_is_enabled(const struct netdev_registry *);
/* Calls EACH for the names of the types that can be opened, sorted. */
void netdev_for_each_type(const struct netdev_registry *,
                          void (*each)(void *aux, const char *type), void *aux);

/* Opens NAME as TYPE ("" is "system"), or takes another reference if it is open as that type.
 * -E_EXIST: open as another type. -E_AFNOSUPPORT: no such type. */
int netdev_open(struct netdev_registry *, const char *name, const char *type, struct netdev **,
                struct err *);
struct netdev *netdev_ref(struct netdev *);
void netdev_unref(struct netdev *); /* NULL is fine */
/* The open device NAME, borrowed, or NULL. */
struct netdev *netdev_find(const struct netdev_registry *, const char *name);
struct netdev *netdev_first(const struct netdev_registry *);
struct netdev *netdev_next(const struct netdev *);

static inline const char *
netdev_name(const struct netdev *d)
{
    return d->name;
}

static inline const char *
netdev_type(const struct netdev *d)
{
    return d->ops->type;
}

static inline const struct netdev_link *
netdev_link(const struct netdev *d)
{
    return &d->link;
}

int netdev_configure(struct netdev *, const char *const keys[], const char *const values[],
                     size_t n, struct err *);
int netdev_get_stats(struct netdev *, struct netdev_stats *);
int netdev_set_up(struct netdev *, bool up);
int netdev_set_mac(struct netdev *, struct mac);
int netdev_set_mtu(struct netdev *, uint32_t mtu);
void netdev_get_status(struct netdev *, void (*put)(void *aux, const char *key, const char *value),
                       void *aux);
int netdev_rx_fd(const struct netdev *);
/* True for "patch": the datapath has no port for it. */
bool netdev_type_is_virtual(const char *type);
/* Sets every counter to UINT64_MAX, "not kept". */
void netdev_stats_init(struct netdev_stats *);

static inline int
netdev_rx(struct netdev *d, struct pkt_pool *pool, struct pkt_batch *batch)
{
    return d->ops->rx(d, pool, batch);
}

static inline void
netdev_tx(struct netdev *d, struct pkt_batch *batch)
{
    d->ops->tx(d, batch);
}
