/* SPDX-License-Identifier: Apache-2.0 */
/* The syslog destination: the method (libc, a Unix or UDP socket of our own, null) and the
 * additional target of --syslog-target. Socket methods put the priority before the
 * pattern; libc adds its own prefix; the target gets messages in the form of RFC 5424. Sockets
 * never block: what does not fit is lost. Called with the log's lock, settings from the main
 * thread. */
#include "os/log_internal.h"

#include <stdlib.h>
#include <string.h>

#include "os/err_format.h"
#include "os/mem.h"

enum method { METHOD_UNSET, METHOD_NULL, METHOD_LIBC, METHOD_SOCKET };

static enum method method;
static int method_fd = -1, target_fd = -1;

static int
set_method(const char *name, struct err *e)
{
    enum method new_method;
    int fd = -1;
    if (!strcmp(name, "auto")) {
        name = log_syslog_default();
    }
    if (!strcmp(name, "null")) {
        new_method = METHOD_NULL;
    } else if (!strcmp(name, "libc")) {
        new_method = strcmp(log_syslog_default(), "libc") ? METHOD_NULL : METHOD_LIBC;
    } else if (!strncmp(name, "unix:", 5) || !strncmp(name, "udp:", 4)) {
        new_method = METHOD_SOCKET;
        int error = log_syslog_connect(name, &fd);
        if (error) {
            /* The daemon that would listen may come later; nothing is lost but messages. */
            fd = -1;
        }
    } else {
        return err_fail(e, -E_INVAL, "unsupported syslog method '%s'", name);
    }
    if (method_fd >= 0) {
        log_syslog_disconnect(method_fd);
    }
    method_fd = fd;
    method = new_method;
    return 0;
}

int
log_set_syslog_method(const char *name, struct err *e)
{
    log_lock();
    int error = set_method(name, e);
    log_unlock();
    return error;
}

int
log_set_syslog_target(const char *target, struct err *e)
{
    char *name = xasprintf("udp:%s", target);
    int fd;
    int error = log_syslog_connect(name, &fd);
    os_free(name);
    if (error) {
        return err_fail(e, error, "%s: cannot send syslog messages there (%s)", target,
                        err_text(error));
    }
    log_lock();
    if (target_fd >= 0) {
        log_syslog_disconnect(target_fd);
    }
    target_fd = fd;
    log_unlock();
    return 0;
}

static void
send_line(int fd, const char *prefix, const char *pattern, const struct log_message *m,
          int facility)
{
    if (fd >= 0) {
        struct log_line line = {NULL, 0, 0};
        log_format(&line, prefix, m, facility);
        log_format(&line, pattern, m, facility);
        log_syslog_send(fd, line.s, line.n);
        os_free(line.s);
    }
}

void
log_syslog_write(const struct log_message *m)
{
    if (method == METHOD_UNSET) {
        const char *wanted = getenv("OVS_SYSLOG_METHOD");
        if (!wanted || set_method(wanted, NULL)) {
            set_method("auto", NULL);
        }
    }
    if (method == METHOD_LIBC) {
        struct log_line line = {NULL, 0, 0};
        log_format(&line, log_pattern(LOG_SYSLOG), m, LOG_FACILITY_DAEMON);
        log_syslog_libc(log_settings.facility >= 0 ? log_settings.facility : LOG_FACILITY_DAEMON,
                        log_severities[m->level], line.s);
        os_free(line.s);
    } else if (method == METHOD_SOCKET) {
        send_line(method_fd, LOG_SOCKET_PREFIX, log_pattern(LOG_SYSLOG), m, LOG_FACILITY_DAEMON);
    }
    send_line(target_fd, "", LOG_TARGET_PATTERN, m, LOG_FACILITY_LOCAL0);
}
