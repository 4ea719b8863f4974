/* SPDX-License-Identifier: Apache-2.0 */
/* Datapaths, whoever runs them: this process (userspace), or the host's kernel (the Windows
 * driver), whose datapath outlives the process. A datapath has a name and a type
 * ("netdev@ovs-netdev"), ports that devices are attached to, and flows with masks and actions in
 * the core's encoding (datapath/actions.h). Packets that no flow takes, and userspace actions,
 * reach the owner as upcalls. Everything here is the control thread's, upcalls included. */
#pragma once

#include "datapath/actions.h"
#include "datapath/flow_key.h"
#include "datapath/packet.h"
#include "base/uuid.h"
#include "netdev/netdev.h"

struct dpif;
struct dpif_set; /* all datapaths of this process */

#define DPIF_PORT_NONE UINT32_MAX

struct dpif_flow_stats {
    uint64_t packets, bytes;
    uint64_t used_ms; /* loop time of the last packet, 0: never */
    uint16_t tcp_flags;
};

/* A flow as dumped. Pointers are good during the callback. */
struct dpif_flow {
    const struct flow_key *key, *mask;
    struct uuid ufid;
    const void *actions;
    size_t actions_size;
    struct dpif_flow_stats stats;
};

struct dpif_port {
    uint32_t port_no;
    const char *name;
    const char *type;      /* of the device: "system", "tap", "dummy"… */
    struct netdev *netdev; /* NULL: this process attached none, somebody else made the port */
};

struct dpif_stats {
    uint64_t hit, missed, lost; /* packets that a flow took, that went up, that got lost there */
    uint64_t mask_hit, cache_hit;
    uint32_t n_masks, n_flows;
};

enum dpif_upcall_reason { DPIF_UPCALL_MISS, DPIF_UPCALL_ACTION };

struct dpif_upcall {
    enum dpif_upcall_reason reason;
    struct pkt *pkt; /* the callee's to execute or free */
    const struct flow_key *key;
    const void *userdata;
    size_t userdata_size;
    uint32_t pid;
};

/* Takes over up->pkt. */
typedef void dpif_upcall_fn(void *aux, struct dpif *, const struct dpif_upcall *up);

/* -- The set -- */

/* Datapaths over the devices of REGISTRY. */
struct dpif_set *dpif_set_new(struct netdev_registry *);
/* Closes all datapaths: see dpif_close(). */
void dpif_set_free(struct dpif_set *);
/* The type that a bridge's datapath_type stands for on this host: "" and "system" become
 * "netdev" where no kernel datapath is to be had. */
const char *dpif_normalize_type(const struct dpif_set *, const char *type);
/* The types that can be created, sorted. */
void dpif_for_each_type(const struct dpif_set *, void (*each)(void *aux, const char *type),
                        void *aux);
/* With dummies in the place of "system", that type exists too and runs on dummies; with dummies
 * that override everything, all types do. */
void dpif_enable_dummies(struct dpif_set *, enum netdev_dummies);

/* -- One datapath -- */

/* -E_EXIST; -E_AFNOSUPPORT for an unknown type. The new datapath has its local port 0, named
 * like itself. One that is in the kernel already is taken over as it is: its ports have no
 * netdev until dpif_port_add(). */
int dpif_create(struct dpif_set *, const char *name, const char *type, struct dpif **);
/* Borrowed, or NULL. */
struct dpif *dpif_find(const struct dpif_set *, const char *name, const char *type);
/* Opens the datapaths that are in the kernel already, without taking their upcalls. */
void dpif_open_all(struct dpif_set *);
/* Whether the host's kernel has a datapath for us. */
bool dpif_has_kernel(struct dpif_set *);
/* Leaves the kernel's datapath alone: there is no type "system" then. */
void dpif_disable_kernel(struct dpif_set *);
struct dpif *dpif_first(const struct dpif_set *);
struct dpif *dpif_next(const struct dpif *);
void dpif_destroy(struct dpif *);
/* Lets go of the datapath: one that outlives this process stays, ports, flows and all; another is
 * destroyed. */
void dpif_close(struct dpif *);
bool dpif_outlives(const struct dpif *);
const char *dpif_name(const struct dpif *);
const char *dpif_type(const struct dpif *);
/* The type of device to open for a port that was asked for as TYPE: a datapath of dummies has
 * dummies for its internal ports. */
const char *dpif_open_type(const struct dpif *, const char *type);
/* Where upcalls go; NULL: they are lost. */
void dpif_set_upcall(struct dpif *, dpif_upcall_fn *, void *aux);
/* Whether somebody takes upcalls: the datapath is in use. */
bool dpif_has_upcall(const struct dpif *);
void dpif_get_stats(const struct dpif *, struct dpif_stats *);

/* Attaches NETDEV, taking a reference; to the port that has its name and no netdev, if there is
 * one. *PORT_NO: the number wanted or DPIF_PORT_NONE, and the
 * number given. -E_BUSY: number taken; -E_EXIST: attached already; -E_FBIG: no number left. */
int dpif_port_add(struct dpif *, struct netdev *, uint32_t *port_no);
int dpif_port_del(struct dpif *, uint32_t port_no); /* -E_NOENT */
/* By number, by name; false if there is none. */
bool dpif_port_get(const struct dpif *, uint32_t port_no, struct dpif_port *);
bool dpif_port_find(const struct dpif *, const char *name, struct dpif_port *);
/* The next port with a number of at least *PORT_NO, which then is moved past it. */
bool dpif_port_next(const struct dpif *, uint32_t *port_no, struct dpif_port *);

enum { DPIF_PUT_CREATE = 1, DPIF_PUT_MODIFY = 2, DPIF_PUT_ZERO_STATS = 4 };

/* UFID may be NULL. Errors as dp_flow_put() (datapath/dp.h). */
int dpif_flow_put(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                  const struct uuid *ufid, const void *actions, size_t size, unsigned int flags);
/* -E_NOENT. *STATS (may be NULL) gets the last statistics. */
int dpif_flow_del(struct dpif *, const struct flow_key *key, const struct flow_key *mask,
                  const struct uuid *ufid, struct dpif_flow_stats *stats);
int dpif_flow_get(struct dpif *, const struct flow_key *key, const struct uuid *ufid,
                  void (*got)(void *aux, const struct dpif_flow *), void *aux);
void dpif_flow_flush(struct dpif *);
/* Calls EACH for every flow; it may put and delete flows. */
void dpif_flow_dump(struct dpif *, void (*each)(void *aux, const struct dpif_flow *), void *aux);
/* Runs a checked action list on PKT, which is taken over and has its in_port set. */
void dpif_execute(struct dpif *, struct pkt *, const void *actions, size_t size);
/* To be called about twice a second: reorders tables, settles clocks. */
void dpif_run(struct dpif *);
