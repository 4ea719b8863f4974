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
