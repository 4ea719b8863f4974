/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on the wire: every one that the packaged ovs-ofctl writes is read and written again
 * byte by byte, in each version; what a version lacks becomes what does the same; and nothing that
 * is cut, longer, or other than it should be gets through or breaks anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/instructions.h"

enum { BUFFER = 4096 };

static const struct vector {
    enum ofp_version version, last;
    const char *text, *hex, *shown;
} vectors[] = {
#define ACTS(VERSION, LAST, TEXT, HEX, SHOWN) {VERSION, LAST, TEXT, HEX, SHOWN},
#include "openflow_action_vectors.def"
#undef ACTS
};

static size_t
bytes_of(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex; hex += 2) {
        char pair[3] = {hex[0], hex[1], 0};
        out[n++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static void
check_vector(const struct vector *v, enum ofp_version version)
{
    uint8_t bytes[BUFFER], out[BUFFER];
    uint64_t list[BUFFER / 8];
    size_t n = bytes_of(v->hex, bytes);
    struct wr l = wr_make(list, sizeof list), w = wr_make(out, sizeof out);
    bool lost;
    enum ofp_error error = of_acts_get(bytes, n, version, &l);
    if (error) {
        fail_msg("%s in %s: %s", v->text, ofp_version_name(version), ofp_error_name(error));
    }
    of_acts_put(&w, list, l.n, version, &lost);
    if (lost || w.bad || w.n != n || memcmp(out, bytes, n)) {
        fail_msg("%s in %s: is written otherwise", v->text, ofp_version_name(version));
    }
}

static void
check_text(const struct vector *v)
{
    uint8_t bytes[BUFFER];
    uint64_t list[BUFFER / 8];
    struct wr l = wr_make(list, sizeof list);
    struct str s = STR_INIT;
    assert_int_equal(of_acts_get(bytes, bytes_of(v->hex, bytes), v->version, &l), OFP_OK);
    of_acts_text_put(&s, list, l.n, NULL);
    if (v->shown && strcmp(str_text(&s), v->shown)) {
        fail_msg("%s in %s: %s, not %s", v->text, ofp_version_name(v->version), str_text(&s),
                 v->shown);
    }
    str_fini(&s);
}

static void
test_texts(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        check_text(&vectors[i]);
    }
}

static void
test_vectors(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        for (enum ofp_version v = vectors[i].version; v <= vectors[i].last; v++) {
            check_vector(&vectors[i], v);
        }
    }
}

/* Bytes in one version, and what they are in another. */
static const struct {
    enum ofp_version from;
    const char *in;
    enum ofp_version to;
    const char *out;
} conversions[] = {
    {OFP_10, "0006000801020304", OFP_11, "0005000801020304"},
    {OFP_10, "0006000801020304", OFP_13, "00190010800016040102030400000000"},
    {OFP_13, "00190010800016040102030400000000", OFP_10, "0006000801020304"},
    {OFP_10, "0008000808000000", OFP_12, "00190010800010010200000000000000"},
    {OFP_12, "00190010800010010200000000000000", OFP_10, "0008000808000000"},
    {OFP_12, "00190010800008060102030405060000", OFP_11, "00030010010203040506000000000000"},
    {OFP_12, "00190010000100040000000500000000", OFP_10,
     "ffff00180000232000070 01f000100040000000000000005"},
    {OFP_15, "00190010000101080000000500000007", OFP_13,
     "ffff00180000232000070002000100040000000000000005"},
    {OFP_15, "00190010000101080000000500000007", OFP_10,
     "ffff00180000232000070002000100040000000000000005"},
    {OFP_13, "ffff00180000232000070007000100040000000000000005", OFP_15,
     "00190010000101080000000 5000000ff"},
    {OFP_10, "ffff00180000232000060006000000020001000400010204", OFP_15,
     "001c00180006000000020000000100040001020400000000"},
    {OFP_10, "ffff0010000023200002000000000005", OFP_13, "00190010 80004c08 0000000000000005"},
    {OFP_10, "ffff0010000023200028000000000005", OFP_13, "0016000800000005"},
    {OFP_13, "00160008 00000005", OFP_10, "ffff0010000023200028000000000005"},
    /* Two runs of bits. */
    {OFP_15, "001900100001010800000005000000f5", OFP_13,
     "ffff00180000232000070000000100040000000000000001"
     "ffff00180000232000070080000100040000000000000001"
     "ffff00180000232000070103000100040000000000000000"},
};

