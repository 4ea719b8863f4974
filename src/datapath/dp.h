/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath: what the host creates, feeds with packets and programs with flows.
 *
 * Threads. One control thread (or one at a time, under the host's lock) calls the functions that
 * change flows. Each packet thread has a struct dp_thread of its own and calls dp_receive() and
 * dp_execute() with it, inside the host's epoch: from before the call until after it, nothing
 * given to defer_free meanwhile may be run. Nothing on the packet path allocates, locks, logs or
 * reads a clock, unless the host's functions do. */
#pragma once

#include "datapath/actions.h"
#include "datapath/emc.h"
#include "datapath/megaflow.h"
#include "datapath/packet.h"
#include "datapath/parse.h"

struct dp_thread;

enum drop_reason {
#define DROP(ID, NAME, TEXT) DROP_##ID,
#include "datapath/drop.def"
#undef DROP
    DROP_COUNT
};

struct drop_info {
    const char *name, *text;
};

extern const struct drop_info drop_infos[DROP_COUNT];

enum dp_upcall_reason {
    DP_UPCALL_MISS,   /* no flow matches */
    DP_UPCALL_ACTION, /* a userspace action */
};

struct dp_upcall {
    enum dp_upcall_reason reason;
    const struct flow_key *key;         /* of the packet as it is now; good until dp_execute() */
    const struct dp_act_userspace *act; /* for ACTION: pid and flags; else NULL */
    const void *userdata;               /* act->userdata_size bytes */
    uint32_t len;                       /* of the packet, before it was truncated for this */
};

/* What the host gives. All but random and defer_free run on packet threads, in the epoch. */
struct dp_env {
    /* 64 random bits; called at initialisation only. */
    uint64_t (*random)(void *aux);
    /* Sends the batch's packets to PORT, and owns them. One that does not exist: counts
     * dp_drop(thread, DROP_INVALID_PORT, n) and frees. */
    void (*output)(void *aux, struct dp_thread *, uint32_t port, struct pkt_batch *);
    /* Hands a packet to the slow path. 0: the host owns it (and may have executed actions on it
     * with dp_execute(), and changed flows if it is also the control thread). Negative: not
     * delivered; the core counts it lost and frees it. `up` is good during the call. */
    int (*upcall)(void *aux, struct dp_thread *, struct pkt *, const struct dp_upcall *up);
    /* Runs d->run(d) after all packet threads have left the epochs they are in. Any thread. */
    void (*defer_free)(void *aux, struct dp_deferred *d);
    void *aux;
};

/* Counters of one thread; only it writes, anyone reads with PORT_READ_ONCE. */
struct dp_counters {
    uint64_t hit, missed, lost; /* lookups, as dpctl/show prints them; hit includes cache_hit */
    uint64_t mask_hit;          /* subtables tried */
    uint64_t cache_hit;         /* in the exact-match cache */
    uint64_t recirc;            /* packets that went round again */
    uint64_t drops[DROP_COUNT];
};

struct dp {
    struct dp_env env;
    struct dp_table table;
    struct list flows;   /* dp_flow.all_node */
    struct hmap by_ufid; /* dp_flow.ufid_node */
    struct list cursors; /* dp_cursor.node */
    uint64_t basis;      /* of key hashes */
    uint32_t n_threads;
};

/* One list of actions under way; lists nest without recursion. */
struct dp_frame {
    struct pkt_batch *batch; /* the caller's, or own */
    const uint8_t *next, *end;
    uint32_t trunc; /* bytes to cut to at the next output, 0: none */
    struct pkt_batch own;
};

#define DP_FRAMES       16 /* room for re-entry from upcalls */
#define DP_RECIRC_MAX   256
#define DP_RECIRC_DEPTH 6

struct dp_thread {
    struct dp *dp;
    uint32_t id; /* below dp->n_threads */
    uint32_t n_frames;
    uint64_t now_ms;
    uint64_t random;
    struct emc emc;
    struct dp_counters counters;
    void *host;     /* for the host */
    bool receiving; /* inside dp_receive: the outermost drains the recirculation queue */
    uint32_t n_recirc;
    struct pkt *recirc[DP_RECIRC_MAX];
    struct dp_frame frames[DP_FRAMES];
    /* Scratch of dp_receive. */
    struct flow_key keys[PKT_BATCH_MAX];
    flow_map maps[PKT_BATCH_MAX];
    uint32_t hashes[PKT_BATCH_MAX];
    struct dp_flow_group {
        struct dp_flow *flow;
        uint64_t bytes;
        uint32_t tcp_flags;
        struct pkt_batch batch;
    } groups[PKT_BATCH_MAX];
    struct flow_key upcall_key;
};

/* Makes an empty datapath for packet threads 0 to N_THREADS - 1. ENV is copied. DP must not move
 * afterwards. 0 or -E_NOMEM. */
int dp_init(struct dp *, const struct dp_env *env, uint32_t n_threads);
/* Removes all flows. All threads must be finished. Run what was deferred afterwards, before the
 * memory of DP itself goes. */
void dp_fini(struct dp *);

/* A packet thread, or the context in which the control thread executes packets. EMC_SIZE
 * entries, 0 for none (8192 is a good number). T is big: on the heap. 0 or -E_NOMEM. */
int dp_thread_init(struct dp_thread *t, struct dp *, uint32_t id, uint32_t emc_size);
void dp_thread_fini(struct dp_thread *);

/* Takes all packets of BATCH (empty afterwards): parses, looks up, executes, or upcalls. The
 * packets' md.in_port is set; NOW_MS is the host's clock. */
void dp_receive(struct dp_thread *, struct pkt_batch *batch, uint64_t now_ms);
/* Executes a checked list on all packets of BATCH, which it takes over (empty afterwards). The
 * packets are parsed (pkt_parse); the list is aligned to 4 bytes and stays until the end. May be
 * called from upcall. Outside dp_receive(), set t->now_ms first. */
void dp_execute(struct dp_thread *, struct pkt_batch *batch, const void *actions, size_t size);
/* Counts N packets dropped for REASON; the caller frees them. */
void dp_drop(struct dp_thread *, enum drop_reason, uint32_t n);
/* Adds T's counters to SUM. Any thread while T exists. */
void dp_thread_add_counters(const struct dp_thread *t, struct dp_counters *sum);

/* Flows: control thread. */
#define DP_PUT_CREATE     1 /* may create */
#define DP_PUT_MODIFY     2 /* may replace the actions */
#define DP_PUT_ZERO_STATS 4 /* and then starts its statistics again */

struct dp_flow_put {
    const struct flow_key *key, *mask; /* bits of key outside mask do not matter */
    const struct uuid *ufid;           /* zero or NULL: made from key and mask */
    const void *actions;               /* copied */
    size_t actions_size;
    uint32_t flags;
};

/* Creates or changes a flow; *FLOWP (may be NULL) borrows it until it is removed. -E_NOENT: not
 * there and no CREATE; -E_EXIST: there and no MODIFY; -E_INVAL, -E_OVERFLOW: bad actions, or the
 * ufid belongs to another flow; -E_NOMEM. Nothing is changed on failure. */
int dp_flow_put(struct dp *, const struct dp_flow_put *, struct dp_flow **flowp);
/* Borrowed, or NULL. MASK NULL: the flow that a packet with KEY meets. */
struct dp_flow *dp_flow_find(struct dp *, const struct flow_key *key, const struct flow_key *mask);
struct dp_flow *dp_flow_find_ufid(struct dp *, const struct uuid *);
/* Takes FLOW out; the pointer stays good until the grace period ends, or as long as a reference
 * is held, which is how to read its last statistics. */
void dp_flow_del(struct dp *, struct dp_flow *);
void dp_flow_flush(struct dp *);
/* The flow's statistics start at zero again. */
void dp_flow_zero_stats(struct dp_flow *);
/* The flow's current actions; inside the epoch, or on the control thread until the next put. */
const struct dp_actions *dp_flow_actions(const struct dp_flow *);
uint32_t dp_n_flows(const struct dp *);
uint32_t dp_n_masks(const struct dp *);
/* Reorders the masks by use; call every second or so. */
void dp_optimize(struct dp *);
/* The ufid that dp_flow_put() makes when it gets none. */
void dp_flow_make_ufid(const struct dp *, const struct flow_key *key, const struct flow_key *mask,
                       struct uuid *ufid);

/* A walk over all flows, oldest first, during which flows may be put and deleted. */
struct dp_cursor {
    struct list node;
    struct list *next;
};

void dp_cursor_start(struct dp *, struct dp_cursor *);
/* Borrowed; NULL at the end. */
struct dp_flow *dp_cursor_next(struct dp *, struct dp_cursor *);
void dp_cursor_stop(struct dp_cursor *);
