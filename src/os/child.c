/* SPDX-License-Identifier: Apache-2.0 */
/* A shell command as a child process, over libuv. The handle frees itself when the child ended;
 * a child that outlives the loop is left alone. */
#include "os/child.h"

#include <stdio.h>

#include "os/err_format.h"
#include "os/mem.h"
#include "os/process.h"

struct child {
    uv_process_t process;
    void (*ended)(void *aux, const char *failure);
    void *aux;
};

static void
free_child(uv_handle_t *handle)
{
    os_free(handle->data);
}

static void
child_exited(uv_process_t *process, int64_t status, int signum)
{
    struct child *c = process->data;
    uv_close((uv_handle_t *)process, free_child);
    char failure[96];
    if (signum) {
        snprintf(failure, sizeof failure, "killed (%s)", os_signal_name(signum));
    } else {
        snprintf(failure, sizeof failure, "exit status %d", (int)status);
    }
    c->ended(c->aux, status || signum ? failure : NULL);
}

int
os_child_start(struct os_loop *loop, const char *command,
               void (*ended)(void *aux, const char *failure), void *aux, struct err *e)
{
    struct child *c = xzalloc(sizeof *c);
    c->process.data = c;
    c->ended = ended;
    c->aux = aux;
    char *args[] = {(char *)os_shell[0], (char *)os_shell[1], (char *)command, NULL};
    uv_stdio_container_t streams[3];
    for (int fd = 0; fd < 3; fd++) {
        streams[fd].flags = UV_INHERIT_FD;
        streams[fd].data.fd = fd;
    }
    uv_process_options_t options = {
        .exit_cb = child_exited,
        .file = args[0],
        .args = args,
        .stdio = streams,
        .stdio_count = 3,
    };
    int status = uv_spawn(os_loop_uv(loop), &c->process, &options);
    if (status) {
        uv_close((uv_handle_t *)&c->process, free_child);
        return err_fail(e, err_from_uv(status), "%s: cannot be run: %s", command,
                        uv_strerror(status));
    }
    return 0;
}
