// One file, decoded by a process of its own that can neither open nor connect to anything. It may crash or
// hang without harm: that is an error of the file.
#ifndef FORCING_DECODER_H
#define FORCING_DECODER_H

#include "core/arena.h"
#include "forcing/compress.h"
#include "forcing/description.h"
#include "forcing/grib_wire.h"
#include "pharos/pharos.h"

struct forcing_decoder;

// Opens the file for reading and maps it; of a packed one (gzip, bzip2, xz) the first bytes are unpacked.
// `file` must outlive the decoder.
enum ph_status forcing_decoder_open(const char *file, struct forcing_decoder **out,
                                    struct ph_err *err) PH_NODISCARD;
void forcing_decoder_free(struct forcing_decoder *decoder);

// First bytes of the (unpacked) file, for telling formats apart. *n is how many there are, up to 512.
const unsigned char *forcing_decoder_head(const struct forcing_decoder *decoder, size_t *n);

// How the file was packed.
enum forcing_compression forcing_decoder_packed(const struct forcing_decoder *decoder);

// The file is GRIB: its processes may read ecCodes' tables, and do not know NetCDF. Before the first request.
void forcing_decoder_expect_grib(struct forcing_decoder *decoder);

// The description, in the caller's arena.
enum ph_status forcing_decoder_describe(struct forcing_decoder *decoder, struct core_arena *arena,
                                        struct forcing_description *out, struct ph_err *err) PH_NODISCARD;

// Most numbers that one read can give.
size_t forcing_decoder_most(void);

// A block of a variable as doubles, not unpacked. *values stays valid until the next call; n is the product
// of the counts, at most forcing_decoder_most.
enum ph_status forcing_decoder_read(struct forcing_decoder *decoder, int var, int rank, const uint64_t *start,
                                    const uint64_t *count, const double **values,
                                    struct ph_err *err) PH_NODISCARD;

// The same as floats, for variables whose numbers are 32-bit floats or whole numbers of up to 16 bits.
enum ph_status forcing_decoder_read_floats(struct forcing_decoder *decoder, int var, int rank,
                                           const uint64_t *start, const uint64_t *count, const float **values,
                                           struct ph_err *err) PH_NODISCARD;

// All fields of a GRIB file: *keys is malloced. *damaged counts messages that are broken off or cannot be
// decoded; the others are given.
enum ph_status forcing_decoder_grib_index(struct forcing_decoder *decoder, struct forcing_grib_keys **keys,
                                          size_t *n, size_t *damaged, struct ph_err *err) PH_NODISCARD;

// Rows and columns of a field, NAN where missing, or an array of its grid section. As forcing_decoder_read.
enum ph_status forcing_decoder_grib_read(struct forcing_decoder *decoder,
                                         const struct forcing_grib_keys *field, const uint64_t start[2],
                                         const uint64_t count[2], const double **values,
                                         struct ph_err *err) PH_NODISCARD;
enum ph_status forcing_decoder_grib_array(struct forcing_decoder *decoder,
                                          const struct forcing_grib_keys *field,
                                          enum forcing_grib_array which, const double **values, size_t *n,
                                          struct ph_err *err) PH_NODISCARD;

// Starts the process if it is asleep, so that the next call need not.
enum ph_status forcing_decoder_wake(struct forcing_decoder *decoder, struct ph_err *err) PH_NODISCARD;

// Ends the process; the next call starts another. For sources of many files.
void forcing_decoder_sleep(struct forcing_decoder *decoder);

#endif
