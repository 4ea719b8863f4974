/* SPDX-License-Identifier: Apache-2.0 */
/* The corpus of flows, packets and actions, and the hosts of the core that it runs in. A case puts
 * flows by messages, injects frames at ports, and says what must come out: frames, upcalls, drops,
 * counters. README.md has the language. */
#pragma once

#include "dpif/kernel/transport.h"

enum { CORPUS_PORTS = 8, CORPUS_FRAME_MAX = 70000 };

struct corpus_frame {
    uint32_t port; /* 1 to CORPUS_PORTS */
    size_t n;
    uint8_t bytes[CORPUS_FRAME_MAX];
};

/* A host: something that runs the core behind the message server. One at a time. */
struct corpus_host {
    const char *name;
    /* Starts an empty one with adapters p1 to p8, which get the port numbers 1 to 8 when they are
     * asked for by message; gives a transport to it, the caller's. False: it cannot, and said
     * why. */
    bool (*start)(struct os_loop *, struct dpif_transport **);
    /* A frame arrives at adapter pPORT; when this returns, what it causes is out or goes up. */
    void (*inject)(uint32_t port, const void *frame, size_t n);
    /* The next frame that left an adapter, for each adapter in the order in which they did; false:
     * no more. */
    bool (*capture)(struct corpus_frame *);
    /* Gives what went up to the transport's receiver. NULL: the loop does. */
    void (*poll)(void);
    /* Drops by reason since the start, DROP_COUNT of them. NULL: this host does not tell. */
    void (*drops)(uint64_t *counts);
    void (*stop)(void); /* after the transport was closed */
};

extern const struct corpus_host corpus_host_core, corpus_host_native, corpus_host_wine;

/* -- script.c: files into cases -- */

struct corpus_line {
    unsigned int number; /* in the file */
    const char *text;    /* without white space around it */
};

/* A case as it is to be run: "each" expanded, "let" put in. */
struct corpus_case {
    const char *file, *name;
    const struct corpus_line *lines;
    size_t n_lines;
};

/* Calls RUN for every case of the file at PATH, in order. False, with a complaint on stderr, if it
 * cannot be read. */
bool corpus_read(const char *path, void (*run)(void *aux, const struct corpus_case *), void *aux);

/* -- case.c: running them -- */

struct corpus_run;
/* NULL: the host does not start. */
struct corpus_run *corpus_start(const struct corpus_host *);
/* True if all came as it should; otherwise it was said on stderr what did not. */
bool corpus_run_case(struct corpus_run *, const struct corpus_case *);
void corpus_stop(struct corpus_run *);
