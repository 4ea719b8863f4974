/* SPDX-License-Identifier: Apache-2.0 */
/* Two handles make a client. The one that answers are asked on is synchronous. The other is the
 * client as the driver knows it: its pid gets upcalls, and several WAITs are pended on it. They
 * complete to a port, in the order in which the driver completed them; a thread takes them from
 * there, hands them over in that order and wakes the loop, which reads the messages and pends
 * the buffer again. Closing cancels what is pended and waits for the last of it, so no buffer is
 * freed while the driver has it. */
#include "netdev/windows/ovsext_device.h"

#include <windows.h>

#include "base/list.h"
#include "datapath/messages/ioctl.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(ovsext);

enum { N_WAITS = 8, DUMP_SIZE = 1 << 17 };
static_assert(N_WAITS <= OVSEXT_WAITS, "as many as the driver takes");

/* One WAIT: with the driver, on the way to the loop, or at rest. */
struct wait {
    OVERLAPPED overlapped;
    struct list node; /* in ovsext.arrived */
    DWORD n;          /* bytes that came */
    DWORD error;
    void *buffer;
};

struct ovsext {
    HANDLE calls, waits;
    HANDLE port;
    uint32_t pid;
    uint32_t *dump_buffer;
    bool dumping;
    /* What arrives. */
    struct os_wake *wake;
    uv_thread_t thread;
    bool has_thread;
    struct wait wait[N_WAITS];
    uv_mutex_t lock;
    struct list arrived;    /* under the lock, as are */
    unsigned int n_pending; /* those that the driver has, and */
    bool closing;
    void (*receive)(void *aux, const struct msg *);
    void *aux;
};

/* -- Calls -- */

/* What the driver says, where that differs from what the same error means of a file. */
static int
code_of(DWORD error)
{
    static const struct {
        DWORD error;
        int code;
    } codes[] = {
        {ERROR_FILE_NOT_FOUND, -E_NODEV},    {ERROR_PATH_NOT_FOUND, -E_NODEV},
        {ERROR_BAD_COMMAND, -E_NODEV},       {ERROR_DEVICE_REMOVED, -E_NODEV},

        {ERROR_INVALID_HANDLE, -E_NODEV},    {ERROR_INSUFFICIENT_BUFFER, -E_OVERFLOW},
        {ERROR_REVISION_MISMATCH, -E_PROTO}, {ERROR_NO_SYSTEM_RESOURCES, -E_NOMEM},
        {ERROR_NOT_ENOUGH_QUOTA, -E_NOBUFS},
    };
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i].error == error) {
            return codes[i].code;
        }
    }
    return err_from_win32(error);
}

/* A control on a synchronous handle; *N_OUT is its room, then what was written. */
static int
control(HANDLE h, DWORD code, const void *in, size_t n_in, void *out, size_t *n_out)
{
    DWORD n = 0;
    if (n_in > OVSEXT_IN_MAX) {
        return -E_MSGSIZE;
    }
    DWORD room = (DWORD)MIN(*n_out, (size_t)MAXDWORD);
    if (!DeviceIoControl(h, code, (void *)(uintptr_t)in, (DWORD)n_in, out, room, &n, NULL)) {
        return code_of(GetLastError());
    }
    *n_out = n;
    return 0;
}

/* The same on the handle of WAITs, which is not synchronous. The low bit of the event keeps its
 * completion from the port. */
static int
control_waits(struct ovsext *x, DWORD code, const void *in, size_t n_in, void *out, size_t n_out)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    OVERLAPPED overlapped = {.hEvent = (HANDLE)((uintptr_t)event | 1)};
    DWORD n = 0, error = 0;
    if (!event) {
        return code_of(GetLastError());
    }
    if (!DeviceIoControl(x->waits, code, (void *)(uintptr_t)in, (DWORD)n_in, out, (DWORD)n_out,
                         NULL, &overlapped)) {
        error = GetLastError();
    }
    if (error == ERROR_IO_PENDING || !error) {
        error = WaitForSingleObject(event, INFINITE) == WAIT_OBJECT_0 &&
                        GetOverlappedResult(x->waits, &overlapped, &n, FALSE)
                    ? 0
                    : GetLastError();
    }
    CloseHandle(event);
    return error ? code_of(error) : n == n_out ? 0 : -E_PROTO;
}

