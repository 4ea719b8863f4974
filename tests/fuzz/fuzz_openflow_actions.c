/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: lists of OpenFlow actions, on the wire or as text. The first byte is the version,
 * and whether it is text. What is accepted is written in every version and as text; from the wire
 * of its own it is read and written again, which must give the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/actions_wire.h"

enum { LIST_SIZE = 1 << 16, WIRE_SIZE = 1 << 17 };

static uint64_t list[LIST_SIZE / 8], again[LIST_SIZE / 8];
static uint8_t wire[WIRE_SIZE], wire_again[WIRE_SIZE];

static void
check(size_t size, enum ofp_version version, bool is_text)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct wr w = wr_make(wire, sizeof wire);
        of_acts_put(&w, list, size, v, NULL);
    }
    struct str s = STR_INIT;
    of_acts_text_put(&s, list, size, NULL);
    str_fini(&s);
    struct wr w = wr_make(wire, sizeof wire), x = wr_make(wire_again, sizeof wire_again);
    struct wr l = wr_make(again, sizeof again);
    bool lost;
    of_acts_put(&w, list, size, version, &lost);
    if (is_text) { /* which says more than the wire takes: fields without a number, for one */
        return;
    }
    VERIFY(!w.bad);
    if (!lost && !of_acts_get(wire, w.n, version, &l)) {
        of_acts_put(&x, again, l.n, version, &lost);
        VERIFY(!x.bad && x.n == w.n && !memcmp(wire, wire_again, w.n));
    } else {
        VERIFY(lost);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    enum ofp_version version = OFP_10 + (data[0] & 0x7f) % (OFP_VERSION_END - OFP_10);
    bool is_text = data[0] & 0x80;
    uint8_t *copy = malloc(size); /* of its own, so that a read past the end shows */
    memcpy(copy, data + 1, size - 1);
    struct wr l = wr_make(list, sizeof list);
    bool good = is_text ? !of_acts_parse((const char *)copy, size - 1, NULL, &l, NULL)
                        : !of_acts_get(copy, size - 1, version, &l);
    free(copy);
    if (good) {
        check(l.n, version, is_text);
    }
    return 0;
}
