/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as text, by what is done with them: which words each command allows, and what becomes of
 * the flow in a message, as the packaged ovs-ofctl was seen to send it. tests/openflow has flows
 * to add, by the hundred. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "openflow/flow_format.h"
#include "openflow/flow_parse.h"
#include "openflow/packet_out_parse.h"

static const struct {
    enum ofp_flow_command command;
    const char *text, *usable; /* usable NULL: RESULT is an error */
    const char *result;        /* in OpenFlow 1.3 */
} vectors[] = {
    {OFP_FLOW_MODIFY, "ip,actions=drop", "any", "MOD ip actions=drop"},
    {OFP_FLOW_MODIFY, "ip", NULL, "must specify an action"},
    {OFP_FLOW_MODIFY, "out_port=5,actions=drop", NULL, "unknown keyword out_port"},
    {OFP_FLOW_MODIFY, "importance=5,actions=drop", NULL, "unknown keyword importance"},
    {OFP_FLOW_MODIFY, "cookie=5,actions=drop", "any", "MOD actions=drop"},
    {OFP_FLOW_MODIFY, "cookie=5/7,actions=drop", "NXM,OXM,OpenFlow11",
     "MOD cookie:0x5/0x7 actions=drop"},
    {OFP_FLOW_MODIFY,
     "idle_timeout=5,hard_timeout=6,table=3,send_flow_rem,check_overlap,actions=drop",
     "OXM,OpenFlow10+table_id,NXM+table_id,OpenFlow11",
     "MOD table:3 idle:5 hard:6 send_flow_rem check_overlap actions=drop"},
    {OFP_FLOW_MODIFY_STRICT, "ip,priority=3,actions=drop", "any",
     "MOD_STRICT priority=3,ip actions=drop"},
    {OFP_FLOW_DELETE, "", "any", "DEL table:255 actions=drop"},
    {OFP_FLOW_DELETE, "ip", "any", "DEL table:255 ip actions=drop"},
    {OFP_FLOW_DELETE, "priority=3", NULL, "unknown keyword priority"},
    {OFP_FLOW_DELETE, "idle_timeout=5", NULL, "unknown keyword idle_timeout"},
    {OFP_FLOW_DELETE, "out_port=5", "any", "DEL table:255 out_port:5 actions=drop"},
    {OFP_FLOW_DELETE, "out_port=local", "any", "DEL table:255 out_port:LOCAL actions=drop"},
    {OFP_FLOW_DELETE, "out_port=none", "any", "DEL table:255 actions=drop"},
    {OFP_FLOW_DELETE, "out_port=foo", NULL, "foo is not a valid OpenFlow port"},
    {OFP_FLOW_DELETE, "out_group=5", "OXM,OpenFlow11", "DEL table:255 actions=drop"},
    {OFP_FLOW_DELETE, "out_group=ANY", "OXM,OpenFlow11", "DEL table:255 actions=drop"},
    {OFP_FLOW_DELETE, "cookie=5", NULL,
     "cannot set cookie (to match on a cookie, specify a mask, e.g. cookie=5/-1)"},
    {OFP_FLOW_DELETE, "cookie=-1/7", "NXM,OXM,OpenFlow11",
     "DEL table:255 cookie:0x7/0x7 actions=drop"},
    {OFP_FLOW_DELETE, "cookie=5/foo", NULL, "invalid numeric format foo"},
    {OFP_FLOW_DELETE, "table=3", "OXM,OpenFlow10+table_id,NXM+table_id,OpenFlow11",
     "DEL table:3 actions=drop"},
    {OFP_FLOW_DELETE, "table=foo", NULL, "unknown table \"foo\""},
    {OFP_FLOW_DELETE, "send_flow_rem", NULL, "field send_flow_rem missing value"},
    {OFP_FLOW_DELETE, "ip,actions=drop", NULL, "unknown keyword actions"},
    {OFP_FLOW_DELETE, "n_packets=5,duration=3s", "any", "DEL table:255 actions=drop"},
    {OFP_FLOW_DELETE, "tun_id=5", "NXM,OXM", "DEL table:255 tun_id=0x5 actions=drop"},
    {OFP_FLOW_DELETE_STRICT, "priority=3", "any", "DEL_STRICT table:255 priority=3 actions=drop"},
    {OFP_FLOW_DELETE_STRICT, "importance=3", NULL, "unknown keyword importance"},
};

static const struct flow_names no_names;
static uint8_t wire[OFP_MSG_MAX];

/* What FM is in OpenFlow 1.3, without the message's head. */
static void
put_message(struct str *s, const struct ofp_flow_mod *fm)
{
    static const struct ofp_print how = {.verbosity = 1};
    struct wr w = wr_make(wire, sizeof wire);
    ofp_flow_mod_put(&w, OFP_13, false, true, 1, fm);
    assert_false(w.bad);
    ofp_print(s, wire, w.n, &how);
}

