// Files packed with gzip, bzip2 or xz, unpacked in memory: called in the decoding process only.
#ifndef FORCING_COMPRESS_H
#define FORCING_COMPRESS_H

#include <stddef.h>

enum forcing_compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_BZIP2, COMPRESSION_XZ };

enum forcing_unpack_status {
    UNPACK_OK,
    UNPACK_DAMAGED,   // broken off or not what its first bytes say
    UNPACK_TOO_LARGE, // more than a gigabyte, or more than 200 times what it was
    UNPACK_NO_MEMORY,
};

// By the first bytes.
enum forcing_compression forcing_compression_of(const unsigned char *head, size_t n);

// Unpacks all, or only what fits `most` when it is not 0 (a first look). *out is malloced.
enum forcing_unpack_status forcing_unpack(enum forcing_compression how, const unsigned char *bytes, size_t n,
                                          size_t most, unsigned char **out, size_t *n_out);

#endif
