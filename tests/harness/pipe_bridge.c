/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the tests for Windows: programs outside Wine cannot open its named pipes, so this
 * one does, and passes on what comes by TCP. It prints the port on which it listens at 127.0.0.1.
 * A client sends the name of a pipe and a newline, and gets "+" once the pipe is open; if it
 * cannot be opened, the connection ends. One block is on its way in each direction at most, so
 * whoever does not read is felt by the other side. It serves until it is killed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define CHECK(status)                                                                             \
    do {                                                                                          \
        int check_status = (status);                                                              \
        if (check_status < 0) {                                                                   \
            fprintf(stderr, "%s: %s\n", #status, uv_strerror(check_status));                      \
            exit(1);                                                                              \
        }                                                                                         \
    } while (0)

enum { BLOCK_SIZE = 65536, NAME_SIZE = 1024 };

struct link;

/* One end of a connection, and the block that was read from it. */
struct end {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } u;
    struct link *link;
    struct end *other;
    uv_write_t write;
    char block[BLOCK_SIZE];
};

struct link {
    struct end tcp, pipe;
    uv_connect_t connect;
    char name[NAME_SIZE];
    size_t name_len;
    int n_open;
};

static void
closed(uv_handle_t *handle)
{
    struct end *end = handle->data;
    if (!--end->link->n_open) {
        free(end->link);
    }
}

static void
link_close(struct link *link)
{
    struct end *ends[] = {&link->tcp, &link->pipe};
    for (size_t i = 0; i < 2; i++) {
        if (!uv_is_closing(&ends[i]->u.handle)) {
            uv_close(&ends[i]->u.handle, closed);
        }
    }
}

static void
give_block(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct end *end = handle->data;
    (void)suggested;
    *buf = uv_buf_init(end->block, sizeof end->block);
}

static void pump(uv_stream_t *, ssize_t, const uv_buf_t *);

static void
passed_on(uv_write_t *write, int status)
{
    struct end *end = write->data;
    if (status < 0 || uv_read_start(&end->u.stream, give_block, pump) < 0) {
        link_close(end->link);
    }
}

static void
pump(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct end *end = stream->data;
    if (n < 0) {
        link_close(end->link);
    } else if (n > 0) {
        uv_buf_t out = uv_buf_init(buf->base, (unsigned int)n);
        uv_read_stop(stream);
        end->write.data = end;
        if (uv_write(&end->write, &end->other->u.stream, &out, 1, passed_on) < 0) {
            link_close(end->link);
        }
    }
}

static void
pipe_open(uv_connect_t *connect, int status)
{
    static char yes[] = "+";
    struct link *link = connect->data;
    uv_buf_t out = uv_buf_init(yes, 1);
    link->pipe.write.data = &link->pipe; /* with its end, both are read */
    if (status < 0 || uv_write(&link->pipe.write, &link->tcp.u.stream, &out, 1, passed_on) < 0 ||
        uv_read_start(&link->tcp.u.stream, give_block, pump) < 0) {
        link_close(link);
    }
}

static void
read_name(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct end *end = stream->data;
    struct link *link = end->link;
    if (n < 0 || link->name_len + (size_t)n >= sizeof link->name) {
        link_close(link);
        return;
    }
    memcpy(link->name + link->name_len, buf->base, (size_t)n);
    link->name_len += (size_t)n;
    if (link->name_len && link->name[link->name_len - 1] == '\n') {
        link->name[link->name_len - 1] = '\0';
        uv_read_stop(stream);
        link->connect.data = link;
        uv_pipe_connect(&link->connect, &link->pipe.u.pipe, link->name, pipe_open);
    }
}

static void
accept_client(uv_stream_t *server, int status)
{
    struct link *link = calloc(1, sizeof *link);
    CHECK(status);
    if (!link) {
        CHECK(UV_ENOMEM);
    }
    link->tcp.link = link->pipe.link = link;
    link->tcp.other = &link->pipe;
    link->pipe.other = &link->tcp;
    CHECK(uv_tcp_init(server->loop, &link->tcp.u.tcp));
    CHECK(uv_pipe_init(server->loop, &link->pipe.u.pipe, 0));
    link->tcp.u.handle.data = &link->tcp;
    link->pipe.u.handle.data = &link->pipe;
    link->n_open = 2;
    if (uv_accept(server, &link->tcp.u.stream) < 0 ||
        uv_read_start(&link->tcp.u.stream, give_block, read_name) < 0) {
        link_close(link);
        return;
    }
    uv_tcp_nodelay(&link->tcp.u.tcp, 1);
}

int
main(void)
{
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t server;
    struct sockaddr_in address;
    int size = sizeof address;
    CHECK(uv_tcp_init(loop, &server));
    CHECK(uv_ip4_addr("127.0.0.1", 0, &address));
    CHECK(uv_tcp_bind(&server, (const struct sockaddr *)&address, 0));
    CHECK(uv_listen((uv_stream_t *)&server, 128, accept_client));
    CHECK(uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size));
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
