/* SPDX-License-Identifier: Apache-2.0 */
/* A hello names its newest version in the header; a bitmap of all of them may follow. Without
 * one, all versions up to the newest are meant. The texts are as observed of Open vSwitch. */
#include "vconn/hello.h"

#include <string.h>

#include "os/log.h"
#include "text/str.h"

LOG_MODULE(ofp_util);

enum { OFPT_HELLO, OFPT_ERROR, OFPHET_VERSIONBITMAP = 1 };

static struct log_rate rate = LOG_RATE(1, 5);

static unsigned int
newest(ofp_versions versions)
{
    return 31 - (unsigned int)__builtin_clz(versions);
}

static ofp_versions
up_to(unsigned int version)
{
    return version >= 31 ? ~1u : (2u << version) - 2;
}

char *
ofp_versions_text(ofp_versions versions)
{
    struct str s = STR_INIT;
    bool several = versions & (versions - 1);
    if (several && versions == up_to(newest(versions))) {
        str_putf(&s, "version 0x%02x and earlier", newest(versions));
        return str_take(&s);
    }
    str_puts(&s, several ? "versions" : "version");
    const char *gap = " ";
    for (unsigned int v = 0; v < 32; v++) {
        if (versions & (1u << v)) {
            str_putf(&s, "%s0x%02x", gap, v);
            gap = ", ";
        }
    }
    return str_take(&s);
}

static void
put_header(struct wr *w, unsigned int version, unsigned int type, size_t n, uint32_t xid)
{
    wr_u8(w, (uint8_t)version);
    wr_u8(w, (uint8_t)type);
    wr_be16(w, (uint16_t)n);
    wr_be32(w, xid);
}

void
hello_put(struct wr *w, ofp_versions allowed, uint32_t xid)
{
    bool has_bitmap = allowed != up_to(newest(allowed));
    size_t n = OFPT_HEADER_SIZE + (has_bitmap ? 8 : 0);
    put_header(w, newest(allowed), OFPT_HELLO, n, xid);
    if (has_bitmap) {
        wr_be16(w, OFPHET_VERSIONBITMAP);
        wr_be16(w, 8);
        wr_be32(w, allowed);
    }
}

/* The versions of a bitmap element. Bit 0 stands for no version. */
static bool
get_bitmap(struct rd body, ofp_versions *versions)
{
    uint32_t bitmap = rd_be32(&body);
    if (body.bad) {
        return false;
    }
    if (bitmap & 1) {
        log_limited(&rate, LOG_WARN, "peer claims to support invalid OpenFlow version 0x00");
    }
    if (!(bitmap & ~1u)) {
        log_limited(&rate, LOG_WARN,
                    "peer does not support any OpenFlow version (between 0x01 and 0x1f)");
        return false;
    }
    *versions = bitmap & ~1u;
    return true;
}

ofp_versions
hello_get(const uint8_t *msg, size_t n, bool *odd)
{
    struct rd r = rd_make(msg, n);
    ofp_versions versions = up_to(rd_u8(&r));
    rd_skip(&r, OFPT_HEADER_SIZE - 1);
    *odd = false;
    while (rd_left(&r)) {
        uint16_t type = rd_be16(&r), length = rd_be16(&r);
        if (r.bad || length < 4) {
            *odd = true;
            break;
        }
        struct rd body = rd_sub(&r, length - 4u);
        if (r.bad) {
            *odd = true;
            break;
        }
        *odd |= type != OFPHET_VERSIONBITMAP || !get_bitmap(body, &versions);
        rd_skip(&r, MIN(rd_left(&r), (8 - length % 8u) % 8u)); /* elements are aligned */
    }
    return versions;
}

void
hello_put_refusal(struct wr *w, uint8_t version, ofp_versions ours, ofp_versions theirs)
{
    char *we = ofp_versions_text(ours), *you = ofp_versions_text(theirs);
    char *text = xasprintf("We support %s, you support %s, no common versions.", we, you);
    size_t n = strlen(text);
    put_header(w, version, OFPT_ERROR, OFPT_HEADER_SIZE + 4 + n, 0);
    wr_be16(w, 0); /* OFPET_HELLO_FAILED */
    wr_be16(w, 0); /* OFPHFC_INCOMPATIBLE */
    wr_bytes(w, text, n);
    os_free(we);
    os_free(you);
    os_free(text);
}
