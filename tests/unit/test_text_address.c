/* SPDX-License-Identifier: Apache-2.0 */
/* text/address: addresses of connection names, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/address.h"

static const struct {
    bool passive;
    const char *in;
    uint16_t default_port;
    const char *host; /* NULL: an error */
    uint16_t port;
    bool bracketed;
    const char *error;
} vectors[] = {
    {false, "127.0.0.1:6640", 0, "127.0.0.1", 6640, false, ""},
    {false, "127.0.0.1", 6640, "127.0.0.1", 6640, false, ""},
    {false, "127.0.0.1:", 6640, "127.0.0.1", 6640, false, ""},
    {false, "[::1]:1", 0, "::1", 1, true, ""},
    {false, "[fe80::1%eth0]:6653", 0, "fe80::1%eth0", 6653, true, ""},
    {false, "host.example:80", 0, "host.example", 80, false, ""},
    {false, "foo", 0, NULL, 0, false, "foo: port must be specified"},
    {false, "::1:1", 6640, NULL, 0, false, "::1:1: port must be specified"},
    {false, "127.0.0.1:99999", 0, NULL, 0, false, "127.0.0.1:99999: bad port number \"99999\""},
    {false, "h:1x", 0, NULL, 0, false, "h:1x: bad port number \"1x\""},
    {false, "", 6640, NULL, 0, false, ": host must be specified"},
    {false, "[::1]x:1", 6640, NULL, 0, false, "[::1]x:1: bad IP address \"[::1]x:1\""},
    {true, "6640", 0, "", 6640, false, ""},
    {true, "", 6640, "", 6640, false, ""},
    {true, "0:127.0.0.1", 0, "127.0.0.1", 0, false, ""},
    {true, "6640:[::]", 0, "::", 6640, true, ""},
    {true, ":1.2.3.4", 6640, "1.2.3.4", 6640, false, ""},
    {true, "", 0, NULL, 0, false, ": port must be specified"},
    {true, "0:127.0.0.1:9", 0, NULL, 0, false, "0:127.0.0.1:9: port must be specified"},
    {true, "99999", 0, NULL, 0, false, "99999: bad port number \"99999\""},
};

static void
test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct address a;
        struct err e = {0};
        int error = (vectors[i].passive ? address_parse_passive : address_parse_active)(
            vectors[i].in, vectors[i].default_port, &a, &e);
        assert_string_equal(e.text, vectors[i].error);
        if (vectors[i].host) {
            assert_int_equal(error, 0);
            assert_string_equal(a.host, vectors[i].host);
            assert_int_equal(a.port, vectors[i].port);
            assert_int_equal(a.bracketed, vectors[i].bracketed);
        } else {
            assert_int_equal(error, -E_INVAL);
        }
    }
}

static void
test_long_host(void **state)
{
    (void)state;
    char name[400];
    struct address a;
    memset(name, 'h', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(address_parse_active(name, 1, &a, NULL), -E_INVAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_long_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
