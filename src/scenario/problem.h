// Everything that is wrong with a case, collected while it is read.
#ifndef SCENARIO_PROBLEM_H
#define SCENARIO_PROBLEM_H

#include "scenario/case.h"

// Appends one problem (texts are copied). Beyond SCENARIO_MAX_PROBLEMS it only counts. False: out of memory.
bool scenario_problem_add(struct scenario_problems *problems, const struct scenario_problem *problem);

// Gives every problem the line and column of the value it speaks of (or of the nearest thing around it) in
// the text, and sorts them by that. The text must be valid JSON. False: out of memory.
bool scenario_problem_place(struct scenario_problems *problems, const char *text, size_t length);

// Fills err with the first problem of the gravest kind and returns its status; PH_OK when there is none.
enum ph_status scenario_problem_status(const struct scenario_problems *problems, const char *name,
                                       struct ph_err *err);

#endif
