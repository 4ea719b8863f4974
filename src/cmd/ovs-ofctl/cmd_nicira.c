/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of Nicira's extensions: which tunnel options have fields, tracked connections to
 * forget, what IPFIX exporters did. */
#include <string.h>

#include "cmd/ovs-ofctl/flow_talk.h"
#include "openflow/msg_ct_flush.h"
#include "openflow/msg_tlv_table.h"
#include "openflow/words.h"
#include "os/log.h"

/* -- Tunnel options -- */

static void
tell_tlv(struct ofctl *c, const char *target, enum ofp_tlv_command command, const char *text)
{
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    struct wr w = wr_make(msg, OFP_MSG_MAX);
    struct ofp_tlv_table table = OFP_TLV_TABLE_INIT;
    struct flow_dialect d;
    struct err e;
    if (text && ofp_tlv_parse(text, &table, &e)) {
        log_fatal("%s", e.text);
    }
    struct talk *t = flow_talk_open(c, target, FORMAT_NXM_OXM, &d);
    ofp_tlv_mod_put(&w, d.version, vconn_new_xid(), command, &table);
    talk_tell_message(t, msg, w.n);
    talk_close(t);
    ofp_tlv_table_fini(&table);
    os_free(msg);
}

void
cmd_add_tlv_map(struct ofctl *c, int argc UNUSED, char *argv[])
{
    tell_tlv(c, argv[0], OFP_TLV_ADD, argv[1]);
}

void
cmd_del_tlv_map(struct ofctl *c, int argc, char *argv[])
{
    tell_tlv(c, argv[0], argc > 1 ? OFP_TLV_DELETE : OFP_TLV_CLEAR, argc > 1 ? argv[1] : NULL);
}

/* -- Questions without arguments -- */

static void
dump(struct ofctl *c, const char *target, enum ofp_msg_id request)
{
    struct talk *t = talk_open(c, target);
    talk_begin(t, request);
    talk_dump(t);
    talk_close(t);
}

void
cmd_dump_tlv_map(struct ofctl *c, int argc UNUSED, char *argv[])
{
    dump(c, argv[0], NXT_TLV_TABLE_REQUEST);
}

void
cmd_dump_ipfix_bridge(struct ofctl *c, int argc UNUSED, char *argv[])
{
    dump(c, argv[0], NXST_IPFIX_BRIDGE_REQUEST);
}

void
cmd_dump_ipfix_flow(struct ofctl *c, int argc UNUSED, char *argv[])
{
    dump(c, argv[0], NXST_IPFIX_FLOW_REQUEST);
}

/* -- Connections -- */

void
cmd_ct_flush_zone(struct ofctl *c, int argc UNUSED, char *argv[])
{
    uint64_t zone;
    if (!text_to_u64(argv[1], strlen(argv[1]), &zone) || zone > UINT16_MAX) {
        log_fatal("invalid zone_id \"%s\"", argv[1]);
    }
    uint8_t msg[64];
    struct wr w = wr_make(msg, sizeof msg);
    struct talk *t = talk_open(c, argv[0]);
    ofp_ct_flush_zone_put(&w, talk_version(t), vconn_new_xid(), (uint16_t)zone);
    talk_tell_message(t, msg, w.n);
    talk_close(t);
}

void
cmd_ct_flush(struct ofctl *c, int argc, char *argv[])
{
    struct ofp_ct_match match;
    struct err e;
    if (ofp_ct_match_parse((const char *const *)argv + 1, (size_t)argc - 1, &match, &e)) {
        log_fatal("%s", e.text);
    }
    uint8_t msg[512];
    struct wr w = wr_make(msg, sizeof msg);
    struct talk *t = talk_open(c, argv[0]);
    ofp_ct_flush_put(&w, talk_version(t), vconn_new_xid(), &match);
    talk_tell_message(t, msg, w.n);
    talk_close(t);
}
