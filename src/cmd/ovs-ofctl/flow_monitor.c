/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ovs-ofctl/flow_monitor.h"

#include "cmd/ovs-ofctl/flow_talk.h"
#include "openflow/msg_flow_monitor.h"
#include "os/log.h"

void
request_flow_monitor(struct ofctl *c, struct talk *t, const char *target, const char *spec)
{
    struct ofp_flow_monitor monitor;
    struct err e;
    flow_formats formats;
    struct flow_names names = flow_names_of(c, target);
    if (ofp_flow_monitor_parse(spec, names.ports, names.tables, &monitor, &formats, &e)) {
        log_fatal("%s", e.text);
    }
    struct wr *w = talk_begin(t, OFPST_FLOW_MONITOR_REQUEST);
    ofp_flow_monitor_put(w, talk_version(t), &monitor);
    talk_dump(t); /* what there is already; changes come by themselves */
}
