/* SPDX-License-Identifier: Apache-2.0 */
/* A CPU at work on packets: the core's thread state, preallocated views and records of what has
 * arrived, and what is to be sent once the core has run. One works on packets between cpu_enter()
 * and cpu_leave(): inside the epoch, and holding the CPU's spin lock, so at DISPATCH_LEVEL. Nobody
 * contends for it but where a thread was moved to another processor in the moment before it had
 * the lock, or where processors share. Nothing in between calls NDIS with a packet; cpu_leave()
 * does, after it has let go of the lock, since a packet that is sent may come back in on the same
 * CPU before the call returns. */
#pragma once

#include "driver/destination.h"
#include "driver/frame.h"
#include "driver/nbl_chain.h"
#include "driver/nbl_packet.h"

#include "datapath/dp.h"

enum {
    CPUS_MAX = 64,    /* further CPUs share these */
    CPU_VIEWS = 1024, /* a batch, all nested lists of actions, the recirculation queue */
    CPU_FRAMES = PKT_BATCH_MAX,
    CPU_EMC_SIZE = 4096
};

struct driver;
struct filter;
struct client;

/* A net buffer list under way. */
struct arrival {
    PNET_BUFFER_LIST nbl;
    uint32_t first_frame, n_frames; /* in cpu.frames */
    bool split;                     /* not all of its frames are there at once */
    bool complete;                  /* none is to come */
    bool used;                      /* a frame went somewhere */
    bool sent;                      /* the list itself did */
};

/* What NDIS is to be called with. */
struct cpu_work {
    struct nbl_chain send;      /* lists with destinations, the switch's and ours */
    uint32_t n_own;             /* of these ours */
    struct nbl_chain untouched; /* lists that are none of our business */
    struct nbl_chain done;      /* lists to complete: their contents were copied or consumed */
    struct nbl_chain dropped;   /* lists to complete that went nowhere */
    bool one_destination;       /* all of `send` go to this place alone: */
    struct destination destination;
    struct client *waiting; /* has got upcalls that it was not woken for */
};

struct cpu {
    NDIS_SPIN_LOCK lock;
    struct driver *driver;
    uint32_t id;
    uint32_t phase;        /* of the epoch */
    struct filter *filter; /* who sends: the owner of the datapath if it is running, or NULL */
    struct nbl_packet *free_views;
    uint32_t n_frames, n_arrivals;
    struct frame frames[CPU_FRAMES];
    struct arrival arrivals[CPU_FRAMES];
    struct block *queued, **queued_end; /* for the flush */
    struct cpu_work work;
    struct destination_arena destinations;
    struct dp_thread thread;
    struct nbl_packet views[CPU_VIEWS];
};

/* 0 or -E_NOMEM. */
_IRQL_requires_max_(APC_LEVEL)
_Must_inspect_result_ int cpu_new(_Inout_ struct driver *driver, _In_ uint32_t id,
                                  _Out_ struct cpu **cpu);
/* CPU may be NULL. */
_IRQL_requires_max_(APC_LEVEL)
void cpu_free(_Inout_opt_ struct cpu *cpu);

/* The CPU that this runs on, entered. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_IRQL_raises_(DISPATCH_LEVEL)
struct cpu *cpu_enter(_Inout_ struct driver *driver);
/* Flushes, leaves, and does the work that has gathered. FLAGS are those of NdisFSend…. */
_IRQL_requires_(DISPATCH_LEVEL)
void cpu_leave(_Inout_ struct cpu *cpu, _In_ ULONG flags);

/* Of the CPU's preallocated views; NULL when all are out. */
_Ret_maybenull_ struct nbl_packet *cpu_get_view(_Inout_ struct cpu *cpu);
void cpu_put_view(_Inout_ struct cpu *cpu, _Inout_ struct nbl_packet *v);
struct block_pool *cpu_blocks(_In_ const struct cpu *cpu);
