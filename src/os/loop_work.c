/* SPDX-License-Identifier: Apache-2.0 */
/* Work on libuv's threads. libuv gives a request back on the loop's thread in any case, so the
 * structure lives until then, whether anybody still waits for it or not. */
#include "os/loop_internal.h"

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(poll_loop);

struct os_work {
    uv_work_t request;
    struct os_loop *loop;
    uv_sem_t ran;
    void (*run)(void *aux);
    void (*done)(void *aux); /* NULL: nobody waits */
    void *aux;
};

static void
run(uv_work_t *request)
{
    struct os_work *w = request->data;
    w->run(w->aux);
    uv_sem_post(&w->ran);
}

static void
ended(uv_work_t *request, int status UNUSED)
{
    struct os_work *w = request->data;
    void (*done)(void *aux) = w->done;
    void *aux = w->aux;
    w->loop->n_works--;
    uv_sem_destroy(&w->ran);
    os_free(w);
    if (done) {
        done(aux);
    }
}

struct os_work *
os_work_start(struct os_loop *loop, void (*run_)(void *aux), void (*done)(void *aux), void *aux)
{
    struct os_work *w = xzalloc(sizeof *w);
    w->loop = loop;
    w->run = run_;
    w->done = done;
    w->aux = aux;
    w->request.data = w;
    int status = uv_sem_init(&w->ran, 0);
    if (!status) {
        status = uv_queue_work(os_loop_uv(loop), &w->request, run, ended);
    }
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot start work on another thread");
    }
    loop->n_works++;
    return w;
}

size_t
os_work_count(const struct os_loop *loop)
{
    return loop->n_works;
}

void
os_work_finish(struct os_work *w)
{
    w->done = NULL;
    if (uv_cancel((uv_req_t *)&w->request)) { /* too late for that */
        uv_sem_wait(&w->ran);
    }
}
