/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the command language share.  A command gets its words, writes what it answers,
 * and gives 0, or -1 when it has said why it fails. */
#pragma once

#include "simswitch/sim_switch.h"

#define CMD_MAX_WORDS 40

struct reply {
    char *at;
    size_t left;
};

struct command {
    const char *name;
    int min_words, max_words; /* after the name */
    bool alone;               /* runs while no other such command does, with sim.control */
    int (*run)(char **w, int n, struct reply *r);
};

/* Tables, each to an entry without a name: command_life.c, command_traffic.c. */
extern const struct command life_commands[];
extern const struct command traffic_commands[];

void cmd_say(struct reply *r, const char *format, ...) HOST_PRINTF(2, 3);
/* Gives -1, having said WHY. */
int cmd_fails(struct reply *r, const char *why);
bool cmd_is(const char *a, const char *b);
/* A decimal number, or -1. */
long long cmd_number(const char *s);
/* NULL where there is none, having said so. */
struct sim_switch *cmd_switch_of(const char *name, struct reply *r);
struct sim_port *cmd_port_of(struct sim_switch *sw, const char *id, struct reply *r);