int
ovsext_transact(struct ovsext *x, const void *request, size_t n, struct wr *reply)
{
    size_t room = reply->size - reply->n;
    int code = control(x->calls, OVSEXT_TRANSACT, request, n, reply->start + reply->n, &room);
    if (!code) {
        reply->n += room;
    }
    return code;
}

/* Gives EACH the messages of one buffer; *DONE when the last of the dump was among them. */
static int
read_dumped(const void *p, size_t n, bool *done, void (*each)(void *aux, const struct msg *),
            void *aux)
{
    struct rd r = rd_make(p, n);
    for (struct msg m; msg_next(&r, &m);) {
        *done = m.type == MSG_TYPE_DONE || m.type == MSG_TYPE_ERROR;
        each(aux, &m);
    }
    return r.bad || (!n && !*done) ? -E_PROTO : 0;
}

int
ovsext_dump(struct ovsext *x, const void *request, size_t n,
            void (*each)(void *aux, const struct msg *), void *aux)
{
    if (x->dumping) {
        return -E_BUSY;
    }
    bool done = false;
    int code = 0;
    x->dumping = true;
    while (!code && !done) {
        size_t room = DUMP_SIZE;
        code = control(x->calls, OVSEXT_DUMP, request, n, x->dump_buffer, &room);
        code = code ? code : read_dumped(x->dump_buffer, room, &done, each, aux);
        n = 0; /* go on */
    }
    x->dumping = false;
    return code;
}

/* -- What arrives -- */

/* Gives W to the driver; the loop's thread, which outlives it. */
static void
pend(struct ovsext *x, struct wait *w)
{
    w->overlapped = (OVERLAPPED){.Internal = 0};
    uv_mutex_lock(&x->lock);
    x->n_pending++;
    uv_mutex_unlock(&x->lock);
    if (!DeviceIoControl(x->waits, OVSEXT_WAIT, NULL, 0, w->buffer, OVSEXT_WAIT_MIN, NULL,
                         &w->overlapped) &&
        GetLastError() != ERROR_IO_PENDING) {
        static struct log_rate rate = LOG_RATE(1, 5);
        log_limited(&rate, LOG_WARN, "upcalls stop: the driver takes no wait (%s)",
                    err_text(code_of(GetLastError())));
        uv_mutex_lock(&x->lock);
        x->n_pending--;
        uv_mutex_unlock(&x->lock);
    }
}

/* Notes that a WAIT came back, unless OVERLAPPED is NULL; false when the thread is to end. */
static bool
arrive(struct ovsext *x, OVERLAPPED *overlapped, DWORD n, DWORD error)
{
    uv_mutex_lock(&x->lock);
    if (overlapped) {
        struct wait *w = CONTAINER_OF(overlapped, struct wait, overlapped);
        w->n = n;
        w->error = error;
        x->n_pending--;
        list_push_back(&x->arrived, &w->node);
    }
    bool go_on = !x->closing || x->n_pending;
    uv_mutex_unlock(&x->lock);
    os_wake_signal(x->wake);
    return go_on;
}

static void
run(void *x_)
{
    struct ovsext *x = x_;
    for (bool go_on = true; go_on;) {
        OVERLAPPED *overlapped = NULL;
        ULONG_PTR key;
        DWORD n = 0;
        DWORD error = GetQueuedCompletionStatus(x->port, &n, &key, &overlapped, INFINITE)
                          ? 0
                          : GetLastError();
        go_on = arrive(x, overlapped, n, error);
    }
}

static void
read_messages(struct ovsext *x, const struct wait *w)
{
    struct rd r = rd_make(w->buffer, w->n);
    for (struct msg m; msg_next(&r, &m);) {
        x->receive(x->aux, &m);
    }
    if (r.bad) {
        static struct log_rate rate = LOG_RATE(1, 5);
        log_limited(&rate, LOG_WARN, "the driver sent what is no message");
    }
}

