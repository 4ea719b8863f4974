/* SPDX-License-Identifier: Apache-2.0 */
/* Names that begin alike are told together. Here the packaged ovs-ofctl 3.1 has a fault that is
 * not copied: it takes what the first two have in common for what all have. */
#include "openflow/field_set.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openflow/match_oxm.h"

enum place {
#define FIELD(ID) PLACE_##ID,
#include "openflow/field_order.def"
#undef FIELD
};

static const uint16_t order[] = {
#define FIELD(ID) OF_##ID,
#include "openflow/field_order.def"
#undef FIELD
};
static_assert(ARRAY_LEN(order) == OF_FIELD_COUNT, "a place for each");

static const uint16_t places[OF_FIELD_COUNT] = {
#define FIELD(ID) [OF_##ID] = PLACE_##ID,
#include "openflow/field_order.def"
#undef FIELD
};

bool
of_field_set_is_empty(const struct of_field_set *set)
{
    size_t i = 0;
    while (i < OF_FIELD_SET_WORDS && !set->bits[i]) {
        i++;
    }
    return i == OF_FIELD_SET_WORDS;
}

enum of_field_id
of_field_at(size_t place)
{
    return (enum of_field_id)order[place];
}

size_t
of_field_place(enum of_field_id id)
{
    return places[id];
}

/* -- Text -- */

/* Part of an ordered list of names, without what was told of them already. */
struct names {
    const char *const *names;
    size_t n, skip;
};

static const char *
name_of(const struct names *l, size_t i)
{
    return l->names[i] + l->skip;
}

/* Where the digits at the end of NAME begin. */
static size_t
stem_len(const char *name)
{
    size_t n = strlen(name);
    while (n && isdigit((unsigned char)name[n - 1])) {
        n--;
    }
    return n;
}

/* How many names from I on count upwards: reg0, reg1, reg2. */
static size_t
run_len(const struct names *l, size_t i)
{
    const char *first = name_of(l, i);
    size_t stem = stem_len(first), n = 1;
    if (!first[stem]) {
        return 1;
    }
    unsigned long number = strtoul(first + stem, NULL, 10);
    for (; i + n < l->n; n++) {
        const char *next = name_of(l, i + n);
        if (stem_len(next) != stem || memcmp(next, first, stem) ||
            strtoul(next + stem, NULL, 10) != number + n) {
            break;
        }
    }
    return n;
}

/* How many names from I on begin alike, up to an underscore that *PREFIX_LEN includes. */
static size_t
group_len(const struct names *l, size_t i, size_t *prefix_len)
{
    const char *first = name_of(l, i), *end = strchr(first, '_');
    size_t n = 1;
    if (!end) {
        return 1;
    }
    *prefix_len = (size_t)(end - first) + 1;
    while (i + n < l->n && !strncmp(name_of(l, i + n), first, *prefix_len)) {
        n++;
    }
    return n;
}

static void put_names(struct str *s, const struct names *l, char separator);

/* Appends what begins with the PREFIX_LEN characters that all of GROUP have. */
static void
put_group(struct str *s, struct names group, size_t prefix_len)
{
    size_t inner_len;
    str_put(s, name_of(&group, 0), prefix_len);
    group.skip += prefix_len;
    bool is_one = group_len(&group, 0, &inner_len) == group.n && run_len(&group, 0) < group.n;
    str_puts(s, is_one ? "" : "{");
    put_names(s, &group, ',');
    str_puts(s, is_one ? "" : "}");
}

enum { RUN_MIN = 3 };

static void
put_names(struct str *s, const struct names *l, char separator)
{
    for (size_t i = 0, n; i < l->n; i += n) {
        size_t prefix_len, run = run_len(l, i), group = group_len(l, i, &prefix_len);
        str_put_repeat(s, separator, i != 0);
        if (run >= RUN_MIN) {
            n = run;
            str_putf(s, "%s...%s", name_of(l, i), name_of(l, i + n - 1));
        } else if (group > 1) {
            n = group;
            put_group(s, (struct names){l->names + i, n, l->skip}, prefix_len);
        } else {
            n = 1;
            str_puts(s, name_of(l, i));
        }
    }
}

void
of_field_set_put(struct str *s, const struct of_field_set *set)
{
    const char *names[OF_FIELD_COUNT];
    struct names all = {names, 0, 0};
    for (size_t place = 0; place < OF_FIELD_COUNT; place++) {
        enum of_field_id id = of_field_at(place);
        if (of_field_set_has(set, id)) {
            names[all.n++] = of_fields[id].name;
        }
    }
    put_names(s, &all, ' ');
}

/* -- Headers -- */

enum { TUN_METADATA_MAX = 127 };

static bool
has_its_length(enum of_field_id id, size_t len)
{
    return of_field_is_tun_metadata(id) ? len <= TUN_METADATA_MAX : len == of_fields[id].wire;
}

enum ofp_error
of_field_set_get(struct rd *r, struct of_field_set *set, struct of_field_set *masked)
{
    *set = (struct of_field_set){{0}};
    if (masked) {
        *masked = (struct of_field_set){{0}};
    }
    while (rd_left(r)) {
        const struct of_oxm *oxm;
        bool has_mask;
        size_t len;
        if (!of_oxm_get_header(r, &oxm, &has_mask, &len)) {
            return OFPBMC_BAD_LEN;
        }
        bool known = oxm && has_its_length(oxm->field, len);
        if (known && has_mask && !masked) {
            return OFPBMC_BAD_MASK;
        }
        if (known) {
            of_field_set_add(set, oxm->field);
        }
        if (known && has_mask && masked) {
            of_field_set_add(masked, oxm->field);
        }
    }
    return OFP_OK;
}

void
of_field_set_put_headers(struct wr *w, const struct of_field_set *set,
                         const struct of_field_set *masked, enum ofp_version version)
{
    for (size_t place = 0; place < OF_FIELD_COUNT; place++) {
        enum of_field_id id = of_field_at(place);
        const struct of_oxm *oxm = of_field_set_has(set, id) ? of_oxm_for(id, version) : NULL;
        if (oxm) {
            bool has_mask = masked && of_field_set_has(masked, id);
            of_oxm_put_header(w, oxm, has_mask, of_fields[id].wire);
        }
    }
}
