// Texts for radio and mail, and what hostile names do to any product.
#include "export/fixture.h"

#include <libxml/parser.h>

#include "export/letters.h"
#include "export/message.h"
#include "test/tap.h"

typedef enum ph_status writer(const struct export_product *p, struct core_buf *out, struct ph_err *err);
typedef enum ph_status task_writer(const struct export_product *p, size_t area, struct core_buf *out,
                                   struct ph_err *err);

static void lines_fit_a_telex(const struct core_buf *buf, const char *what)
{
    size_t longest = 0, foreign = 0, column = 0;
    for (size_t i = 0; i < buf->length; i++) {
        char c = buf->text[i];
        column = c == '\n' ? 0 : column + 1;
        longest = column > longest ? column : longest;
        foreign +=
            c != '\n' && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !strchr(" -?:().,'=/+", c);
    }
    tap_ok(buf->length && longest <= 69, "%s: lines have at most 69 columns (%zu)", what, longest);
    tap_ok(!foreign, "%s: only what telex carries", what);
}

static void texts_fit(const struct export_product *p, const char *what)
{
    struct core_buf task = {0}, plan = {0}, sitrep = {0};
    tap_ok(!export_task_text(p, 0, &task, NULL) && !export_action_plan_text(p, &plan, NULL) &&
               !export_sitrep_text(p, &sitrep, NULL),
           "%s: texts are made", what);
    lines_fit_a_telex(&task, what);
    lines_fit_a_telex(&plan, what);
    lines_fit_a_telex(&sitrep, what);
    core_buf_fini(&task);
    core_buf_fini(&plan);
    core_buf_fini(&sitrep);
}

static void a_tasking_says_all(const struct export_product *p)
{
    static const char *const says[] = {"SEARCH TASKING A1 FOR SEABIRD",
                                       "20.0 BY 8.4 NM",
                                       "PATTERN: PS (PARALLEL SWEEP), TRACK SPACING 1.4 NM",
                                       "COMMENCE SEARCH POINT: 33 11.0 N 012 31.7 E AT 0604Z",
                                       "SEARCH SPEED: 120 KN",
                                       "ALTITUDE: 1000 FT",
                                       "   02  33 19.8 N 012 51.3 E  062  18.6  0613Z  +9\n",
                                       "POD 84 PCT",
                                       "REPORT:",
                                       "WARNING: WIND: THE LAST 3 H OF 24 ARE HELD"};
    struct core_buf buf = {0};
    tap_ok(!export_task_text(p, 0, &buf, NULL), "a tasking is made");
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        tap_ok(buf.text && strstr(buf.text, says[i]), "it says %.50s", says[i]);
    core_buf_fini(&buf);
}

static void parts_are_there(const struct export_product *p)
{
    static const char *const plan[] = {"\n1. SITUATION\n",    "\n2. SEARCH AREAS\n",   "\n3. EXECUTION\n",
                                       "\n4. COORDINATION\n", "\n5. COMMUNICATIONS\n", "\n6. REPORTS\n"};
    struct core_buf buf = {0};
    tap_ok(!export_action_plan_text(p, &buf, NULL), "a search action plan is made");
    const char *at = buf.text;
    for (size_t i = 0; i < 6; i++) {
        at = at ? strstr(at, plan[i]) : NULL;
        tap_ok(at != NULL, "it has part %zu in its place", i + 1);
    }
    core_buf_fini(&buf);
    tap_ok(!export_sitrep_text(p, &buf, NULL), "a situation report is made");
    at = buf.text;
    for (char letter = 'A'; letter <= 'M'; letter++) {
        char head[8];
        snprintf(head, sizeof head, "\n%c. ", letter);
        at = at ? strstr(at, head) : NULL;
        tap_ok(at != NULL, "it has paragraph %c in its place", letter);
    }
    core_buf_fini(&buf);
}

static const char hostile[] = "<script>alert(1)</script> \"'&]]>\r\n\t\x01\x1b[31m ../../etc/passwd %s%n "
                              "\xd9\x82\xd8\xa7\xd8\xb1\xd8\xa8 \xe2\x80\xae"
                              "abc \xff\xfe \xf0\x9f\x9a\xa4 \xc3\xa9\xc3\xb1";

static void hostile_make(struct fixture *f, const char *name)
{
    fixture_init(f, (struct geo_pos){33.1667, 12.5}, 1);
    f->p.case_name = name;
    for (size_t i = 0; i < 3; i++)
        ((struct export_asset *)f->p.asset)[i].id = name;
    for (size_t i = 0; i < 2; i++)
        ((struct export_scenario *)f->p.scenario)[i].id = ((struct export_scenario *)f->p.scenario)[i].text =
            name;
    core_job_warn(&f->job, "hostile", "%s", name);
}

