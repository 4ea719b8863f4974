/* SPDX-License-Identifier: Apache-2.0 */
/* base/endian and base/mac: values against their bytes, there and back, aligned and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/endian.h"
#include "base/mac.h"

/* The first 2, 4 and 8 of BYTES are VALUE's low 16, 32 and 64 bits, most significant first. */
static const struct {
    uint64_t value16, value32, value64;
    uint8_t bytes[8];
} vectors[] = {
    {0, 0, 0, {0}},
    {0x0102, 0x01020304, 0x0102030405060708, {1, 2, 3, 4, 5, 6, 7, 8}},
    {0x8000, 0x80000000, 0x8000000000000000, {0x80}},
    {0x00ff, 0x00ff00ff, 0x00ff00ff00ff00ff, {0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff}},
    {0xffff, 0xffffffff, UINT64_MAX, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
};

static void
test_conversion(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        be16 x16 = be16_from((uint16_t)vectors[i].value16);
        be32 x32 = be32_from((uint32_t)vectors[i].value32);
        be64 x64 = be64_from(vectors[i].value64);
        assert_memory_equal(&x16, vectors[i].bytes, 2);
        assert_memory_equal(&x32, vectors[i].bytes, 4);
        assert_memory_equal(&x64, vectors[i].bytes, 8);
        assert_int_equal(be16_host(x16), vectors[i].value16);
        assert_int_equal(be32_host(x32), vectors[i].value32);
        assert_int_equal(be64_host(x64), vectors[i].value64);
    }
}

static void
test_unaligned(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        for (size_t ofs = 0; ofs < 8; ofs++) {
            uint8_t buf[16];
            memset(buf, 0xa5, sizeof buf);
            put_be16(buf + ofs, (uint16_t)vectors[i].value16);
            assert_memory_equal(buf + ofs, vectors[i].bytes, 2);
            assert_int_equal(get_be16(buf + ofs), vectors[i].value16);
            assert_int_equal(buf[ofs + 2], 0xa5);
            put_be32(buf + ofs, (uint32_t)vectors[i].value32);
            assert_memory_equal(buf + ofs, vectors[i].bytes, 4);
            assert_int_equal(get_be32(buf + ofs), vectors[i].value32);
            assert_int_equal(buf[ofs + 4], 0xa5);
            put_be64(buf + ofs, vectors[i].value64);
            assert_memory_equal(buf + ofs, vectors[i].bytes, 8);
            assert_int_equal(get_be64(buf + ofs), vectors[i].value64);
            assert_int_equal(buf[ofs + 8], 0xa5);
        }
    }
}

static void
test_equal(void **state)
{
    (void)state;
    static const be16 vlan = BE16_INIT(0x8100);
    assert_int_equal(be16_host(vlan), 0x8100);
    assert_true(be16_equal(vlan, be16_from(0x8100)));
    assert_false(be16_equal(vlan, be16_from(0x0081)));
    assert_true(be32_equal(be32_from(1), be32_from(1)));
    assert_false(be32_equal(be32_from(1), be32_from(0x01000000)));
    assert_true(be64_equal(be64_from(1), be64_from(1)));
    assert_false(be64_equal(be64_from(1), be64_from((uint64_t)1 << 56)));
}

static const struct {
    uint64_t value;
    uint8_t bytes[6];
    bool zero, group, reserved;
} macs[] = {
    {0, {0}, true, false, false},
    {0x505400000001, {0x50, 0x54, 0, 0, 0, 1}, false, false, false},
    {0xffffffffffff, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false, true, false},
    {0x01005e000001, {0x01, 0x00, 0x5e, 0, 0, 1}, false, true, false},
    {0x0180c2000000, {0x01, 0x80, 0xc2, 0, 0, 0x00}, false, true, true},
    {0x0180c200000f, {0x01, 0x80, 0xc2, 0, 0, 0x0f}, false, true, true},
    {0x0180c2000010, {0x01, 0x80, 0xc2, 0, 0, 0x10}, false, true, false},
};

static void
test_mac(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(macs); i++) {
        struct mac m = mac_from_u64(macs[i].value);
        assert_memory_equal(&m, macs[i].bytes, sizeof m);
        assert_int_equal(mac_to_u64(m), macs[i].value);
        assert_int_equal(mac_is_zero(m), macs[i].zero);
        assert_int_equal(mac_is_group(m), macs[i].group);
        assert_int_equal(mac_is_reserved(m), macs[i].reserved);
        assert_int_equal(mac_equal(m, mac_from_u64(macs[1].value)), i == 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversion),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_mac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
