/* SPDX-License-Identifier: Apache-2.0 */
/* A hello has elements, of which one is a bitmap of versions; its first word is enough for all
 * that are to come. */
#include "openflow/msg_hello.h"

#include "openflow/ofp_printers.h"
#include "os/log.h"
#include "text/hex_dump.h"

LOG_MODULE(ofp_util);

static struct log_rate bitmap_rate = LOG_RATE(1, 5);

enum { ELEMENT_HEAD = 4, VERSION_BITMAP = 1, MAX_VERSION = 31 };

/* All versions up to VERSION. */
static uint32_t
versions_up_to(uint8_t version)
{
    return version >= MAX_VERSION ? UINT32_MAX - 1 : ((uint32_t)2 << version) - 2;
}

static bool
get_bitmap(struct rd *r, uint32_t *versions)
{
    if (rd_left(r) < sizeof *versions) {
        return false;
    }
    uint32_t bits = rd_be32(r);
    if (bits & 1) {
        log_limited(&bitmap_rate, LOG_WARN,
                    "peer claims to support invalid OpenFlow version 0x00");
        bits &= ~1u;
    }
    if (!bits) {
        log_limited(&bitmap_rate, LOG_WARN,
                    "peer does not support any OpenFlow version (between 0x01 and 0x1f)");
        return false;
    }
    *versions = bits;
    return true;
}

bool
ofp_hello_get(const struct ofp_msg *m, uint32_t *versions)
{
    struct rd r = m->body;
    bool good = true;
    *versions = versions_up_to(m->version);
    while (rd_left(&r)) {
        uint16_t type = rd_be16(&r), len = rd_be16(&r);
        size_t n = ROUND_UP((size_t)len, 8) - ELEMENT_HEAD;
        if (r.bad || len < ELEMENT_HEAD || n > rd_left(&r)) {
            return false;
        }
        struct rd element = rd_sub(&r, n);
        element.end = element.p + (len - ELEMENT_HEAD);
        good = type == VERSION_BITMAP && get_bitmap(&element, versions) && good;
    }
    return good;
}

void
ofp_hello_put(struct wr *w, uint32_t versions, uint32_t xid)
{
    enum ofp_version version = OFP_10;
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        version = versions >> v & 1 ? v : version;
    }
    size_t begin = ofp_msg_begin(w, OFPT_HELLO, version, xid);
    if (versions != versions_up_to((uint8_t)version)) {
        wr_be16(w, VERSION_BITMAP);
        wr_be16(w, ELEMENT_HEAD + sizeof versions);
        wr_be32(w, versions);
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_hello(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    uint32_t versions;
    bool good = ofp_hello_get(m, &versions), any = false;
    str_puts(s, "\n version bitmap: ");
    for (unsigned int v = 1; v <= MAX_VERSION; v++) {
        if (versions >> v & 1) {
            str_putf(s, "%s0x%02x", any ? ", " : "", v);
            any = true;
        }
    }
    if (!good) {
        str_puts(s, "\n unknown data in hello:\n");
        str_put_hex_dump(s, m->bytes, m->len);
    }
    return OFP_OK;
}

enum ofp_error
ofp_print_echo(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    size_t n = rd_left(&m->body);
    str_putf(s, " %zu bytes of payload\n", n);
    if (how->verbosity > 1) {
        str_put_hex_dump(s, m->body.p, n);
    }
    return OFP_OK;
}
