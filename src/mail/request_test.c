#include "mail/request.h"

#include "core/time.h"
#include "scenario/case.h"
#include "test/tap.h"

#define RECEIVED (INT64_C(1472439600) * 1000000000) // 2016-08-29T03:00Z

static enum ph_status read_it(const char *text, struct mail_request *out, struct ph_err *err)
{
    *err = (struct ph_err){0};
    return mail_request_read(text, strlen(text), RECEIVED, out, err);
}

static void test_keys(void)
{
    struct mail_request r;
    struct ph_err err;
    tap_ok(!read_it("longitude=12.5;latitude=33.1667;object_type=27;radius=2000;duration=12;start_time=2016-"
                    "08-29T02:00Z;",
                    &r, &err),
           "the form on one line is read");
    tap_near(r.pos.lat_deg, 33.1667, 1e-9, "with its latitude");
    tap_near(r.pos.lon_deg, 12.5, 1e-9, "and longitude");
    tap_near(r.radius_m, 2000, 0, "and radius in metres");
    tap_near(r.duration_h, 12, 0, "and duration in hours");
    tap_ok(r.start_ns == RECEIVED - INT64_C(3600000000000), "and start");
    tap_text(r.object, "LIFE-RAFT-NB-2", "a number is the class of that number in the published list");
    tap_ok(!read_it("> Latitude = 33-10.0N\r\n> Longitude = 012-30.0E\r\nobject_type = "
                    "wooden-boat\r\nstart_time=2016-08-29 02:00\r\n",
                    &r, &err),
           "the form on several lines, quoted, in marine notation, is read");
    tap_near(r.pos.lat_deg, 33 + 1 / 6.0, 1e-9, "with the same place");
    tap_ok(r.start_ns == RECEIVED - INT64_C(3600000000000), "a time without a zone is UTC");
    tap_text(r.object, "wooden-boat", "a preset may stand for the object");
    tap_near(r.duration_h, 24, 0, "what is not given takes its default");
}

static void refused(const char *text, const char *where, const char *sentence)
{
    struct mail_request r;
    struct ph_err err;
    enum ph_status status = read_it(text, &r, &err);
    tap_ok(status == PH_EINPUT && strstr(err.where, where) && err.fix[0], "%s (%s: %s)", sentence, err.where,
           err.what);
}

static void test_refusals(void)
{
    refused("longitude=12.5;", "latitude", "half a position is refused");
    refused("longitude=12.5;latitude=133;", "latitude", "a latitude beyond the pole is refused");
    refused("longitude=12.5;latitude=33;longitude=13", "longitude", "a key given twice is refused");
    refused("longitude=12.5;latitude=33;radius=-5", "radius", "a radius below zero is refused");
    refused("longitude=12.5;latitude=33;duration=1e9", "duration", "a drift of years is refused");
    refused("longitude=12.5;latitude=33;object_type=99", "object_type",
            "a class that is not there is refused");
    refused("longitude=12.5;latitude=33;start_time=tomorrow", "start_time", "a time in words is refused");
    refused("please help", "message", "a mail without a position is refused");
}

static void test_words(void)
{
    struct mail_request r;
    struct ph_err err;
    tap_ok(!read_it("rubber boat with 72 people, 33-10N 012-30E, 0230Z", &r, &err) && r.as_text &&
               r.persons == 72,
           "a message in words is read, and marked so");
    tap_near(r.radius_m, 1852, 1, "a position to the minute is good to a mile");
}

static void test_case(void)
{
    static const char model[] = "{\"pharos\": \"case/1\", \"objects\": [{\"id\": \"x\", \"leeway\": "
                                "\"PIW-1\"}], \"scenarios\": [{\"id\": \"s\", "
                                "\"kind\": \"point\", \"position\": \"10N 10E\", \"time\": "
                                "\"2020-01-01T00:00Z\"}], \"environment\": {\"current\": "
                                "[{\"file\": \"med.nc\"}, {\"file\": \"/abs/c.nc\"}], \"wind\": "
                                "[{\"speed_kn\": 0}]}, \"drift\": {\"until\": "
                                "\"2020-01-02T00:00Z\", \"particles\": 500}, \"assets\": []}";
    struct mail_request r;
    struct ph_err err;
    struct core_buf out = {0};
    struct scenario_case c = {0};
    struct scenario_problems problems = {0};
    if (read_it("longitude=12.5;latitude=33.1667;start_time=2016-08-29T02:00Z;duration=6", &r, &err) ||
        mail_request_case(&r, model, sizeof model - 1, "/data", &out, &err))
        tap_ok(false, "a case is made: %s", err.what);
    tap_ok(!scenario_case_parse(out.text, out.length, ".", "mail", NULL, &c, &problems, &err),
           "the case that is made is valid");
    tap_ok(c.n_sources == 1 && c.source[0].start[0].pos.lat_deg == 33.1667, "it begins where the mail says");
    tap_ok(c.drift.until_ns - r.start_ns == INT64_C(6) * 3600000000000 && c.drift.particles == 500,
           "it goes on for as long, with the model's drift");
    tap_text(c.forcing[SCENARIO_CURRENT][0].file, "/data/med.nc",
             "files of the model are found from its folder");
    tap_text(c.forcing[SCENARIO_CURRENT][1].file, "/abs/c.nc", "absolute ones stay");
    scenario_case_fini(&c);
    scenario_problems_fini(&problems);
    core_buf_fini(&out);
}

int main(void)
{
    test_keys();
    test_refusals();
    test_words();
    test_case();
    return tap_done();
}
