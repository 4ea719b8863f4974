/* SPDX-License-Identifier: Apache-2.0 */
/* text/table: every format against what ovs-vsctl and ovsdb-client print for the same rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/table.h"

static struct table_cell
cell(const char *string, const char *bare, const char *json)
{
    struct table_cell c = {.text = {xstrdup(string), xstrdup(bare)}};
    assert_int_equal(json_read(json, strlen(json), &c.json, NULL), 0);
    return c;
}

/* Two rows as of the Bridge table. */
static struct table *
make(void)
{
    struct table *t = table_new();
    table_add_column(t, "name");
    table_add_column(t, "other_config");
    table_add_column(t, "stp_enable");
    table_add_row(t);
    table_add_cell(t, cell("br0", "br0", "\"br0\""));
    table_add_cell(t, cell("{a=\"x\\\"<&>\", c=\"x,y\"}", "a=x\"<&> c=x,y",
                           "[\"map\",[[\"a\",\"x\\\"<&>\"],[\"c\",\"x,y\"]]]"));
    table_add_cell(t, cell("false", "false", "false"));
    table_add_row(t);
    table_add_cell(t, cell("br1", "br1", "\"br1\""));
    table_add_cell(t, cell("{}", "", "[\"map\",[]]"));
    table_add_cell(t, cell("false", "false", "false"));
    return t;
}

static const struct {
    enum table_format format;
    enum table_data data;
    const char *text;
} vectors[] = {
    {TABLE_TABLE, TABLE_STRING,
     "name other_config          stp_enable\n"
     "---- --------------------- ----------\n"
     "br0  {a=\"x\\\"<&>\", c=\"x,y\"} false\n"
     "br1  {}                    false\n"},
    {TABLE_TABLE, TABLE_BARE,
     "name other_config  stp_enable\n"
     "---- ------------- ----------\n"
     "br0  a=x\"<&> c=x,y false\n"
     "br1                false\n"},
    {TABLE_TABLE, TABLE_JSON_DATA,
     "name  other_config                         stp_enable\n"
     "----- ------------------------------------ ----------\n"
     "\"br0\" [\"map\",[[\"a\",\"x\\\"<&>\"],[\"c\",\"x,y\"]]] false\n"
     "\"br1\" [\"map\",[]]                           false\n"},
    {TABLE_LIST, TABLE_BARE,
     "name                : br0\n"
     "other_config        : a=x\"<&> c=x,y\n"
     "stp_enable          : false\n"
     "\n"
     "name                : br1\n"
     "other_config        : \n"
     "stp_enable          : false\n"},
    {TABLE_CSV, TABLE_STRING,
     "name,other_config,stp_enable\n"
     "br0,\"{a=\"\"x\\\"\"<&>\"\", c=\"\"x,y\"\"}\",false\n"
     "br1,{},false\n"},
    {TABLE_CSV, TABLE_JSON_DATA,
     "name,other_config,stp_enable\n"
     "\"\"\"br0\"\"\",\"[\"\"map\"\",[[\"\"a\"\",\"\"x\\\"\"<&>\"\"],[\"\"c\"\",\"\"x,y\"\"]]]\","
     "false\n"
     "\"\"\"br1\"\"\",\"[\"\"map\"\",[]]\",false\n"},
    {TABLE_HTML, TABLE_STRING,
     "<table border=1>\n"
     "  <tr>\n"
     "    <th>name</th>\n"
     "    <th>other_config</th>\n"
     "    <th>stp_enable</th>\n"
     "  </tr>\n"
     "  <tr>\n"
     "    <td>br0</td>\n"
     "    <td>{a=&quot;x\\&quot;&lt;&amp;&gt;&quot;, c=&quot;x,y&quot;}</td>\n"
     "    <td>false</td>\n"
     "  </tr>\n"
     "  <tr>\n"
     "    <td>br1</td>\n"
     "    <td>{}</td>\n"
     "    <td>false</td>\n"
     "  </tr>\n"
     "</table>\n"},
    {TABLE_JSON, TABLE_STRING,
     "{\"data\":[[\"br0\",[\"map\",[[\"a\",\"x\\\"<&>\"],[\"c\",\"x,y\"]]],false],"
     "[\"br1\",[\"map\",[]],false]],\"headings\":[\"name\",\"other_config\",\"stp_enable\"]}\n"},
};

