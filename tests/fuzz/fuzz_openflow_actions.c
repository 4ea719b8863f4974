/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: lists of OpenFlow actions. The first byte is the version. What is accepted is
 * written in every version; in its own it is read and written again, which must give the same
 * bytes. */
#include <stdlib.h>
#include <string.h>

#include "openflow/actions_wire.h"

enum { LIST_SIZE = 1 << 16, WIRE_SIZE = 1 << 17 };

static uint64_t list[LIST_SIZE / 8], again[LIST_SIZE / 8];
static uint8_t wire[WIRE_SIZE], wire_again[WIRE_SIZE];

static void
check(size_t size, enum ofp_version version)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct wr w = wr_make(wire, sizeof wire);
        of_acts_put(&w, list, size, v, NULL);
    }
    struct wr w = wr_make(wire, sizeof wire), x = wr_make(wire_again, sizeof wire_again);
    struct wr l = wr_make(again, sizeof again);
    bool lost;
    of_acts_put(&w, list, size, version, &lost);
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
    enum ofp_version version = OFP_10 + data[0] % (OFP_VERSION_END - OFP_10);
    uint8_t *copy = malloc(size); /* of its own, so that a read past the end shows */
    memcpy(copy, data + 1, size - 1);
    struct wr l = wr_make(list, sizeof list);
    enum ofp_error error = of_acts_get(copy, size - 1, version, &l);
    free(copy);
    if (!error) {
        check(l.n, version);
    }
    return 0;
}
