/* SPDX-License-Identifier: Apache-2.0 */
/* Connections on which flows are changed or asked about: which flow format they use, and messages
 * in it. */
#pragma once

#include "cmd/ovs-ofctl/talk.h"
#include "openflow/flow_parse.h"

/* How a connection says flows. */
struct flow_dialect {
    enum ofp_version version;
    bool nxm, has_table;
};

/* What the user may name at TARGET. */
struct flow_names flow_names_of(struct ofctl *, const char *target);

/* What the user allows of USABLE; ends the process if that is nothing. */
flow_formats flow_formats_allowed(const struct ofctl *, flow_formats usable);
/* Connects to TARGET and has it use the first of USABLE, among what the user allows, that it
 * knows. */
struct talk *flow_talk_open(struct ofctl *, const char *target, flow_formats usable,
                            struct flow_dialect *);
/* The same for questions, for which the format that tells most is best. */
struct talk *flow_talk_open_dump(struct ofctl *, const char *target, flow_formats usable,
                                 struct flow_dialect *);

/* The same for both. */
struct talk *flow_talk_open_replace(struct ofctl *, const char *target, flow_formats usable,
                                    struct flow_dialect *);

/* Appends FM, with 0 for the number of the message. Where the dialect has no "any table", it is
 * table 0. */
void flow_talk_put(struct wr *w, const struct flow_dialect *, struct ofp_flow_mod *fm);

/* Sends the request for flows under way and gives EACH every flow of the reply, which it may
 * change; an error ends the process. */
void flow_talk_for_each(struct talk *, void (*each)(void *aux, struct ofp_flow_stats *),
                        void *aux);
