#include "forcing/ahead.h"

#include <pthread.h>
#include <stdlib.h>

struct forcing_ahead {
    const struct forcing_source *source;
    pthread_t thread;
    size_t index; // of the level
    struct forcing_level level;
    struct forcing_block block;
    float *uv;
    enum ph_status status;
};

enum ph_status forcing_source_read(const struct forcing_source *source, const struct forcing_level *level,
                                   struct forcing_block block, float *uv, struct ph_err *err)
{
    bool one_file = level->file[0] == level->file[1];
    enum ph_status status = PH_OK;
    for (int p = 0; p < (one_file ? 1 : 2) && !status; p++) {
        struct forcing_file *file = source->files[level->file[p]];
        int parts = one_file ? FORCING_PART_BOTH : 1 << p;
        status = file->format->read(file, &source->fields[level->file[p]], parts, level->time[p], block, uv,
                                    2 * block.ni, err);
    }
    return status;
}

static void *read_main(void *arg)
{
    struct forcing_ahead *ahead = arg;
    ahead->status = forcing_source_read(ahead->source, &ahead->level, ahead->block, ahead->uv, NULL);
    return NULL;
}

// The processes are started here, by the thread that owns them.
static bool decoders_wake(const struct forcing_source *source, const struct forcing_level *level)
{
    for (int p = 0; p < 2; p++)
        if (forcing_decoder_wake(source->files[level->file[p]]->decoder, NULL))
            return false;
    return true;
}

void forcing_ahead_start(struct forcing_source *source, size_t level)
{
    if (source->ahead && source->ahead->index == level)
        return;
    forcing_ahead_end(source);
    struct forcing_ahead *ahead = calloc(1, sizeof *ahead);
    if (!ahead)
        return;
    *ahead = (struct forcing_ahead){
        .source = source, .index = level, .level = source->levels[level], .block = source->block};
    ahead->uv = malloc(ahead->block.nj * ahead->block.ni * 2 * sizeof *ahead->uv);
    if (!ahead->uv || !decoders_wake(source, &ahead->level) ||
        pthread_create(&ahead->thread, NULL, read_main, ahead)) {
        free(ahead->uv);
        free(ahead);
        return;
    }
    source->ahead = ahead;
}

bool forcing_ahead_take(struct forcing_source *source, size_t level, float **uv)
{
    struct forcing_ahead *ahead = source->ahead;
    bool good = false;
    if (ahead) {
        pthread_join(ahead->thread, NULL);
        good = ahead->index == level && !ahead->status;
        if (good) {
            free(*uv);
            *uv = ahead->uv;
        } else {
            free(ahead->uv);
        }
        free(ahead);
        source->ahead = NULL;
    }
    return good;
}

void forcing_ahead_end(struct forcing_source *source)
{
    (void)forcing_ahead_take(source, SIZE_MAX, NULL);
}

size_t forcing_ahead_bytes(const struct forcing_source *source)
{
    return source->ahead ? source->ahead->block.nj * source->ahead->block.ni * 2 * sizeof(float) : 0;
}
