/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32c as SCTP uses it (RFC 9260, appendix A), four bits at a time: rewriting SCTP ports is
 * rare, so a table of 64 bytes is better than a fast one. Any context; cannot fail. */
#include "datapath/set_field_internal.h"

static uint32_t
crc_byte(uint32_t crc, uint8_t b)
{
    static const uint32_t nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
        0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    crc ^= b;
    crc = nibble[crc & 0xf] ^ (crc >> 4);
    return nibble[crc & 0xf] ^ (crc >> 4);
}

uint32_t
sctp_crc(const uint8_t *p, uint32_t size)
{
    uint32_t crc = 0xffffffff;
    for (uint32_t i = 0; i < size; i++) {
        crc = crc_byte(crc, i >= 8 && i < 12 ? 0 : p[i]);
    }
    crc = ~crc;
    /* Stored least significant byte first. */
    return crc << 24 | (crc << 8 & 0xff0000) | (crc >> 8 & 0xff00) | crc >> 24;
}
