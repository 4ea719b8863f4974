/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: what users write of flows, groups, meters, packets, tunnel options, connections and
 * monitors. The first byte says which. What is accepted is written as a message in every version
 * that can say it, and shown. */
#include <stdlib.h>
#include <string.h>

#include "openflow/flow_parse.h"
#include "openflow/match_oxm.h"
#include "openflow/msg_ct_flush.h"
#include "openflow/msg_flow_monitor.h"
#include "openflow/msg_group.h"
#include "openflow/msg_meter.h"
#include "openflow/msg_tlv_table.h"
#include "openflow/oxm_text.h"
#include "openflow/packet_out_parse.h"

enum { WIRE_SIZE = 1 << 17 };

static uint8_t wire[WIRE_SIZE];
static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
static const struct flow_names no_names;

/* Shows the message in W; what is not said in that version is none. */
static void
show(const struct wr *w)
{
    struct str s = STR_INIT;
    if (!w->bad) {
        ofp_print(&s, w->start, w->n, &(struct ofp_print){.verbosity = 0});
    }
    str_fini(&s);
}

static void
take_flow(const char *text, enum ofp_flow_command command)
{
    struct ofp_flow_mod fm = {.actions = wr_make(actions, sizeof actions)};
    flow_formats usable;
    if (flow_parse_line(text, strlen(text), command, &no_names, &fm, &usable, NULL)) {
        return;
    }
    for (unsigned int k = 0; k < 9; k++) {
        if (usable & 1u << k) {
            struct wr w = wr_make(wire, sizeof wire);
            ofp_flow_mod_put(&w, flow_format_version(1u << k), 1u << k & FORMAT_NXM_ANY,
                             1u << k & (FORMAT_OF10_TID | FORMAT_NXM_TID), 1, &fm);
            show(&w);
        }
    }
}

static void
take_group(const char *text, enum ofp_group_command command)
{
    struct ofp_group_mod mod = {.command = command};
    flow_formats usable;
    if (!ofp_group_parse(text, &mod, NULL, &usable, NULL)) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct wr w = wr_make(wire, sizeof wire);
            ofp_group_mod_put(&w, v, 1, &mod, NULL);
            show(&w);
        }
    }
    ofp_group_fini(&mod.group);
}

static void
take_packet_out(const char *text)
{
    struct ofp_packet_out po = {.actions = wr_make(actions, sizeof actions)};
    struct str packet = STR_INIT;
    flow_formats usable;
    if (!packet_out_parse(text, &no_names, &po, &packet, &usable, NULL)) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct wr w = wr_make(wire, sizeof wire);
            ofp_packet_out_put(&w, v, 1, &po);
            show(&w);
        }
    }
    str_fini(&packet);
}

static void
take_others(const char *text, unsigned int kind)
{
    struct ofp_tlv_table table = OFP_TLV_TABLE_INIT;
    struct ofp_ct_match ct;
    struct ofp_flow_monitor monitor;
    struct of_match m;
    flow_formats usable;
    struct wr w = wr_make(wire, sizeof wire);
    switch (kind) {
    case 0:
        (void)ofp_tlv_parse(text, &table, NULL);
        ofp_tlv_table_fini(&table);
        break;
    case 1:
        (void)ofp_ct_match_parse(&text, 1, &ct, NULL);
        break;
    case 2:
        (void)ofp_flow_monitor_parse(text, NULL, NULL, &monitor, &usable, NULL);
        break;
    default:
        if (!of_oxm_text_parse(text, &w, NULL) && !w.bad) {
            struct str s = STR_INIT;
            (void)of_match_get_oxm(wire, w.n, true, &m);
            of_oxm_text_put(&s, rd_make(wire, w.n));
            str_fini(&s);
        }
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) {
        return 0;
    }
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    unsigned int kind = data[0] >> 5, which = data[0] & 0x1f;
    if (kind < 3) {
        take_flow(text, (enum ofp_flow_command)(which % (OFP_FLOW_DELETE_STRICT + 1)));
    } else if (kind < 5) {
        take_group(text, (enum ofp_group_command)(which % (OFP_GROUP_REMOVE_BUCKET + 1)));
    } else if (kind == 5) {
        take_packet_out(text);
    } else {
        take_others(text, which % 4);
    }
    free(text);
    return 0;
}
