/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the Windows driver's device, in the stand-in kernel. The input is a program: each
 * step opens a handle, closes or cancels something, sends a frame from a port of the simulated
 * switch, or an ioctl with any code, sizes and bytes, some of them with the headers of a message
 * put in front. Every request must end, once, with no more bytes than there is room for, and
 * nothing may be left when all handles are closed; the stand-in kernel and the sanitizers watch.
 */
#include <stdlib.h>
#include <string.h>

#include "native/native.h"
#include "simswitch/simswitch.h"

#undef ASSERT

#include "datapath/messages/ioctl.h"
#include "datapath/messages/server.h"

DRIVER_INITIALIZE DriverEntry;

enum { HANDLES = 4, WAITS = 6, OUT_SIZE = OVSEXT_WAIT_MIN + 8, IN_SIZE = 4096 };

struct handle {
    struct native_file *file;
    struct native_request *waits[WAITS];
};

static struct handle handles[HANDLES];
static uint32_t out_buffer[OUT_SIZE / 4];
static char reply[1 << 16];

static void
command(const char *line)
{
    if (sim_command(line, reply, sizeof reply)) {
        abort();
    }
}

static void
start_once(void)
{
    static bool started;
    NTSTATUS status;
    if (started) {
        return;
    }
    started = true;
    native_start(1);
    sim_start();
    if (!native_driver_load(DriverEntry, "OVSExt", &status)) {
        abort();
    }
    command("switch sw");
    command("plug sw 1 external Ethernet0");
    command("plug sw 3 vm a");
}

/* Gives back the waits of H that are over, or all of them, cancelled. */
static void
reap(struct handle *h, bool all)
{
    for (int i = 0; i < WAITS; i++) {
        NTSTATUS status;
        size_t n;
        if (!h->waits[i]) {
            continue;
        }
        if (all) {
            native_request_cancel(h->waits[i]);
        }
        if (native_request_wait(h->waits[i], all ? 10000 : 0, &status, &n)) {
            native_request_free(h->waits[i]);
            h->waits[i] = NULL;
        } else if (all) {
            abort();
        }
    }
}

static void
close_handle(struct handle *h)
{
    if (h->file) {
        struct native_file *file = h->file;
        h->file = NULL;
        native_close(file); /* ends the waits */
        reap(h, true);
    }
}

static void
open_handle(struct handle *h, bool greet)
{
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    size_t n;
    close_handle(h);
    if (native_open(OVSEXT_DEVICE, &h->file) != STATUS_SUCCESS) {
        abort();
    }
    if (greet &&
        native_control(h->file, OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello, &n)) {
        abort();
    }
}

static void
wait_ioctl(struct handle *h, size_t in_size, size_t out_size)
{
    reap(h, false);
    for (int i = 0; i < WAITS; i++) {
        if (!h->waits[i]) {
            h->waits[i] = native_request_send(h->file, OVSEXT_WAIT, out_buffer, (ULONG)in_size,
                                              out_buffer, (ULONG)out_size);
            return;
        }
    }
}

/* The N bytes at P as a request, in OUT; with headers in front where MEND says so. */
static size_t
make_request(const uint8_t *p, size_t n, bool mend, uint8_t *out)
{
    if (!mend || n < 4) {
        if (n) {
            memcpy(out, p, n);
        }
        return n;
    }
    struct wr w = wr_make(out, IN_SIZE);
    const struct msg m = {.type = (uint16_t)(MSG_DP + p[0] % 6),
                          .cmd = (uint8_t)(p[1] % 6),
                          .flags = (uint16_t)(MSG_F_REQUEST | (p[2] & 1 ? MSG_F_DUMP : 0) |
                                              (p[2] & 2 ? MSG_F_ECHO : 0) |
                                              (p[2] & 4 ? MSG_F_CREATE : 0)),
                          .version = 1,
                          .dp_ifindex = p[3] & 1 ? DP_SERVER_IFINDEX : 0};
    msg_begin(&w, &m);
    wr_bytes(&w, p + 4, n - 4);
    msg_end(&w, 0);
    return w.n;
}

static void
ioctl(struct handle *h, struct rd *r)
{
    static const uint32_t codes[] = {OVSEXT_HELLO, OVSEXT_SUBSCRIBE, OVSEXT_TRANSACT, OVSEXT_DUMP,
                                     OVSEXT_WAIT,  OVSEXT_TRANSACT,  OVSEXT_DUMP,     0};
    static const uint32_t sizes[] = {0,
                                     1,
                                     4,
                                     8,
                                     63,
                                     64,
                                     100,
                                     256,
                                     512,
                                     1024,
                                     4096,
                                     65536,
                                     OVSEXT_WAIT_MIN - 1,
                                     OVSEXT_WAIT_MIN,
                                     OUT_SIZE,
                                     OVSEXT_WAIT_MIN};
    uint8_t kind = rd_u8(r), shape = rd_u8(r);
    uint32_t code = codes[kind & 7] ? codes[kind & 7] : OVSEXT_CONTROL(0x7feu + shape, kind >> 6);
    size_t out_size = sizes[shape & 15], n = rd_u16(r) % 1024, n_done;
    if ((code & 3) == METHOD_NEITHER || (code & 3) == METHOD_IN_DIRECT) {
        return;
    }
    n = MIN(n, rd_left(r));
    const uint8_t *p = rd_take(r, n);
    if (code == OVSEXT_WAIT) {
        wait_ioctl(h, kind & 8 ? n : 0, out_size);
        return;
    }
    uint8_t *request = malloc(IN_SIZE); /* so that the sanitizer sees its end */
    size_t size = make_request(p, n, kind & 16, request);
    native_control(h->file, code, request, (ULONG)size, out_buffer, (ULONG)out_size, &n_done);
    free(request);
}

static void
send_frame(struct rd *r)
{
    size_t n = (size_t)rd_u8(r) + 14;
    n = MIN(n, rd_left(r));
    struct sim_frame frame = {rd_take(r, n), n};
    if (n >= 14) {
        sim_send("sw", r->end - r->p & 1 ? 1 : 3, &frame, 1);
    }
}

static void
step(struct rd *r)
{
    uint8_t what = rd_u8(r);
    struct handle *h = &handles[what >> 4 & 3];
    switch (what & 15) {
    case 0:
        open_handle(h, what & 64);
        break;
    case 1:
        close_handle(h);
        break;
    case 2:
        reap(h, true);
        break;
    case 3:
        send_frame(r);
        break;
    default:
        if (!h->file) {
            open_handle(h, true);
        }
        ioctl(h, r);
    }
}

/* Everything as before the first step: no handles, no datapath, nothing delivered. */
static void
end(void)
{
    uint8_t request[64];
    size_t n;
    for (int i = 0; i < HANDLES; i++) {
        close_handle(&handles[i]);
    }
    open_handle(&handles[0], true);
    n = make_request((const uint8_t[]){0, MSG_DP_CMD_DEL, 0, 1}, 4, true, request);
    native_control(handles[0].file, OVSEXT_TRANSACT, request, (ULONG)n, out_buffer, 4096, &n);
    close_handle(&handles[0]);
    command("quiesce sw 20000");
    command("take sw 1");
    command("take sw 3");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start_once();
    struct rd r = rd_make(data, size);
    for (int i = 0; i < 64 && rd_left(&r); i++) {
        step(&r);
    }
    end();
    return 0;
}
