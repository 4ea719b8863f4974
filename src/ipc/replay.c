/* SPDX-License-Identifier: Apache-2.0 */
/* A recording is one file: a header for each thing that came, then its bytes. The clock of a
 * replay stands still but for what records say, so timers fire when they did, between the same
 * things. What came in one round of the loop comes in one round again. */
#include "ipc/replay_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian.h"
#include "os/dirs.h"
#include "os/err_format.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/random.h"

LOG_MODULE(replay);

static const char magic[16] = "WEFT REPLAY 1\n";

enum {
    HEADER = 24,
    PATIENCE = 1000,  /* rounds in which the program must ask for what it asked for */
    LAST_ROUNDS = 10, /* in which it may end by itself */
    COPY_SIZE = 1 << 16,
};

enum mode { MODE_OFF, MODE_RECORD, MODE_RUN };

struct record {
    uint64_t ms;
    uint32_t round, stream, n;
    uint8_t kind; /* enum replay_kind; 0: none is left */
};

static struct {
    enum mode mode;
    const char *where; /* argument, may be NULL */
    char *path;        /* of the file; copies' names begin like it */
    struct os_file *file;
    uint64_t ofs; /* where the next record is, or its payload once it is read ahead */
    struct os_loop *loop;
    void (*ended)(void *aux);
    void *aux;
    struct os_task next;
    struct record ahead;
    uint8_t *payload;
    uint64_t start_ms, start_wall_ms;
    unsigned int n_idle_rounds;
    uint32_t round; /* of this loop, in which something was given out last */
    uint32_t n_listeners, n_opened, n_accepted, n_files;
} replay;

/* -- Options -- */

enum { OPT_RECORD = 0x380, OPT_REPLAY };

const struct option replay_options[] = {
    {"record", optional_argument, NULL, OPT_RECORD},
    {"replay", optional_argument, NULL, OPT_REPLAY},
};
const size_t replay_n_options = ARRAY_LEN(replay_options);

void
replay_parse_option(int val, const char *arg, void *aux UNUSED)
{
    enum mode mode = val == OPT_RECORD ? MODE_RECORD : MODE_RUN;
    if (replay.mode && replay.mode != mode) {
        log_fatal("--record and --replay are mutually exclusive");
    }
    replay.mode = mode;
    replay.where = arg;
}

void
replay_print_usage(void)
{
    printf("\nReplay options:\n"
           "  --record[=DIR]            turn on writing replay files\n"
           "  --replay[=DIR]            run from replay files\n");
}

bool
replay_is_recording(void)
{
    return replay.mode == MODE_RECORD;
}

bool
replay_is_running(void)
{
    return replay.mode == MODE_RUN;
}

/* -- Recording -- */

static void PORT_NORETURN
fail(int code)
{
    log_fatal("%s: %s", replay.path, err_text(code));
}

static void
append(const void *p, size_t n)
{
    int code = os_file_write_at(replay.file, replay.ofs, p, n);
    if (code) {
        fail(code);
    }
    replay.ofs += n;
}

void
replay_note(enum replay_kind kind, uint32_t stream, const void *p, size_t n)
{
    if (!replay.file || !replay_is_recording()) {
        return;
    }
    uint8_t *record = xalloc(HEADER + n);
    struct wr w = wr_make(record, HEADER + n);
    wr_be64(&w, os_now_ms(replay.loop));
    wr_be32(&w, os_loop_round(replay.loop));
    wr_be32(&w, stream);
    wr_be32(&w, (uint32_t)n);
    wr_u8(&w, (uint8_t)kind);
    wr_zeros(&w, 3);
    wr_bytes(&w, p, n);
    append(record, w.n);
    os_free(record);
}

void
replay_note_result(enum replay_kind kind, int code, uint16_t port)
{
    uint8_t bytes[8];
    struct wr w = wr_make(bytes, sizeof bytes);
    wr_be32(&w, (uint32_t)code);
    wr_be16(&w, port);
    replay_note(kind, 0, bytes, w.n);
}

static void
timers_fire(void *aux UNUSED)
{
    replay_note(REPLAY_CLOCK, 0, NULL, 0);
}

