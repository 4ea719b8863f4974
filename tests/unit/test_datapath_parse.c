/* SPDX-License-Identifier: Apache-2.0 */
/* Packet parsing: vectors whose expected fields agree with what Open vSwitch shows for the same
 * bytes, each also cut at every byte and handed over in pieces. */
#include "datapath_host.h"

#include "datapath/parse.h"

struct vector {
    const char *name, *hex, *fields;
};

static const struct vector vectors[] = {
#define VECTOR(NAME, HEX, FIELDS) {NAME, HEX, FIELDS},
#include "datapath_parse_vectors.def"
#undef VECTOR
};

/* The fields of KEY that exist and are not 0, "name=hex,...". */
static void
format_key(const struct flow_key *key, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned int id = 0; id < FIELD_COUNT; id++) {
        const struct flow_field *f = &flow_fields[id];
        if (id == FIELD_IN_PORT || flow_field_is_zero(id, key) ||
            !flow_prereq_holds(f->prereq, key)) {
            continue;
        }
        uint8_t value[FLOW_FIELD_MAX_SIZE];
        flow_field_get(id, key, value);
        n += (size_t)snprintf(out + n, size - n, "%s%s=", n ? "," : "", f->name);
        for (unsigned int i = 0; i < f->size; i++) {
            n += (size_t)snprintf(out + n, size - n, "%02x", value[i]);
        }
    }
}

static flow_map
parse(struct pkt *p, struct flow_key *key)
{
    p->md.in_port = 7;
    flow_map map = pkt_parse(p, key);
    assert_int_equal(flow_key_map(key) & ~map, 0);
    assert_int_equal(key->in_port, 7);
    assert_true(p->l3 == PKT_NO_LAYER || p->l3 <= p->len);
    assert_true(p->l4 == PKT_NO_LAYER || p->l4 + 8u <= p->len);
    return map;
}

static void
test_vectors(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        const struct vector *v = &vectors[i];
        uint8_t frame[512];
        char text[1024];
        struct flow_key key;
        size_t n = host_unhex(v->hex, frame, sizeof frame);
        struct pkt *p = host_pkt_new(frame, n, 0);
        parse(p, &key);
        format_key(&key, text, sizeof text);
        if (getenv("PRINT_VECTORS")) {
            printf("VECTOR(\"%s\", \"%s\",\n       \"%s\")\n", v->name, v->hex, text);
        } else if (strcmp(text, v->fields)) {
            fail_msg("%s: %s, expected %s", v->name, text, v->fields);
        }
        pkt_free(p);
    }
}

/* Cut anywhere, nothing outside the frame is read and what is left parses to some prefix. */
static void
test_cut_everywhere(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint8_t frame[512];
        size_t n = host_unhex(vectors[i].hex, frame, sizeof frame);
        for (size_t cut = 0; cut <= n; cut++) {
            struct flow_key whole, pieces;
            struct pkt *p = host_pkt_new(frame, cut, 0);
            flow_map map = parse(p, &whole);
            assert_true(cut >= 14 || map == FLOW_BIT_OF(in_port));
            pkt_free(p);
            p = host_pkt_new_split(frame, cut, MIN(cut, cut * 7 % 31));
            assert_true(parse(p, &pieces) == map);
            assert_true(flow_key_equal(&whole, &pieces));
            pkt_free(p);
        }
    }
    assert_int_equal(host_live_packets, 0);
}

static void
test_metadata(void **state UNUSED)
{
    struct flow_key key;
    struct pkt *p = host_pkt_new("0123456789ab\x12\x34", 14, 0);
    p->md = (struct pkt_md){.in_port = 7, .recirc_id = 2, .dp_hash = 3, .priority = 4, .mark = 5};
    parse(p, &key);
    assert_int_equal(key.recirc_id, 2);
    assert_int_equal(key.dp_hash, 3);
    assert_int_equal(key.skb_priority, 4);
    assert_int_equal(key.skb_mark, 5);
    pkt_free(p);
}

/* The table: each row can be set, read back, masked exactly, and found by its name. */
static void
test_fields(void **state UNUSED)
{
    for (unsigned int id = 0; id < FIELD_COUNT; id++) {
        const struct flow_field *f = &flow_fields[id];
        uint8_t in[FLOW_FIELD_MAX_SIZE], out[FLOW_FIELD_MAX_SIZE];
        struct flow_key key = {0};
        memset(in, 0xa5, sizeof in);
        flow_field_set(id, &key, in);
        flow_field_get(id, &key, out);
        assert_memory_equal(in, out, f->size);
        assert_false(flow_field_is_zero(id, &key));
        struct flow_key mask = {0};
        assert_true(flow_field_is_zero(id, &mask));
        flow_field_set_exact(id, &mask);
        assert_true(flow_field_is_exact(id, &mask));
        unsigned int bits = 0;
        for (size_t i = 0; i < sizeof mask; i++) {
            bits += (unsigned int)__builtin_popcount(((uint8_t *)&mask)[i]);
        }
        assert_int_equal(bits, f->bits);
        assert_int_equal(flow_field_find(f->name, strlen(f->name)), id);
    }
    assert_int_equal(flow_field_find("eth", 3), FIELD_COUNT);
    assert_int_equal(flow_field_find("eth_srcx", 8), FIELD_COUNT);
}

static void
test_exact_mask(void **state UNUSED)
{
    struct flow_key key = {0}, mask, prereq = {0};
    key.eth_type = be16_from(ETH_TYPE_IPV4);
    key.nw_proto = IP_PROTO_TCP;
    flow_mask_exact(&mask, &key);
    assert_true(flow_field_is_exact(FIELD_TCP_FLAGS, &mask));
    assert_true(flow_field_is_exact(FIELD_IPV4_DST, &mask));
    assert_true(flow_field_is_zero(FIELD_IPV6_SRC, &mask));
    assert_true(flow_field_is_zero(FIELD_VLAN1_TCI, &mask));
    assert_true(flow_field_is_zero(FIELD_TUN_ID, &mask));
    key.nw_frag = FLOW_FRAG_ANY | FLOW_FRAG_LATER;
    assert_false(flow_prereq_holds(PREREQ_TCP, &key));
    flow_prereq_add_mask(PREREQ_TCP, &prereq);
    assert_int_equal(prereq.nw_frag, FLOW_FRAG_LATER);
    assert_int_equal(prereq.nw_proto, 0xff);
    assert_true(flow_field_is_exact(FIELD_ETH_TYPE, &prereq));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_cut_everywhere),
        cmocka_unit_test(test_metadata), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_exact_mask)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
