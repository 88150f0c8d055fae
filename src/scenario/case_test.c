#include "scenario/case.h"

#include <jansson.h>

#include "core/file.h"
#include "core/time.h"
#include "test/tap.h"

static enum ph_status parse(const char *text, struct scenario_case *c, struct scenario_problems *problems,
                            struct ph_err *err)
{
    *c = (struct scenario_case){0};
    *problems = (struct scenario_problems){0};
    return scenario_case_parse(text, strlen(text), "dir", "test.json", NULL, c, problems, err);
}

static void parsed_fini(struct scenario_case *c, struct scenario_problems *problems)
{
    scenario_case_fini(c);
    scenario_problems_fini(problems);
}

static const struct scenario_problem *problem_at(const struct scenario_problems *problems,
                                                 const char *pointer)
{
    for (size_t i = 0; i < problems->n; i++)
        if (!strcmp(problems->item[i].pointer, pointer))
            return &problems->item[i];
    return NULL;
}

static void problems_show(const struct scenario_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct scenario_problem *p = &problems->item[i];
        printf("# %zu:%zu '%s': %s; found %s, expected %s\n", p->line, p->column, p->pointer, p->text,
               p->found, p->expected);
    }
}

static json_t *document_load(const char *path)
{
    json_t *document = json_load_file(tap_source(path), 0, NULL);
    if (!document) {
        printf("Bail out! %s cannot be read\n", path);
        exit(1);
    }
    return document;
}

// ---- the table of bad cases, which the schema's test reads too ----

// The container of a pointer; *last is its last part.
static json_t *container_of(json_t *document, const char *pointer, char last[64])
{
    json_t *at = document;
    for (pointer++;;) {
        size_t n = strcspn(pointer, "/");
        snprintf(last, 64, "%.*s", (int)n, pointer);
        if (!pointer[n])
            return at;
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(last)) : json_object_get(at, last);
        pointer += n + 1;
    }
}

static void edit(json_t *document, json_t *what)
{
    char last[64];
    const char *removed = json_string_value(json_object_get(what, "remove"));
    const char *at = removed ? removed : json_string_value(json_object_get(what, "at"));
    json_t *container = container_of(document, at, last), *value = json_object_get(what, "value");
    if (removed)
        json_object_del(container, last);
    else if (json_is_array(container))
        json_array_set(container, (size_t)atoi(last), value);
    else
        json_object_set(container, last, value);
}

static void bad_case_check(json_t *base, json_t *bad)
{
    json_t *document = json_deep_copy(base), *what;
    size_t i;
    json_array_foreach(json_object_get(bad, "edits"), i, what) edit(document, what);
    char *text = json_dumps(document, JSON_INDENT(1));
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    const char *pointer = json_string_value(json_object_get(bad, "problem"));
    json_t *count = json_object_get(bad, "problems");
    size_t want = count ? (size_t)json_integer_value(count) : 1;
    enum ph_status wanted = json_object_get(bad, "status") ? PH_EUNSUPPORTED : PH_EINPUT;
    enum ph_status status = parse(text, &c, &problems, &err);
    const struct scenario_problem *problem = problem_at(&problems, pointer);
    bool told = problem && problem->found[0] && problem->expected[0] && problem->text[0] && problem->line > 0;
    if (!tap_ok(status == wanted && told && problems.n == want && err.where[0], "%s (%s)",
                json_string_value(json_object_get(bad, "sentence")), pointer)) {
        printf("# status %d, %zu problems, wanted %zu\n", status, problems.n, want);
        problems_show(&problems);
    }
    parsed_fini(&c, &problems);
    free(text);
    json_decref(document);
}

static void test_bad_cases(void)
{
    json_t *table = document_load("src/scenario/case_bad.json"), *bad;
    json_t *base = json_object_get(table, "base");
    char *text = json_dumps(base, 0);
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    size_t i;
    if (!tap_ok(parse(text, &c, &problems, &err) == PH_OK && !problems.n,
                "the case that the bad ones are made of is good"))
        problems_show(&problems);
    parsed_fini(&c, &problems);
    free(text);
    json_array_foreach(json_object_get(table, "bad"), i, bad) bad_case_check(base, bad);
    json_decref(table);
}

