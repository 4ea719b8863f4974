/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of messages share: structures at random go to the wire and back in every version,
 * and what is cut or changed on the way is shown without harm. Each test has a table of families;
 * the seed is printed, WEFT_SEED chooses another. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_msg.h"
#include "openflow/ofp_print.h"
#include "openflow/port_text.h"

enum { ROUNDS = 40, XID = 7 };

/* Messages that look alike. MAKE checks one at random, and gives its length in `first`, 0 where
 * VERSION has none. */
struct family {
    const char *name;
    size_t (*make)(enum ofp_version);
};

static const struct family *families;
static size_t n_families;
static uint8_t first[OFP_MSG_MAX + 1], second[OFP_MSG_MAX + 1];
static uint64_t state;

/* -- Random values -- */

static inline uint64_t
rnd(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static inline uint32_t
below(uint32_t n)
{
    return (uint32_t)(rnd() % n);
}

static inline void
fill(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)p)[i] = (uint8_t)rnd();
    }
}

static inline uint32_t
any_port(void)
{
    return below(3) ? below(OFP_PORT_MAX) : OFP_PORT_LOCAL;
}

static inline void
any_name(char *name, size_t size)
{
    memset(name, 0, size);
    for (size_t i = 0, n = below((uint32_t)size); i < n; i++) {
        name[i] = (char)('a' + below(26));
    }
}

/* -- A message of an entry, and back -- */

static size_t message_begin;

static inline struct wr
start(enum ofp_msg_id id, enum ofp_version version)
{
    struct wr w = wr_make(first, sizeof first);
    message_begin = ofp_msg_begin(&w, id, version, XID);
    return w;
}

static inline struct ofp_msg
finish(struct wr *w)
{
    struct ofp_msg m;
    ofp_msg_end(w, message_begin);
    assert_false(w->bad);
    assert_int_equal(ofp_msg_get(&m, first, w->n), OFP_OK);
    return m;
}

/* The entry in BODY was written again as the bytes of W. */
static inline void
same_bytes(const struct wr *w, const void *body, size_t n)
{
    assert_false(w->bad);
    assert_int_equal(w->n, n);
    assert_memory_equal(w->start, body, n);
}

static inline struct wr
again(void)
{
    return wr_make(second, sizeof second);
}

/* -- What is done with each -- */

static inline void
test_round_trips(void **unused UNUSED)
{
    for (size_t i = 0; i < n_families; i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            for (size_t n = 0; n < ROUNDS; n++) {
                families[i].make(v);
            }
        }
    }
}

/* Shows N bytes that lie where reading past their end is noticed. */
static inline void
show(const uint8_t *bytes, size_t n)
{
    struct str s = STR_INIT;
    struct ofp_print how = {.verbosity = (int)below(4)};
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    if (n >= OFP_HEADER_SIZE) {
        put_be16(copy + 2, (uint16_t)n);
    }
    ofp_print(&s, copy, n, &how);
    assert_true(s.n);
    free(copy);
    str_fini(&s);
}

static inline void
test_cut(void **unused UNUSED)
{
    for (size_t i = 0; i < n_families; i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            size_t n = families[i].make(v);
            for (size_t k = 0; k < n; k++) {
                show(first, k);
            }
        }
    }
}

static inline void
test_changed(void **unused UNUSED)
{
    for (size_t i = 0; i < n_families; i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            size_t n = families[i].make(v);
            for (size_t k = 0; n > OFP_HEADER_SIZE && k < 4 * ROUNDS; k++) {
                size_t at = OFP_HEADER_SIZE + below((uint32_t)(n - OFP_HEADER_SIZE));
                uint8_t was = first[at];
                first[at] = (uint8_t)(below(2) ? rnd() : below(32));
                show(first, n);
                first[at] = below(2) ? was : first[at];
            }
        }
    }
}

/* A message in hexadecimal is shown as TEXT. */
static inline void
check_text(const char *hex, const char *text)
{
    size_t n = 0;
    for (const char *p = hex; *p; p++) {
        if (*p != ' ') {
            first[n++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
            p++;
        }
    }
    struct str s = STR_INIT;
    ofp_print(&s, first, n, &(struct ofp_print){.verbosity = 0});
    assert_string_equal(str_text(&s), text);
    str_fini(&s);
}

static inline void
begin_families(const struct family *table, size_t n)
{
    const char *seed = getenv("WEFT_SEED");
    state = seed ? strtoull(seed, NULL, 0) : UINT64_C(0x5eed0fa11);
    print_message("WEFT_SEED=%#llx\n", (unsigned long long)state);
    state = state ? state : 1;
    families = table;
    n_families = n;
}

#define FAMILY_TESTS                                                                              \
    cmocka_unit_test(test_round_trips), cmocka_unit_test(test_cut), cmocka_unit_test(test_changed)
