// Which source of forcing served how much of the particle-time between two output times.
#ifndef DRIFT_COVERAGE_H
#define DRIFT_COVERAGE_H

#include "drift/block.h"

// `upto` holds the accounts of all threads and ranks from the run's begin to each output time. Fills
// service->interval (memory of the arena): each ends at an output time, the first begins with the run; those
// in which nobody drifts are kept, with a total of zero. The shares of an interval add up to its total, the
// intervals to the service: a particle that stopped for want of forcing is missing until the run ends.
enum ph_status drift_coverage_make(const struct drift_tally *upto, const int64_t *time_ns, size_t n_times,
                                   int64_t begin_ns, int64_t until_ns, struct core_arena *arena,
                                   struct drift_service *service, struct ph_err *err) PH_NODISCARD;

// " (2016-08-30T12:00:00Z to 2016-08-31T00:00:00Z)": from the first to the last interval in which a kind was
// held or missing; empty when it never was.
enum { DRIFT_SPAN_TEXT = 96 };
void drift_coverage_span(const struct drift_service *service, int kind, bool held, char out[DRIFT_SPAN_TEXT]);

#endif
