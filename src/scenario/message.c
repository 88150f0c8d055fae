#include "scenario/message.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/notation.h"

#define DAY_NS (24 * INT64_C(3600000000000))
#define HOUR_NS INT64_C(3600000000000)

// A word of a message and what it stands for.
struct word {
    const char *text;
    const char *means;
};

static bool letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

// The words at p, ended by something that is no letter: longest first in `list`. "" ends the list.
static const struct word *word_at(const struct word *list, const char *p)
{
    for (; list->text; list++) {
        size_t n = strlen(list->text);
        if (!strncasecmp(p, list->text, n) && !letter(p[n]))
            return list;
    }
    return NULL;
}

static bool overlaps(const struct scenario_message *m, size_t from, size_t to)
{
    for (size_t i = 0; i < m->n; i++)
        if (from < m->found[i].to && m->found[i].from < to)
            return true;
    return false;
}

static void keep(struct scenario_message *m, struct scenario_finding finding)
{
    if (m->n < SCENARIO_MESSAGE_MOST && !overlaps(m, finding.from, finding.to))
        m->found[m->n++] = finding;
}

// ---- positions ------------------------------------------------------------------------------------------

// Words that stand in or between coordinates. "" is dropped. A lone O is west in French and Italian and east
// in German: it is not guessed.
static const struct word compass_words[] = {
    {"latitude", ""},  {"latitudine", ""}, {"latitud", ""},  {"longitude", ""}, {"longitudine", ""},
    {"longitud", ""},  {"breite", ""},     {"laenge", ""},   {"lat", ""},       {"long", ""},
    {"lon", ""},       {"lng", ""},        {"north", "N"},   {"nord", "N"},     {"norte", "N"},
    {"شمالا", "N"},    {"شمال", "N"},      {"south", "S"},   {"sud", "S"},      {"sur", "S"},
    {"جنوبا", "S"},    {"جنوب", "S"},      {"east", "E"},    {"est", "E"},      {"este", "E"},
    {"شرقا", "E"},     {"شرق", "E"},       {"west", "W"},    {"ouest", "W"},    {"ovest", "W"},
    {"oeste", "W"},    {"غربا", "W"},      {"غرب", "W"},     {"degrees", "°"},  {"degree", "°"},
    {"deg", "°"},      {"gradi", "°"},     {"degrés", "°"},  {"grados", "°"},   {"درجة", "°"},
    {"minutes", "'"},  {"minuti", "'"},    {"minutos", "'"}, {"min", "'"},      {"دقيقة", "'"},
    {"seconds", "\""}, {"secondi", "\""},  {"sec", "\""},    {"by", ""},        {"and", ""},
    {"et", ""},        {"e", "E"},         {"n", "N"},       {"s", "S"},        {"w", "W"},
    {NULL, NULL}};

enum { CANDIDATE = 120 };

// A stretch of text rewritten in the plain marks of geo/notation.h. `end[i]` is where in the message the
// first i bytes of it end.
struct candidate {
    char text[CANDIDATE];
    size_t end[CANDIDATE + 1];
    size_t n;
    bool labelled; // with "lat", "north", ...
};

static void candidate_add(struct candidate *c, const char *bytes, size_t n, size_t end)
{
    for (size_t i = 0; i < n && c->n + 1 < CANDIDATE; i++) {
        c->text[c->n++] = bytes[i];
        c->end[c->n] = end;
    }
    c->text[c->n] = '\0';
}

