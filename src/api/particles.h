// One moment out of particles.bin (src/cli/cmd_worker.c writes it, docs/api.md describes it).
#ifndef API_PARTICLES_H
#define API_PARTICLES_H

#include <stdint.h>

#include "core/buf.h"
#include "pharos/pharos.h"

// "PHF1", particles (uint32), time (int64 ns), then weight, lon, lat (float32) and status (uint8) of each, at
// the output time nearest to t_ns. PH_EINPUT when `all` is no such file.
enum ph_status api_particles_at(const struct core_buf *all, int64_t t_ns, struct core_buf *out,
                                struct ph_err *err) PH_NODISCARD;

#endif
