// One file, decoded by a process of its own that can neither open nor connect to anything. It may crash or
// hang without harm: that is an error of the file.
#ifndef FORCING_DECODER_H
#define FORCING_DECODER_H

#include "core/arena.h"
#include "forcing/description.h"
#include "pharos/pharos.h"

struct forcing_decoder;

// Opens the file for reading and maps it; no process yet. `file` must outlive the decoder.
enum ph_status forcing_decoder_open(const char *file, struct forcing_decoder **out,
                                    struct ph_err *err) PH_NODISCARD;
void forcing_decoder_free(struct forcing_decoder *decoder);

// First bytes of the file, for telling formats apart. *n is how many there are, up to 16.
const unsigned char *forcing_decoder_head(const struct forcing_decoder *decoder, size_t *n);

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

// Ends the process; the next call starts another. For sources of many files.
void forcing_decoder_sleep(struct forcing_decoder *decoder);

#endif