static void
strip_spaces(const char *from, char *to)
{
    for (; *from; from++) {
        if (*from != ' ') {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void
test_conversions(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(conversions); i++) {
        char in[512], out[512];
        uint8_t bytes[BUFFER], wanted[BUFFER], got[BUFFER];
        uint64_t list[BUFFER / 8];
        strip_spaces(conversions[i].in, in);
        strip_spaces(conversions[i].out, out);
        struct wr l = wr_make(list, sizeof list), w = wr_make(got, sizeof got);
        size_t n = bytes_of(in, bytes), n_wanted = bytes_of(out, wanted);
        bool lost;
        assert_int_equal(of_acts_get(bytes, n, conversions[i].from, &l), OFP_OK);
        of_acts_put(&w, list, l.n, conversions[i].to, &lost);
        if (lost || w.bad || w.n != n_wanted || memcmp(got, wanted, n_wanted)) {
            fail_msg("row %u: %s is something else in %s", (unsigned int)i, in,
                     ofp_version_name(conversions[i].to));
        }
    }
}

static const struct {
    enum ofp_version version;
    const char *hex;
    enum ofp_error error;
} refused[] = {
    {OFP_10, "00000008", OFPBRC_BAD_LEN},
    {OFP_10, "0000000700010000", OFPBAC_BAD_LEN},
    {OFP_10, "0000000000010000", OFPBAC_BAD_LEN},
    {OFP_10, "000000100001000000000000000000", OFPBRC_BAD_LEN},
    {OFP_10, "00000010000100000000000000000000", OFPBAC_BAD_LEN},
    {OFP_10, "0099000800000000", OFPBAC_BAD_TYPE},
    {OFP_10, "0010000800000000", OFPBAC_BAD_TYPE},
    {OFP_10, "ffff001000112233001000000000000 0", OFPBAC_BAD_VENDOR},
    {OFP_10, "ffff0010000023200fff000000000000", OFPBAC_BAD_VENDOR_TYPE},
    {OFP_10, "ffff0008000023 20", OFPBAC_BAD_LEN},
    {OFP_10, "0001000810000000", OFPBAC_BAD_ARGUMENT},
    {OFP_10, "0002000808000000", OFPBAC_BAD_ARGUMENT},
    {OFP_10, "0008000803000000", OFPBAC_BAD_ARGUMENT},
    {OFP_10, "ffff0010000023200011000000000001", NXBRC_MUST_BE_ZERO},
    {OFP_10, "ffff001800002320000700 07777700040000000000000005", OFPBAC_BAD_SET_TYPE},
    {OFP_10, "ffff00180000232000070007000100040000000000000105", OFPBAC_BAD_ARGUMENT},
    {OFP_10, "ffff0018000023200007003f000100040000000000000005", OFPBAC_BAD_SET_LEN},
    {OFP_10, "ffff00180000232000070007000006020000000000000005", OFPBAC_BAD_SET_ARGUMENT},
    {OFP_11, "00110008123400 00", OFPBAC_BAD_ARGUMENT},
    {OFP_12, "0019001080000a020800000000000000", OFPBAC_BAD_SET_ARGUMENT},
    {OFP_12, "00190010800016050102030400000000", OFPBAC_BAD_SET_LEN},
    {OFP_10, "ffff0018000023200023000200000000 0000ff0000000000", OFPBAC_BAD_ARGUMENT},
    {OFP_10, "ffff0010000023200024000000030000", OFPBAC_BAD_ARGUMENT},
};

static void
test_refusals(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        char hex[256];
        uint8_t bytes[BUFFER];
        uint64_t list[BUFFER / 8];
        struct wr l = wr_make(list, sizeof list);
        strip_spaces(refused[i].hex, hex);
        enum ofp_error error = of_acts_get(bytes, bytes_of(hex, bytes), refused[i].version, &l);
        if (error != refused[i].error) {
            fail_msg("%s: %s", hex, error ? ofp_error_name(error) : "no error");
        }
    }
}

/* Every vector cut anywhere, and with every byte changed: an error or another list, but no read
 * past the end, which the sanitizers see, and nothing that cannot be written. */
static void
test_damage(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint8_t bytes[BUFFER];
        uint64_t list[BUFFER / 8];
        size_t n = bytes_of(vectors[i].hex, bytes);
        for (size_t at = 0; at < n; at++) {
            struct wr l = wr_make(list, sizeof list);
            uint8_t *copy = malloc(at + 1);
            memcpy(copy, bytes, at);
            (void)of_acts_get(copy, at, vectors[i].version, &l);
            free(copy);
            bytes[at] ^= 0xff;
            l = wr_make(list, sizeof list);
            if (!of_acts_get(bytes, n, vectors[i].version, &l)) {
                uint8_t out[BUFFER];
                struct wr w = wr_make(out, sizeof out);
                of_acts_put(&w, list, l.n, vectors[i].version, NULL);
            }
            bytes[at] ^= 0xff;
        }
    }
}

