// Tracks from AIS: position reports in NMEA 0183 sentences (!AIVDM, !AIVDO, any talker), as receivers and
// services store them. ITU-R M.1371-5, table 47 ff.: messages 1, 2, 3 (class A), 9 (search aircraft), 18,
// 19 (class B) and 27 (long range, to a tenth of a minute). The packing of six bits into a character is that
// of IEC 61162-1.
//
// A report carries its second within the minute and nothing more: the time comes from what stored it.
// Understood: a tag block with c:UNIXTIME (NMEA 4.0; seconds or milliseconds), a time before the sentence
// (ISO 8601 or seconds since 1970, then a blank, comma or tab), or seconds since 1970 behind its checksum.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "run/track_raw.h"

enum { MOST_BITS = 1024, CHANNELS = 3, SLOTS = 11 * CHANNELS, LINE = 512 };

struct bits {
    unsigned char bit[MOST_BITS];
    size_t n;
};

// A message whose sentences are still coming in; by sequence number (the last for those without) and channel.
struct slot {
    struct bits bits;
    int next, of; // the sentence that comes next, of how many
    int64_t t_ns;
};

struct ais {
    struct track_raw *raw;
    struct slot slot[SLOTS];
    size_t line;
};

static const int64_t NO_TIME = INT64_MIN;

// ---- sentences ----

static int hex(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? toupper((unsigned char)c) - 'A' + 10
                                        : -1;
}

// The sum over what stands between `from` and its '*' is what follows it; *after is behind that.
static bool sum_good(const char *from, const char **after)
{
    const char *star = strchr(from, '*');
    unsigned sum = 0;
    if (!star || hex(star[1]) < 0 || hex(star[2]) < 0)
        return false;
    for (const char *c = from; c < star; c++)
        sum ^= (unsigned char)*c;
    *after = star + 3;
    return (int)sum == hex(star[1]) * 16 + hex(star[2]);
}

// Seconds or milliseconds since 1970 at the start of a text; false when it is no such number.
static bool epoch_at(const char *text, int64_t *t_ns)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || (*end && !strchr(" ,\t*\\", *end)) || !(value >= 1e8 && value < 9e12))
        return false;
    double seconds = value < 1e11 ? value : value / 1000;
    if (!(seconds < 9e9))
        return false;
    *t_ns = (int64_t)floor(seconds) * CORE_NS_PER_S +
            (int64_t)((seconds - floor(seconds)) * 1e3) * (CORE_NS_PER_S / 1000);
    return true;
}

// The time in a tag block "\s:station,c:1669000000*5A\".
static void tag_time(const char *text, int64_t *t_ns)
{
    const char *end, *field = text + 1;
    if (!sum_good(text + 1, &end))
        return;
    for (; field < end; field++)
        if ((field == text + 1 || field[-1] == ',') && field[0] == 'c' && field[1] == ':') {
            (void)epoch_at(field + 2, t_ns);
            return;
        }
}

// What stands before the sentence.
static int64_t time_before(const char *line, const char *sentence)
{
    int64_t t_ns = NO_TIME;
    char text[LINE];
    size_t n = (size_t)(sentence - line);
    if (line[0] == '\\') {
        tag_time(line, &t_ns);
        return t_ns;
    }
    while (n && strchr(" ,\t;", line[n - 1]))
        n--;
    if (!n || n >= sizeof text)
        return t_ns;
    memcpy(text, line, n);
    text[n] = '\0';
    if (!epoch_at(text, &t_ns) && core_time_parse(text, &t_ns, NULL))
        return NO_TIME;
    return t_ns;
}

// ---- bits ----

static bool bits_add(struct bits *bits, const char *text, size_t n, int fill)
{
    for (size_t i = 0; i < n; i++) {
        int value = (unsigned char)text[i] - 48;
        value -= value > 40 ? 8 : 0;
        if (value < 0 || value > 63 || bits->n + 6 > MOST_BITS)
            return false;
        for (int b = 5; b >= 0; b--)
            bits->bit[bits->n++] = (unsigned char)(value >> b & 1);
    }
    bits->n -= (size_t)fill <= bits->n ? (size_t)fill : 0;
    return true;
}

static int64_t number(const struct bits *bits, size_t at, size_t n, bool with_sign)
{
    int64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 2 + bits->bit[at + i];
    return with_sign && bits->bit[at] ? value - ((int64_t)1 << n) : value;
}

// ---- messages ----

// The moment of the report: the last one with its second before it was stored, clocks being up to 9 s apart.
static int64_t moment(int64_t stored_ns, int64_t second)
{
    if (second > 59)
        return stored_ns;
    int64_t stored_s = stored_ns / CORE_NS_PER_S - (stored_ns % CORE_NS_PER_S < 0);
    int64_t off = ((second - stored_s) % 60 + 110) % 60 - 50;
    return (stored_s + off) * CORE_NS_PER_S;
}

// Where a report has its place and second.
struct layout {
    size_t lon, lon_bits, lat_bits, second; // second 0: it has none
    double per_deg;
};

static bool layout_of(int64_t type, struct layout *out)
{
    static const struct layout class_a = {61, 28, 27, 137, 600000}, air = {61, 28, 27, 128, 600000},
                               class_b = {57, 28, 27, 133, 600000}, far = {44, 18, 17, 0, 600};
    const struct layout *found = type >= 1 && type <= 3     ? &class_a
                                 : type == 9                ? &air
                                 : type == 18 || type == 19 ? &class_b
                                 : type == 27               ? &far
                                                            : NULL;
    if (found)
        *out = *found;
    return found;
}

