/* SPDX-License-Identifier: Apache-2.0 */
/* Running a case: a table of words, each with what it does. What comes out is gathered after each
 * frame that goes in; a line that expects something takes it from there, and what nobody expected
 * fails the case. Everything is asked of the host by messages, so a host is only a transport, and
 * places for frames. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "datapath/messages/client.h"
#include "datapath/messages/nl_flow.h"
#include "datapath/messages/server.h"
#include "dpif/action_text.h"
#include "dpif/flow_text.h"
#include "frame.h"
#include "os/mem.h"

enum { BUFFER = 1 << 18, MAX_OUT = 512, PATIENCE_S = 20 };

struct corpus_run {
    const struct corpus_host *host;
    struct os_loop *loop;
    struct dpif_transport *transport;
    struct msg_client client;
    uint32_t *request, *reply;
    struct wr w; /* over request */
    /* The case. */
    const struct corpus_case *c;
    const struct corpus_line *line;
    bool failed;
    struct frame frame;    /* the last that went in */
    struct frame expected; /* scratch */
    uint32_t in_port;
    struct corpus_frame *out[MAX_OUT]; /* NULL: taken */
    size_t n_out;
    struct upcall *upcalls[MAX_OUT];
    size_t n_upcalls;
    struct upcall *last_upcall; /* the one that was expected last */
    bool marked;                /* the mark came up */
    uint64_t stats[4];          /* of the datapath when the case began: hit, missed, lost */
    uint64_t drops[DROP_COUNT];
};

/* An upcall as it came. */
struct upcall {
    uint8_t cmd;
    size_t n, n_userdata;
    struct flow_key key;
    uint32_t len; /* before truncation */
    uint8_t userdata[DP_USERDATA_MAX];
    uint8_t bytes[]; /* n of them */
};

static void PORT_PRINTF(2, 3) fail(struct corpus_run *r, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%s:%u: %s: \"%s\": ", r->c->file, r->line ? r->line->number : 0, r->c->name,
            r->line ? r->line->text : "the end");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    r->failed = true;
}

static void
print_bytes(const char *what, const uint8_t *p, size_t n)
{
    fprintf(stderr, "    %s, %zu bytes:", what, n);
    for (size_t i = 0; i < n && i < 160; i++) {
        fprintf(stderr, "%s%02x", i % 2 ? "" : " ", p[i]);
    }
    fputc('\n', stderr);
}

/* -- Messages -- */

static void
ask(struct corpus_run *r, enum msg_family family, uint8_t cmd, uint16_t flags)
{
    r->w = wr_make(r->request, BUFFER);
    msg_ask(&r->client, &r->w, family, cmd, flags, DP_SERVER_IFINDEX);
}

static int
send_request(struct corpus_run *r, enum msg_family family, struct msg_attrs *attrs)
{
    struct msg m;
    struct wr reply = wr_make(r->reply, BUFFER);
    msg_end(&r->w, 0);
    int code = r->transport->ops->transact(r->transport, r->request, r->w.n, &reply);
    return code ? code : msg_answer(&r->client, family, r->reply, reply.n, &m, attrs);
}

static bool
make_datapath(struct corpus_run *r)
{
    struct msg_attrs attrs;
    ask(r, MSG_DP, MSG_DP_CMD_NEW, 0);
    nl_put(&r->w, MSG_DP_ATTR_NAME, "ovs-system", sizeof "ovs-system");
    nl_put_u32(&r->w, MSG_DP_ATTR_UPCALL_PID, r->transport->pid);
    int code = send_request(r, MSG_DP, &attrs);
    for (uint32_t no = 1; !code && no <= CORPUS_PORTS; no++) {
        char name[8];
        snprintf(name, sizeof name, "p%u", no);
        ask(r, MSG_VPORT, MSG_VPORT_CMD_NEW, 0);
        nl_put(&r->w, MSG_VPORT_ATTR_NAME, name, strlen(name) + 1);
        nl_put_u32(&r->w, MSG_VPORT_ATTR_TYPE, MSG_VPORT_NETDEV);
        nl_put_u32(&r->w, MSG_VPORT_ATTR_PORT_NO, no);
        nl_put_u32(&r->w, MSG_VPORT_ATTR_UPCALL_PID, r->transport->pid);
        code = send_request(r, MSG_VPORT, &attrs);
    }
    if (code) {
        fprintf(stderr, "%s: no datapath (%s)\n", r->host->name, err_text(code));
    }
    return !code;
}

