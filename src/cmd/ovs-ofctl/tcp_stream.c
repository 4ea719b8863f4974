/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ovs-ofctl/tcp_stream.h"

#include "os/mem.h"

struct tcp_segment {
    struct tcp_segment *next;
    uint32_t seq;
    struct str data;
};

/* Appends what of the segment is new; false if something before it is missing. */
static bool
append(struct tcp_stream *s, uint32_t seq, const char *data, size_t n)
{
    int32_t ahead = (int32_t)(seq - s->next);
    if (ahead > 0) {
        return false;
    }
    size_t known = (size_t)(-(int64_t)ahead);
    if (known < n) {
        str_put(&s->data, data + known, n - known);
        s->next += (uint32_t)(n - known);
    }
    return true;
}

/* Appends early segments whose time has come. */
static void
append_early(struct tcp_stream *s)
{
    for (struct tcp_segment **p = &s->early; *p;) {
        struct tcp_segment *segment = *p;
        if (append(s, segment->seq, str_text(&segment->data), segment->data.n)) {
            *p = segment->next;
            str_fini(&segment->data);
            os_free(segment);
            p = &s->early; /* another one may follow it */
        } else {
            p = &segment->next;
        }
    }
}

void
tcp_stream_add(struct tcp_stream *s, uint32_t seq, bool syn, const uint8_t *data, size_t n)
{
    if (syn || !s->has_begun) {
        s->next = seq + syn;
        s->has_begun = true;
    }
    if (append(s, seq + syn, (const char *)data, n)) {
        append_early(s);
        return;
    }
    struct tcp_segment *segment = xalloc(sizeof *segment);
    *segment = (struct tcp_segment){s->early, seq + syn, STR_INIT};
    str_put(&segment->data, (const char *)data, n);
    s->early = segment;
}

void
tcp_stream_fini(struct tcp_stream *s)
{
    for (struct tcp_segment *segment = s->early, *next; segment; segment = next) {
        next = segment->next;
        str_fini(&segment->data);
        os_free(segment);
    }
    str_fini(&s->data);
}
