/* SPDX-License-Identifier: Apache-2.0 */
/* A datapath served by messages: the Linux kernel's generic netlink families ovs_datapath,
 * ovs_vport, ovs_flow and ovs_packet (<linux/openvswitch.h>), and ovs_netdev for what rtnetlink
 * tells on Linux. A message is a struct nlmsghdr, genlmsghdr and ovs_header in host order
 * (messages/message.h) and attributes. The server checks every byte of a request, does it on a
 * struct dp and on the host's ports, and writes the reply. The Windows driver runs it on what its
 * ioctls bring; tests run it in user space.
 *
 * There is one datapath, with the index DP_SERVER_IFINDEX, once a client has made it: that puts
 * its local port, number 0, internal and named like it, on the host.
 *
 * Threads: the server is the core's control thread (datapath/dp.h): the host makes one call at a
 * time, under its own lock. The dp_server_put_*() functions may run on any thread.
 * Memory: requests are borrowed during the call, replies go to the caller's buffer. */
#pragma once

#include "base/cursor.h"
#include "base/mac.h"
#include "datapath/dp.h"
#include "datapath/messages/message.h"

struct dp_vport_stats {
    uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes;
    uint64_t rx_errors, tx_errors, rx_dropped, tx_dropped;
};

#define DP_SERVER_IFINDEX 1   /* in struct ovs_header */
#define DP_NOTE_MAX       512 /* bytes of a message about a datapath, port or device */

/* A port of the datapath. */
struct dp_vport {
    uint32_t no;
    uint32_t type;          /* MSG_VPORT_NETDEV, MSG_VPORT_INTERNAL */
    char name[DP_NAME_MAX]; /* of the adapter or virtual port behind it */
    uint32_t upcall_pid;    /* who gets its misses, 0: nobody */
    uint32_t ifindex;       /* 0: nothing is connected */
    struct dp_vport_stats stats;
};

/* A network device that a port can be made of. */
struct dp_netdev {
    char name[DP_NAME_MAX];
    struct mac mac;
    uint32_t ifindex, mtu;
    bool up, carrier;
};

/* What clients may listen to: the datapath and its ports made, changed and removed; devices that
 * come, change and go. Flows are not told of: who puts them knows them. */
enum dp_group { DP_GROUP_DATAPATH = 1, DP_GROUP_VPORT = 2, DP_GROUP_NETDEV = 4, DP_GROUPS = 7 };

/* What the host does for the server, in the host's lock. None of it comes back into the server.
 * Errors are negative E_*. */
struct dp_server_host {
    /* Makes a port as WANTED says (its no, stats and ifindex aside); *NO: the number wanted or
     * UINT32_MAX, and the number given. -E_EXIST: the name has a port; -E_BUSY: the number has;
     * -E_FBIG: no number left; -E_NODEV, -E_NOMEM. */
    int (*port_add)(void *aux, const struct dp_vport *wanted, uint32_t *no);
    int (*port_del)(void *aux, uint32_t no); /* -E_NOENT */
    int (*port_set_upcall_pid)(void *aux, uint32_t no, uint32_t pid);
    /* The port with the least number of at least FROM; false at the end. */
    bool (*port_next)(void *aux, uint32_t from, struct dp_vport *out);
    /* The device with the least position of at least *AT, which is moved past it. */
    bool (*netdev_next)(void *aux, uint32_t *at, struct dp_netdev *out);
    /* A packet of the host's with these bytes, for execution; NULL: no memory. */
    struct pkt *(*packet_new)(void *aux, const void *frame, size_t n);
    /* A packet thread's context, for executing packets in this call: enters its epoch, sets its
     * now_ms; and leaves it. */
    struct dp_thread *(*enter)(void *aux);
    void (*leave)(void *aux, struct dp_thread *);
    uint64_t (*now_ms)(void *aux); /* the clock of flows' used_ms */
    /* A message for the clients that listen to GROUP, good during the call. May be NULL. */
    void (*notify)(void *aux, enum dp_group group, const void *msg, size_t n);
    /* Adds the counters of all packet threads. */
    void (*add_counters)(void *aux, struct dp_counters *sum);
    void *aux;
};

