/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulator's files share: its objects, their states, and the checks.
 *
 * Locks: `sim.lock` guards switches, ports, adapters, modules and captured frames; it is a leaf,
 * never held while the extension is called.  `sim.control` serialises what NDIS serialises:
 * attach, pause, restart, detach and OIDs.  Tracked objects have locks of their own (track.c). */
#pragma once

#define NDIS_IMPLEMENTATION 1

#include "simswitch/simswitch.h"

#undef ASSERT /* the kernel's; base has its own */
#include "base/list.h"

#include "simswitch/host.h"

#define SIM_NAME_MAX  64
#define SIM_MAX_BATCH 8 /* frames in one packet */

/* Says what RULE is broken and ends the run: natively with abort, in Wine by answering every later
 * command with it. */
void sim_fail(const char *format, ...) HOST_PRINTF(1, 2);

/* Waits a little for something to have happened, which the caller looks for again; false when
 * DEADLINE has passed. */
ULONGLONG sim_deadline(unsigned ms);
bool sim_wait(ULONGLONG deadline);

/* track.c: every object that a driver can hold, so that leaks can be named and a stale pointer is
 * known for one.  An object begins with this. */
enum sim_kind {
    SIM_FREED, /* poisoned, and on its way out */
    SIM_NBL_POOL,
    SIM_NB_POOL,
    SIM_NBL,
    SIM_NB,
    SIM_MDL,
    SIM_CONTEXT,
    SIM_OID_CLONE,
    SIM_SPIN_LOCK,
    SIM_RW_LOCK,
    SIM_TIMER,
    SIM_WORK_ITEM,
    SIM_DEVICE,
    SIM_MODULE,
    SIM_FILTER,
    SIM_N_KINDS,
};

struct sim_object {
    uint32_t magic;
    enum sim_kind kind;
    size_t size;
    struct list node;
    void *owner; /* a module, a filter driver, or &sim for what is the simulator's own */
};

/* Memory for an object of SIZE bytes, cleared; NULL by injection where OWNER is a driver's. */
void *sim_object_new(enum sim_kind kind, size_t size, void *owner);
/* Poisons and, some time later, frees it. */
void sim_object_free(void *object);
/* OBJECT, or the end of the run where it is not a live KIND; WHERE is the function called. */
void *sim_object_check(void *object, enum sim_kind kind, const char *where);
/* Fails where something of OWNER (NULL: of any driver) is left; WHEN says at what moment. */
void sim_objects_check_gone(void *owner, const char *when);
size_t sim_objects_count(enum sim_kind kind, void *owner);
void sim_objects_start(void);
void sim_objects_finish(void);

/* inject.c: options, randomness and failures. */
enum sim_failure {
    FAIL_ALLOC,  /* any allocation by the driver */
    FAIL_GROW,   /* destinations of a packet */
    FAIL_OID,    /* an OID of the extension's own */
    FAIL_ATTACH, /* registration of attributes */
    N_FAILURES,
};
enum sim_option {
    OPT_FRAGMENT, /* split data over several MDLs at random places */
    OPT_ASYNC,    /* edges of the switch work on threads of their own */
    OPT_HOLD,     /* those threads take no work: packets stay under way until it is off again */
    OPT_REORDER,  /* those threads take work in random order */
    OPT_DISPATCH, /* the extension is called at DISPATCH_LEVEL half of the time */
    OPT_PEND,     /* OIDs are pended half of the time */
    OPT_VLAN_OOB, /* adapters take the 802.1Q tag out of the frame */
    N_OPTIONS,
};
bool sim_option(enum sim_option option);
void sim_option_set(enum sim_option option, bool on);
int sim_option_find(const char *name);
int sim_failure_find(const char *name);
void sim_failure_set(enum sim_failure failure, unsigned countdown);
bool sim_failure_now(enum sim_failure failure);
LONG sim_failures_so_far(enum sim_failure failure);
void sim_seed(uint64_t seed);
uint32_t sim_random(uint32_t below);
bool sim_flip(void);

/* A filter driver and its modules. */
struct sim_filter {
    struct sim_object object;
    NDIS_FILTER_DRIVER_CHARACTERISTICS is;
    NDIS_HANDLE context;
    PDRIVER_OBJECT driver;
};

enum sim_state {
    SIM_DETACHED,
    SIM_ATTACHING,
    SIM_PAUSED,
    SIM_RESTARTING,
    SIM_RUNNING,
    SIM_PAUSING,
    SIM_N_STATES,
};

struct sim_module {
    struct sim_object object;
    struct sim_filter *filter;
    struct sim_switch *sw;
    NDIS_HANDLE context;
    bool attributes_set;
    bool admits;  /* packets from above; guarded by sim.lock */
    int state;    /* enum sim_state, atomically */
    KEVENT moved; /* a pause or restart that was pended is complete */
    NDIS_STATUS move_status;
    bool move_done;
    LONG lent;           /* the switch's packets that the extension has */
    LONG borrowed;       /* the extension's packets that the switch has */
    struct sim_oid *oid; /* the set request that is under way from above */
    LONG own_oids;       /* of the extension's own, not completed */
    LONG n_indicated;    /* status indications that came through */
    UNICODE_STRING guid;
    WCHAR guid_text[40];
};

/* Switches. */
struct sim_capture {
    struct list node;
    size_t size;
    uint8_t data[];
};

struct sim_nic {
    struct list node;
    NDIS_SWITCH_NIC_PARAMETERS is;
    LONG refs;
};

struct sim_port {
    struct list node;
    NDIS_SWITCH_PORT_PARAMETERS is;
    struct list nics;
    LONG refs;    /* by ReferenceSwitchPort */
    LONG packets; /* that name it as a destination */
    struct list captured;
    size_t n_captured;
    uint64_t sent, delivered;
};

