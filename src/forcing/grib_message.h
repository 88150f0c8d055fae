// Where the messages of a GRIB file begin and end, and the single fields of a message that holds several: on
// bytes alone, without ecCodes. Any bytes are taken; nothing beyond them is read.
#ifndef FORCING_GRIB_MESSAGE_H
#define FORCING_GRIB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct forcing_grib_message {
    size_t offset, length;
    int edition;
};

enum forcing_grib_scan {
    GRIB_SCAN_END,
    GRIB_SCAN_MESSAGE, // a whole one
    GRIB_SCAN_DAMAGED, // it begins here, but does not end where it says
};

// The next message at or after *at, and *at moved behind it (of a damaged one: behind its first bytes).
enum forcing_grib_scan forcing_grib_next(const unsigned char *bytes, size_t n, size_t *at,
                                         struct forcing_grib_message *out);

// "GRIB" and an edition that exists somewhere in the first bytes: files may begin with a bulletin's heading.
bool forcing_grib_is(const unsigned char *head, size_t n);

// Edition and centre of the first message that begins in a file's first bytes; false: none does.
bool forcing_grib_origin(const unsigned char *head, size_t n, int *edition, int *centre);

// Fields in a message; 0: its sections do not hold together.
size_t forcing_grib_fields(const unsigned char *message, size_t n);

// Writes field `index` as a message of its own, which is never longer than the whole one. 0: there is none.
size_t forcing_grib_field(const unsigned char *message, size_t n, size_t index, unsigned char *out);

// A number that is the same for fields with the same grid section.
uint64_t forcing_grib_grid_hash(const unsigned char *message, size_t n);

#endif