// ---- documents that are no JSON, or almost ----

static void refuse(const char *text, size_t length, const char *pointer, const char *part,
                   const char *sentence)
{
    struct scenario_case c = {0};
    struct scenario_problems problems = {0};
    struct ph_err err = {0};
    enum ph_status status = scenario_case_parse(text, length, ".", "x.json", NULL, &c, &problems, &err);
    bool good = status == PH_EINPUT && problems.n == 1 && !strcmp(problems.item[0].pointer, pointer) &&
                strstr(problems.item[0].text, part) && problems.item[0].line > 0;
    if (!tap_ok(good, "%s", sentence))
        problems_show(&problems);
    parsed_fini(&c, &problems);
}

static void test_syntax(void)
{
    static char deep[200001];
    refuse("", 0, "", "empty", "an empty file is refused");
    refuse("{\n  \"pharos\" \"case/1\"}", 22, "", "line 2", "a missing colon is told with its line");
    refuse("{\"a\": 1e999}", 12, "", "line 1, column",
           "a number beyond all numbers is told with line and column");
    refuse("{\"a\": 99999999999999999999}", 27, "", "line 1",
           "an integer beyond 64 bits is told with its line");
    refuse("{\"a\": \"\xff\"}", 11, "", "line 1", "bytes that are not UTF-8 are told with their line");
    refuse("{\"a\": \"\\u0000\"}", 15, "", "line 1", "an escaped NUL is refused");
    refuse("{\"a\": \0}", 8, "", "line 1", "a NUL byte is refused");
    refuse("\xEF\xBB\xBF{}", 5, "", "byte order mark", "a byte order mark is refused");
    refuse("\xFF\xFE{\0}\0", 6, "", "UTF-16", "UTF-16 is refused");
    refuse("{} {}", 5, "", "line 1", "something after the document is refused");
    refuse("[]", 2, "", "object", "an array is refused");
    refuse("{\"a\": NaN}", 10, "", "line 1", "NaN is refused");
    memset(deep, '[', 200000);
    refuse(deep, 200000, "", "depth", "200,000 open brackets are refused without a crash");
}

static void test_repeated(void)
{
    json_t *table = document_load("src/scenario/case_bad.json");
    char *text = json_dumps(json_object_get(table, "base"), JSON_COMPACT), twice[16384];
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    char *at = strstr(text, "\"until\"");
    snprintf(twice, sizeof twice, "%.*s\"until\":\"2017-01-01T00:00Z\",%s", (int)(at - text), text, at);
    tap_ok(parse(twice, &c, &problems, &err) == PH_EINPUT && problems.n == 1 &&
               !strcmp(problems.item[0].pointer, "/drift/until"),
           "a member given twice is refused, with its pointer");
    parsed_fini(&c, &problems);
    // the same name, once escaped
    snprintf(twice, sizeof twice, "%.*s\"\\u0075ntil\":\"2017-01-01T00:00Z\",%s", (int)(at - text), text, at);
    tap_ok(parse(twice, &c, &problems, &err) == PH_EINPUT && problem_at(&problems, "/drift/until"),
           "a member given twice is found also when it is escaped once");
    parsed_fini(&c, &problems);
    free(text);
    json_decref(table);
}

