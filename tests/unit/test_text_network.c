/* SPDX-License-Identifier: Apache-2.0 */
/* text/network: addresses as text, good and bad, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/network.h"

static void
test_mac(void **state UNUSED)
{
    static const struct {
        const char *in;
        size_t taken;
        const char *out;
    } vectors[] = {
        {"00:11:22:33:44:55", MAC_TEXT_LEN, "00:11:22:33:44:55"},
        {"AA:bB:0:1:2:F", 13, "aa:bb:00:01:02:0f"},
        {"01:02:03:04:05:06/ff", MAC_TEXT_LEN, "01:02:03:04:05:06"},
        {"", 0, NULL},
        {"00:11:22:33:44", 0, NULL},
        {"00:11:22:33:44:", 0, NULL},
        {"00:11:22:33:44:555", 0, NULL},
        {"001:1:22:33:44:55", 0, NULL},
        {":11:22:33:44:55", 0, NULL},
        {"00-11-22-33-44-55", 0, NULL},
        {"0x:11:22:33:44:55", 0, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint8_t mac[6];
        assert_int_equal(mac_parse(vectors[i].in, strlen(vectors[i].in), mac), vectors[i].taken);
        if (vectors[i].taken) {
            struct str s = STR_INIT;
            str_put_mac(&s, mac);
            assert_string_equal(str_text(&s), vectors[i].out);
            str_fini(&s);
        }
    }
}

static void
test_mac_ends_with_the_text(void **state UNUSED)
{
    uint8_t mac[6];
    assert_int_equal(mac_parse("00:11:22:33:44:55", 16, mac), 16);
    assert_int_equal(mac[5], 5);
    assert_int_equal(mac_parse("00:11:22:33:44:55", 15, mac), 0);
}

static void
test_ip(void **state UNUSED)
{
    static const struct {
        int family;
        const char *in, *out; /* NULL: none */
    } vectors[] = {
        {IP_V4, "192.0.2.1", "192.0.2.1"},
        {IP_V4, "192.0.2", NULL},
        {IP_V4, "::1", NULL},
        {IP_V4, "", NULL},
        {IP_V6, "2001:DB8::0:1", "2001:db8::1"},
        {IP_V6, "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {IP_V6, "192.0.2.1", NULL},
        {IP_V6, "00000000000000000000000000000000000000000000000000000000000000000::1", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint8_t ip[16];
        bool good = ip_parse(vectors[i].family, vectors[i].in, strlen(vectors[i].in), ip);
        assert_int_equal(good, vectors[i].out != NULL);
        if (good) {
            struct str s = STR_INIT;
            str_put_ip(&s, vectors[i].family, ip);
            assert_string_equal(str_text(&s), vectors[i].out);
            str_fini(&s);
        }
    }
    uint8_t ip[4];
    assert_true(ip_parse(IP_V4, "192.0.2.1/24", 9, ip));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_mac_ends_with_the_text),
        cmocka_unit_test(test_ip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
