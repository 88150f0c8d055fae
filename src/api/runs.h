// Runs: a case as it stands, drifted and planned by a child process. They wait in a queue, tell their
// progress as server-sent events, can be cancelled, and leave their results in the case's log.
#ifndef API_RUNS_H
#define API_RUNS_H

#include "api/route.h"

struct api_runs;

enum ph_status api_runs_start(struct api_server *server, int jobs, struct api_runs **out,
                              struct ph_err *err) PH_NODISCARD;
// Ends what is under way and waits for it. NULL is fine.
void api_runs_stop(struct api_runs *runs);

void api_runs_list(struct api_call *call);
void api_runs_create(struct api_call *call);
void api_run_show(struct api_call *call);
void api_run_cancel(struct api_call *call);
void api_run_events(struct api_call *call);
void api_run_file(struct api_call *call);
void api_run_particles(struct api_call *call);
void api_run_evaluate(struct api_call *call);

#endif