static void
begin_recording(void)
{
    uint8_t bytes[16];
    uint64_t seed;
    struct wr w = wr_make(bytes, sizeof bytes);
    os_file_remove(replay.path);
    int code = os_file_open(replay.path, OS_FILE_CREATE_EXCL, &replay.file);
    if (code) {
        fail(code);
    }
    os_random_bytes(&seed, sizeof seed);
    wr_be64(&w, seed);
    wr_be64(&w, os_wall_ms());
    append(magic, sizeof magic);
    replay_note(REPLAY_START, 0, bytes, w.n);
    os_random_repeat(seed);
    os_loop_on_timers(replay.loop, timers_fire, NULL);
    log_info("%s: recording", replay.path);
}

/* -- Replay: reading -- */

static void
read_bytes(void *p, size_t n)
{
    size_t got;
    int code = os_file_read_at(replay.file, replay.ofs, p, n, &got);
    if (code || got < n) {
        fail(code ? code : -E_EOF);
    }
    replay.ofs += n;
}

/* Reads the header of the next record into `ahead`; a recording may end within one. */
static void
read_ahead(void)
{
    uint8_t bytes[HEADER];
    uint64_t size;
    int code = os_file_size(replay.file, &size);
    if (code) {
        fail(code);
    }
    replay.ahead.kind = 0;
    replay.n_idle_rounds = 0;
    if (size - replay.ofs < HEADER) {
        return;
    }
    read_bytes(bytes, sizeof bytes);
    struct rd r = rd_make(bytes, sizeof bytes);
    struct record next = {.ms = rd_be64(&r)};
    next.round = rd_be32(&r);
    next.stream = rd_be32(&r);
    next.n = rd_be32(&r);
    next.kind = rd_u8(&r);
    if (next.n > size - replay.ofs) {
        return;
    }
    if (!next.kind || next.kind >= REPLAY_N_KINDS) {
        fail(-E_PROTO);
    }
    replay.ahead = next;
}

/* The payload of the record ahead, and then the next record. Valid until the next call. */
static struct rd
take_payload(void)
{
    size_t n = replay.ahead.n;
    os_free(replay.payload);
    replay.payload = xalloc(n + 1);
    read_bytes(replay.payload, n);
    read_ahead();
    return rd_make(replay.payload, n);
}

int
replay_take_result(enum replay_kind kind, uint16_t *port)
{
    if (replay.ahead.kind != kind) {
        log_fatal("%s: this is not what the recorded process did", replay.path);
    }
    struct rd r = take_payload();
    int code = (int)rd_be32(&r);
    *port = rd_be16(&r);
    return code;
}

/* -- Replay: running -- */

static void
set_clock(uint64_t ms)
{
    os_time_set(replay.loop, ms, replay.start_wall_ms + (ms - replay.start_ms));
}

static bool
is_asked_for(uint8_t kind)
{
    return kind == REPLAY_LISTEN || kind == REPLAY_OPEN || kind == REPLAY_FILE;
}

/* Gives everybody what came in one round. */
static void
run_round(uint32_t round)
{
    while (replay.ahead.kind && !is_asked_for(replay.ahead.kind) && replay.ahead.round == round) {
        set_clock(replay.ahead.ms);
        struct record now = replay.ahead;
        struct rd payload = take_payload();
        uint8_t *bytes = xmemdup(payload.p, rd_left(&payload) + 1); /* it may take others */
        payload = rd_make(bytes, rd_left(&payload));
        if (now.kind == REPLAY_CLOCK) {
            os_timers_fire(replay.loop);
        } else if (now.kind == REPLAY_ACCEPTED) {
            listener_replay(now.stream, payload);
        } else {
            stream_replay(now.stream, (enum replay_kind)now.kind, payload);
        }
        os_free(bytes);
    }
}

