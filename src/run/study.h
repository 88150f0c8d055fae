// A study: one case in many variants, each drifted by itself, the results side by side and as one averaged
// map.
#ifndef RUN_STUDY_H
#define RUN_STUDY_H

#include <jansson.h>

#include "run/run.h"

enum { STUDY_MAX_AXES = 8, STUDY_MAX_CASES = 1000000, STUDY_KEY = 33 };

// One change of the case: values to set at JSON pointers.
struct study_choice {
    const char *id;
    double weight;
    json_t *set; // object: pointer -> value; borrowed from the study's document or kept in study.kept
};
struct study_axis {
    const char *id;
    struct study_choice *choice;
    size_t n;
};

// One variant. `key` is the hash of everything that its result depends on: the expanded case, the size and
// time of the files it reads, the map's time and the program's version.
struct study_case {
    char key[STUDY_KEY];
    double weight; // sums to 1
};

struct study {
    struct core_arena arena;
    const char *path, *dir, *name;
    char sha256[65];
    json_t *document, *base, *kept;
    struct study_axis axis[STUDY_MAX_AXES];
    size_t n_axes;
    bool zipped; // the axes go in step, else every choice meets every other
    int64_t map_ns;
    bool has_map_time;
    double cell_m; // 0: chosen
    struct study_case *item;
    size_t n;
};

// Reads the study and checks every one of its cases. PH_EINPUT says which case is wrong and where.
enum ph_status study_load(const char *path, struct core_job *job, struct study *out,
                          struct ph_err *err) PH_NODISCARD;
void study_fini(struct study *study);

// Choice of case i on an axis.
size_t study_choice_of(const struct study *study, size_t i, size_t axis);

// "raft, 3, gfs-07": for messages.
void study_case_name(const struct study *study, size_t i, char *out, size_t size);

// The case i, read from its expanded text. Freed with scenario_case_fini, also after failure.
enum ph_status study_case_make(const struct study *study, size_t i, struct scenario_case *out,
                               struct ph_err *err) PH_NODISCARD;

// Drifts every case that DIR/jobs does not hold yet: by as many processes as job->threads, or as mpirun
// started. A case that fails does not end the study. Interrupted: what is done is kept.
enum ph_status study_run(const struct study *study, const char *dir, struct core_job *job,
                         struct ph_err *err) PH_NODISCARD;

struct study_totals {
    size_t n_done, n_failed;
    double mapped, area_m2[RUN_N_REGIONS];
};

// Gathers DIR/jobs into table.csv, study.json, probability.nc and map.png.
enum ph_status study_write(const struct study *study, const char *dir, struct core_job *job,
                           struct study_totals *totals, struct ph_err *err) PH_NODISCARD;

// ---- Between drifting and gathering: one file a case

// What is kept of a case: one line of the table, and who was adrift at the map's time.
struct study_result {
    bool failed;
    size_t active, stranded, missing, waiting; // waiting: not released or under way
    double mean_lat_deg, mean_lon_deg, sd_east_m, sd_north_m, area50_m2,
        area90_m2; // NAN when nobody is adrift
    char error[512];
    char codes[512]; // of its warnings, separated by blanks
    struct prob_cloud cloud;
};
enum ph_status study_case_path(const char *dir, const char *key, char out[4096],
                               struct ph_err *err) PH_NODISCARD;
bool study_case_done(const char *dir, const char *key);

// Drifts case i and keeps its result; a failure of the case itself is a result too. Stops, running out of
// memory and a disk that cannot be written are not.
enum ph_status study_case_run(const struct study *study, size_t i, const char *dir, struct core_job *job,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status study_result_read(const char *path, struct core_arena *arena, struct study_result *out,
                                 struct ph_err *err) PH_NODISCARD;

#endif
