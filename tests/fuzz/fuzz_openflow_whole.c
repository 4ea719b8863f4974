/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: statistics in several messages put together again. The input is messages one after
 * the other, as a connection brings them; what becomes whole is shown. */
#include <stdlib.h>
#include <string.h>

#include "openflow/ofp_parts.h"
#include "openflow/ofp_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ofp_whole whole;
    struct ofp_header h;
    ofp_whole_init(&whole);
    while (ofp_header_get(data, size, &h) && h.len >= OFP_HEADER_SIZE && h.len <= size) {
        uint8_t *copy = malloc(h.len); /* of its own, so that a read past the end shows */
        memcpy(copy, data, h.len);
        struct ofp_msg m;
        bool is_whole = false;
        if (!ofp_msg_get(&m, copy, h.len) && !ofp_whole_add(&whole, &m, &is_whole) && is_whole) {
            VERIFY(rd_left(&m.body) <= OFP_WHOLE_MAX);
            uint8_t sum = 0;
            for (struct rd r = m.body; rd_left(&r);) {
                sum = (uint8_t)(sum + rd_u8(&r));
            }
            struct str s = STR_INIT;
            ofp_print(&s, copy, h.len, &(struct ofp_print){.verbosity = sum & 1});
            str_fini(&s);
        }
        free(copy);
        data += h.len;
        size -= h.len;
    }
    ofp_whole_fini(&whole);
    return 0;
}
