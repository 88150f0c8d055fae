// Cases, what was reported, and their log: answers made of the store alone.
#ifndef API_CASES_H
#define API_CASES_H

#include "api/route.h"
#include "store/store.h"

void api_cases_list(struct api_call *call);
void api_cases_create(struct api_call *call);
void api_case_show(struct api_call *call);
void api_case_patch(struct api_call *call);
void api_case_close(struct api_call *call);
void api_case_reopen(struct api_call *call);
void api_case_note(struct api_call *call);
void api_case_report(struct api_call *call);
void api_case_log(struct api_call *call);
void api_case_check(struct api_call *call);

// The case that part 0 of the path names; false with a problem answered.
bool api_case_find(struct api_call *call, struct store *store, struct core_arena *arena,
                   struct store_case *out);

// Appends an event to that case from what the request says (If-Match, Idempotency-Key, who); answers what
// went wrong. `entry` has kind, why, body and files.
bool api_case_append(struct api_call *call, struct store *store, struct store_entry *entry,
                     struct store_receipt *receipt);

// The problem for a status of the store ("stale", "busy", ...).
void api_answer_store(struct api_call *call, const struct ph_err *err);

#endif