static void
test_lists_that_do_not_fit(void **state UNUSED)
{
    uint8_t bytes[BUFFER];
    uint64_t list[1];
    struct wr l = wr_make(list, sizeof list);
    size_t n = bytes_of("0000000800050000", bytes);
    assert_int_equal(of_acts_get(bytes, n, OFP_10, &l), OFPBAC_TOO_MANY);
    /* clone in clone in clone … */
    uint64_t big[BUFFER / 8];
    size_t depth = 12;
    for (size_t i = 0; i < depth; i++) {
        static const uint8_t head[16] = {0xff, 0xff, 0, 0, 0, 0, 0x23, 0x20, 0, 0x2a};
        memcpy(bytes + 16 * i, head, sizeof head);
        bytes[16 * i + 3] = (uint8_t)(16 * (depth - i));
    }
    l = wr_make(big, sizeof big);
    assert_int_equal(of_acts_get(bytes, 16 * depth, OFP_10, &l), OFPBAC_TOO_MANY);
}

/* What versions from 1.1 on say in several actions, which the text's list does not have. */
static bool
is_rewritten(const struct vector *v)
{
    static const char *const starts[] = {"mod_vlan_", "set_vlan_", "enqueue", "set_field:10/0xff"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        if (!strncmp(v->text, starts[i], strlen(starts[i])) && v->version > OFP_10) {
            return true;
        }
    }
    return false;
}

static void
test_reading_text(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        const struct vector *v = &vectors[i];
        uint8_t bytes[BUFFER], out[BUFFER];
        uint64_t list[BUFFER / 8];
        struct wr l = wr_make(list, sizeof list), w = wr_make(out, sizeof out);
        struct err e = {.code = 0};
        bool lost;
        size_t n = bytes_of(v->hex, bytes);
        if (of_acts_parse(v->text, strlen(v->text), NULL, &l, &e)) {
            fail_msg("%s: %s", v->text, e.text);
        }
        of_acts_put(&w, list, l.n, v->version, &lost);
        if (!is_rewritten(v) && (lost || w.n != n || memcmp(out, bytes, n))) {
            fail_msg("%s in %s: is written otherwise", v->text, ofp_version_name(v->version));
        }
    }
}

/* What is shown is read as the same. */
static void
test_texts_come_back(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint64_t list[BUFFER / 8] = {0}, again[BUFFER / 8] = {0};
        struct wr l = wr_make(list, sizeof list), m = wr_make(again, sizeof again);
        struct str s = STR_INIT, t = STR_INIT;
        assert_int_equal(of_acts_parse(vectors[i].text, strlen(vectors[i].text), NULL, &l, NULL),
                         0);
        of_acts_text_put(&s, list, l.n, NULL);
        if (of_acts_parse(str_text(&s), s.n, NULL, &m, NULL)) {
            fail_msg("%s: is shown as %s, which is not read", vectors[i].text, str_text(&s));
        }
        of_acts_text_put(&t, again, m.n, NULL);
        bool same = l.n == m.n && !memcmp(list, again, l.n);
        bool may_differ = !strcmp(vectors[i].text, "controller(userdata=)"); /* shown as less */
        if (strcmp(str_text(&s), str_text(&t)) || !(same || may_differ)) {
            fail_msg("%s: %s and then %s", vectors[i].text, str_text(&s), str_text(&t));
        }
        str_fini(&s);
        str_fini(&t);
    }
}

static const struct {
    const char *text, *error;
} refused_texts[] = {
#define REFUSED(TEXT, ERROR) {TEXT, ERROR},
#include "openflow_action_errors.def"
#undef REFUSED
};

static void
test_texts_that_are_refused(void **state UNUSED)
{
    unsigned int n_bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(refused_texts); i++) {
        uint64_t list[BUFFER / 8];
        struct wr l = wr_make(list, sizeof list);
        struct err e = {.code = 0};
        const char *text = refused_texts[i].text;
        int code = of_acts_parse(text, strlen(text), NULL, &l, &e);
        if (!code || strcmp(e.text, refused_texts[i].error)) {
            print_message("%s: %s\n  not: %s\n", text, code ? e.text : "is read",
                          refused_texts[i].error);
            n_bad++;
        }
    }
    assert_int_equal(n_bad, 0);
}