static void
check(size_t i, int code, const struct ofp_flow_mod *fm, flow_formats usable, const struct err *e)
{
    struct str s = STR_INIT, set = STR_INIT;
    if (code) {
        str_puts(&s, e->text);
    } else {
        put_message(&s, fm);
        str_chomp(&s, "\n");
        char *names = flow_formats_text(usable);
        str_puts(&set, names);
        os_free(names);
    }
    const char *head = strstr(str_text(&s), "): ");
    const char *given = head && !code ? head + 3 : str_text(&s);
    if (strcmp(given, vectors[i].result) || !vectors[i].usable != !!code ||
        (!code && strcmp(str_text(&set), vectors[i].usable))) {
        fail_msg("%s: %s (%s)", vectors[i].text, given, str_text(&set));
    }
    str_fini(&s);
    str_fini(&set);
}

static void
test_commands(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
        struct err e = {.code = 0};
        flow_formats usable = 0;
        int code = flow_parse(vectors[i].text, strlen(vectors[i].text), vectors[i].command,
                              &no_names, &fm, &usable, &e);
        check(i, code, &fm, usable, &e);
        ofp_actions_buffer_free(&fm.actions);
    }
}

/* The command as a word before the flow. */
static void
test_commands_in_text(void **state UNUSED)
{
    static const char *const words[] = {"add", "modify", "modify_strict", "delete",
                                        "delete_strict"};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
        struct err e = {.code = 0};
        struct str text = STR_INIT;
        flow_formats usable = 0;
        str_putf(&text, " %s %s", words[vectors[i].command], vectors[i].text);
        int code =
            flow_parse_line(str_text(&text), text.n, OFP_FLOW_ADD, &no_names, &fm, &usable, &e);
        check(i, code, &fm, usable, &e);
        str_fini(&text);
        ofp_actions_buffer_free(&fm.actions);
    }
}

static void
test_requests(void **state UNUSED)
{
    struct ofp_flow_stats_request q;
    struct err e = {.code = 0};
    flow_formats usable;
    static const char good[] = "tcp,table=3,out_port=4,cookie=5/7", bad[] = "priority=3";
    assert_int_equal(flow_parse_request(good, strlen(good), &no_names, &q, &usable, &e), 0);
    assert_int_equal(q.table, 3);
    assert_int_equal(q.out_port, 4);
    assert_int_equal(q.cookie_mask, 7);
    assert_int_equal(usable, FORMAT_TID & FORMAT_NXM_11_UP);
    assert_int_equal(flow_parse_request(bad, strlen(bad), &no_names, &q, &usable, &e), -E_INVAL);
    assert_string_equal(e.text, "unknown keyword priority");
}

static const struct {
    const char *text, *error; /* error NULL: none */
} packets[] = {
    {"in_port=1 packet=0102030405060708090a0b0c0800 actions=output:2", NULL},
    {"packet=0102030405060708090a0b0c0800,actions=output:2", NULL},
    {"in_port=local,packet=0102030405060708090a0b0c0800", NULL},
    {"metadata=5,reg0=3,in_port=none,packet=0102030405060708090a0b0c0800,actions=", NULL},
    {"in_port=1,actions=output:2", "must specify packet"},
    {"packet=xyz,actions=drop", "packet: Trailing garbage in packet data"},
    {"packet=0102,actions=output:2", "packet: Packet data too short for Ethernet"},
    {"packet=010,actions=drop", "packet: Trailing garbage in packet data"},
    {"packet=,actions=drop", "field packet missing value"},
    {"in_port=foo,packet=01,actions=drop", "foo is not a valid OpenFlow port"},
    {"in_port=table,packet=01,actions=drop", "table is not a valid OpenFlow port for PACKET_OUT"},
    {"nw_src=1.2.3.4,packet=01,actions=drop",
     "nw_src is not a valid pipeline field for PACKET_OUT"},
    {"foo=1,packet=01,actions=drop", "unknown keyword foo"},
    {"foo,packet=01,actions=drop", "field foo missing value"},
    {"priority=5,packet=01,actions=drop", "unknown keyword priority"},
    {"packet=0102030405060708090a0b0c0800,actions=foo", "unknown action foo"},
    /* Nothing asks about actions that were begun and not ended. */
    {"packet=0102030405060708090a0b0c0800,actions=learn(table=1,foo)",
     "table=1,foo: unknown keyword foo"},
    {"packet=0102030405060708090a0b0c0800,actions=clone(output:1,foo)", "unknown action foo"},
};

static void
test_packets_to_send(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
        struct ofp_packet_out p = {.actions = ofp_actions_buffer()};
        struct err e = {.code = 0};
        struct str packet = STR_INIT;
        flow_formats usable;
        int code = packet_out_parse(packets[i].text, &no_names, &p, &packet, &usable, &e);
        if (!code != !packets[i].error || (code && strcmp(e.text, packets[i].error))) {
            fail_msg("%s: %s", packets[i].text, code ? e.text : "no error");
        }
        str_fini(&packet);
        ofp_actions_buffer_free(&p.actions);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_commands_in_text),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_packets_to_send),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
