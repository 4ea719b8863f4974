/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to and from a datapath that is not in the same process: a struct nlmsghdr
 * (<linux/netlink.h>), a struct genlmsghdr (<linux/genetlink.h>), a struct ovs_header
 * (<linux/openvswitch.h>), then attributes (nl_attr.h); integers in host order, everything padded
 * to four bytes. What there is to say is a table, messages.def. A message of a type below
 * MSG_TYPE_MIN is netlink's own: an error or acknowledgement, or the end of a dump.
 *
 * Family numbers are the peer's. A transport without netlink's controller uses those of the
 * table; on Linux the kernel gives them out, so a client keeps its peer's (client.h). Any context;
 * input may be anything. */
#pragma once

#include "base/cursor.h"
#include "base/err.h"
#include "datapath/actions.h"
#include "datapath/messages/nl_attr.h"

#define DP_NAME_MAX 256 /* of datapaths and ports, with the final zero */

enum msg_family {
#define FAMILY(ID, NUMBER, ...) MSG_##ID = NUMBER,
#include "datapath/messages/messages.def"
    MSG_FAMILY_MIN = MSG_DP
};

enum {
#define CMD(FAMILY, ID, NUMBER) MSG_##FAMILY##_CMD_##ID = NUMBER,
#include "datapath/messages/messages.def"
};

enum {
#define ATTR(FAMILY, ID, NUMBER, MIN_SIZE, MAX_SIZE) MSG_##FAMILY##_ATTR_##ID = NUMBER,
#include "datapath/messages/messages.def"
    MSG_ATTR_COUNT = 32
};

enum { MSG_N_FAMILIES = MSG_NETDEV - MSG_FAMILY_MIN + 1 };

enum {
    MSG_NL_HEADER = 16,
    MSG_HEADER = 24,     /* all three headers */
    MSG_ERROR_SIZE = 36, /* of an error or acknowledgement: header, code, the request's header */
    MSG_TYPE_ERROR = 2,
    MSG_TYPE_DONE = 3,
    MSG_TYPE_MIN = 16, /* of families */
};

/* nlmsg_flags. */
enum {
    MSG_F_REQUEST = 1,
    MSG_F_MULTI = 2, /* part of a dump */
    MSG_F_ACK = 4,
    MSG_F_ECHO = 8, /* the reply to a change shows what it made */
    MSG_F_DUMP = 0x300,
    MSG_F_CREATE = 0x400, /* OVS_FLOW_CMD_NEW: -E_EXIST if the flow is there; without it: change */
};

/* OVS_VPORT_TYPE_*, OVS_UFID_F_*, OVS_DP_F_*, and flags of ours. */
enum { MSG_VPORT_NETDEV = 1, MSG_VPORT_INTERNAL = 2 };
enum { MSG_UFID_OMIT_KEY = 1, MSG_UFID_OMIT_MASK = 2, MSG_UFID_OMIT_ACTIONS = 4 };
enum { MSG_DP_F_UNALIGNED = 1, MSG_DP_F_VPORT_PIDS = 2 };
enum { MSG_NETDEV_UP = 1, MSG_NETDEV_CARRIER = 2 };

/* The payload of OVS_PACKET_ATTR_OFFLOADS: members of struct pkt. */
struct msg_offloads {
    uint16_t flags; /* PKT_CSUM_PARTIAL, PKT_CSUM_GOOD, PKT_IP_CSUM_GOOD */
    uint16_t csum_start, csum_ofs;
    uint16_t gso_type, gso_size, hdr_len;
};
static_assert(sizeof(struct msg_offloads) == 12, "size in messages.def");

/* The headers of a message, and what follows them. */
struct msg {
    uint16_t type; /* of the family, or below MSG_TYPE_MIN */
    uint16_t flags;
    uint32_t seq, pid;
    uint8_t cmd, version; /* these three are 0 in netlink's own messages */
    uint32_t dp_ifindex;
    const uint8_t *payload; /* attributes */
    size_t payload_size;
};

/* Reads the next message of R, which moves past it. False at the end, or, R being bad then, if
 * what follows is none. */
bool msg_next(struct rd *r, struct msg *);
/* Starts a message with the headers of M; gives what msg_end() wants. */
size_t msg_begin(struct wr *w, const struct msg *m);
/* Ends it. Does nothing to a bad W. */
void msg_end(struct wr *w, size_t at);
/* Writes NLMSG_ERROR in answer to REQUEST of client PID: an acknowledgement when CODE is 0. */
void msg_put_error(struct wr *w, const struct msg *request, uint32_t pid, int code);
/* Writes NLMSG_DONE. */
void msg_put_done(struct wr *w, uint32_t seq, uint32_t pid);
/* What an NLMSG_ERROR says: 0 or a negative E_*. */
int msg_error_code(const struct msg *);

/* What a message of FAMILY has as its version. */
uint8_t msg_version(enum msg_family);

/* The row of attribute ATTR of a family (its number in the table); max 0 and no name: no such. */
struct msg_attr_info {
    const char *name;
    uint16_t min, max;
};
const struct msg_attr_info *msg_attr_info(enum msg_family, uint16_t attr);

/* Attributes by number. `payload` NULL: not there; empty ones point at something. */
struct msg_attrs {
    struct nl_attr a[MSG_ATTR_COUNT];
};

/* Reads N bytes of a message's attributes by the rows of FAMILY. Those without a row are passed
 * over, as netlink does. -E_INVAL: malformed; -E_RANGE: too short or too long. */
int msg_get_attrs(enum msg_family, const void *attrs, size_t n, struct msg_attrs *);

static inline bool
msg_has(const struct msg_attrs *attrs, uint16_t attr)
{
    return attrs->a[attr].payload != NULL;
}

/* Copies the attribute, which has N bytes by its row, to DST. False, with DST as it was: it is not
 * there. */
static inline bool
msg_get(const struct msg_attrs *attrs, uint16_t attr, void *dst, size_t n)
{
    bool has = msg_has(attrs, attr);
    if (has) {
        memcpy(dst, attrs->a[attr].payload, n);
    }
    return has;
}

/* The attribute's integer, or OTHERWISE. */
static inline uint32_t
msg_u32(const struct msg_attrs *attrs, uint16_t attr, uint32_t otherwise)
{
    msg_get(attrs, attr, &otherwise, sizeof otherwise);
    return otherwise;
}

/* The attribute as a string, which ends within it; NULL if it is not there or does not end. */
const char *msg_string(const struct msg_attrs *attrs, uint16_t attr);
