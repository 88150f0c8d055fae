// Answers: JSON documents, and problem details (RFC 9457) that say what, where and what to do.
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "api/route.h"

// A JSON document as the answer; takes the reference. Out of memory becomes a problem.
void api_answer_json(struct api_call *call, int status, json_t *document);

// {type, title, status, detail, where, fix}. `code` is the stable end of the type ("stale", "not-found").
void api_answer_problem(struct api_call *call, int status, const char *code, const char *title,
                        const char *where, const char *fix);

// The problem for what went wrong below: bad input 422, cannot read or write 503, and so on.
void api_answer_err(struct api_call *call, const struct ph_err *err);

void api_answer_missing(struct api_call *call, const char *what); // 404

#endif
