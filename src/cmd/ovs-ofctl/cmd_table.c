/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about how tables behave and what they can do. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/names.h"
#include "cmd/ovs-ofctl/talk.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_table_features.h"
#include "openflow/ofp_parts.h"
#include "openflow/words.h"
#include "os/log.h"

/* A setting as the user writes it, and the versions that have it. */
struct table_setting {
    const char *text;
    ofp_versions versions;
    enum ofp_miss miss;
    int eviction, vacancy; /* -1: as it is */
    uint8_t vacancy_down, vacancy_up;
    const char *name; /* NULL: as it is */
};

enum {
    WITH_MISS = 1 << OFP_11 | 1 << OFP_12,
    WITH_NAME = 1 << OFP_13 | 1 << OFP_14 | 1 << OFP_15,
    WITH_EVICTION = 1 << OFP_14 | 1 << OFP_15,
};

static uint8_t
parse_percent(const char *text, size_t n, const char *what)
{
    uint64_t x;
    if (!text_to_u64(text, n, &x) || x > 100) {
        log_fatal("Invalid vacancy %s value \"%.*s\"", what, (int)n, text);
    }
    return (uint8_t)x;
}

static void
parse_vacancy(const char *text, struct table_setting *s)
{
    const char *comma = strchr(text, ',');
    if (!comma || !comma[1]) {
        log_fatal("Vacancy up value missing");
    }
    s->vacancy = 1;
    s->vacancy_down = parse_percent(text, (size_t)(comma - text), "down");
    s->vacancy_up = parse_percent(comma + 1, strlen(comma + 1), "up");
    if (s->vacancy_up < s->vacancy_down) {
        log_fatal("Invalid vacancy range, vacancy up should be greater than vacancy down (%s)",
                  ofp_error_name(OFPBPC_BAD_VALUE));
    }
}

static struct table_setting
parse_setting(const char *text, bool for_all)
{
    static const struct {
        const char *word;
        struct table_setting setting;
    } words[] = {
        {"controller", {NULL, WITH_MISS, OFP_MISS_CONTROLLER, -1, -1, 0, 0, NULL}},
        {"continue", {NULL, WITH_MISS, OFP_MISS_CONTINUE, -1, -1, 0, 0, NULL}},
        {"drop", {NULL, WITH_MISS, OFP_MISS_DROP, -1, -1, 0, 0, NULL}},
        {"evict", {NULL, WITH_EVICTION, OFP_MISS_DEFAULT, 1, -1, 0, 0, NULL}},
        {"noevict", {NULL, WITH_EVICTION, OFP_MISS_DEFAULT, 0, -1, 0, 0, NULL}},
        {"novacancy", {NULL, WITH_EVICTION, OFP_MISS_DEFAULT, -1, 0, 0, 0, NULL}},
    };
    struct table_setting s = {text, WITH_EVICTION, OFP_MISS_DEFAULT, -1, -1, 0, 0, NULL};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(words[i].word, text) == 0) {
            s = words[i].setting;
            s.text = text;
            return s;
        }
    }
    if (strncmp(text, "vacancy:", 8) == 0) {
        parse_vacancy(text + 8, &s);
    } else if (strncmp(text, "name:", 5) == 0 && !for_all) {
        s.versions = WITH_NAME;
        s.name = text + 5;
    } else {
        log_fatal("invalid table_mod setting %s", text);
    }
    return s;
}

/* Connects with one of the versions that have the setting. */
static struct talk *
open_for_setting(struct ofctl *c, const char *target, const struct table_setting *s)
{
    if (s->versions & c->versions) {
        c->versions &= s->versions;
        return talk_open(c, target);
    }
    struct str names = STR_INIT;
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        if (s->versions & (1u << v)) {
            str_putf(&names, "%s%s", names.n ? ", " : "", ofp_version_name(v));
        }
    }
    log_fatal("table_mod '%s' requires one of the OpenFlow versions %s", s->text, names.s);
}

/* What table TABLE is set to now, from OpenFlow 1.4 on. */
static struct ofp_table_config
get_config(struct talk *t, uint8_t table)
{
    struct ofp_table_config found = {.table = table, .eviction_flags = OFP_EVICTION_UNTOLD};
    bool more;
    talk_begin(t, OFPST_TABLE_DESC_REQUEST);
    talk_start(t);
    do {
        struct ofp_msg m;
        struct ofp_table_config config;
        more = talk_next_part(t, &m);
        while (m.id == OFPST_TABLE_DESC_REPLY && rd_left(&m.body) &&
               !ofp_table_desc_get(&m.body, &config)) {
            if (config.table == table) {
                found = config;
            }
        }
    } while (more);
    return found;
}

static void
set_config(struct talk *t, uint8_t table, const struct table_setting *s)
{
    uint8_t msg[64];
    struct wr w = wr_make(msg, sizeof msg);
    struct ofp_table_config config = {.table = table, .miss = s->miss};
    if (talk_version(t) >= OFP_14) {
        config = get_config(t, table);
        config.vacancy_now = 0; /* not ours to say */
        if (s->eviction >= 0) {
            config.eviction = s->eviction;
            config.eviction_flags = OFP_EVICTION_UNTOLD;
        }
        if (s->vacancy >= 0) {
            config.vacancy = s->vacancy;
            config.vacancy_down = s->vacancy_down;
            config.vacancy_up = s->vacancy_up;
        }
    }
    ofp_table_mod_put(&w, talk_version(t), vconn_new_xid(), &config);
    talk_tell_message(t, msg, w.n);
}

