// The picture of `pharos forcing inspect -o`.
#ifndef RUN_FIELD_MAP_H
#define RUN_FIELD_MAP_H

#include "export/map.h"
#include "forcing/forcing.h"

// Every field of the files inspected, at t_ns or (INT64_MIN) at the middle of its own times; at most a dozen,
// what is left out is said at the foot.
enum ph_status run_field_map(const char *const *files, size_t n, const struct forcing_inspection *inspection,
                             int64_t t_ns, int width_px, enum export_map_format format, struct core_buf *out,
                             struct ph_err *err) PH_NODISCARD;

#endif