static void
read_stats(struct corpus_run *r, uint64_t stats[4])
{
    struct msg_attrs attrs;
    ask(r, MSG_DP, MSG_DP_CMD_GET, 0);
    if (send_request(r, MSG_DP, &attrs) || !msg_has(&attrs, MSG_DP_ATTR_STATS)) {
        fail(r, "no statistics");
        return;
    }
    memcpy(stats, attrs.a[MSG_DP_ATTR_STATS].payload, 4 * sizeof *stats);
}

static void
flush(struct corpus_run *r)
{
    struct msg_attrs attrs;
    ask(r, MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    if (send_request(r, MSG_FLOW, &attrs)) {
        fail(r, "flows are not flushed");
    }
}

/* User data that no case has. */
static const char mark[] = "everything before this has come";

static void
receive(void *r_, const struct msg *m)
{
    struct corpus_run *r = r_;
    struct msg_attrs attrs;
    if (m->type != MSG_PACKET || r->n_upcalls == MAX_OUT ||
        msg_get_attrs(MSG_PACKET, m->payload, m->payload_size, &attrs)) {
        return;
    }
    const struct nl_attr *packet = &attrs.a[MSG_PACKET_ATTR_PACKET];
    const struct nl_attr *key = &attrs.a[MSG_PACKET_ATTR_KEY];
    const struct nl_attr *userdata = &attrs.a[MSG_PACKET_ATTR_USERDATA];
    if (userdata->size == sizeof mark && !memcmp(userdata->payload, mark, sizeof mark)) {
        r->marked = true;
        return;
    }
    struct upcall *up = xzalloc(sizeof *up + packet->size);
    up->cmd = m->cmd;
    up->n = packet->size;
    up->n_userdata = userdata->size;
    up->len = msg_u32(&attrs, MSG_PACKET_ATTR_LEN, packet->size);
    if (packet->payload) {
        memcpy(up->bytes, packet->payload, packet->size);
    }
    if (userdata->payload) {
        memcpy(up->userdata, userdata->payload, userdata->size);
    }
    if (!key->payload || nl_flow_get_key(key->payload, key->size, &up->key)) {
        fail(r, "an upcall's key is malformed");
    }
    r->upcalls[r->n_upcalls++] = up;
}

/* -- What came -- */

/* Has a mark sent up: upcalls keep their order, so what comes before it is all there is. */
static int
send_mark(struct corpus_run *r)
{
    static const uint8_t frame[60];
    const struct flow_key key = {.eth_type = be16_from(ETH_TYPE_NOT_ETH)};
    struct msg_attrs attrs;
    ask(r, MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
    nl_put(&r->w, MSG_PACKET_ATTR_PACKET, frame, sizeof frame);
    size_t nest = nl_begin(&r->w, MSG_PACKET_ATTR_KEY);
    nl_flow_put_key(&r->w, &key, NULL);
    nl_end(&r->w, nest);
    uint32_t list[32];
    struct wr w = wr_make(list, sizeof list);
    dp_act_put_userspace(&w, r->transport->pid, mark, sizeof mark);
    nest = nl_begin(&r->w, MSG_PACKET_ATTR_ACTIONS);
    nl_actions_put(&r->w, list, w.n);
    nl_end(&r->w, nest);
    r->marked = false;
    return send_request(r, MSG_PACKET, &attrs);
}

static void
read_upcalls(struct corpus_run *r)
{
    uint64_t end_ns = os_real_ns() + PATIENCE_S * 1000000000u;
    if (send_mark(r)) {
        fail(r, "no mark goes up");
        return;
    }
    while (!r->marked) {
        if (os_real_ns() > end_ns) {
            fail(r, "upcalls do not come to rest");
            return;
        }
        if (r->host->poll) {
            r->host->poll();
        }
        os_loop_turn(r->loop, r->marked ? 0 : 20);
    }
}

static void
gather(struct corpus_run *r)
{
    struct corpus_frame *f = xalloc(sizeof *f);
    while (r->n_out < MAX_OUT && r->host->capture(f)) {
        size_t size = offsetof(struct corpus_frame, bytes) + f->n;
        r->out[r->n_out++] = xmemdup(f, size);
    }
    os_free(f);
    read_upcalls(r);
}

static void
forget(struct corpus_run *r)
{
    for (size_t i = 0; i < r->n_out; i++) {
        os_free(r->out[i]);
    }
    for (size_t i = 0; i < r->n_upcalls; i++) {
        os_free(r->upcalls[i]);
    }
    os_free(r->last_upcall);
    r->last_upcall = NULL;
    r->n_out = r->n_upcalls = 0;
}

/* Nothing may be left of what came. */
static void
expect_no_more(struct corpus_run *r)
{
    for (size_t i = 0; i < r->n_out; i++) {
        if (r->out[i]) {
            fail(r, "unexpected frame out of port %u", r->out[i]->port);
            print_bytes("it is", r->out[i]->bytes, r->out[i]->n);
        }
    }
    for (size_t i = 0; i < r->n_upcalls; i++) {
        if (r->upcalls[i]) {
            fail(r, "unexpected upcall from port %u", r->upcalls[i]->key.in_port);
            print_bytes("it has", r->upcalls[i]->bytes, r->upcalls[i]->n);
        }
    }
    forget(r);
}

/* -- Words -- */

static bool
compose(struct corpus_run *r, const char *text, struct frame *f)
{
    char why[128];
    if (!strcmp(text, "=")) {
        memcpy(f->bytes, r->frame.bytes, r->frame.n);
        f->n = r->frame.n;
        return true;
    }
    if (!frame_compose(text, f, why)) {
        fail(r, "%s", why);
        return false;
    }
    return true;
}

static int
put_flow(struct corpus_run *r, const char *key_text, const char *actions_text)
{
    struct flow_key key, mask;
    struct msg_attrs attrs;
    struct err e = {.text = ""};
    static uint32_t list[DP_ACTIONS_MAX / 4];
    struct wr w = wr_make(list, sizeof list);
    if (flow_text_parse(key_text, NULL, &key, &mask, NULL, &e) ||
        action_text_parse(actions_text, NULL, &w, &e)) {
        fail(r, "%s", e.text);
        return 0;
    }
    ask(r, MSG_FLOW, MSG_FLOW_CMD_NEW, MSG_F_CREATE);
    size_t nest = nl_begin(&r->w, MSG_FLOW_ATTR_KEY);
    nl_flow_put_key(&r->w, &key, &mask);
    nl_end(&r->w, nest);
    nest = nl_begin(&r->w, MSG_FLOW_ATTR_MASK);
    nl_flow_put_mask(&r->w, &key, &mask);
    nl_end(&r->w, nest);
    nest = nl_begin(&r->w, MSG_FLOW_ATTR_ACTIONS);
    nl_actions_put(&r->w, list, w.n);
    nl_end(&r->w, nest);
    return send_request(r, MSG_FLOW, &attrs);
}

/* TEXT with the runner's port id in the place of every "PID". */
static char *
put_pid(const struct corpus_run *r, const char *text)
{
    struct str s = STR_INIT;
    for (const char *pid; (pid = strstr(text, "PID")); text = pid + 3) {
        str_put(&s, text, (size_t)(pid - text));
        str_putf(&s, "%u", r->transport->pid);
    }
    str_puts(&s, text);
    return str_take(&s);
}

/* TEXT as "KEY -> ACTIONS", where PID in the actions is the runner's port id. */
static int
put_flow_text(struct corpus_run *r, const char *text)
{
    const char *arrow = strstr(text, "->");
    if (!arrow) {
        fail(r, "no \"->\"");
        return 0;
    }
    size_t n = (size_t)(arrow - text);
    while (n && text[n - 1] == ' ') {
        n--;
    }
    char *key = xmemdup0(text, n), *actions = put_pid(r, arrow + 2 + strspn(arrow + 2, " "));
    int code = put_flow(r, key, actions);
    os_free(actions);
    os_free(key);
    return code;
}

/* flow KEY -> ACTIONS */
static void
run_flow(struct corpus_run *r, const char *text)
{
    int code = put_flow_text(r, text);
    if (code) {
        fail(r, "the flow is refused (%s)", err_text(code));
    }
}

/* refused KEY -> ACTIONS: no such flow is taken. */
static void
run_refused(struct corpus_run *r, const char *text)
{
    if (!put_flow_text(r, text)) {
        fail(r, "the flow is taken");
    }
}

/* in PORT FRAME */
static void
run_in(struct corpus_run *r, const char *text)
{
    char *rest;
    expect_no_more(r);
    r->in_port = (uint32_t)strtoul(text, &rest, 10);
    if (compose(r, rest + strspn(rest, " "), &r->frame)) {
        r->host->inject(r->in_port, r->frame.bytes, r->frame.n);
        gather(r);
    }
}

/* Takes a frame like the expected one out of those that left PORT. */
static void
take_output(struct corpus_run *r, uint32_t port)
{
    const struct frame *f = &r->expected;
    const struct corpus_frame *other = NULL;
    for (size_t i = 0; i < r->n_out; i++) {
        struct corpus_frame *out = r->out[i];
        if (out && out->port == port) {
            if (out->n == f->n && !memcmp(out->bytes, f->bytes, f->n)) {
                os_free(out);
                r->out[i] = NULL;
                return;
            }
            other = other ? other : out;
        }
    }
    fail(r, "no such frame leaves port %u", port);
    print_bytes("expected", f->bytes, f->n);
    if (other) {
        print_bytes("but there is", other->bytes, other->n);
    }
}

/* out PORT[,PORT…] FRAME */
static void
run_out(struct corpus_run *r, const char *text)
{
    const char *frame = strchr(text, ' ');
    if (!frame || !compose(r, frame + 1, &r->expected)) {
        fail(r, "no frame");
        return;
    }
    for (const char *p = text; p < frame; p += strspn(p, ",")) {
        char *end;
        take_output(r, (uint32_t)strtoul(p, &end, 10));
        p = end;
    }
}

/* Takes the first upcall of kind CMD, whose frame is the expected one. */
static void
take_upcall(struct corpus_run *r, uint8_t cmd)
{
    const struct frame *f = &r->expected;
    size_t i = 0;
    while (i < r->n_upcalls && (!r->upcalls[i] || r->upcalls[i]->cmd != cmd)) {
        i++;
    }
    os_free(r->last_upcall);
    r->last_upcall = NULL;
    if (i == r->n_upcalls) {
        fail(r, "no such upcall");
        return;
    }
    r->last_upcall = r->upcalls[i];
    r->upcalls[i] = NULL;
    if (r->last_upcall->n != f->n || memcmp(r->last_upcall->bytes, f->bytes, f->n)) {
        fail(r, "another frame goes up");
        print_bytes("expected", f->bytes, f->n);
        print_bytes("but it is", r->last_upcall->bytes, r->last_upcall->n);
    }
}

/* miss [FRAME] */
static void
run_miss(struct corpus_run *r, const char *text)
{
    if (compose(r, *text ? text : "=", &r->expected)) {
        take_upcall(r, MSG_PACKET_CMD_MISS);
    }
}

/* action USERDATA FRAME, the data in hexadecimal, "-" for none */
static void
run_action(struct corpus_run *r, const char *text)
{
    const char *frame = strchr(text, ' ');
    char hex[2 * DP_USERDATA_MAX + 2] = "-";
    if (!frame || !compose(r, frame + 1, &r->expected)) {
        fail(r, "no frame");
        return;
    }
    take_upcall(r, MSG_PACKET_CMD_ACTION);
    const struct upcall *up = r->last_upcall;
    for (size_t i = 0; up && i < up->n_userdata; i++) {
        snprintf(hex + 2 * i, 3, "%02x", up->userdata[i]);
    }
    size_t n = (size_t)(frame - text);
    if (up && (strlen(hex) != n || strncmp(hex, text, n))) {
        fail(r, "its data is %s", hex);
    }
}

/* len N: the last upcall's packet had N bytes before it was cut. */
static void
run_len(struct corpus_run *r, const char *text)
{
    if (r->last_upcall && r->last_upcall->len != strtoul(text, NULL, 0)) {
        fail(r, "it was %u", r->last_upcall->len);
    }
}

/* key KEY: the last upcall's key is so, as far as KEY says. */
static void
run_key(struct corpus_run *r, const char *text)
{
    struct flow_key key, mask;
    struct err e = {.text = ""};
    if (flow_text_parse(text, NULL, &key, &mask, NULL, &e)) {
        fail(r, "%s", e.text);
    } else if (r->last_upcall && !flow_key_equal_masked(&r->last_upcall->key, &key, &mask)) {
        struct str s = STR_INIT;
        flow_text_put(&s, &r->last_upcall->key, NULL, NULL, 0);
        fail(r, "the key is %s", str_text(&s));
        str_fini(&s);
    }
}

/* nokey WORD…: the last upcall's key shows none of these words. */
static void
run_nokey(struct corpus_run *r, const char *text)
{
    struct str s = STR_INIT;
    if (!r->last_upcall) {
        return;
    }
    flow_text_put(&s, &r->last_upcall->key, NULL, NULL, 0);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, " ");
        char *word = xasprintf("%.*s", (int)n, p);
        if (strstr(str_text(&s), word)) {
            fail(r, "the key is %s", str_text(&s));
        }
        os_free(word);
        p += n + strspn(p + n, " ");
    }
    str_fini(&s);
}

