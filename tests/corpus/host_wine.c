/* SPDX-License-Identifier: Apache-2.0 */
/* OVSExt.sys under Wine, on the simulated switch of our ndis.sys: messages go through the driver's
 * device as they do from ovs-vswitchd, frames by commands to the simulator's. Both drivers are
 * loaded already, and the switch `sw` is there. It does not tell drops by reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "os/mem.h"
#include "simswitch/host_wine.h"
#include "text/str.h"

#include <windows.h>

enum { REST_MS = 20000 };

static struct {
    HANDLE control;
    char *reply;
    char *ports;      /* "port N frames=M" for those that have frames, line by line */
    char *at;         /* where in that */
    uint32_t port;    /* whose frames are being read, and */
    const char *left; /* what is left of them */
} sim = {.control = INVALID_HANDLE_VALUE};

/* Runs a command of the simulator; what it says, or NULL if it failed, which was told. */
static const char *
run(const char *command)
{
    DWORD n = 0;
    if (!DeviceIoControl(sim.control, NDISSIM_COMMAND, (void *)(uintptr_t)command,
                         (DWORD)strlen(command) + 1, sim.reply, NDISSIM_MAX_REPLY, &n, NULL) ||
        !n) {
        fprintf(stderr, "wine: \"%.40s\": error %lu\n", command, GetLastError());
        return NULL;
    }
    sim.reply[n < NDISSIM_MAX_REPLY ? n : NDISSIM_MAX_REPLY - 1] = '\0';
    if (sim.reply[0] != '0') {
        fprintf(stderr, "wine: \"%.40s\": %s\n", command, sim.reply + 1);
        return NULL;
    }
    return sim.reply + 1;
}

static PORT_PRINTF(1, 2) const char *runf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *command = xvasprintf(fmt, args);
    va_end(args);
    const char *answer = run(command);
    os_free(command);
    return answer;
}

static void
take_apart(void)
{
    for (int port = 1; port <= CORPUS_PORTS; port++) {
        runf("unplug sw %d", port);
    }
    CloseHandle(sim.control);
    os_free(sim.reply);
    os_free(sim.ports);
    sim.ports = sim.at = NULL;
}

static bool
wine_start(struct os_loop *loop, struct dpif_transport **t)
{
    sim.control = CreateFileA(NDISSIM_USER_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (sim.control == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "wine: no simulated switch\n");
        return false;
    }
    sim.reply = xalloc(NDISSIM_MAX_REPLY);
    bool ok = true;
    for (int port = 1; ok && port <= CORPUS_PORTS; port++) {
        ok = runf("plug sw %d vm p%d", port, port) != NULL;
    }
    int code = ok ? dpif_transport_open(NULL, loop, t) : -E_IO;
    if (code) {
        fprintf(stderr, "wine: the driver does not answer (%s)\n", err_text(code));
        take_apart();
    }
    return !code;
}

static void
wine_inject(uint32_t port, const void *frame, size_t n)
{
    struct str s = STR_INIT;
    const uint8_t *p = frame;
    str_putf(&s, "send sw %u ", port);
    for (size_t i = 0; i < n; i++) {
        str_putf(&s, "%02x", p[i]);
    }
    run(str_text(&s));
    const char *ports = runf("quiesce sw %d", REST_MS);
    str_fini(&s);
    os_free(sim.ports);
    sim.ports = sim.at = xstrdup(ports ? ports : "");
    sim.left = "";
}

/* The bytes of the line "frame HEX" at *P, which moves past it. */
static size_t
read_frame(const char **p, uint8_t *out, size_t size)
{
    const char *hex = *p + strlen("frame ");
    size_t n = 0;
    for (; *hex && *hex != '\n' && n < size; n++, hex += 2) {
        const char pair[3] = {hex[0], hex[1], '\0'};
        out[n] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *p = hex + (*hex == '\n');
    return n;
}

static bool
wine_capture(struct corpus_frame *f)
{
    while (!*sim.left) {
        if (!sim.at || strncmp(sim.at, "port ", 5)) {
            return false;
        }
        sim.port = (uint32_t)strtoul(sim.at + 5, NULL, 10);
        sim.at += strcspn(sim.at, "\n");
        sim.at += *sim.at == '\n';
        const char *answer = runf("take sw %u", sim.port);
        sim.left = answer ? answer : "";
    }
    f->port = sim.port;
    f->n = read_frame(&sim.left, f->bytes, sizeof f->bytes);
    return true;
}

const struct corpus_host corpus_host_wine = {
    .name = "wine",
    .start = wine_start,
    .inject = wine_inject,
    .capture = wine_capture,
    .stop = take_apart,
};