static void
test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct table *t = make();
        struct table_style style = TABLE_STYLE_INIT;
        struct str out = STR_INIT;
        style.format = vectors[i].format;
        style.data = vectors[i].data;
        table_restart();
        table_format(t, &style, &out);
        assert_string_equal(str_text(&out), vectors[i].text);
        str_fini(&out);
        table_free(t);
    }
}

static void
test_links(void **state)
{
    (void)state;
    struct table *t = table_new();
    table_add_column(t, "_uuid");
    table_add_column(t, "ports");
    table_add_row(t);
    table_add_text(t, "3dd10356-9146-4b85-a0e6-11ec3ef56a9a");
    table_add_text(t, "[15ad43dc-eea0-4de7-b913-21908d0d32f1, x]");
    struct table_style style = {.format = TABLE_HTML};
    struct str out = STR_INIT;
    table_format(t, &style, &out);
    assert_string_equal(
        str_text(&out),
        "<table border=1>\n"
        "  <tr>\n"
        "    <td><a name=\"3dd10356-9146-4b85-a0e6-11ec3ef56a9a\">3dd10356</a></td>\n"
        "    <td>[<a href=\"#15ad43dc-eea0-4de7-b913-21908d0d32f1\">15ad43dc</a>, x]</td>\n"
        "  </tr>\n"
        "</table>\n");
    str_fini(&out);
    table_free(t);
}

static void
test_several(void **state)
{
    (void)state;
    struct str out = STR_INIT;
    struct table_style style = TABLE_STYLE_INIT;
    table_restart();
    for (int i = 0; i < 2; i++) {
        struct table *t = table_new();
        table_set_caption(t, "Bridge table");
        table_add_column(t, "name");
        table_format(t, &style, &out);
        table_free(t);
    }
    assert_string_equal(str_text(&out), "Bridge table\nname\n----\n\nBridge table\nname\n----\n");
    str_fini(&out);
}

static void
test_pretty_json(void **state)
{
    (void)state;
    static const char in[] = "{\"data\":[],\"headings\":[\"name\",{\"b\":[1,[]]}]}";
    json_t *v;
    assert_int_equal(json_read(in, strlen(in), &v, NULL), 0);
    char *text = json_text(v, JSON_WRITE_PRETTY | JSON_WRITE_SORTED);
    assert_string_equal(text, "{\n"
                              "  \"data\": [],\n"
                              "  \"headings\": [\n"
                              "    \"name\",\n"
                              "    {\n"
                              "      \"b\": [\n"
                              "        1,\n"
                              "        []]}]}");
    os_free(text);
    text = json_text(v, JSON_WRITE_SORTED);
    assert_string_equal(text, in);
    os_free(text);
    json_decref(v);
}

static void
test_framer(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int result;
        size_t used;
    } frames[] = {
        {"{}", 1, 2},      {"  {\"a\":\"}\"} {", 1, 11}, {"[[\"\\\"]\"]]x", 1, 9},
        {"{\"a\":", 0, 5}, {"x", -E_SYNTAX, 1},          {"", 0, 0},
        {" \n", 0, 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
        struct json_framer f;
        size_t used = 0;
        size_t n = strlen(frames[i].in);
        json_framer_init(&f);
        assert_int_equal(json_framer_feed(&f, frames[i].in, n, &used), frames[i].result);
        assert_int_equal(used, frames[i].used);
        /* The same a byte at a time. */
        int result = 0;
        json_framer_init(&f);
        for (size_t j = 0; j < n && !result; j++) {
            result = json_framer_feed(&f, frames[i].in + j, 1, &used);
        }
        assert_int_equal(result, frames[i].result);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats), cmocka_unit_test(test_links),
        cmocka_unit_test(test_several), cmocka_unit_test(test_pretty_json),
        cmocka_unit_test(test_framer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
