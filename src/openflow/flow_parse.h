/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as users write them: "priority=1,tcp,nw_dst=10.0.0.0/8,actions=output:2" (ovs-ofctl(8),
 * "Flow Syntax"). Any thread. */
#pragma once

#include "openflow/flow_formats.h"
#include "openflow/flow_names.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_flow_stats.h"

/* Reads the N characters at TEXT into FM, whose actions go into FM->actions, a buffer of the
 * caller's. COMMAND says which words there may be. *FORMATS: those that can say all of it.
 * -E_INVAL with the reference's words. */
int flow_parse(const char *text, size_t n, enum ofp_flow_command command,
               const struct flow_names *, struct ofp_flow_mod *fm, flow_formats *formats,
               struct err *);
/* The same of a line that may begin with a command: add, modify, modify_strict, delete,
 * delete_strict. */
int flow_parse_line(const char *text, size_t n, enum ofp_flow_command command,
                    const struct flow_names *, struct ofp_flow_mod *fm, flow_formats *formats,
                    struct err *);
/* Reads which flows are asked about. */
int flow_parse_request(const char *text, size_t n, const struct flow_names *,
                       struct ofp_flow_stats_request *, flow_formats *formats, struct err *);