struct sim_switch {
    struct list node;
    char name[SIM_NAME_MAX];
    bool active;
    struct list ports;
    struct sim_module *module;
    uint64_t sent, completed, filtered, dropped, undirected;
};

struct sim {
    bool started;
    struct sim_filter *filter;
    struct list switches;
    KSPIN_LOCK lock;
    HOST_MUTEX control;
    KEVENT arrived; /* a frame has been captured, or something come to rest */
    LONG n_memory;  /* blocks that a driver has of NdisAllocateMemoryWithTagPriority */
};
extern struct sim sim;

void sim_switches_finish(void);

/* switch.c; the lock is held where a pointer comes back. */
KIRQL sim_lock(void);
void sim_unlock(KIRQL irql);
struct sim_switch *sim_switch_find(const char *name);
struct sim_port *sim_port_find(struct sim_switch *sw, NDIS_SWITCH_PORT_ID id);
struct sim_nic *sim_nic_find(struct sim_port *port, NDIS_SWITCH_NIC_INDEX index);

/* module.c: the life of a filter module. */
int sim_attach(struct sim_switch *sw);
int sim_restart(struct sim_switch *sw);
int sim_pause(struct sim_switch *sw);
int sim_detach(struct sim_switch *sw);
void sim_activate(struct sim_switch *sw);
void sim_move(struct sim_module *m, enum sim_state to, const char *why);
enum sim_state sim_state(struct sim_module *m);
const char *sim_state_name(enum sim_state state);
struct sim_module *sim_module_check(NDIS_HANDLE handle, const char *where);

/* net_buffer_list.c: packets. */
enum sim_packet_state {
    PKT_IDLE,      /* its owner has it: the extension, or the switch */
    PKT_INGRESS,   /* FilterSendNetBufferLists was called with it */
    PKT_LOWER,     /* at the miniport edge, on its way up */
    PKT_EGRESS,    /* FilterReceiveNetBufferLists was called with it */
    PKT_UPPER,     /* at the protocol edge, to be delivered */
    PKT_RETURNING, /* FilterReturnNetBufferLists was called with it */
    PKT_RETURNED,  /* at the miniport edge, on its way back */
    PKT_COMPLETING /* FilterSendNetBufferListsComplete was called with it */
};

struct sim_nbl {
    struct sim_object object;
    int state; /* enum sim_packet_state, atomically */
    bool is_clone;
    ULONG clone_flags;
    LONG clones; /* that share this one's data */
    struct sim_pool *pool;
    struct sim_nb *embedded;
    struct sim_forwarding *forwarding;
    struct sim_module *lender; /* for the switch's own: whom it was given to */
    uint64_t data_hash;        /* of the switch's own, when it was given away */
    NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO source;
    DECLSPEC_ALIGN(16) NET_BUFFER_LIST nbl;
};

struct sim_nb {
    struct sim_object object;
    struct sim_nbl *parent;  /* that it is part of, or NULL */
    unsigned n_handler_mdls; /* at the head of its chain, that a driver's handler allocated */
    DECLSPEC_ALIGN(16) NET_BUFFER nb;
};

struct sim_nbl *sim_nbl_check(PNET_BUFFER_LIST nbl, const char *where);
/* A packet of the switch's own. */
PNET_BUFFER_LIST sim_nbl_make(const struct sim_frame *frames, size_t n);
void sim_nbl_unmake(PNET_BUFFER_LIST nbl);
uint64_t sim_nbl_hash(PNET_BUFFER_LIST nbl);
void sim_nbl_pools_start(void);
void sim_nbl_pools_finish(void);

/* forwarding.c: the forwarding context and the switch's functions. */
NDIS_STATUS sim_forwarding_new(struct sim_nbl *p, void *owner);
void sim_forwarding_free(struct sim_nbl *p);
void sim_forwarding_fill(PNDIS_SWITCH_OPTIONAL_HANDLERS handlers);
/* The destinations that are committed. */
size_t sim_forwarding_destinations(struct sim_nbl *p, const NDIS_SWITCH_PORT_DESTINATION **array);

/* path.c: the data path. */
void sim_ingress(struct sim_module *m, PNET_BUFFER_LIST chain, bool single_source);
/* Waits until no packet is lent or borrowed; false where that takes longer than MS. */
bool sim_path_drain(struct sim_module *m, unsigned ms);

/* edge.c: what the threads of the edges do. */
enum sim_job {
    JOB_EGRESS,   /* at the miniport edge: up to the extension */
    JOB_DELIVER,  /* at the protocol edge: to the ports, then back */
    JOB_COMPLETE, /* at the miniport edge: the send is complete */
    JOB_OID,      /* an OID request that was pended */
};
void sim_edge_start(void);
void sim_edge_finish(void);
void sim_edge_run(enum sim_job job, struct sim_module *m, PNET_BUFFER_LIST chain);
void sim_edge_enqueue_oid(struct sim_module *m, PNDIS_OID_REQUEST request, NDIS_STATUS status);
/* Has the threads look for work, after something that kept them from it. */
void sim_edge_wake(void);
void sim_edge_quiesce(void);
void sim_job_packets(enum sim_job job, struct sim_module *m, PNET_BUFFER_LIST chain);
void sim_job_oid(struct sim_module *m, PNDIS_OID_REQUEST request, NDIS_STATUS status);

/* delivery.c: what reaches a port. */
void sim_deliver(struct sim_switch *sw, struct sim_nbl *p);

/* Calls the extension at a random IRQL that is allowed. */
struct sim_call {
    KIRQL old;
    bool raised;
};
struct sim_call sim_call_begin(bool may_raise);
void sim_call_end(struct sim_call call, const char *what);