/* -- Names of tables, which are among what tables can do -- */

struct table_list {
    struct ofp_table_features *tables;
    size_t n, size;
};

/* What the switch says that its tables can do; any other reply ends the process. */
static struct table_list
get_features(struct ofctl *c, struct talk *t)
{
    struct table_list l = {.n = 0};
    bool more;
    talk_begin(t, OFPST_TABLE_FEATURES_REQUEST);
    talk_start(t);
    do {
        struct ofp_msg m;
        more = talk_next_part(t, &m);
        if (m.id != OFPST_TABLE_FEATURES_REPLY) {
            print_message(stderr, c, t, m.bytes, m.len);
            exit(EXIT_FAILURE);
        }
        while (rd_left(&m.body)) {
            if (l.n == l.size) {
                l.tables = xgrow(l.tables, &l.size, sizeof *l.tables);
            }
            enum ofp_error error = ofp_table_features_get(&m.body, m.version, &l.tables[l.n++]);
            if (error) {
                log_fatal("failed to decode table features reply (%s)", ofp_error_name(error));
            }
        }
    } while (more);
    return l;
}

/* Tells the switch what N tables can do. */
static void
set_features(struct talk *t, const struct ofp_table_features *tables, size_t n)
{
    struct str out = STR_INIT;
    struct ofp_parts parts;
    uint8_t *entry = xalloc(OFP_MSG_MAX);
    ofp_parts_begin(&parts, &out, OFPST_TABLE_FEATURES_REQUEST, talk_version(t), vconn_new_xid());
    for (size_t i = 0; i < n; i++) {
        struct wr w = wr_make(entry, OFP_MSG_MAX);
        ofp_table_features_put(&w, talk_version(t), &tables[i]);
        if (w.bad || ofp_parts_put(&parts, entry, w.n)) {
            log_fatal("table %u: what it can do does not fit in a message", tables[i].table);
        }
    }
    ofp_parts_end(&parts);
    talk_tell_message(t, str_text(&out), out.n);
    os_free(entry);
    str_fini(&out);
}

static void
rename_table(struct ofctl *c, struct talk *t, uint8_t table, const char *name)
{
    struct table_list l = get_features(c, t);
    size_t i = 0;
    while (i < l.n && l.tables[i].table != table) {
        i++;
    }
    if (i == l.n) {
        log_fatal("switch does not have table %u", table);
    }
    struct ofp_table_features *f = &l.tables[i];
    size_t n = MIN(strlen(name), sizeof f->name - 1);
    memset(f->name, 0, sizeof f->name);
    memcpy(f->name, name, n);
    if (talk_version(t) >= OFP_15) {
        f->command = OFP_TABLE_MODIFY;
        f->keeps_properties = true;
        set_features(t, f, 1);
    } else {
        set_features(t, l.tables, l.n); /* tables that are not told of are taken away */
    }
    os_free(l.tables);
}

static uint8_t
parse_table(struct ofctl *c, const char *target, const char *text)
{
    const struct ofp_table_names *names = names_of_tables_to_accept(c, target);
    uint64_t number;
    uint8_t table;
    if (strcasecmp(text, "all") == 0) {
        return OFP_TABLE_ALL;
    }
    if (text_to_u64(text, strlen(text), &number) && number <= UINT8_MAX) {
        return (uint8_t)number;
    }
    if (!names || !names->number(names->aux, text, strlen(text), &table)) {
        log_fatal("unknown table \"%s\"", text);
    }
    return table;
}

void
cmd_mod_table(struct ofctl *c, int argc UNUSED, char *argv[])
{
    uint8_t table = parse_table(c, argv[0], argv[1]);
    struct table_setting s = parse_setting(argv[2], table == OFP_TABLE_ALL);
    struct talk *t = open_for_setting(c, argv[0], &s);
    if (s.name) {
        rename_table(c, t, table, s.name);
    } else {
        set_config(t, table, &s);
    }
    talk_close(t);
}

void
cmd_dump_table_features(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_table_listing listing;
    struct str s = STR_INIT;
    struct talk *t = talk_open(c, argv[0]);
    if (talk_version(t) < OFP_13) {
        log_fatal("dump-table-features needs OpenFlow 1.3 or later ('-O OpenFlow13')");
    }
    const struct ofp_table_names *names = names_of_tables_to_show(c, argv[0]);
    struct table_list l = get_features(c, t);
    ofp_table_listing_init(&listing);
    for (size_t i = 0; i < l.n; i++) {
        ofp_table_listing_put(&s, &listing, &l.tables[i], NULL, names);
    }
    ofp_table_listing_end(&s, &listing, names);
    puts(str_text(&s) + (str_text(&s)[0] == '\n'));
    str_fini(&s);
    os_free(l.tables);
    talk_close(t);
}
