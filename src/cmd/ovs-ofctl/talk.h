/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a switch or controller as commands use it: they wait for what they need, and
 * what goes wrong ends the process. */
#pragma once

#include "cmd/ovs-ofctl/ofctl.h"
#include "openflow/msg_config.h"

struct talk;

/* Connects to TARGET: a connection method, a bridge, a socket's file or a datapath. */
struct talk *talk_open(struct ofctl *, const char *target);
/* To the socket of bridge TARGET that shows what its controllers say. */
struct talk *talk_open_snoop(struct ofctl *, const char *target);
void talk_close(struct talk *);
enum ofp_version talk_version(const struct talk *);
/* The connection's full name: "unix:/run/openvswitch/br0.mgmt". */
const char *talk_name(const struct talk *);

struct ofctl *talk_options(const struct talk *);

/* -- Any messages -- */

/* Queues a message; waits while much is queued already. */
void talk_send(struct talk *, const void *msg, size_t n);
/* The next message of N bytes, good until the next call; waits for it. */
const uint8_t *talk_receive(struct talk *, size_t *n);
/* The same without waiting; NULL: none is there yet. Looks at what the host has only when much
 * has been sent since. */
const uint8_t *talk_peek(struct talk *, size_t *n);

/* Queues a message from within a callback of the loop: never waits. */
void talk_queue(struct talk *, const void *msg, size_t n);
/* Waits for a message, or for talk_wake() in a callback of the loop: then NULL. */
const uint8_t *talk_receive_or_wake(struct talk *, size_t *n);
void talk_wake(struct talk *);

/* -- A request -- */

/* Begins the message that means KIND in this connection's version, or ends the process if there
 * is none; its body is to be put in what this gives. */
struct wr *talk_begin(struct talk *, enum ofp_msg_id kind);
/* The same for a message that is made as a whole: an empty place for it. */
struct wr *talk_make(struct talk *);
/* Sends it and waits for its reply, which may be an error. */
const uint8_t *talk_call(struct talk *, size_t *n);
/* Sends it; talk_next_part() then waits for a part of its reply, which is good until the next
 * call. False: it is the last. */
void talk_start(struct talk *);
bool talk_next_part(struct talk *, struct ofp_msg *m);
/* Sends it and prints the reply, all parts of it. */
void talk_dump(struct talk *);
/* Sends it and waits until it is done; an error ends the process. */
void talk_tell(struct talk *);
/* The same; whether the switch took it. */
bool talk_try(struct talk *);
/* The same of a message made elsewhere. */
void talk_tell_message(struct talk *, const void *msg, size_t n);
/* Waits until everything sent is done; an error ends the process. */
void talk_barrier(struct talk *);

/* Queues a change, one of many before talk_barrier(); an error that came meanwhile ends the
 * process. */
void talk_send_checked(struct talk *, const void *msg, size_t n);

/* The switch's configuration. */
struct ofp_switch_config talk_get_config(struct talk *);

/* Ends the process if MSG is an error, printing it. */
void talk_check(const uint8_t *msg, size_t n, const struct ofctl *);
/* Prints a message on OUT. */
void print_message(FILE *out, const struct ofctl *, const struct talk *, const uint8_t *msg,
                   size_t n);