static void test_many_problems(void)
{
    const char *text =
        "{\n \"pharos\": \"case/1\",\n"
        " \"objects\": [{\"id\": \"a\", \"leway\": \"PIW-1\"}],\n"
        " \"scenarios\": [{\"id\": \"s\", \"kind\": \"point\", \"position\": \"95N 12E\",\n"
        "   \"time\": \"2016-08-29T02:00\"}],\n"
        " \"environment\": {\"wind\": [{\"from_deg\": 400, \"speed_kn\": 5}], \"current\": []},\n"
        " \"drift\": {\"until\": \"2016-08-30T00:00Z\", \"x-odd~/name\": 1, \"odd~/name\": 1}\n}";
    static const char *const pointers[] = {"/objects/0",
                                           "/objects/0/leway",
                                           "/scenarios/0/position",
                                           "/scenarios/0/time",
                                           "/environment/wind/0/from_deg",
                                           "/environment/current",
                                           "/drift/odd~0~1name"};
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    enum ph_status status = parse(text, &c, &problems, &err);
    bool good = status == PH_EINPUT && problems.n == sizeof pointers / sizeof *pointers;
    for (size_t i = 0; good && i < problems.n; i++)
        good = !strcmp(problems.item[i].pointer, pointers[i]);
    if (!tap_ok(good, "seven mistakes are told at once, in the order of the document"))
        problems_show(&problems);
    const struct scenario_problem *typo = problem_at(&problems, "/objects/0/leway");
    tap_ok(typo && strstr(typo->text, "did you mean \"leeway\""),
           "a misspelt member is told what it may mean");
    tap_ok(typo && typo->line == 3 && typo->column == 35, "a problem has line and column of its value");
    tap_ok(strstr(err.where, "test.json: /objects/0") && strstr(err.what, "6 more problems"),
           "the error is the first of them and counts the others");
    parsed_fini(&c, &problems);
}

// ---- good cases ----

static void test_contract_example(void)
{
    const char *spec = tap_shared("spec/case-and-cli.md", "the contract's example is a good case");
    struct core_buf text = {0};
    struct ph_err err = {0};
    if (!spec)
        return;
    if (core_file_read(spec, 1 << 20, &text, &err)) {
        tap_ok(false, "the contract can be read");
        return;
    }
    char *from = strstr(text.text, "```json") + 7;
    *strstr(from, "```") = '\0';
    struct scenario_case c;
    struct scenario_problems problems;
    enum ph_status status = parse(from, &c, &problems, &err);
    if (!tap_ok(status == PH_OK && problems.n == 0 && c.n_sources == 2 && c.source[1].kind == SCENARIO_VOYAGE,
                "the contract's example is a good case"))
        problems_show(&problems);
    parsed_fini(&c, &problems);
    core_buf_fini(&text);
}

static void test_defaults(void)
{
    struct scenario_case c = {0};
    struct scenario_problems problems = {0};
    struct ph_err err = {0};
    const struct scenario_overrides more = {
        .has_particles = true, .particles = 77, .has_seed = true, .seed = 5};
    const char *path = tap_source("examples/cases/constants-only.json");
    if (!tap_ok(scenario_case_load(path, NULL, &c, &problems, &err) == PH_OK, "the smallest case is read")) {
        problems_show(&problems);
        return;
    }
    const struct scenario_drift *d = &c.drift;
    tap_ok(d->step_s == 600 && d->output_every_s == 3600 && d->particles == 10000 &&
               d->integrator == SCENARIO_RK2 && d->orientation == SCENARIO_BOTH && d->leeway_noise &&
               d->jibing && d->wind_sd_mps == 2.0 && d->wind_correlation_s == 43200 &&
               d->current_sd_mps == 0.12 && d->current_correlation_s == 86400 && d->diffusivity_m2s == 10 &&
               d->on_land_start && c.on_missing == SCENARIO_MISSING_ERROR,
           "defaults are those of the contract");
    tap_ok(d->start_ns == c.source[0].time.from_ns, "drift starts at the earliest scenario time");
    tap_near(c.source[0].start->spread.radius_m, 3 * 1852, 1e-9, "three miles are 5556 m");
    const struct scenario_observation *wind = c.forcing[SCENARIO_WIND][0].series;
    double speed = 25 * 1852 / 3600.0;
    tap_near(wind->u_mps, speed * sqrt(3) / 2, 1e-12, "wind from 240 blows toward the east");
    tap_near(wind->v_mps, speed / 2, 1e-12, "wind from 240 blows toward the north");
    tap_ok(c.forcing[SCENARIO_CURRENT][0].n_series == 1 && c.forcing[SCENARIO_CURRENT][0].series->u_mps == 0,
           "a calm needs no direction");
    parsed_fini(&c, &problems);
    tap_ok(scenario_case_load(path, &more, &c, &problems, &err) == PH_OK && c.drift.particles == 77 &&
               c.drift.seed == 5,
           "the command line overrides particles and seed");
    parsed_fini(&c, &problems);
    tap_ok(scenario_case_load("/nonexistent/case.json", NULL, &c, &problems, &err) == PH_EIO,
           "a file that is not there is not bad input");
}

