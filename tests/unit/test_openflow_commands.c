/* SPDX-License-Identifier: Apache-2.0 */
/* What ovs-ofctl reads from its command line about groups, meters, monitors, tunnel options and
 * connections: the messages that the packaged one sends, byte by byte, and its words for what is
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "openflow/msg_ct_flush.h"
#include "openflow/msg_flow_monitor.h"
#include "openflow/msg_group.h"
#include "openflow/msg_meter.h"
#include "openflow/msg_tlv_table.h"
#include "openflow/flow_formats.h"
#include "os/err_format.h"

enum { XID = 2, MAX_ARGS = 4 };

enum kind {
    GROUP_ADD,
    GROUP_MOD,
    GROUP_DEL,
    GROUP_INSERT,
    GROUP_REMOVE,
    METER_ADD,
    METER_DEL,
    TLV_ADD,
    MONITOR,
    CT_FLUSH,
};

static const struct vector {
    enum kind kind;
    enum ofp_version version;
    const char *text, *hex, *error;
} vectors[] = {
#define COMMAND(KIND, VERSION, TEXT, HEX, ERROR)                                                  \
    {KIND, (enum ofp_version)VERSION, TEXT, HEX, ERROR},
#include "openflow_command_vectors.def"
#undef COMMAND
};

static int
run_group(const struct vector *v, struct wr *w, struct err *e)
{
    static const enum ofp_group_command commands[] = {OFP_GROUP_ADD, OFP_GROUP_MODIFY,
                                                      OFP_GROUP_DELETE, OFP_GROUP_INSERT_BUCKET,
                                                      OFP_GROUP_REMOVE_BUCKET};
    struct ofp_group_mod mod = {.command = commands[v->kind]};
    flow_formats usable = 0;
    int code = ofp_group_parse(v->text, &mod, NULL, &usable, e);
    if (!code && !(usable & flow_formats_of(1u << v->version))) {
        code = err_fail(e, -E_INVAL, "none of the usable");
    } else if (!code) {
        ofp_group_mod_put(w, v->version, XID, &mod, NULL);
    }
    ofp_group_fini(&mod.group);
    return code;
}

static int
run_meter(const struct vector *v, struct wr *w, struct err *e)
{
    enum ofp_meter_command command = v->kind == METER_ADD ? OFP_METER_ADD : OFP_METER_DELETE;
    struct ofp_meter meter = OFP_METER_INIT;
    int code = ofp_meter_parse(v->text, command, &meter, e);
    if (!code) {
        ofp_meter_mod_put(w, v->version, XID, command, &meter);
    }
    ofp_meter_fini(&meter);
    return code;
}

static int
run_tlv(const struct vector *v, struct wr *w, struct err *e)
{
    struct ofp_tlv_table t = OFP_TLV_TABLE_INIT;
    int code = ofp_tlv_parse(v->text, &t, e);
    if (!code) {
        ofp_tlv_mod_put(w, v->version, XID, OFP_TLV_ADD, &t);
    }
    ofp_tlv_table_fini(&t);
    return code;
}

static int
run_monitor(const struct vector *v, struct wr *w, struct err *e)
{
    struct ofp_flow_monitor m;
    flow_formats usable;
    int code = ofp_flow_monitor_parse(v->text, NULL, NULL, &m, &usable, e);
    if (!code) {
        size_t begin = ofp_flow_monitor_begin(w, v->version, XID);
        ofp_flow_monitor_put(w, v->version, &m);
        ofp_msg_end(w, begin);
    }
    return code;
}

/* Arguments with '|' between them. */
static int
run_ct_flush(const struct vector *v, struct wr *w, struct err *e)
{
    char *text = strdup(v->text);
    const char *args[MAX_ARGS];
    size_t n = 0;
    for (char *p = *text ? text : NULL, *bar; p; p = bar) {
        bar = strchr(p, '|');
        if (bar) {
            *bar++ = '\0';
        }
        args[n++] = p;
    }
    struct ofp_ct_match c;
    int code = ofp_ct_match_parse(args, n, &c, e);
    if (!code) {
        ofp_ct_flush_put(w, v->version, XID, &c);
    }
    free(text);
    return code;
}

static int
run(const struct vector *v, struct wr *w, struct err *e)
{
    return v->kind <= GROUP_REMOVE ? run_group(v, w, e)
           : v->kind <= METER_DEL  ? run_meter(v, w, e)
           : v->kind == TLV_ADD    ? run_tlv(v, w, e)
           : v->kind == MONITOR    ? run_monitor(v, w, e)
                                   : run_ct_flush(v, w, e);
}

static void
test_vectors(void **unused UNUSED)
{
    uint8_t *bytes = malloc(OFP_MSG_MAX);
    char *hex = malloc(2 * OFP_MSG_MAX + 1);
    size_t n_bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct wr w = wr_make(bytes, OFP_MSG_MAX);
        struct err e = {0};
        int code = run(v, &w, &e);
        *hex = '\0';
        for (size_t k = 0; !code && k < w.n; k++) {
            static const char digits[] = "0123456789abcdef";
            hex[2 * k] = digits[bytes[k] >> 4];
            hex[2 * k + 1] = digits[bytes[k] & 15];
            hex[2 * k + 2] = '\0';
        }
        const char *wanted = v->hex ? v->hex : v->error, *given = code ? e.text : hex;
        if (!v->hex != !!code || w.bad || strcmp(given, wanted)) {
            print_error("%d %s in %d:\n  %s, not\n  %s\n", (int)v->kind, v->text, (int)v->version,
                        given, wanted);
            n_bad++;
        }
    }
    free(bytes);
    free(hex);
    assert_int_equal(n_bad, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