static void
run_next(void *aux UNUSED)
{
    os_task_queue(&replay.next);
    /* Work takes longer now than it took between records; and a round is one again, between two of
     * which a program does things. */
    if (os_work_count(replay.loop) || replay.round == os_loop_round(replay.loop)) {
        return;
    }
    replay.round = os_loop_round(replay.loop);
    if (!replay.ahead.kind && ++replay.n_idle_rounds > LAST_ROUNDS) {
        log_info("%s: replayed to its end", replay.path);
        replay.ended(replay.aux);
        return;
    }
    if (!replay.ahead.kind) {
        /* the program does what the last record made it do */
    } else if (!is_asked_for(replay.ahead.kind)) {
        run_round(replay.ahead.round);
    } else if (++replay.n_idle_rounds > PATIENCE) {
        log_fatal("%s: this is not what the recorded process did", replay.path);
    }
}

static void
begin_replay(void)
{
    char found[sizeof magic];
    int code = os_file_open(replay.path, OS_FILE_READ, &replay.file);
    if (code) {
        fail(code);
    }
    read_bytes(found, sizeof found);
    read_ahead();
    if (memcmp(found, magic, sizeof magic) != 0 || replay.ahead.kind != REPLAY_START) {
        log_fatal("%s: is no recording", replay.path);
    }
    replay.start_ms = replay.ahead.ms;
    struct rd r = take_payload();
    uint64_t seed = rd_be64(&r);
    replay.start_wall_ms = rd_be64(&r);
    os_time_drive(replay.loop);
    set_clock(replay.start_ms);
    os_random_repeat(seed);
    os_task_init(&replay.next, replay.loop, run_next, NULL);
    os_task_queue(&replay.next);
    log_info("%s: replaying", replay.path);
}

/* -- Beginning and end -- */

void
replay_start(struct os_loop *loop, void (*ended)(void *aux), void *aux)
{
    if (!replay.mode) {
        return;
    }
    replay.ended = ended;
    replay.aux = aux;
    char *dir = os_path(os_run_dir(), replay.where ? replay.where : os_run_dir());
    char *name = xasprintf("replay_%s", log_program_name());
    replay.loop = loop;
    replay.path = os_path(dir, name);
    os_free(name);
    os_free(dir);
    if (replay_is_recording()) {
        begin_recording();
    } else {
        begin_replay();
    }
}

void
replay_stop(void)
{
    if (replay.mode) {
        os_file_close(replay.file);
        os_free(replay.path);
        os_free(replay.payload);
        memset(&replay, 0, sizeof replay);
    }
}

/* -- Streams and files -- */

uint32_t
replay_number_listener(void)
{
    return replay.n_listeners++;
}

uint32_t
replay_number_opened(void)
{
    return replay.n_opened++;
}

uint32_t
replay_number_accepted(void)
{
    return replay.n_accepted++ | REPLAY_ACCEPTED_BIT;
}

/* Copies FROM, where there is one; 0, or a negative code. */
static int
copy_file(const char *from, const char *to)
{
    struct os_file *in, *out;
    int code = os_file_open(from, OS_FILE_READ, &in);
    if (code) {
        return code;
    }
    os_file_remove(to);
    code = os_file_open(to, OS_FILE_CREATE_EXCL, &out);
    if (code) {
        os_file_close(in);
        return code;
    }
    char *buffer = xalloc(COPY_SIZE);
    size_t n = COPY_SIZE;
    for (uint64_t ofs = 0; !code && n == COPY_SIZE; ofs += n) {
        code = os_file_read_at(in, ofs, buffer, COPY_SIZE, &n);
        code = code || !n ? code : os_file_write_at(out, ofs, buffer, n);
    }
    os_free(buffer);
    os_file_close(in);
    os_file_close(out);
    return code;
}

char *
replay_file(const char *path)
{
    if (!replay.mode) {
        return xstrdup(path);
    }
    char *copy = xasprintf("%s.%u", replay.path, replay.n_files++), *use = xstrdup(path);
    uint16_t port;
    if (replay_is_recording()) {
        replay_note_result(REPLAY_FILE, copy_file(path, copy), 0);
    } else {
        int code = replay_take_result(REPLAY_FILE, &port);
        os_free(use);
        use = xasprintf("%s.run", copy);
        os_file_remove(use);
        code = code ? 0 : copy_file(copy, use); /* what was not there is not there */
        if (code) {
            log_fatal("%s: %s", copy, err_text(code));
        }
    }
    os_free(copy);
    return use;
}