static enum ph_status message_read(struct ais *ais, const struct bits *bits, int64_t stored_ns,
                                   struct ph_err *err)
{
    struct layout at;
    if (bits->n < 38 || !layout_of(number(bits, 0, 6, false), &at))
        return PH_OK; // names, base stations, marks: no position of a searcher
    if (bits->n < at.lon + at.lon_bits + at.lat_bits || bits->n < at.second + 6) {
        track_raw_bad(ais->raw, ais->line, "the message is cut off");
        return PH_OK;
    }
    double lon_deg = (double)number(bits, at.lon, at.lon_bits, true) / at.per_deg;
    double lat_deg = (double)number(bits, at.lon + at.lon_bits, at.lat_bits, true) / at.per_deg;
    char name[24];
    uint32_t id;
    if (fabs(lat_deg) > 90 || fabs(lon_deg) > 180)
        return PH_OK; // 91, 181: it does not know where it is
    if (stored_ns == NO_TIME) {
        track_raw_bad(ais->raw, ais->line,
                      "no time with the sentence (tag block c:, a time before it, or seconds behind it)");
        return PH_OK;
    }
    snprintf(name, sizeof name, "%09lld", (long long)number(bits, 8, 30, false));
    int64_t t_ns = at.second ? moment(stored_ns, number(bits, at.second, 6, false)) : stored_ns;
    bool kept = track_raw_id(ais->raw, name, &id) &&
                track_raw_add(ais->raw, id, (struct geo_pos){lat_deg, core_deg_wrap180(lon_deg)}, t_ns);
    return kept ? PH_OK : core_err_nomem(err);
}

// "AIVDM,2,1,3,B,payload,0": the fields behind the '!'. Sentences of one message follow each other in order.
static enum ph_status sentence_read(struct ais *ais, const char *fields, int64_t t_ns, struct ph_err *err)
{
    int of = 0, part = 0, fill = 0, used = 0;
    char sequence[8] = "", channel[8] = "";
    const char *at = fields + 6; // behind "AIVDM,"
    if (sscanf(at, "%1d,%1d,%n", &of, &part, &used) < 2 || !used || of < 1 || part < 1 || part > of)
        return PH_OK;
    at += used;
    size_t n = strcspn(at, ",");
    snprintf(sequence, sizeof sequence, "%.*s", (int)(n < 2 ? n : 2), at);
    at += n + (at[n] == ',');
    n = strcspn(at, ",");
    snprintf(channel, sizeof channel, "%.*s", (int)(n < 2 ? n : 2), at);
    at += n + (at[n] == ',');
    n = strcspn(at, ",*");
    if (at[n] == ',' && isdigit((unsigned char)at[n + 1]))
        fill = at[n + 1] - '0';
    size_t number_of = isdigit((unsigned char)*sequence) ? (size_t)(*sequence - '0') : 10;
    size_t heard = *channel == 'A' || *channel == '1' ? 1 : *channel == 'B' || *channel == '2' ? 2 : 0;
    struct slot *slot = &ais->slot[number_of * CHANNELS + heard];
    if (part == 1)
        *slot = (struct slot){.next = 1, .of = of, .t_ns = t_ns};
    if (slot->next != part || slot->of != of || fill > 5 || !bits_add(&slot->bits, at, n, fill)) {
        *slot = (struct slot){0};
        return PH_OK; // a part is missing
    }
    if (slot->t_ns == NO_TIME)
        slot->t_ns = t_ns;
    slot->next++;
    return part == of ? message_read(ais, &slot->bits, slot->t_ns, err) : PH_OK;
}

static enum ph_status line_read(struct ais *ais, const char *line, struct ph_err *err)
{
    const char *start = strchr(line, '!'), *after;
    if (!start || strlen(start) < 14 || strncmp(start + 3, "VD", 2) || (start[5] != 'M' && start[5] != 'O') ||
        start[6] != ',')
        return PH_OK; // another sentence
    if (!sum_good(start + 1, &after)) {
        track_raw_bad(ais->raw, ais->line, "the checksum is wrong");
        return PH_OK;
    }
    int64_t t_ns = time_before(line, start);
    after += strspn(after, " ,\t");
    if (t_ns == NO_TIME && *after)
        (void)epoch_at(after, &t_ns);
    return sentence_read(ais, start + 1, t_ns, err);
}

bool track_ais_is(const struct core_buf *file)
{
    size_t looked = 0;
    for (const char *at = file->text; at && looked < 40 && at < file->text + file->length; looked++) {
        size_t n = strcspn(at, "\r\n");
        for (size_t i = 0; i + 6 < n; i++)
            if (at[i] == '!' && at[i + 3] == 'V' && at[i + 4] == 'D' &&
                (at[i + 5] == 'M' || at[i + 5] == 'O') && at[i + 6] == ',')
                return true;
        at += n + 1;
    }
    return false;
}

enum ph_status track_ais_read(const struct core_buf *file, const char *path, struct track_raw *raw,
                              struct ph_err *err)
{
    (void)path;
    struct ais ais = {.raw = raw, .line = 1};
    raw->radio = true;
    enum ph_status status = PH_OK;
    char line[LINE];
    for (size_t at = 0; at < file->length && !status;) {
        size_t n = 0;
        while (at + n < file->length && !strchr("\r\n", file->text[at + n]))
            n++;
        if (n && n < sizeof line) {
            memcpy(line, file->text + at, n);
            line[n] = '\0';
            status = line_read(&ais, line, err);
        }
        ais.line += at + n < file->length && file->text[at + n] == '\n';
        at += n + 1;
    }
    return status;
}
