/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog and broken-down time on POSIX. Called with the log's lock. */
#include "os/log_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "os/daemon_internal.h"
#include "os/err_format.h"

void
log_split_time(time_t t, bool utc, struct tm *tm)
{
    if (utc) {
        gmtime_r(&t, tm);
    } else {
        localtime_r(&t, tm);
    }
}

void
log_syslog_libc(int facility, int severity, const char *line)
{
    static bool opened;
    if (!opened) {
        openlog(log_program_name(), LOG_NDELAY, 0);
        opened = true;
    }
    syslog(facility * 8 + severity, "%s", line);
}

const char *
log_syslog_default(void)
{
    return "libc";
}

/* "IP:PORT" or "[IPv6]:PORT" as a socket address; its length, 0 if it is none. */
static socklen_t
parse_udp(const char *s, struct sockaddr_storage *ss)
{
    char host[64];
    const char *colon = strrchr(s, ':');
    size_t n = colon ? (size_t)(colon - s) : 0;
    char *end;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (!colon || *end || !port || port > 65535 || !n || n >= sizeof host) {
        return 0;
    }
    memcpy(host, s, n);
    host[n] = '\0';
    memset(ss, 0, sizeof *ss);
    struct sockaddr_in *sin = (struct sockaddr_in *)ss;
    if (inet_pton(AF_INET, host, &sin->sin_addr) == 1) {
        sin->sin_family = AF_INET;
        sin->sin_port = htons((uint16_t)port);
        return sizeof *sin;
    }
    struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
    if (host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &sin6->sin6_addr) == 1) {
            sin6->sin6_family = AF_INET6;
            sin6->sin6_port = htons((uint16_t)port);
            return sizeof *sin6;
        }
    }
    return 0;
}

int
log_syslog_connect(const char *method, int *fdp)
{
    struct sockaddr_storage ss;
    socklen_t n = 0;
    if (!strncmp(method, "udp:", 4)) {
        n = parse_udp(method + 4, &ss);
    } else {
        struct sockaddr_un *un = (struct sockaddr_un *)&ss;
        if (strlen(method + 5) < sizeof un->sun_path) {
            un->sun_family = AF_UNIX;
            strcpy(un->sun_path, method + 5);
            n = sizeof *un;
        }
    }
    if (!n) {
        return -E_INVAL;
    }
    int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_from_errno(errno);
    }
    if (connect(fd, (struct sockaddr *)&ss, n)) {
        int error = err_from_errno(errno);
        close(fd);
        return error;
    }
    *fdp = fd;
    return 0;
}

void
log_syslog_send(int fd, const char *p, size_t n)
{
    if (send(fd, p, n, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED) {
        /* The error of an earlier datagram; this one was not sent. */
        (void)!send(fd, p, n, MSG_NOSIGNAL);
    }
}

void
log_syslog_disconnect(int fd)
{
    close(fd);
}

void
log_change_owner(unsigned int uid, unsigned int gid)
{
    log_lock();
    if (log_settings.fd >= 0 && fchown(log_settings.fd, uid, gid)) {
        /* Reopening it will fail then, and say so. */
    }
    log_unlock();
}