/* drop REASON [N]: since the case began. */
static void
run_drop(struct corpus_run *r, const char *text)
{
    uint64_t now[DROP_COUNT];
    size_t n = strcspn(text, " "), i = 0;
    uint64_t expected = text[n] ? strtoull(text + n, NULL, 10) : 1;
    while (i < DROP_COUNT &&
           (strlen(drop_infos[i].name) != n || strncmp(drop_infos[i].name, text, n))) {
        i++;
    }
    if (i == DROP_COUNT) {
        fail(r, "no such reason");
    } else if (r->host->drops) {
        r->host->drops(now);
        if (now[i] - r->drops[i] != expected) {
            fail(r, "it is %" PRIu64, now[i] - r->drops[i]);
        }
    }
}

/* hit N, missed N, lost N: since the case began; flows N. */
static void
check_stat(struct corpus_run *r, size_t i, const char *text)
{
    uint64_t now[4] = {0};
    read_stats(r, now);
    uint64_t got = i == 3 ? now[i] : now[i] - r->stats[i];
    if (got != strtoull(text, NULL, 10)) {
        fail(r, "it is %" PRIu64, got);
    }
}

static void
run_hit(struct corpus_run *r, const char *text)
{
    check_stat(r, 0, text);
}

static void
run_missed(struct corpus_run *r, const char *text)
{
    check_stat(r, 1, text);
}

