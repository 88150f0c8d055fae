#include "core/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MAX_THREADS = 256 };

struct work {
    atomic_size_t next; // block to take
    size_t n, block, n_blocks;
    void (*run)(void *arg, size_t from, size_t to, int thread);
    void *arg;
};

struct worker {
    struct work *work;
    int thread;
};

static void work_take(struct work *work, int thread)
{
    size_t taken;
    while ((taken = atomic_fetch_add(&work->next, 1)) < work->n_blocks) {
        size_t from = taken * work->block;
        size_t to = work->n - from > work->block ? from + work->block : work->n;
        work->run(work->arg, from, to, thread);
    }
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    work_take(worker->work, worker->thread);
    return NULL;
}

void core_threads_for(int threads, size_t n, size_t block,
                      void (*run)(void *arg, size_t from, size_t to, int thread), void *arg)
{
    struct work work = {.n = n, .block = block ? block : 1, .run = run, .arg = arg};
    work.n_blocks = n / work.block + (n % work.block != 0);
    if (threads > MAX_THREADS)
        threads = MAX_THREADS;
    if ((size_t)(threads > 0 ? threads : 1) > work.n_blocks)
        threads = (int)work.n_blocks;

    struct worker workers[MAX_THREADS];
    pthread_t ids[MAX_THREADS];
    int started = 0;
    for (int i = 1; i < threads; i++) {
        workers[i] = (struct worker){&work, i};
        if (pthread_create(&ids[started], NULL, worker_main, &workers[i]))
            break;
        started++;
    }
    work_take(&work, 0);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
}

int core_threads_available(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count;
}
