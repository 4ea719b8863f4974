/* SPDX-License-Identifier: Apache-2.0 */
/* One dpctl command under way, and what the files of dpctl share. */
#pragma once

#include "dpif/flow_text.h"
#include "vswitchd/dpctl.h"

struct dpctl_run {
    struct dpif_set *set;
    struct netdev_registry *registry;
    uint64_t now_ms;
    struct str out; /* the answer so far */
    /* Options. */
    bool more, statistics, may_create, clear;
    int names; /* 1: --names, 0: --no-names, -1: as `more` says */
};

/* ARGV[0] is the command, without options; ARGC counts it. 0, or a negative code: the text that
 * was written is the reason. */
typedef int dpctl_fn(struct dpctl_run *, int argc, const char *argv[]);

/* Adds "PROGRAM: message (text of CODE)" to the answer, the parenthesis unless CODE is 0, and
 * gives CODE, or -E_INVAL for 0. */
int dpctl_error(struct dpctl_run *, int code, const char *fmt, ...) PORT_PRINTF(3, 4);
/* The datapath that "[TYPE@]NAME" says, -E_AFNOSUPPORT for an unknown type, or -E_NODEV. */
int dpctl_find(struct dpctl_run *, const char *name, struct dpif **);
/* The datapath named ARGV[1] if ARGC is more than N_OTHERS + 1, else the only one there is; tells
 * *FIRST where the other arguments start. Answers why not. */
int dpctl_choose(struct dpctl_run *, int argc, const char *argv[], int n_others, int *first,
                 struct dpif **);
/* Calls EACH for every datapath, sorted by type and name. */
void dpctl_for_each(struct dpctl_run *, void (*each)(struct dpctl_run *, struct dpif *));
/* Port names of D; the structure is good until the next call. */
const struct port_names *dpctl_port_names(struct dpif *d);

#define DPCTL(NAME, USAGE, MIN_ARGS, MAX_ARGS, HAS_OPTIONS, RUN) dpctl_fn dpctl_run_##RUN;
#include "vswitchd/dpctl.def"
#undef DPCTL

/* A filter of dump-flows: a packet, of which only the fields that were given count. */
struct dpctl_filter {
    struct flow_key key, mask;
};

/* Reads TEXT, in the syntax of OpenFlow matches. -E_INVAL with the reason in E. */
int dpctl_filter_parse(const char *text, const struct port_names *, struct dpctl_filter *,
                       struct err *e);
/* Whether the flow may take a packet like that. */
bool dpctl_filter_matches(const struct dpctl_filter *, const struct dpif_flow *);
