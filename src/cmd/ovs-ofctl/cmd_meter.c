/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about meters, which OpenFlow has from 1.3 on. */
#include <string.h>

#include "cmd/ovs-ofctl/flow_talk.h"
#include "openflow/msg_meter.h"
#include "os/log.h"

static struct talk *
open_meters(struct ofctl *c, const char *target)
{
    struct flow_dialect d;
    return flow_talk_open(c, target, FORMAT_13_UP, &d);
}

static void
parse(const char *text, enum ofp_meter_command command, struct ofp_meter *meter)
{
    struct err e;
    if (ofp_meter_parse(text, command, meter, &e)) {
        log_fatal("%s", e.text);
    }
}

/* The meter of argument 1, or all. */
static void
parse_optional(int argc, char *argv[], struct ofp_meter *meter)
{
    if (argc > 1) {
        parse(argv[1], OFP_METER_DELETE, meter);
    } else {
        meter->id = OFP_METER_ALL;
    }
}

static void
change(struct ofctl *c, const char *target, enum ofp_meter_command command,
       struct ofp_meter *meter)
{
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    struct talk *t = open_meters(c, target);
    struct wr w = wr_make(msg, OFP_MSG_MAX);
    ofp_meter_mod_put(&w, talk_version(t), vconn_new_xid(), command, meter);
    if (w.bad) {
        log_fatal("the meter is too long for a message");
    }
    talk_tell_message(t, msg, w.n);
    talk_close(t);
    ofp_meter_fini(meter);
    os_free(msg);
}

void
cmd_add_meter(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_meter meter = OFP_METER_INIT;
    parse(argv[1], OFP_METER_ADD, &meter);
    change(c, argv[0], OFP_METER_ADD, &meter);
}

void
cmd_mod_meter(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_meter meter = OFP_METER_INIT;
    parse(argv[1], OFP_METER_MODIFY, &meter);
    change(c, argv[0], OFP_METER_MODIFY, &meter);
}

void
cmd_del_meters(struct ofctl *c, int argc, char *argv[])
{
    struct ofp_meter meter = OFP_METER_INIT;
    parse_optional(argc, argv, &meter);
    change(c, argv[0], OFP_METER_DELETE, &meter);
}

static void
dump(struct ofctl *c, int argc, char *argv[], enum ofp_msg_id id)
{
    struct ofp_meter meter = OFP_METER_INIT;
    parse_optional(argc, argv, &meter);
    struct talk *t = open_meters(c, argv[0]);
    ofp_meter_request_put(talk_make(t), id, talk_version(t), vconn_new_xid(), meter.id);
    talk_dump(t);
    talk_close(t);
    ofp_meter_fini(&meter);
}

void
cmd_dump_meters(struct ofctl *c, int argc, char *argv[])
{
    dump(c, argc, argv, OFPST_METER_CONFIG_REQUEST);
}

void
cmd_meter_stats(struct ofctl *c, int argc, char *argv[])
{
    dump(c, argc, argv, OFPST_METER_REQUEST);
}

void
cmd_meter_features(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = open_meters(c, argv[0]);
    talk_begin(t, OFPST_METER_FEATURES_REQUEST);
    talk_dump(t);
    talk_close(t);
}
