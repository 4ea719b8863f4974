/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ovs-ofctl/pcap.h"

#include <errno.h>
#include <string.h>

#include "base/endian.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(pcap);

enum { FILE_HEADER = 24, FRAME_HEADER = 16, MAX_FRAME = 1 << 18 };

static const struct {
    uint8_t magic[4];
    bool swapped, nanoseconds; /* swapped: the first byte is the least */
} kinds[] = {
    {{0xa1, 0xb2, 0xc3, 0xd4}, false, false},
    {{0xa1, 0xb2, 0x3c, 0x4d}, false, true},
    {{0xd4, 0xc3, 0xb2, 0xa1}, true, false},
    {{0x4d, 0x3c, 0xb2, 0xa1}, true, true},
};

static uint32_t
get_u32(const struct pcap *p, const uint8_t *b)
{
    uint32_t x = get_be32(b);
    return p->swapped ? x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24 : x;
}

void
pcap_open(struct pcap *p, const char *path)
{
    uint8_t header[FILE_HEADER];
    *p = (struct pcap){.file = fopen(path, "rb")};
    if (!p->file) {
        const char *why = err_text(err_from_errno(errno));
        log_warn("%s: failed to open pcap file for reading (%s)", path, why);
        log_fatal("%s: open failed (%s)", path, why);
    }
    if (fread(header, sizeof header, 1, p->file) != 1) {
        log_warn("failed to read pcap header: End of file");
        log_fatal("%s: open failed (End of file)", path);
    }
    size_t i = 0;
    while (i < ARRAY_LEN(kinds) && memcmp(kinds[i].magic, header, sizeof kinds[i].magic) != 0) {
        i++;
    }
    if (i == ARRAY_LEN(kinds)) {
        log_warn("bad magic 0x%02x%02x%02x%02x reading pcap file (expected 0xa1b2c3d4, "
                 "0xa1b23c4d, 0xd4c3b2a1, or 0x4d3cb2a1)",
                 header[3], header[2], header[1], header[0]);
        log_fatal("%s: open failed (%s)", path, err_text(E_PROTO));
    }
    p->swapped = kinds[i].swapped;
    p->nanoseconds = kinds[i].nanoseconds;
}

void
pcap_close(struct pcap *p)
{
    fclose(p->file);
}

bool
pcap_next(struct pcap *p, struct str *frame, uint64_t *when)
{
    uint8_t header[FRAME_HEADER];
    str_clear(frame);
    size_t n = fread(header, 1, sizeof header, p->file);
    if (n == sizeof header) {
        uint32_t len = get_u32(p, header + 8), part = get_u32(p, header + 4);
        if (len > MAX_FRAME) {
            log_warn("bad packet length %u reading pcap file", len);
            return false;
        }
        *when = (uint64_t)get_u32(p, header) * 1000 + part / (p->nanoseconds ? 1000000 : 1000);
        str_reserve(frame, len);
        if (!len || fread(frame->s, len, 1, p->file) == 1) {
            frame->n = len;
            return true;
        }
    }
    if (n == sizeof header) {
        log_warn("failed to read pcap packet: End of file");
    }
    return false;
}
