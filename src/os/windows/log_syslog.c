/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog and broken-down time on Windows: there is no local syslog, but --syslog-target and the
 * udp: method work. Called with the log's lock. */
#include "os/log_internal.h"

#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "os/err_format.h"
#include "os/mem.h"

void
log_split_time(time_t t, bool utc, struct tm *tm)
{
    /* The C library's results are the calling thread's own. */
    const struct tm *split = utc ? gmtime(&t) : localtime(&t);
    if (split) {
        *tm = *split;
    } else {
        memset(tm, 0, sizeof *tm);
    }
}

void
log_syslog_libc(int facility UNUSED, int severity UNUSED, const char *line UNUSED)
{
}

const char *
log_syslog_default(void)
{
    return "null";
}

int
log_syslog_connect(const char *method, int *fd)
{
    WSADATA data;
    if (strncmp(method, "udp:", 4)) {
        return -E_NOTSUP;
    }
    char *host = xstrdup(method + 4);
    char *port = strrchr(host, ':');
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, *info = NULL;
    int error = -E_INVAL;
    WSAStartup(MAKEWORD(2, 2), &data);
    if (port && port[1]) {
        *port++ = '\0';
        size_t n = strlen(host);
        bool bracketed = n > 2 && host[0] == '[' && host[n - 1] == ']';
        if (bracketed) {
            host[n - 1] = '\0';
        }
        if (!getaddrinfo(host + bracketed, port, &hints, &info)) {
            SOCKET s = socket(info->ai_family, SOCK_DGRAM, 0);
            u_long on = 1;
            if (s != INVALID_SOCKET && !connect(s, info->ai_addr, (int)info->ai_addrlen)) {
                ioctlsocket(s, FIONBIO, &on);
                *fd = (int)s;
                error = 0;
            } else if (s != INVALID_SOCKET) {
                closesocket(s);
            }
            freeaddrinfo(info);
        }
    }
    os_free(host);
    return error;
}

void
log_syslog_send(int fd, const char *p, size_t n)
{
    send((SOCKET)fd, p, (int)n, 0);
}

void
log_syslog_disconnect(int fd)
{
    closesocket((SOCKET)fd);
}