struct dp_server {
    struct dp *dp;
    struct dp_server_host host;
    bool exists;            /* a client made the datapath; packet threads PORT_READ_ONCE it */
    char name[DP_NAME_MAX]; /* of the datapath */
    uint32_t user_features;
    /* The call under way: too much for a kernel's stack. */
    struct msg request;
    struct msg_attrs attrs;
    struct flow_key key, mask;
    struct dp_vport vport;
    struct dp_netdev netdev;
    uint32_t note[DP_NOTE_MAX / 4];
};

void dp_server_init(struct dp_server *, struct dp *, const struct dp_server_host *);

/* Removes the datapath with its flows and ports, if it is there. */
void dp_server_fini(struct dp_server *);

/* Handles one request of N bytes from client PID, and writes the reply: one message. It is what
 * was asked for (GET), what was changed if the request has MSG_F_ECHO and that fits, or an error
 * or acknowledgement (NLMSG_ERROR). A bad request changes nothing. 0: a reply was written,
 * whatever it says. -E_INVAL: not one whole message, which cannot be answered;
 * -E_OVERFLOW: REPLY is too small, and nothing was changed. */
int dp_server_request(struct dp_server *, uint32_t pid, const void *request, size_t n,
                      struct wr *reply);

/* A dump under way: a request with NLM_F_DUMP. Between calls the datapath may change. */
struct dp_dump {
    struct dp_server *server; /* NULL: none under way */
    struct msg request;
    int error; /* of the request */
    int (*step)(struct dp_dump *, struct wr *);
    uint32_t at;         /* next port or device */
    uint32_t ufid_flags; /* what to leave out of flows */
    bool has_cursor;
    struct dp_cursor cursor; /* over flows */
};

/* Starts a dump, which must not move until it is stopped. 0, or -E_INVAL as dp_server_request().
 * What else is wrong with the request is told by the first dp_server_dump_next(). */
int dp_server_dump_start(struct dp_server *, struct dp_dump *, uint32_t pid, const void *request,
                         size_t n);
/* Writes as many whole messages as fit; 1: more are to come, 0: NLMSG_DONE or NLMSG_ERROR was
 * written, and the dump stopped. -E_OVERFLOW: OUT does not hold even the next message; it may be
 * asked for again with more room. */
int dp_server_dump_next(struct dp_dump *, struct wr *out);
void dp_server_dump_stop(struct dp_dump *); /* also of one that was never started, zeroed */

/* Writes the message of an upcall: OVS_PACKET_CMD_MISS or _ACTION with the packet, its key, its
 * userdata, and its offloads. A packet that is too long for an attribute is cut, and its whole
 * length is told. The packet stays the caller's. -E_OVERFLOW: W has no room and is unchanged;
 * -E_NOMEM: the packet's bytes cannot be had. */
int dp_server_put_upcall(struct wr *w, struct pkt *, const struct dp_upcall *up);
/* Room that dp_server_put_upcall() never exceeds. */
size_t dp_server_upcall_size(const struct pkt *, const struct dp_upcall *up);
/* For notifications of what happens on the host's side: a device that is there or changed, or is
 * GONE (DP_GROUP_NETDEV); a port that was connected, disconnected or renamed (DP_GROUP_VPORT). */
void dp_server_put_netdev(struct wr *w, const struct dp_netdev *, bool gone);
void dp_server_put_vport(struct wr *w, const struct dp_vport *, bool gone); /* DP_NOTE_MAX fits */

/* The client with PID is gone: ports that sent it their upcalls send them to nobody. Flows go on
 * forwarding. The host stops the client's dumps itself. */
void dp_server_client_gone(struct dp_server *, uint32_t pid);
