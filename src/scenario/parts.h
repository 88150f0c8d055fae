// The parts of a case file. Each reads one member of the document into the case and says what is wrong in it;
// a part that cannot be read leaves its fields empty, so that the others can still be checked.
#ifndef SCENARIO_PARTS_H
#define SCENARIO_PARTS_H

#include "scenario/case.h"
#include "scenario/value.h"

// "objects": one scenario_object for each class, presets taken apart; weights normalised.
void scenario_objects_read(const struct scenario_node *root, struct scenario_case *c);

// "scenarios", after the objects. Also what their times span, in *times (from > to when none could be read).
void scenario_sources_read(const struct scenario_node *root, struct scenario_case *c,
                           struct scenario_window *times);

void scenario_environment_read(const struct scenario_node *root, struct scenario_case *c);

// "drift", after the scenarios' times.
void scenario_drift_read(const struct scenario_node *root, struct scenario_window times,
                         const struct scenario_overrides *overrides, struct scenario_case *c);

// "conditions", then "assets".
void scenario_assets_read(const struct scenario_node *root, struct scenario_case *c);

// "searches", after the assets.
void scenario_searches_read(const struct scenario_node *root, struct scenario_case *c);
// "sightings" and "debris", after the objects.
void scenario_sightings_read(const struct scenario_node *root, struct scenario_case *c);
void scenario_debris_read(const struct scenario_node *root, struct scenario_case *c);

// One thing that drifts and is not searched for: "leeway" or "coefficients", "label".
void scenario_drifter_read(const struct scenario_node *node, struct scenario_object *out);

// The members of one kind of scenario (begin.c).
void scenario_voyage_read(const struct scenario_node *node, struct scenario_source *source);
void scenario_bearing_read(const struct scenario_node *node, struct scenario_source *source);
void scenario_backtrack_read(const struct scenario_node *node, const struct scenario_case *c,
                             struct scenario_source *source);

// "object_ids" of a scenario or of a find, into [n_objects]: all when it is not there.
void scenario_object_ids_read(const struct scenario_node *node, const struct scenario_case *c, bool **out);

// `n` ascending numbers in one unit of a quantity, in SI; `what` says what they are. False when they are not
// all good (a problem then).
bool scenario_ascending_read(const struct scenario_node *object, const char *stem, enum scenario_unit unit,
                             size_t n, struct scenario_range range, const char *what, double *out);

// probable_error_*, sigma_* or radius_*: at most one.
void scenario_spread_read(const struct scenario_node *node, struct scenario_spread *out);

#endif
