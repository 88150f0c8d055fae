#include "forcing/compress.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

// Deflate reaches 1000:1 and bzip2 40000:1 on zeros; fields of an ocean with much land stay far below 100:1.
// Small files may be as empty as they like.
#define MOST_BYTES (1UL << 30)
#define MOST_RATIO 200
#define FREE_BYTES (16UL << 20)
// xz may ask for a dictionary of gigabytes.
#define MOST_XZ_MEMORY (256UL << 20)

// Both libraries count pieces in 32 bits.
#define MOST_PIECE (64UL << 20)

enum step { STEP_ON, STEP_END, STEP_DAMAGED, STEP_NO_MEMORY };

struct stream {
    enum forcing_compression how;
    const unsigned char *in;
    size_t n_in;
    unsigned char *out;
    size_t room;
    z_stream z;
    bz_stream bz;
    lzma_stream xz;
};

enum forcing_compression forcing_compression_of(const unsigned char *head, size_t n)
{
    if (n >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8)
        return COMPRESSION_GZIP;
    if (n >= 4 && !memcmp(head, "BZh", 3) && head[3] >= '1' && head[3] <= '9')
        return COMPRESSION_BZIP2;
    if (n >= 6 && !memcmp(head,
                          "\xfd"
                          "7zXZ",
                          6))
        return COMPRESSION_XZ;
    return COMPRESSION_NONE;
}

static bool stream_begin(struct stream *stream)
{
    switch (stream->how) {
    case COMPRESSION_GZIP:
        return inflateInit2(&stream->z, 15 + 16) == Z_OK;
    case COMPRESSION_BZIP2:
        return BZ2_bzDecompressInit(&stream->bz, 0, 0) == BZ_OK;
    case COMPRESSION_XZ:
        stream->xz = (lzma_stream)LZMA_STREAM_INIT;
        return lzma_stream_decoder(&stream->xz, MOST_XZ_MEMORY, LZMA_CONCATENATED) == LZMA_OK;
    default:
        return false;
    }
}

static void stream_end(struct stream *stream)
{
    if (stream->how == COMPRESSION_GZIP)
        inflateEnd(&stream->z);
    else if (stream->how == COMPRESSION_BZIP2)
        BZ2_bzDecompressEnd(&stream->bz);
    else if (stream->how == COMPRESSION_XZ)
        lzma_end(&stream->xz);
}

static void consumed(struct stream *stream, size_t in, size_t out)
{
    stream->in += in;
    stream->n_in -= in;
    stream->out += out;
    stream->room -= out;
}

// A file may hold several members one after another; what follows that is no member is padding.
static bool another_member(const struct stream *stream)
{
    return forcing_compression_of(stream->in, stream->n_in) == stream->how;
}

static enum step gzip_step(struct stream *stream)
{
    size_t in = stream->n_in < MOST_PIECE ? stream->n_in : MOST_PIECE;
    stream->z.next_in = (unsigned char *)(uintptr_t)stream->in;
    stream->z.avail_in = (unsigned)in;
    stream->z.next_out = stream->out;
    stream->z.avail_out = (unsigned)stream->room;
    int state = inflate(&stream->z, Z_NO_FLUSH);
    size_t used = in - stream->z.avail_in, made = stream->room - stream->z.avail_out;
    consumed(stream, used, made);
    if (state == Z_MEM_ERROR)
        return STEP_NO_MEMORY;
    if (state == Z_STREAM_END)
        return another_member(stream) ? (inflateReset(&stream->z) == Z_OK ? STEP_ON : STEP_DAMAGED)
                                      : STEP_END;
    return state == Z_OK && (used || made) ? STEP_ON : STEP_DAMAGED;
}

