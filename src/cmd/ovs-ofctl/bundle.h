/* SPDX-License-Identifier: Apache-2.0 */
/* Changes that a switch makes all at once or not at all (OpenFlow 1.4 section 6.8; before that
 * ONF's extension). */
#pragma once

#include "cmd/ovs-ofctl/talk.h"
#include "openflow/msg_group.h"

struct bundle {
    struct talk *talk;
    uint8_t *msg;
    struct str changes; /* messages one after the other, kept until the commit */
};

/* Nothing is sent before the commit. */
void bundle_begin(struct bundle *, struct talk *);
/* A change of N bytes, which is copied. */
void bundle_add(struct bundle *, const void *msg, size_t n);
/* Opens the bundle, sends the changes, commits; an error is printed and ends the process. */
void bundle_commit(struct bundle *);

/* Moves *TEXT behind the word that says what is to be done with a group, if it begins with one
 * (cmd_group.c). */
enum ofp_group_command group_command_take(const char **text, enum ofp_group_command otherwise);