static void
run_lost(struct corpus_run *r, const char *text)
{
    check_stat(r, 2, text);
}

static void
run_flows(struct corpus_run *r, const char *text)
{
    check_stat(r, 3, text);
}

static const struct {
    const char *word;
    void (*run)(struct corpus_run *, const char *text);
} words[] = {
    {"flow", run_flow},   {"refused", run_refused}, {"in", run_in},   {"out", run_out},
    {"miss", run_miss},   {"action", run_action},   {"len", run_len}, {"key", run_key},
    {"nokey", run_nokey}, {"drop", run_drop},       {"hit", run_hit}, {"missed", run_missed},
    {"lost", run_lost},   {"flows", run_flows},
};

static void
run_line(struct corpus_run *r, const char *text)
{
    size_t n = strcspn(text, " "), i = 0;
    while (i < ARRAY_LEN(words) &&
           (strlen(words[i].word) != n || strncmp(words[i].word, text, n))) {
        i++;
    }
    if (i == ARRAY_LEN(words)) {
        fail(r, "no such word");
        return;
    }
    words[i].run(r, text + n + strspn(text + n, " "));
}

/* -- Outside -- */

struct corpus_run *
corpus_start(const struct corpus_host *host)
{
    struct corpus_run *r = xzalloc(sizeof *r);
    r->host = host;
    r->loop = os_loop_new();
    r->request = xalloc(BUFFER);
    r->reply = xalloc(BUFFER);
    msg_client_init(&r->client);
    if (!host->start(r->loop, &r->transport)) {
        corpus_stop(r);
        return NULL;
    }
    if (r->transport->ops->listen(r->transport, 0, receive, r) || !make_datapath(r)) {
        corpus_stop(r);
        return NULL;
    }
    return r;
}

bool
corpus_run_case(struct corpus_run *r, const struct corpus_case *c)
{
    r->c = c;
    r->line = NULL;
    r->failed = false;
    r->frame.n = 0;
    read_stats(r, r->stats);
    if (r->host->drops) {
        r->host->drops(r->drops);
    }
    for (size_t i = 0; i < c->n_lines; i++) {
        r->line = &c->lines[i];
        run_line(r, r->line->text);
    }
    r->line = NULL;
    expect_no_more(r);
    flush(r);
    return !r->failed;
}

void
corpus_stop(struct corpus_run *r)
{
    if (r) {
        forget(r);
        if (r->transport) {
            r->transport->ops->close(r->transport);
            r->host->stop();
        }
        os_free(r->request);
        os_free(r->reply);
        os_loop_free(r->loop);
        os_free(r);
    }
}