static enum step bzip2_step(struct stream *stream)
{
    size_t in = stream->n_in < MOST_PIECE ? stream->n_in : MOST_PIECE;
    stream->bz.next_in = (char *)(uintptr_t)stream->in;
    stream->bz.avail_in = (unsigned)in;
    stream->bz.next_out = (char *)stream->out;
    stream->bz.avail_out = (unsigned)stream->room;
    int state = BZ2_bzDecompress(&stream->bz);
    size_t used = in - stream->bz.avail_in, made = stream->room - stream->bz.avail_out;
    consumed(stream, used, made);
    if (state == BZ_MEM_ERROR)
        return STEP_NO_MEMORY;
    if (state == BZ_STREAM_END) {
        if (!another_member(stream))
            return STEP_END;
        BZ2_bzDecompressEnd(&stream->bz);
        stream->bz = (bz_stream){0};
        return stream_begin(stream) ? STEP_ON : STEP_NO_MEMORY;
    }
    return state == BZ_OK && (used || made) ? STEP_ON : STEP_DAMAGED;
}

static enum step xz_step(struct stream *stream)
{
    stream->xz.next_in = stream->in;
    stream->xz.avail_in = stream->n_in;
    stream->xz.next_out = stream->out;
    stream->xz.avail_out = stream->room;
    lzma_ret state = lzma_code(&stream->xz, LZMA_FINISH);
    size_t used = stream->n_in - stream->xz.avail_in, made = stream->room - stream->xz.avail_out;
    consumed(stream, used, made);
    if (state == LZMA_MEM_ERROR || state == LZMA_MEMLIMIT_ERROR)
        return STEP_NO_MEMORY;
    if (state == LZMA_STREAM_END)
        return STEP_END;
    return state == LZMA_OK && (used || made) ? STEP_ON : STEP_DAMAGED;
}

static enum step step(struct stream *stream)
{
    return stream->how == COMPRESSION_GZIP    ? gzip_step(stream)
           : stream->how == COMPRESSION_BZIP2 ? bzip2_step(stream)
                                              : xz_step(stream);
}

// The most that n packed bytes may become.
static size_t most_of(size_t n)
{
    size_t most = n < MOST_BYTES / MOST_RATIO ? n * MOST_RATIO : MOST_BYTES;
    return most < FREE_BYTES ? FREE_BYTES : most;
}

static enum forcing_unpack_status unpack(struct stream *stream, size_t limit, bool look, unsigned char **out,
                                         size_t *n_out)
{
    size_t size = 0, used = 0;
    enum step state = STEP_ON;
    while (state == STEP_ON) {
        if (used == size) {
            if (size == limit)
                return look ? UNPACK_OK : UNPACK_TOO_LARGE;
            size_t larger = size ? 2 * size : 1UL << 20;
            larger = larger < limit ? larger : limit;
            unsigned char *grown = realloc(*out, larger);
            if (!grown)
                return UNPACK_NO_MEMORY;
            *out = grown;
            size = larger;
        }
        size_t room = size - used < MOST_PIECE ? size - used : MOST_PIECE;
        stream->out = *out + used;
        stream->room = room;
        state = step(stream);
        used += room - stream->room;
        *n_out = used;
    }
    return state == STEP_END ? UNPACK_OK : state == STEP_NO_MEMORY ? UNPACK_NO_MEMORY : UNPACK_DAMAGED;
}

enum forcing_unpack_status forcing_unpack(enum forcing_compression how, const unsigned char *bytes, size_t n,
                                          size_t most, unsigned char **out, size_t *n_out)
{
    struct stream stream = {.how = how, .in = bytes, .n_in = n};
    unsigned char *unpacked = NULL;
    size_t used = 0;
    if (!stream_begin(&stream))
        return UNPACK_NO_MEMORY;
    enum forcing_unpack_status status = unpack(&stream, most ? most : most_of(n), most > 0, &unpacked, &used);
    stream_end(&stream);
    if (status) {
        free(unpacked);
        return status;
    }
    *out = unpacked;
    *n_out = used;
    return UNPACK_OK;
}
