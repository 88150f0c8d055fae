// trajectories.nc written while the drift goes on, by a process of its own: the file library is not made for
// threads, and while that process waits for the disk the particles move on. It sees the case and what is
// known of the particles as they were when it was forked; each output time is handed over in shared memory.
//
// The file is made aside. If this process dies, the other one sees it and takes the half-made file away.
#ifndef DRIFT_STREAM_H
#define DRIFT_STREAM_H

#include "drift/ensemble.h"

struct drift_stream;

// Nothing is written before the drift begins. `c` outlives the stream.
enum ph_status drift_stream_new(const char *path, const struct scenario_case *c, struct drift_stream **out,
                                struct ph_err *err) PH_NODISCARD;

// What drift_run gets: takes the cloud at every output time. `arg` of its calls is the stream.
struct drift_sink drift_stream_sink(struct drift_stream *stream);

// After the drift: adds the warnings of the job and puts the whole file under its name.
enum ph_status drift_stream_finish(struct drift_stream *stream, const struct core_job *job,
                                   struct ph_err *err) PH_NODISCARD;

// Ends the process; a file that was not finished is removed.
void drift_stream_free(struct drift_stream *stream);

// Bytes of shared memory for n particles.
size_t drift_stream_bytes(size_t n);

#endif