/* Texts and the instructions that they are, which read back as the same. */
static const struct {
    enum ofp_version version;
    const char *text, *hex;
} instructions[] = {
    {OFP_10, "output:5", "0000000800050000"},
    {OFP_10, "write_metadata:0x5/0xff",
     "ffff002000002320001600000000000000000000 00000005 00000000000000ff"},
    {OFP_10, "goto_table:7", "ffff001000002320000efff807000000"},
    {OFP_11, "output:5", "000400180000000000000010000000050000000000000000"},
    {OFP_11, "goto_table:5", "0001000805000000"},
    {OFP_11, "write_metadata:0x5", "00020018000000000000000000000005ffffffffffffffff"},
    {OFP_11, "clear_actions", "0005000800000000"},
    {OFP_13, "write_actions(output:5)", "000300180000000000000010000000050000000000000000"},
    {OFP_13, "meter:5", "0006000800000005"},
    {OFP_15, "meter:5", "0004001000000000001d000800000005"},
    {OFP_13, "meter:5,output:5,clear_actions,goto_table:5",
     "0006000800000005 000400180000000000000010000000050000000000000000 0005000800000000"
     "0001000805000000"},
    {OFP_13, "drop", ""},
    {OFP_15, "stat_trigger(packet_count=1000,periodic),goto_table:5",
     "0007001800000001 00000010 80020808 00000000000003e8 0001000805000000"},
    {OFP_15, "stat_trigger(duration=5.25,idle_time=7,byte_count=9,only_first)",
     "0007003000000002 00000028 80020008 00000005 0ee6b280 80020208 00000007 00000000"
     "80020a08 0000000000000009"},
    {OFP_15, "output:5,stat_trigger()",
     "000400180000000000000010000000050000000000000000 00070010000000000000000400000000"},
};

static void
test_instructions(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
        char hex[512];
        uint8_t wanted[BUFFER], out[BUFFER];
        uint64_t list[BUFFER / 8], again[BUFFER / 8];
        struct wr l = wr_make(list, sizeof list), w = wr_make(out, sizeof out);
        struct wr m = wr_make(again, sizeof again);
        const char *text = instructions[i].text;
        enum ofp_version version = instructions[i].version;
        bool lost;
        strip_spaces(instructions[i].hex, hex);
        size_t n = bytes_of(hex, wanted);
        assert_int_equal(of_acts_parse(text, strlen(text), NULL, &l, NULL), 0);
        of_instructions_put(&w, list, l.n, version, &lost);
        if (lost || w.n != n || memcmp(out, wanted, n)) {
            fail_msg("%s in %s is written otherwise", text, ofp_version_name(version));
        }
        assert_int_equal(of_instructions_get(out, w.n, version, &m), OFP_OK);
        if (version > OFP_10 && (m.n != l.n || memcmp(list, again, l.n))) {
            fail_msg("%s in %s is read otherwise", text, ofp_version_name(version));
        }
    }
}

static void
test_bad_instructions(void **state UNUSED)
{
    static const struct {
        enum ofp_version version;
        const char *hex;
        enum ofp_error error;
    } rows[] = {
        {OFP_13, "00010008050000", OFPBIC_BAD_LEN},
        {OFP_13, "00010010050000000000000000000000", OFPBIC_BAD_LEN},
        {OFP_13, "00010008050000000001000805000000", OFPBIC_DUP_INST},
        {OFP_13, "0077000800000000", OFPBIC_UNKNOWN_INST},
        {OFP_12, "0006000800000005", OFPBIC_UNKNOWN_INST},
        {OFP_13, "ffff000800002320", OFPBIC_BAD_EXPERIMENTER},
        {OFP_13, "00040010000000000099000800000000", OFPBAC_BAD_TYPE},
        {OFP_14, "00070010000000000000000400000000", OFPBIC_UNKNOWN_INST},
        {OFP_15, "00070010000000040000000400000000", OFPBIC_UNSUP_INST},
        {OFP_15, "00070010000000000000000c80020808", OFPBIC_BAD_LEN},
        {OFP_15, "00070018000000000000000400000000deadbeefdeadbeef", OFPBIC_BAD_LEN},
        {OFP_15, "00070018000000000000001080021008 0000000000000001", OFPBIC_UNSUP_INST},
        {OFP_15, "00070018000000000000001080020008 000000053b9aca00", OFPBIC_UNSUP_INST},
        {OFP_15, "00070018000000000000001080020008 000000053b9ac9ff", OFP_OK},
        {OFP_15, "0007001000000000000000040000000000070010000000000000000400000000",
         OFPBIC_DUP_INST},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t bytes[BUFFER];
        uint64_t list[BUFFER / 8];
        struct wr l = wr_make(list, sizeof list);
        char hex[512];
        strip_spaces(rows[i].hex, hex);
        size_t n = bytes_of(hex, bytes);
        assert_int_equal(of_instructions_get(bytes, n, rows[i].version, &l), rows[i].error);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_reading_text),
        cmocka_unit_test(test_texts_come_back),
        cmocka_unit_test(test_texts_that_are_refused),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_lists_that_do_not_fit),
        cmocka_unit_test(test_instructions),
        cmocka_unit_test(test_bad_instructions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
