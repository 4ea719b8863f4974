/* SPDX-License-Identifier: Apache-2.0 */
/* From a name, a place in the key, or a key to its fields. What the table of fields does not say
 * by itself is worked out of it before main, and constant then. */
#include <string.h>

#include "base/endian.h"
#include "openflow/fields.h"
#include "openflow/words.h"

enum {
    WORD = sizeof(uint64_t),
    KEY_WORDS = (sizeof(struct of_key) + WORD - 1) / WORD,
    N_SLOTS = 1024, /* more than twice as many as there are names */
};

static struct of_field_set by_word[KEY_WORDS]; /* those with bytes in a word of the key */
static struct of_field_set by_place[OF_FIELD_COUNT];
static uint16_t names[N_SLOTS]; /* a field plus one, where the hash of its name or alias leads */
static_assert(2 * OF_FIELD_COUNT < N_SLOTS / 2, "there are free slots");

static size_t
slot_of(const char *name, size_t n)
{
    uint32_t hash = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        hash = hash * 31 + (uint8_t)name[i];
    }
    return (hash ^ hash >> 10) % N_SLOTS;
}

static void
enter_name(const char *name, enum of_field_id id)
{
    size_t slot = slot_of(name, strlen(name));
    while (names[slot]) {
        slot = (slot + 1) % N_SLOTS;
    }
    names[slot] = (uint16_t)(id + 1);
}

static void __attribute__((constructor)) work_out(void)
{
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        const struct of_field *f = &of_fields[id];
        enter_name(f->name, id);
        if (f->alias) {
            enter_name(f->alias, id);
        }
        size_t last = (f->key_ofs + f->key_size - 1u) / WORD;
        for (size_t i = f->key_ofs / WORD; i <= last && !of_field_is_tun_metadata(id); i++) {
            of_field_set_add(&by_word[i], id);
        }
        for (enum of_field_id other = 0; other < OF_FIELD_COUNT; other++) {
            if (of_fields[other].key_ofs == f->key_ofs) {
                of_field_set_add(&by_place[id], other);
            }
        }
    }
}

static bool
has_name(const struct of_field *f, const char *name, size_t n)
{
    return text_is(f->name, name, n) || (f->alias && text_is(f->alias, name, n));
}

enum of_field_id
of_field_find(const char *name, size_t n)
{
    size_t slot = slot_of(name, n);
    while (names[slot] && !has_name(&of_fields[names[slot] - 1], name, n)) {
        slot = (slot + 1) % N_SLOTS;
    }
    if (names[slot]) {
        return (enum of_field_id)(names[slot] - 1);
    }
    const struct of_oxm *oxm = of_oxm_find_name(name, n);
    return oxm ? oxm->field : OF_FIELD_COUNT;
}

static bool
is_zero(const uint8_t *p, size_t n)
{
    uint64_t any = 0, word;
    for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        any |= word;
    }
    while (n--) {
        any |= *p++;
    }
    return !any;
}

/* Adds to SET the fields with bytes in the words of KEY, from FIRST on and before END, that are
 * not 0. */
static void
add_candidates(struct of_field_set *set, const struct of_key *key, size_t first, size_t end)
{
    const uint8_t *p = (const uint8_t *)key;
    for (size_t i = first; i < end; i++) {
        if (!is_zero(p + i * WORD, MIN((size_t)WORD, sizeof *key - i * WORD))) {
            for (size_t j = 0; j < OF_FIELD_SET_WORDS; j++) {
                set->bits[j] |= by_word[i].bits[j];
            }
        }
    }
}

struct of_field_set
of_fields_in(const struct of_key *key)
{
    enum { BLOCK = 8 }; /* words, most of which are 0 all together */
    struct of_field_set may = {{0}}, set = {{0}};
    size_t i = 0;
    for (; i + BLOCK < KEY_WORDS; i += BLOCK) {
        if (!is_zero((const uint8_t *)key + i * WORD, (size_t)BLOCK * WORD)) {
            add_candidates(&may, key, i, i + BLOCK);
        }
    }
    add_candidates(&may, key, i, KEY_WORDS);
    OF_FIELD_SET_EACH (id, &may) {
        if (!of_field_is_zero(id, key)) {
            of_field_set_add(&set, id);
        }
    }
    return set;
}

const struct of_field_set *
of_fields_with_place_of(enum of_field_id id)
{
    return &by_place[id];
}