static size_t utf8_length(const char *p)
{
    size_t n = 1;
    while (((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

// Marks beyond ASCII that positions are written with: degree signs, primes, dashes, Arabic digits. Anything
// that notation.c does not know makes it refuse, which ends the candidate.
static bool mark_beyond_ascii(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return u[0] == 0xc2 || (u[0] == 0xcb && u[1] == 0x9a) || u[0] == 0xe2 || u[0] == 0xd9 || u[0] == 0xdb;
}

static void candidate_read(const char *text, size_t at, size_t length, struct candidate *out)
{
    *out = (struct candidate){0};
    while (at < length && out->n + 8 < CANDIDATE) {
        const struct word *word =
            (at == 0 || !letter(text[at - 1])) ? word_at(compass_words, text + at) : NULL;
        if (word) {
            at += strlen(word->text);
            out->labelled |= strlen(word->text) > 1;
            candidate_add(out, word->means[0] ? word->means : " ", word->means[0] ? strlen(word->means) : 1,
                          at);
        } else if (digit(text[at]) || strchr(" \t\n.,;:'\"/+-`", text[at]) ||
                   ((unsigned char)text[at] >= 0x80 && mark_beyond_ascii(text + at))) {
            size_t n = utf8_length(text + at);
            char plain = strchr("\t\n", text[at]) ? ' ' : text[at];
            at += n;
            if (n == 1)
                candidate_add(out, plain == ':' && out->text[0] ? &(char){' '} : &plain, 1, at);
            else
                candidate_add(out, text + at - n, n, at);
        } else {
            return;
        }
    }
}

// Two decimal numbers alone may be anything; two hemispheres or four decimals each are a place.
static bool place_like(const struct candidate *c, size_t n)
{
    size_t hemispheres = 0, long_decimals = 0;
    for (size_t i = 0; i < n; i++) {
        hemispheres += strchr("NSEW", c->text[i]) != NULL;
        if (c->text[i] == '.' && strspn(c->text + i + 1, "0123456789") >= 3)
            long_decimals++;
    }
    return hemispheres >= 2 || long_decimals >= 2 || (c->labelled && long_decimals >= 1);
}

// A number before the stretch, with nothing but marks between, may belong to it: "33 70.0N 012 30.0E" must
// not be read as 70 degrees. Then only a stretch that is whole in itself counts.
static bool follows_number(const char *text, size_t at)
{
    while (at && strchr(" \t.,;:'\"/", text[at - 1]))
        at--;
    return at && digit(text[at - 1]);
}

static bool whole_in_itself(const struct candidate *c, size_t n)
{
    size_t numbers = 0, long_decimals = 0;
    for (size_t i = 0; i < n;) {
        size_t run = strspn(c->text + i, "0123456789.");
        const char *mark = run ? memchr(c->text + i, '.', run) : NULL;
        numbers += run > 0;
        long_decimals += mark && c->text + i + run - mark > 3;
        i += run ? run : 1;
    }
    return (numbers >= 4 && numbers % 2 == 0) || (numbers == 2 && long_decimals == 2);
}

// One unit of the last digit of the last coordinate, in metres of latitude.
static double rounding_m(const char *text)
{
    size_t numbers = 0, decimals = 0;
    double value = 0;
    for (const char *p = text; *p;) {
        if (!digit(*p)) {
            p++;
            continue;
        }
        size_t whole = strspn(p, "0123456789");
        value = fmax(value, strtod(p, NULL));
        p += whole;
        bool mark = (*p == '.' || *p == ',') && digit(p[1]);
        decimals = mark ? strspn(p + 1, "0123456789") : 0;
        p += mark ? decimals + 1 : 0;
        numbers++;
    }
    double unit_nm = numbers >= 6 ? 1 / 60.0 : numbers >= 4 || value > 360 ? 1 : 60;
    return unit_nm / pow(10, (double)decimals) * CORE_M_PER_NM;
}

// The longest stretch from `at` that is one position.
static size_t position_at(const char *text, size_t at, size_t length, struct scenario_finding *out)
{
    struct candidate c;
    struct geo_pos pos;
    candidate_read(text, at, length, &c);
    bool doubtful = follows_number(text, at);
    for (size_t n = c.n; n >= 7; n--) {
        if (c.text[n - 1] == ' ' || (digit(c.text[n - 1]) && digit(c.text[n])) || !place_like(&c, n) ||
            (doubtful && !whole_in_itself(&c, n)))
            continue;
        char kept = c.text[n];
        c.text[n] = '\0';
        bool good = !geo_pos_parse(c.text, &pos, NULL);
        if (good)
            *out = (struct scenario_finding){.kind = SCENARIO_FOUND_POSITION,
                                             .from = at,
                                             .to = c.end[n],
                                             .pos = pos,
                                             .rounding_m = rounding_m(c.text)};
        c.text[n] = kept;
        if (good)
            return c.end[n];
    }
    return 0;
}

static bool position_may_start(const char *text, size_t at)
{
    if (at && strchr(".,-:'\"+", text[at - 1]))
        return false;
    if (at && (letter(text[at - 1]) || digit(text[at - 1])))
        return digit(text[at]) && letter(text[at - 1]) && (unsigned char)text[at - 1] >= 0x80;
    return digit(text[at]) || word_at(compass_words, text + at) || (text[at] == '-' && digit(text[at + 1])) ||
           (unsigned char)text[at] >= 0x80;
}

static void positions_find(const char *text, size_t length, struct scenario_message *out)
{
    for (size_t at = 0; at < length;) {
        struct scenario_finding finding;
        size_t end = position_may_start(text, at) ? position_at(text, at, length, &finding) : 0;
        if (end)
            keep(out, finding);
        at = end ? end : at + 1;
    }
}

// ---- times ----------------------------------------------------------------------------------------------

struct zone {
    const char *name;
    int minutes;
    bool stated;
};

static const struct zone zones[] = {
    {"UTC", 0, true},    {"GMT", 0, true},   {"ZULU", 0, true},   {"UT", 0, true},     {"Z", 0, true},
    {"CEST", 120, true}, {"CET", 60, true},  {"EEST", 180, true}, {"EET", 120, true},  {"BST", 60, true},
    {"WET", 0, true},    {"WEST", 60, true}, {"LT", 0, false},    {"local", 0, false}, {NULL, 0, false}};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

static size_t blanks(const char *p)
{
    return strspn(p, " \t");
}

// Exactly n digits at p, not followed by another one.
static bool number_of(const char *p, size_t n, int *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (!digit(p[i]))
            return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return !digit(p[n]);
}

static size_t zone_at(const char *p, const struct zone **out)
{
    size_t space = blanks(p);
    for (const struct zone *z = zones; z->name; z++) {
        size_t n = strlen(z->name);
        if (!strncasecmp(p + space, z->name, n) && !letter(p[space + n])) {
            *out = z;
            return space + n;
        }
    }
    *out = NULL;
    return 0;
}

static bool month_at(const char *p, int *month)
{
    for (int i = 0; i < 12; i++)
        if (!strncasecmp(p, months[i], 3)) {
            *month = i + 1;
            return true;
        }
    return false;
}

static bool year_at(const char *p, int *year, size_t *used)
{
    if (number_of(p, 4, year) && *year >= 1990 && *year < 2200)
        *used = 4;
    else if (number_of(p, 2, year))
        *used = 2, *year += 2000;
    else
        *year = 0; // not said
    return *year != 0;
}

// The instant with this day of the month and clock time, the last before (at most a quarter of an hour after)
// the message came. day 0: any day; month 0: any month.
static int64_t instant(int day, int month, int year, int clock_min, int zone_min, int64_t received_ns)
{
    struct core_date now = core_time_to_date(received_ns + (int64_t)zone_min * 60 * 1000000000);
    struct core_date date = {.year = year ? year : now.year,
                             .month = month ? month : now.month,
                             .day = day ? day : now.day,
                             .hour = clock_min / 60,
                             .minute = clock_min % 60};
    int64_t latest = received_ns + HOUR_NS / 4, shift = (int64_t)zone_min * 60 * 1000000000;
    int64_t t = core_time_from_date(date) - shift;
    if (year || t <= latest)
        return t;
    if (!day)
        return t - DAY_NS;
    if (month)
        date.year--;
    else if (--date.month == 0)
        date.month = 12, date.year--;
    return core_time_from_date(date) - shift;
}

struct clock {
    int day, month, year; // 0: not said
    int minutes;
    const struct zone *zone; // NULL: not said
    size_t used;
};

// "290200Z AUG 16", "290200Z"
static bool dtg_at(const char *p, struct clock *out)
{
    int figures;
    if (!number_of(p, 6, &figures))
        return false;
    *out = (struct clock){
        .day = figures / 10000, .minutes = figures / 100 % 100 * 60 + figures % 100, .used = 6};
    if (out->day < 1 || out->day > 31 || figures / 100 % 100 > 23 || figures % 100 > 59)
        return false;
    out->used += zone_at(p + 6, &out->zone);
    if (!out->zone && p[6] == 'Z')
        out->zone = &zones[4], out->used++; // "290200ZAUG16"
    size_t space = blanks(p + out->used), used = 0;
    if (month_at(p + out->used + space, &out->month)) {
        out->used += space + 3;
        space = blanks(p + out->used);
        if (year_at(p + out->used + space, &out->year, &used))
            out->used += space + used;
    }
    return out->zone || out->month;
}

// "02:00 UTC", "0200Z", "02.00 LT", "2h30"
static bool clock_at(const char *p, struct clock *out)
{
    int hour, minute;
    size_t n = digit(p[1]) ? 2 : 1;
    *out = (struct clock){0};
    if (number_of(p, 4, &minute)) {
        hour = minute / 100, minute %= 100;
        out->used = 4;
    } else if (number_of(p, n, &hour) && p[n] && strchr(":.hH", p[n]) && number_of(p + n + 1, 2, &minute)) {
        out->used = n + 3;
        int second;
        if (p[n] == ':' && p[out->used] == ':' && number_of(p + out->used + 1, 2, &second))
            out->used += 3;
    } else {
        return false;
    }
    out->minutes = hour * 60 + minute;
    size_t zone = zone_at(p + out->used, &out->zone);
    bool clear = p[n] == ':' || p[n] == 'h' || p[n] == 'H';
    out->used += zone;
    return hour < 24 && minute < 60 && (zone || clear);
}

// "29 August 2016", "29.08.2016", "2016-08-29", "Aug 29": a day on its own.
static bool day_at(const char *p, struct clock *out)
{
    int a, b, c;
    size_t used = 0, n = digit(p[1]) ? 2 : 1;
    *out = (struct clock){0};
    if (number_of(p, 4, &a) && p[4] == '-' && number_of(p + 5, 2, &b) && p[7] == '-' &&
        number_of(p + 8, 2, &c)) {
        *out = (struct clock){.year = a, .month = b, .day = c, .used = 10};
    } else if (number_of(p, n, &a) && strchr("./", p[n]) && p[n] && number_of(p + n + 1, 2, &b) &&
               p[n + 3] == p[n] && year_at(p + n + 4, &c, &used)) {
        *out = (struct clock){.day = a, .month = b, .year = c, .used = n + 4 + used};
    } else if (number_of(p, n, &a)) {
        size_t at = n + (strncasecmp(p + n, "th", 2) ? 0 : 2);
        at += blanks(p + at);
        if (!month_at(p + at, &b) || (at == n && !letter(p[n])))
            return false;
        while (letter(p[at]))
            at++;
        size_t space = blanks(p + at);
        bool with_year = year_at(p + at + space, &c, &used) && used == 4;
        *out = (struct clock){
            .day = a, .month = b, .year = with_year ? c : 0, .used = with_year ? at + space + used : at};
    } else {
        return false;
    }
    bool year = !out->year || (out->year >= 1990 && out->year < 2200);
    return year && out->day >= 1 && out->day <= 31 && out->month >= 1 && out->month <= 12;
}

// ISO 8601 with a zone goes to the reader of the case file.
static bool iso_at(const char *p, int64_t *t_ns, size_t *used)
{
    char text[40];
    size_t n = strspn(p, "0123456789-+:.TtZz ");
    for (n = n < sizeof text ? n : sizeof text - 1; n >= 17; n--) {
        memcpy(text, p, n);
        text[n] = '\0';
        if (text[10] == ' ')
            text[10] = 'T';
        if (text[n - 1] != ' ' && !core_time_parse(text, t_ns, NULL)) {
            *used = n;
            return true;
        }
    }
    return false;
}

// The day that a message names anywhere counts for its clock times.
static bool message_day(const char *text, size_t length, const struct scenario_message *taken,
                        struct clock *day)
{
    for (size_t at = 0; at < length; at++)
        if (digit(text[at]) && (!at || !(digit(text[at - 1]) || strchr(".:-/", text[at - 1]))) &&
            !overlaps(taken, at, at + 1) && day_at(text + at, day))
            return true;
    *day = (struct clock){0};
    return false;
}

static void time_keep(size_t at, struct clock clock, const struct clock *day, int64_t received_ns,
                      struct scenario_message *out)
{
    if (!clock.day) {
        clock.day = day->day;
        clock.month = day->month;
        clock.year = day->year;
    }
    keep(out, (struct scenario_finding){
                  .kind = SCENARIO_FOUND_TIME,
                  .from = at,
                  .to = at + clock.used,
                  .t_ns = instant(clock.day, clock.month, clock.year, clock.minutes,
                                  clock.zone ? clock.zone->minutes : 0, received_ns),
                  .zone_stated = clock.zone && clock.zone->stated,
                  .day_stated = clock.day != 0,
              });
}

static void times_find(const char *text, size_t length, int64_t received_ns, struct scenario_message *out)
{
    struct clock day, clock;
    message_day(text, length, out, &day);
    for (size_t at = 0; at < length; at++) {
        int64_t t_ns;
        size_t used;
        if (!digit(text[at]) || (at && (digit(text[at - 1]) || strchr(".,:-/+", text[at - 1]))))
            continue;
        if (iso_at(text + at, &t_ns, &used)) {
            keep(out, (struct scenario_finding){.kind = SCENARIO_FOUND_TIME,
                                                .from = at,
                                                .to = at + used,
                                                .t_ns = t_ns,
                                                .zone_stated = true,
                                                .day_stated = true});
            at += used;
        } else if (dtg_at(text + at, &clock) || clock_at(text + at, &clock)) {
            time_keep(at, clock, &day, received_ns, out);
            at += clock.used;
        }
    }
}

// ---- people ---------------------------------------------------------------------------------------------

static const struct word people_words[] = {
    {"people", ""},    {"persons", ""},   {"person", ""},     {"pob", ""},      {"p.o.b", ""},
    {"souls", ""},     {"pax", ""},       {"passengers", ""}, {"migrants", ""}, {"refugees", ""},
    {"survivors", ""}, {"castaways", ""}, {"crew", ""},       {"persone", ""},  {"naufraghi", ""},
    {"migranti", ""},  {"persona", ""},   {"personnes", ""},  {"personne", ""}, {"naufragés", ""},
    {"passagers", ""}, {"personas", ""},  {"náufragos", ""},  {"menschen", ""}, {"personen", ""},
    {"شخصا", ""},      {"شخص", ""},       {"أشخاص", ""},      {"اشخاص", ""},    {"راكبا", ""},
    {"مهاجرا", ""},    {NULL, NULL}};

static const struct word about_words[] = {
    {"about", ""}, {"approx", ""}, {"approximately", ""}, {"around", ""},  {"at least", ""}, {"circa", ""},
    {"ca", ""},    {"c.ca", ""},   {"almeno", ""},        {"environ", ""}, {"unos", ""},     {"etwa", ""},
    {"some", ""},  {"over", ""},   {"more than", ""},     {"نحو", ""},     {"حوالي", ""},    {NULL, NULL}};

// ASCII or Arabic-Indic digits.
static size_t count_at(const char *p, int *out)
{
    size_t at = 0;
    long value = 0;
    for (;;) {
        const unsigned char *u = (const unsigned char *)p + at;
        if (digit(p[at]))
            value = value * 10 + (p[at] - '0'), at++;
        else if (u[0] == 0xd9 && u[1] >= 0xa0 && u[1] <= 0xa9)
            value = value * 10 + (u[1] - 0xa0), at += 2;
        else
            break;
        if (value > 100000)
            return 0;
    }
    *out = (int)value;
    return at;
}

// Does one of the words end right before `at`?
static bool word_before(const struct word *list, const char *text, size_t at)
{
    while (at && strchr(" \t.~:", text[at - 1]))
        at--;
    for (; list->text; list++) {
        size_t n = strlen(list->text);
        if (at >= n && !strncasecmp(text + at - n, list->text, n) && (at == n || !letter(text[at - n - 1])))
            return true;
    }
    return false;
}

static void persons_find(const char *text, size_t length, struct scenario_message *out)
{
    for (size_t at = 0; at < length; at++) {
        int low, high;
        size_t used = count_at(text + at, &low);
        if (!used || (at && (digit(text[at - 1]) || strchr(".,-:/", text[at - 1]))))
            continue;
        size_t end = at + used, more = 0;
        size_t dash = strncmp(text + end, "–", 3) ? text[end] == '-' : 3;
        if (dash)
            more = count_at(text + end + dash, &high);
        if (more)
            end += dash + more;
        size_t word = end + strspn(text + end, " \t\n+");
        bool plus = text[end] == '+';
        bool named = word_at(people_words, text + word) != NULL;
        if (low > 0 && (named || word_before(people_words, text, at)))
            keep(out, (struct scenario_finding){
                          .kind = SCENARIO_FOUND_PERSONS,
                          .from = at,
                          .to = named ? word + strlen(word_at(people_words, text + word)->text) : end,
                          .persons = more && high > low ? high : low,
                          .about = more || plus || word_before(about_words, text, at) ||
                                   (at && text[at - 1] == '~'),
                      });
        at = end - 1;
    }
}

// ---- craft ----------------------------------------------------------------------------------------------

static const struct word craft_words[] = {{"rubber boat", "rubber-boat-overloaded"},
                                          {"rubber dinghy", "rubber-boat-overloaded"},
                                          {"inflatable", "rubber-boat-overloaded"},
                                          {"dinghy", "rubber-boat-overloaded"},
                                          {"gommone", "rubber-boat-overloaded"},
                                          {"canot pneumatique", "rubber-boat-overloaded"},
                                          {"bateau pneumatique", "rubber-boat-overloaded"},
                                          {"zodiac", "rubber-boat-overloaded"},
                                          {"patera", "wooden-boat"},
                                          {"schlauchboot", "rubber-boat-overloaded"},
                                          {"قارب مطاطي", "rubber-boat-overloaded"},
                                          {"قارب خشبي", "wooden-boat"},
                                          {"wooden boat", "wooden-boat"},
                                          {"wooden vessel", "wooden-boat"},
                                          {"barca di legno", "wooden-boat"},
                                          {"barca in legno", "wooden-boat"},
                                          {"bateau en bois", "wooden-boat"},
                                          {"holzboot", "wooden-boat"},
                                          {"man overboard", "people-in-water"},
                                          {"person in the water", "people-in-water"},
                                          {"persons in the water", "people-in-water"},
                                          {"people in the water", "people-in-water"},
                                          {"people in water", "people-in-water"},
                                          {"persons in water", "people-in-water"},
                                          {"uomo in mare", "people-in-water"},
                                          {"uomo a mare", "people-in-water"},
                                          {"homme à la mer", "people-in-water"},
                                          {"persone in acqua", "people-in-water"},
                                          {"personnes à l'eau", "people-in-water"},
                                          {"swimmer", "people-in-water"},
                                          {"life raft", "LIFE-RAFT-SB-6"},
                                          {"liferaft", "LIFE-RAFT-SB-6"},
                                          {"zattera", "LIFE-RAFT-SB-6"},
                                          {"radeau", "LIFE-RAFT-SB-6"},
                                          {"rettungsinsel", "LIFE-RAFT-SB-6"},
                                          {"fishing vessel", "FISHING-VESSEL-1"},
                                          {"fishing boat", "FISHING-VESSEL-1"},
                                          {"peschereccio", "FISHING-VESSEL-1"},
                                          {"chalutier", "FISHING-VESSEL-1"},
                                          {"sailing yacht", "SAILBOAT-1"},
                                          {"sailing boat", "SAILBOAT-1"},
                                          {"barca a vela", "SAILBOAT-1"},
                                          {"voilier", "SAILBOAT-1"},
                                          {"skiff", "SKIFF-1"},
                                          {"kayak", "PERSON-POWERED-VESSEL-1"},
                                          {"windsurfer", "PERSON-POWERED-VESSEL-3"},
                                          {"surfer", "PERSON-POWERED-VESSEL-2"},
                                          {NULL, NULL}};

static void craft_find(const char *text, size_t length, struct scenario_message *out)
{
    for (size_t at = 0; at < length; at++) {
        const struct word *word = at && letter(text[at - 1]) ? NULL : word_at(craft_words, text + at);
        if (!word)
            continue;
        keep(out, (struct scenario_finding){.kind = SCENARIO_FOUND_CRAFT,
                                            .from = at,
                                            .to = at + strlen(word->text),
                                            .object = word->means});
        at += strlen(word->text) - 1;
    }
}

// ---------------------------------------------------------------------------------------------------------

static int by_place(const void *a, const void *b)
{
    const struct scenario_finding *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

enum ph_status scenario_message_read(const char *text, size_t length, int64_t received_ns,
                                     struct scenario_message *out, struct ph_err *err)
{
    struct scenario_message found = {0};
    if (length > SCENARIO_MESSAGE_BYTES)
        length = SCENARIO_MESSAGE_BYTES;
    char *copy = calloc(length + 64, 1); // read ahead without asking for the end each time
    if (!copy)
        return core_err_nomem(err);
    for (size_t i = 0; i < length; i++)
        copy[i] = text[i] ? text[i] : ' ';
    positions_find(copy, length, &found); // first: what is in a position is no time and no number of people
    times_find(copy, length, received_ns, &found);
    persons_find(copy, length, &found);
    craft_find(copy, length, &found);
    free(copy);
    qsort(found.found, found.n, sizeof *found.found, by_place);
    *out = found;
    return PH_OK;
}

const struct scenario_finding *scenario_message_first(const struct scenario_message *message,
                                                      enum scenario_finding_kind kind)
{
    for (size_t i = 0; i < message->n; i++)
        if (message->found[i].kind == kind)
            return &message->found[i];
    return NULL;
}