static void every_product_survives(const char *name, const char *what)
{
    static writer *const whole[] = {export_plan_kml, export_report_html, export_plan_json,
                                    export_summary_json, export_plan_geojson};
    static task_writer *const task[] = {export_task_gpx, export_task_rtz, export_task_rtz12};
    struct fixture f;
    struct core_buf buf = {0};
    hostile_make(&f, name);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        bool good = !whole[i](&f.p, &buf, NULL);
        size_t controls = 0;
        for (size_t k = 0; k < buf.length; k++)
            controls += buf.text[k] > 0 && buf.text[k] < ' ' && buf.text[k] != '\n';
        tap_ok(good && !controls, "%s: product %zu is made without control characters", what, i);
        if (whole[i] == export_report_html)
            tap_ok(!strstr(buf.text, "<script") && !strstr(buf.text, "\xe2\x80\xae"),
                   "%s: the report holds no markup of "
                   "the name",
                   what);
        xmlDoc *doc =
            whole[i] == export_plan_kml ? xmlReadMemory(buf.text, (int)buf.length, NULL, NULL, 0) : NULL;
        tap_ok(doc || whole[i] != export_plan_kml, "%s: KML is well formed", what);
        xmlFreeDoc(doc);
        core_buf_fini(&buf);
    }
    for (size_t i = 0; i < 3; i++) {
        xmlDoc *doc = NULL;
        if (!task[i](&f.p, 0, &buf, NULL))
            doc = xmlReadMemory(buf.text, (int)buf.length, NULL, NULL, XML_PARSE_NONET);
        tap_ok(doc != NULL, "%s: route %zu is well formed", what, i);
        xmlFreeDoc(doc);
        core_buf_fini(&buf);
    }
    texts_fit(&f.p, what);
    char one[EXPORT_STEM], two[EXPORT_STEM];
    export_task_stem(&f.p, 0, one);
    export_task_stem(&f.p, 1, two);
    tap_ok(*one && *one != '.' && !strchr(one, '/') && strcmp(one, two),
           "%s: file names are safe and differ: %s, %s", what, one, two);
    fixture_fini(&f);
}

static void letters_are_cut_and_cleaned(void)
{
    char out[64];
    export_letters_clean("Rescue-1", 20, out, sizeof out);
    tap_text(out, "Rescue-1", "a plain name stays");
    export_letters_clean("abcdefgh", 4, out, sizeof out);
    tap_text(out, "abc\xe2\x80\xa6", "a long one ends in an ellipsis");
    export_letters_clean("abcd", 4, out, sizeof out);
    tap_text(out, "abcd", "one that just fits is whole");
    export_letters_clean("\xd9\x82\xd8\xa7\xd8\xb1\xd8\xa8\xd9\x82\xd8\xa7\xd8\xb1\xd8\xa8", 99, out, 9);
    tap_text(out, "\xd9\x82\xd8\xa7\xe2\x80\xa6", "letters of two bytes are never halved");
    export_letters_telex("Zo\xc3\xab's boat; 50 % <b>", out, sizeof out);
    tap_text(out, "ZOE'S BOAT, 50 PCT ?B?", "telex keeps letters and figures");
    export_letters_plotter("Sea-Watch 5", 6, out, sizeof out);
    tap_text(out, "SEA-WA", "plotters get capitals");
}

static void paragraphs_are_broken(void)
{
    struct core_buf buf = {0};
    export_message_put(&buf, 3, "   %s %s", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                       "BBBBBBBB CC");
    tap_text(buf.text, "   AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n   BBBBBBBB CC\n",
             "a paragraph breaks at a blank and keeps its indent");
    core_buf_fini(&buf);
}

// The worked chain of the manual method: every figure of every step stands in the text.
static void worksheet_steps(void)
{
    static const char *const says[] = {
        "E: 3.94 NM",       "634.5 SQUARE NM",     "E X E = 15.50", "Z / FZ = 40.94", "FS: 1.8621",
        "FS X E = 7.33 NM", "CO: Z / AREA = 2.95", " 0.4574 NM",    " 0.7623 NM",     "POS 89.48 PCT"};
    struct fixture f;
    struct core_buf buf = {0};
    fixture_init(&f, (struct geo_pos){33.1667, 12.5}, 1);
    struct plan_result plan = *f.p.plan;
    double m = CORE_M_PER_NM, e = 3.937003937 * m, z = 634.5 * m * m, pos = 0.89477;
    double factor = 1.8621, radius = factor * e; // the specification's own figures
    struct plan_worksheet_unit unit[] = {{0, 1.35 * m, 0}, {1, 2.25 * m, 0}};
    unit[0].track_m = z / 2 / unit[0].sweep_m, unit[1].track_m = z / 2 / unit[1].sweep_m;
    plan.worksheet = (struct plan_worksheet){.unit = unit,
                                             .n_units = 2,
                                             .error_m = e,
                                             .effort_m2 = z,
                                             .factor = factor,
                                             .radius_m = radius,
                                             .coverage = z / (4 * radius * radius),
                                             .poc = pos,
                                             .pod = 1,
                                             .pos = pos};
    f.p.plan = &plan;
    bool made = !export_worksheet_text(&f.p, &buf, NULL);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        tap_ok(made && strstr(buf.text, says[i]), "the worksheet says %s", says[i]);
    core_buf_fini(&buf);
    fixture_fini(&f);
}

int main(void)
{
    worksheet_steps();
    struct fixture f;
    char long_name[5000];
    fixture_init(&f, (struct geo_pos){33.1667, 12.5}, 1);
    letters_are_cut_and_cleaned();
    paragraphs_are_broken();
    texts_fit(&f.p, "a plain case");
    a_tasking_says_all(&f.p);
    parts_are_there(&f.p);
    fixture_fini(&f);
    every_product_survives(hostile, "a hostile name");
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    every_product_survives(long_name, "5000 letters");
    every_product_survives("\xd9\x82\xd8\xa7\xd8\xb1\xd8\xa8 \xd9\x85\xd8\xb7\xd8\xa7\xd8\xb7\xd9\x8a",
                           "an Arabic name");
    every_product_survives("", "no name");
    return tap_done();
}