static void test_everything_read(void)
{
    json_t *table = document_load("src/scenario/case_bad.json");
    char *text = json_dumps(json_object_get(table, "base"), 0);
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    if (!tap_ok(parse(text, &c, &problems, &err) == PH_OK, "a case with every member is read")) {
        problems_show(&problems);
        return;
    }
    free(text);
    json_decref(table);
    double sum = 0;
    for (size_t i = 0; i < c.n_objects; i++)
        sum += c.object[i].weight;
    tap_ok(c.n_objects == 5 && fabs(sum - 1) < 1e-15,
           "a preset becomes its parts, and weights add up to one");
    tap_text(c.object[1].id, "boat/SKIFF-2", "a part of a preset is named after both");
    tap_near(c.object[1].weight, 0.25 * 0.6, 1e-15, "a part has its share of the preset's weight");
    tap_near(c.object[4].leeway.left.slope_frac, -0.008, 1e-15, "coefficients are read with their sign");
    tap_near(c.object[4].jibing_per_h, 0.03, 1e-15, "jibing is read in percent");
    tap_ok(c.source[2].object_allowed[0] && c.source[2].object_allowed[3] && !c.source[2].object_allowed[4],
           "object_ids reach all parts of a preset, and only those named");
    tap_near(c.source[0].start->spread.sigma_m, 2 * 1852 / 1.17741, 1e-9,
             "a probable error is 1.17741 sigma");
    tap_near(c.source[3].start[1].spread.radius_m, 4000, 1e-9, "kilometres are read");
    tap_text(c.forcing[SCENARIO_CURRENT][0].file, "dir/currents.nc",
             "a path is relative to the case's folder");
    tap_text(c.forcing[SCENARIO_WIND][1].pointer, "/environment/wind/1", "a source knows its place");
    tap_near(c.forcing[SCENARIO_CURRENT][1].series->u_mps, 0.5 * 1852 / 3600, 1e-15,
             "current toward 090 sets east");
    tap_ok(c.forcing[SCENARIO_CURRENT][1].series->v_mps == 0,
           "current toward 090 has no northward part at all");
    tap_near(c.forcing[SCENARIO_WIND][0].series[1].v_mps, -7 * sqrt(0.5), 1e-12,
             "wind toward 135 blows southward");
    tap_ok(c.forcing[SCENARIO_SEA_TEMPERATURE][1].series->u_mps == 26, "a sea temperature is read");
    tap_ok(c.on_missing == SCENARIO_MISSING_HOLD && !strcmp(c.coast_resolution, "high"),
           "coast and gaps are read");
    tap_near(c.asset[0].altitude_m, 304.8, 1e-9, "1000 ft are 304.8 m");
    tap_near(c.asset[0].reserve_frac, 0.2, 1e-15, "the reserve is read");
    tap_ok(c.asset[0].has_return && c.asset[0].return_to.lat_deg == 36, "the place to return to is read");
    tap_ok(c.asset[1].conditions.night && !c.conditions.night && c.asset[1].conditions.visibility_nm == 8,
           "an asset's conditions override the case's, one by one");
    tap_near(c.asset[1].sweep_width_m, 0.8 * 1852, 1e-9, "a sweep width is read");
    tap_ok(c.search[0].n_track == 2 && isnan(c.search[0].sweep_width_m), "a flown track is read");
    tap_text(c.search[1].file, "dir/flown.gpx", "a flown track may be a file");
    tap_text(c.extensions_json, "{\"x-note\":{\"anything\":[1,2]}}", "members x-... are kept");
    parsed_fini(&c, &problems);
}

