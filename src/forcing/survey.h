// A look over the values of a field: what is missing, what cannot be, what is odd.
#ifndef FORCING_SURVEY_H
#define FORCING_SURVEY_H

#include <stddef.h>

#include "forcing/forcing.h"

struct forcing_survey {
    size_t valid, missing, impossible;
    double smallest, largest; // size of the vectors (temperature: the value) among the valid ones
    double sum;               // of them
};

// Adds n points (u, v pairs) to the survey; impossible ones become NAN.
void forcing_survey_add(struct forcing_survey *survey, enum forcing_kind kind, float *uv, size_t n);

// Calls tell for each thing that looks wrong: "fill-leak", "odd-values", "all-zero".
void forcing_survey_tell(const struct forcing_survey *survey, enum forcing_kind kind,
                         void (*tell)(void *arg, const char *code, const char *text), void *arg);
// The same for what only whole fields tell: "odd-mean".
void forcing_survey_tell_mean(const struct forcing_survey *survey, enum forcing_kind kind,
                              void (*tell)(void *arg, const char *code, const char *text), void *arg);

#endif