static void
serve(void *x_)
{
    struct ovsext *x = x_;
    struct list arrived;
    list_init(&arrived);
    uv_mutex_lock(&x->lock);
    list_splice_back(&arrived, &x->arrived);
    uv_mutex_unlock(&x->lock);
    while (!list_is_empty(&arrived)) {
        struct wait *w = CONTAINER_OF(list_pop_front(&arrived), struct wait, node);
        if (!w->error) {
            read_messages(x, w);
            pend(x, w);
        } else {
            log_warn("upcalls stop (%s)", err_text(code_of(w->error)));
        }
    }
}

int
ovsext_listen(struct ovsext *x, uint32_t groups, void (*receive)(void *aux, const struct msg *),
              void *aux)
{
    int code = control_waits(x, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0);
    if (code) {
        return code;
    }
    x->receive = receive;
    x->aux = aux;
    code = err_from_uv(uv_thread_create(&x->thread, run, x));
    if (code) {
        return code;
    }
    x->has_thread = true;
    for (size_t i = 0; i < N_WAITS; i++) {
        x->wait[i].buffer = xalloc(OVSEXT_WAIT_MIN);
        pend(x, &x->wait[i]);
    }
    return 0;
}

/* -- Opening and closing -- */

static HANDLE
open_device(DWORD flags)
{
    return CreateFileA(OVSEXT_DEVICE, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, flags, NULL);
}

static int
greet(struct ovsext *x)
{
    struct ovsext_hello hello = {OVSEXT_VERSION, 0}, answer = {0, 0};
    size_t n = sizeof answer;
    int code = control(x->calls, OVSEXT_HELLO, &hello, sizeof hello, &answer, &n);
    if (!code) {
        code = control_waits(x, OVSEXT_HELLO, &hello, sizeof hello, &answer, sizeof answer);
    }
    if (!code && answer.version != OVSEXT_VERSION) {
        log_err("the driver is of version %u, this program needs %u", answer.version,
                OVSEXT_VERSION);
        code = -E_PROTO;
    }
    x->pid = answer.pid;
    return code;
}

int
ovsext_open(struct os_loop *loop, struct ovsext **xp)
{
    HANDLE calls = open_device(0);
    if (calls == INVALID_HANDLE_VALUE) {
        return code_of(GetLastError());
    }
    struct ovsext *x = xzalloc(sizeof *x);
    x->calls = calls;
    x->waits = open_device(FILE_FLAG_OVERLAPPED);
    x->dump_buffer = xalloc(DUMP_SIZE);
    list_init(&x->arrived);
    uv_mutex_init(&x->lock);
    x->wake = os_wake_new(loop, serve, x);
    int code = 0;
    if (x->waits == INVALID_HANDLE_VALUE ||
        !(x->port = CreateIoCompletionPort(x->waits, NULL, 0, 1))) {
        code = code_of(GetLastError());
    }
    code = code ? code : greet(x);
    if (code) {
        ovsext_close(x);
        return code;
    }
    *xp = x;
    return 0;
}

static void
stop_thread(struct ovsext *x)
{
    uv_mutex_lock(&x->lock);
    x->closing = true;
    uv_mutex_unlock(&x->lock);
    CancelIoEx(x->waits, NULL);
    PostQueuedCompletionStatus(x->port, 0, 0, NULL);
    uv_thread_join(&x->thread);
}

void
ovsext_close(struct ovsext *x)
{
    if (!x) {
        return;
    }
    if (x->has_thread) {
        stop_thread(x);
    }
    if (x->waits != INVALID_HANDLE_VALUE) {
        CloseHandle(x->waits);
    }
    CloseHandle(x->calls);
    if (x->port) {
        CloseHandle(x->port);
    }
    for (size_t i = 0; i < N_WAITS; i++) {
        os_free(x->wait[i].buffer);
    }
    os_wake_free(x->wake);
    uv_mutex_destroy(&x->lock);
    os_free(x->dump_buffer);
    os_free(x);
}

uint32_t
ovsext_pid(const struct ovsext *x)
{
    return x->pid;
}
