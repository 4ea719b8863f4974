/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the server. A handler finds its request in s->request and s->attrs, which
 * have passed the table, and gives 0 or a negative code; it may write an object to REPLY, and then
 * that is the answer. One that changes something says -E_OVERFLOW before it does when what it has
 * to write does not fit; what it writes afterwards may fail to fit. */
#pragma once

#include "datapath/messages/server.h"

int server_dp_new(struct dp_server *, struct wr *reply);
int server_dp_del(struct dp_server *, struct wr *reply);
int server_dp_get(struct dp_server *, struct wr *reply);
int server_dp_set(struct dp_server *, struct wr *reply);
int server_vport_new(struct dp_server *, struct wr *reply);
int server_vport_del(struct dp_server *, struct wr *reply);
int server_vport_get(struct dp_server *, struct wr *reply);
int server_vport_set(struct dp_server *, struct wr *reply);
int server_flow_new(struct dp_server *, struct wr *reply);
int server_flow_del(struct dp_server *, struct wr *reply);
int server_flow_get(struct dp_server *, struct wr *reply);
int server_flow_set(struct dp_server *, struct wr *reply);
int server_packet_execute(struct dp_server *, struct wr *reply);
int server_netdev_get(struct dp_server *, struct wr *reply);

/* One step of a dump: 1: a message was written (W bad: did not fit, and the step is to be
 * repeated); 0: at the end. */
int server_dp_dump(struct dp_dump *, struct wr *w);
int server_vport_dump(struct dp_dump *, struct wr *w);
int server_flow_dump(struct dp_dump *, struct wr *w);
int server_netdev_dump(struct dp_dump *, struct wr *w);

/* The datapath goes, with all that is in it. */
void server_remove_all(struct dp_server *);

/* The headers of what answers the request: its sequence number, FAMILY and CMD. */
struct msg server_answer(const struct dp_server *, enum msg_family, uint8_t cmd);
/* The same for a part of a dump, and for a notification. */
struct msg server_part(const struct dp_dump *, enum msg_family, uint8_t cmd);
struct msg server_note(enum msg_family, uint8_t cmd);
/* A cursor over s->note, and sending what was written there. */
struct wr server_note_start(struct dp_server *);
void server_note_send(struct dp_server *, enum dp_group, const struct wr *);

static inline bool
server_wants_echo(const struct dp_server *s)
{
    return (s->request.flags & MSG_F_ECHO) != 0;
}

/* The name in attribute ATTR, or NULL: not there, empty, or not printable. */
const char *server_name(const struct dp_server *, uint16_t attr);
bool server_names_equal(const char *a, const char *b);
void server_put_name(struct wr *w, uint16_t attr, const char *name);
/* An action list of the core's from attribute ATTR: of *CAPACITY bytes, mem_free() it. */
int server_get_actions(const struct nl_attr *, void **list, size_t *size, size_t *capacity);
