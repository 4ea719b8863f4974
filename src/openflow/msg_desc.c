/* SPDX-License-Identifier: Apache-2.0 */
/* Five texts of fixed size. */
#include "openflow/msg_desc.h"

#include "openflow/ofp_printers.h"

static const struct {
    const char *label;
    size_t ofs, size;
} texts[] = {
#define TEXT(LABEL, MEMBER)                                                                       \
    {                                                                                             \
        LABEL, offsetof(struct ofp_desc, MEMBER), sizeof((struct ofp_desc *)0)->MEMBER            \
    }
    TEXT("Manufacturer", manufacturer), TEXT("Hardware", hardware),
    TEXT("Software", software),         TEXT("Serial Num", serial),
    TEXT("DP Description", datapath),
#undef TEXT
};

void
ofp_desc_get(const struct ofp_msg *m, struct ofp_desc *d)
{
    struct rd r = m->body;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char *text = (char *)d + texts[i].ofs;
        rd_copy(&r, text, texts[i].size);
        text[texts[i].size - 1] = '\0';
    }
}

void
ofp_desc_put(struct wr *w, enum ofp_version version, uint32_t xid, const struct ofp_desc *d)
{
    size_t begin = ofp_msg_begin(w, OFPST_DESC_REPLY, version, xid);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        wr_bytes(w, (const char *)d + texts[i].ofs, texts[i].size);
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_desc(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct rd r = m->body;
    str_putc(s, '\n');
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        str_putf(s, "%s: ", texts[i].label);
        ofp_put_fixed(s, rd_take(&r, texts[i].size), texts[i].size);
        str_putc(s, '\n');
    }
    return OFP_OK;
}