static void test_swamped(void)
{
    struct scenario_case c = {0};
    struct scenario_problems problems = {0};
    struct ph_err err = {0};
    if (scenario_case_load(tap_source("examples/cases/swamped.json"), NULL, &c, &problems, &err)) {
        tap_ok(false, "swamped.json is read: %s", err.what);
        return;
    }
    const struct object_class *skiff = object_class_find("SKIFF-2");
    for (size_t i = 0; i < c.n_objects; i++)
        if (!strcmp(c.object[i].id, "swamped")) {
            tap_near(c.object[i].leeway.down.slope_frac, 0.47 * skiff->leeway.down.slope_frac, 1e-15,
                     "a swamped open boat drifts 0.47 times as fast");
            tap_near(c.object[i].leeway.left.offset_mps, 0.47 * skiff->leeway.left.offset_mps, 1e-15,
                     "a swamped open boat goes 0.47 times as far aside");
            tap_ok(c.object[i].tier == OBJECT_TIER_JUDGEMENT, "a swamped boat's leeway is a judgement");
        }
    parsed_fini(&c, &problems);
}

static const char *const examples[] = {"area", "constants-only", "dateline",       "libya-point",
                                       "line", "points-replay",  "searches-flown", "swamped"};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static void test_examples(void)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        char path[128];
        struct scenario_case c = {0};
        struct scenario_problems problems = {0};
        struct ph_err err = {0};
        snprintf(path, sizeof path, "examples/cases/%s.json", examples[i]);
        if (!tap_ok(scenario_case_load(tap_source(path), NULL, &c, &problems, &err) == PH_OK, "%s is good",
                    path))
            problems_show(&problems);
        parsed_fini(&c, &problems);
    }
}

// Whole cases in the documentation are good cases.
static void test_documentation(void)
{
    struct core_buf text = {0};
    struct ph_err err = {0};
    int n = 0;
    if (core_file_read(tap_source("docs/case.md"), 1 << 20, &text, &err)) {
        tap_ok(false, "docs/case.md can be read");
        return;
    }
    for (char *at = text.text; (at = strstr(at, "```json case\n"));) {
        struct scenario_case c;
        struct scenario_problems problems;
        char *from = at + strlen("```json case\n");
        char *to = strstr(from, "```");
        *to = '\0';
        if (!tap_ok(parse(from, &c, &problems, &err) == PH_OK, "case %d of docs/case.md is good", ++n))
            problems_show(&problems);
        parsed_fini(&c, &problems);
        at = to + 1;
    }
    tap_ok(n >= 2, "docs/case.md has whole cases in it");
    core_buf_fini(&text);
}

static void test_hash(void)
{
    struct scenario_case c;
    struct scenario_problems problems;
    struct ph_err err = {0};
    json_t *table = document_load("src/scenario/case_bad.json");
    char *text = json_dumps(json_object_get(table, "base"), JSON_COMPACT);
    char path[] = "/tmp/pharos-case-XXXXXX", sum[128], got[65] = "";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs(text, file);
    fclose(file);
    snprintf(sum, sizeof sum, "sha256sum %s", path);
    FILE *pipe = popen(sum, "r");
    bool read_sum = pipe && fscanf(pipe, "%64s", got) == 1;
    pclose(pipe);
    unlink(path);
    if (parse(text, &c, &problems, &err) == PH_OK && read_sum)
        tap_text(c.sha256, got, "the case's hash is that of sha256sum");
    else
        tap_ok(false, "the case's hash can be compared");
    parsed_fini(&c, &problems);
    free(text);
    json_decref(table);
}

// ---- memory that runs out ----

static size_t allocations_left;

