/* SPDX-License-Identifier: Apache-2.0 */
/* Between replay.c and what it records: streams and listeners. Those that are opened are counted,
 * and so are those that are accepted; the numbers are the same in the replay. */
#pragma once

#include "base/cursor.h"
#include "ipc/replay.h"
#include "ipc/stream.h"

enum replay_kind {
    REPLAY_START = 1, /* seed, wall clock */
    REPLAY_CLOCK,     /* timers fired */
    /* What the program asked for: the code it got, and a port. A replay takes these when the
     * program asks. */
    REPLAY_LISTEN,
    REPLAY_OPEN,
    REPLAY_FILE,
    /* What came. */
    REPLAY_ACCEPTED, /* the listener's number; names of the stream and in the peer's certificate */
    REPLAY_CONNECTED,
    REPLAY_DATA,
    REPLAY_SENT, /* bytes that still wait */
    REPLAY_CLOSED,
    REPLAY_N_KINDS
};

#define REPLAY_ACCEPTED_BIT 0x80000000u

bool replay_is_recording(void);
bool replay_is_running(void);
/* Records N bytes at P, if that is what this process does. */
void replay_note(enum replay_kind, uint32_t stream, const void *p, size_t n);
/* The same of a code and a port. */
void replay_note_result(enum replay_kind, int code, uint16_t port);
/* What was recorded when the program asked for the like; a replay that went another way ends. */
int replay_take_result(enum replay_kind, uint16_t *port);
/* Numbers of listeners and streams. */
uint32_t replay_number_listener(void);
uint32_t replay_number_opened(void);
uint32_t replay_number_accepted(void);

/* -- stream.c -- */

/* What came for stream NUMBER, if it is still there. */
void stream_replay(uint32_t number, enum replay_kind, struct rd payload);
/* A stream that only a replay feeds. */
struct stream *stream_new_replayed(struct os_loop *, uint32_t number, const char *name,
                                   const char *peer_cn);
/* Records S, which listener number LISTENER gives out, from here on. */
void stream_note_accepted(struct stream *s, uint32_t listener);

/* -- listener.c -- */

void listener_replay(uint32_t number, struct rd payload);
