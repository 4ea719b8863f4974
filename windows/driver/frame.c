/* SPDX-License-Identifier: Apache-2.0 */
/* Walking a net buffer's MDLs. The data starts at an offset in the current MDL; MDLs may be
 * empty, and the chain may be longer than the data. */
#include "driver/frame.h"

/* A walk: the rest of one MDL. */
struct piece {
    PMDL mdl;
    uint32_t ofs, n; /* bytes that the walk has not passed */
};

static struct piece
piece_at(PMDL mdl, uint32_t ofs)
{
    return (struct piece){mdl, ofs, mdl ? (uint32_t)MmGetMdlByteCount(mdl) - ofs : 0};
}

/* The piece with the byte OFS bytes into the data. */
static struct piece
find_piece(PNET_BUFFER nb, uint32_t ofs)
{
    struct piece p = piece_at(NET_BUFFER_CURRENT_MDL(nb), NET_BUFFER_CURRENT_MDL_OFFSET(nb));
    while (p.mdl && ofs >= p.n) {
        ofs -= p.n;
        p = piece_at(p.mdl->Next, 0);
    }
    p.ofs += ofs;
    p.n -= p.mdl ? ofs : 0;
    return p;
}

static uint8_t *
map(const struct piece *p)
{
    uint8_t *at = MmGetSystemAddressForMdlSafe(p->mdl, NormalPagePriority | MdlMappingNoExecute);
    return at ? at + p->ofs : NULL;
}

_Use_decl_annotations_
bool
frame_open(struct frame *f, PNET_BUFFER nb, uint32_t safe)
{
    *f = (struct frame){.nb = nb, .len = NET_BUFFER_DATA_LENGTH(nb)};
    f->unsafe = safe < f->len;
    struct piece p = find_piece(nb, 0);
    if (!f->len || !p.mdl) {
        return true;
    }
    f->bytes = map(&p);
    f->linear = MIN(MIN(f->len, p.n), safe);
    return f->bytes != NULL;
}

_Use_decl_annotations_
bool
frame_read(const struct frame *f, uint32_t ofs, uint8_t *to, uint32_t n)
{
    struct piece p = find_piece(f->nb, ofs);
    while (n) {
        const uint8_t *at = p.mdl ? map(&p) : NULL;
        if (!at) {
            return false;
        }
        uint32_t k = MIN(n, p.n);
        memcpy(to, at, k);
        to += k;
        n -= k;
        p = piece_at(p.mdl->Next, 0);
    }
    return true;
}

_Use_decl_annotations_
PMDL
frame_tail(const struct frame *f, uint32_t ofs, NDIS_HANDLE handle)
{
    struct piece p = find_piece(f->nb, ofs);
    uint8_t *at = p.mdl ? map(&p) : NULL;
    PMDL tail = at ? NdisAllocateMdl(handle, at, p.n) : NULL;
    if (tail) {
        tail->Next = p.mdl->Next;
    }
    return tail;
}