static void *failing_malloc(size_t size)
{
    if (!allocations_left)
        return NULL;
    allocations_left--;
    return malloc(size);
}

// The n-th allocation of the JSON library fails, for every n until the case is read.
static void test_no_memory(void)
{
    struct core_buf text = {0};
    struct ph_err err = {0};
    if (core_file_read(tap_source("examples/cases/constants-only.json"), 1 << 20, &text, &err)) {
        tap_ok(false, "the smallest case can be read");
        return;
    }
    size_t wrong = 0, n = 0;
    for (enum ph_status status = PH_ENOMEM; status; n++) {
        struct scenario_case c;
        struct scenario_problems problems;
        allocations_left = n;
        json_set_alloc_funcs(failing_malloc, free);
        status = parse(text.text, &c, &problems, &err);
        json_set_alloc_funcs(malloc, free);
        wrong += status != PH_OK && status != PH_ENOMEM;
        parsed_fini(&c, &problems);
        if (n > 10000)
            break;
    }
    tap_ok(!wrong && n > 20 && n < 10000,
           "each of %zu allocations of the JSON library may fail: out of memory, said so", n - 1);
    core_buf_fini(&text);
}

// ---- mutations ----

static uint32_t chance(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

// One to four bytes replaced, removed, doubled, or by a piece from elsewhere in the text.
static size_t mutate(char *text, size_t length, uint32_t *state)
{
    static const char spice[] = "{}[]\",:-+.eE0159 \\/nulltruefalse\xff\x80~";
    for (uint32_t n = 1 + chance(state) % 4; n--;) {
        size_t at = chance(state) % length, from = chance(state) % length, many = 1 + chance(state) % 16;
        if (at + many > length || from + many > length)
            continue;
        switch (chance(state) % 4) {
        case 0:
            text[at] = spice[chance(state) % (sizeof spice - 1)];
            break;
        case 1:
            memmove(text + at, text + at + many, length - at - many);
            length -= many;
            break;
        case 2:
            memmove(text + at, text + from, many);
            break;
        default:
            text[at] = (char)(text[at] ^ (1 << chance(state) % 8));
        }
    }
    return length;
}

static void test_mutations(void)
{
    uint32_t state = 20160829;
    size_t refused = 0, accepted = 0, wrong = 0;
    for (size_t i = 0; i < EXAMPLES; i++) {
        char path[128];
        struct core_buf text = {0};
        struct ph_err err = {0};
        snprintf(path, sizeof path, "examples/cases/%s.json", examples[i]);
        if (core_file_read(tap_source(path), 1 << 20, &text, &err)) {
            tap_ok(false, "%s can be read", path);
            return;
        }
        for (int round = 0; round < 250; round++) {
            char *bytes = malloc(text.length); // exactly: a byte too far is seen by the sanitizer
            memcpy(bytes, text.text, text.length);
            size_t length = mutate(bytes, text.length, &state);
            struct scenario_case c = {0};
            struct scenario_problems problems = {0};
            err = (struct ph_err){0};
            enum ph_status status = scenario_case_parse(bytes, length, ".", "m", NULL, &c, &problems, &err);
            bool told = status ? problems.n && err.what[0] && err.status == status : !problems.n;
            wrong += !told || (status != PH_OK && status != PH_EINPUT && status != PH_EUNSUPPORTED);
            refused += status != PH_OK;
            accepted += status == PH_OK;
            parsed_fini(&c, &problems);
            free(bytes);
        }
        core_buf_fini(&text);
    }
    tap_ok(!wrong, "%zu mutated cases are refused with a reason and %zu are still good", refused, accepted);
    tap_ok(refused > 500 && accepted > 50, "the mutations reach both outcomes");
}

int main(void)
{
    test_bad_cases();
    test_syntax();
    test_repeated();
    test_many_problems();
    test_contract_example();
    test_defaults();
    test_everything_read();
    test_swamped();
    test_examples();
    test_documentation();
    test_hash();
    test_no_memory();
    test_mutations();
    return tap_done();
}
