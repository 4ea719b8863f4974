/* SPDX-License-Identifier: Apache-2.0 */
/* Bucket management of the intrusive hash table. */
#include "base/hmap.h"

#include "base/err.h"

void
hmap_init(struct hmap *h)
{
    h->buckets = &h->one;
    h->one = NULL;
    h->mask = 0;
    h->n = 0;
}

static void
free_buckets(struct hmap *h)
{
    if (h->buckets != &h->one) {
        mem_free(h->buckets, (h->mask + 1) * sizeof *h->buckets);
    }
}

void
hmap_fini(struct hmap *h)
{
    free_buckets(h);
    hmap_init(h);
}

void
hmap_swap(struct hmap *a, struct hmap *b)
{
    struct hmap tmp = *a;
    *a = *b;
    *b = tmp;
    if (a->buckets == &b->one) {
        a->buckets = &a->one;
    }
    if (b->buckets == &a->one) {
        b->buckets = &b->one;
    }
}

void
hmap_clear(struct hmap *h)
{
    memset(h->buckets, 0, (h->mask + 1) * sizeof *h->buckets);
    h->n = 0;
}

static int
resize(struct hmap *h, size_t n_buckets)
{
    if (n_buckets > SIZE_MAX / sizeof(struct hnode *)) {
        return -E_NOMEM;
    }
    struct hnode **buckets = mem_zalloc(n_buckets * sizeof *buckets);
    if (!buckets) {
        return -E_NOMEM;
    }
    for (size_t i = 0; i <= h->mask; i++) {
        for (struct hnode *node = h->buckets[i], *next; node; node = next) {
            next = node->next;
            struct hnode **bucket = &buckets[node->hash & (n_buckets - 1)];
            node->next = *bucket;
            *bucket = node;
        }
    }
    free_buckets(h);
    h->buckets = buckets;
    h->mask = n_buckets - 1;
    return 0;
}

int
hmap_reserve(struct hmap *h, size_t n)
{
    size_t n_buckets = h->mask + 1;
    while (n_buckets < n) {
        n_buckets *= 2;
    }
    return n_buckets == h->mask + 1 ? 0 : resize(h, n_buckets);
}

void
hmap_grow(struct hmap *h)
{
    /* Without memory the chains grow instead. */
    (void)resize(h, (h->mask + 1) * 4);
}

/* ---- Walking while the map changes ----
 *
 * Places are hashes with their bits in reverse. The members of a bucket are those whose hashes
 * end alike, so in this order they are next to each other; and when the map grows, a bucket's
 * members part, but stay in that range. */

static uint32_t
reverse(uint32_t v)
{
    v = (v & 0x55555555u) << 1 | (v >> 1 & 0x55555555u);
    v = (v & 0x33333333u) << 2 | (v >> 2 & 0x33333333u);
    v = (v & 0x0f0f0f0fu) << 4 | (v >> 4 & 0x0f0f0f0fu);
    v = (v & 0x00ff00ffu) << 8 | (v >> 8 & 0x00ff00ffu);
    return v << 16 | v >> 16;
}

/* A map of more buckets than there are hashes leaves those beyond empty. */
static uint32_t
scan_mask(const struct hmap *h)
{
    return h->mask < UINT32_MAX ? (uint32_t)h->mask : UINT32_MAX;
}

struct hnode *
hmap_scan(const struct hmap *h, uint64_t place)
{
    return h->buckets[reverse((uint32_t)place) & scan_mask(h)];
}

uint64_t
hmap_scan_next(const struct hmap *h, uint64_t place)
{
    /* The bits that say which bucket, at the upper end; those below are the way through it. */
    uint32_t below = ~reverse(scan_mask(h));
    return (place | below) + 1;
}

bool
hmap_scan_passed(uint32_t hash, uint64_t place)
{
    return reverse(hash) < place;
}
