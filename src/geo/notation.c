#include "geo/notation.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"

#define FIX "write it like 33-24.5N 012-42.0E or 33.4083, 12.7 (latitude first)"
#define MAX_TOKENS 32
#define MAX_PLAIN 160

// What a position is made of once all its ways of writing are folded to one.
enum kind {
    NUMBER,
    DEGREE_MARK,
    MINUTE_MARK,
    SECOND_MARK,
    DASH,      // between degrees, minutes and seconds
    MINUS,     // a sign: nothing before it, a number right after it
    SEPARATOR, // between latitude and longitude
    HEMISPHERE,
};

struct token {
    enum kind kind;
    double value;     // of a number
    int whole_digits; // before the decimal mark
    bool decimals;
    bool spaced; // white space before it
    char letter; // of a hemisphere: N S E W
};

struct tokens {
    struct token token[MAX_TOKENS];
    size_t n;
};

// A part of the tokens: one coordinate.
struct span {
    const struct token *token;
    size_t n;
};

// ---- characters -----------------------------------------------------------------------------------------

// Next code point of UTF-8; a byte that is none comes back as U+FFFD.
static uint32_t code_point(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    int more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : -1;
    uint32_t c = more <= 0 ? s[0] : s[0] & (0x3fu >> more);
    *at += 1;
    if (more < 0)
        return 0xfffd;
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | (s[i] & 0x3fu);
        *at += 1;
    }
    return c;
}

struct range {
    uint32_t from, to;
    char plain;
};

// What keyboards, phones and word processors make of the plain character. 'o' degree mark, '~' nothing.
static const struct range folds[] = {
    {'\t', '\t', ' '},     {'\n', '\n', ' '},     {'\r', '\r', ' '},      {0x22, 0x22, '"'},
    {0x60, 0x60, '\''},    {0xa0, 0xa0, ' '},     {0xad, 0xad, '~'},      {0xb0, 0xb0, 'o'},
    {0xb4, 0xb4, '\''},    {0xb7, 0xb7, '.'},     {0xba, 0xba, 'o'},      {0x2b9, 0x2b9, '\''},
    {0x2ba, 0x2ba, '"'},   {0x2bc, 0x2bc, '\''},  {0x2ca, 0x2ca, '\''},   {0x2da, 0x2da, 'o'},
    {0x60c, 0x60c, ';'},   {0x61c, 0x61c, '~'},   {0x66b, 0x66b, '.'},    {0x2000, 0x200a, ' '},
    {0x200b, 0x200f, '~'}, {0x2010, 0x2015, '-'}, {0x2018, 0x201b, '\''}, {0x201c, 0x201f, '"'},
    {0x202a, 0x202e, '~'}, {0x202f, 0x202f, ' '}, {0x2032, 0x2032, '\''}, {0x2033, 0x2033, '"'},
    {0x205f, 0x205f, ' '}, {0x2066, 0x2069, '~'}, {0x2212, 0x2212, '-'},  {0x3000, 0x3000, ' '},
    {0xfe63, 0xfe63, '-'}, {0xfeff, 0xfeff, '~'}, {0xff07, 0xff07, '\''}, {0xff0c, 0xff0c, ','},
    {0xff0d, 0xff0d, '-'}, {0xff0e, 0xff0e, '.'}, {0x3001, 0x3001, ';'},  {';', ';', ';'},
    {'/', '/', ';'},       {':', ':', '-'},       {0xff1a, 0xff1a, '-'},
};

// Arabic-Indic, Persian and full-width digits.
static const uint32_t zeros[] = {'0', 0x660, 0x6f0, 0xff10};

// The plain character of a code point, 0 when it has no place in a position.
static char plain_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if (c >= zeros[i] && c <= zeros[i] + 9)
            return (char)('0' + (c - zeros[i]));
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
        if (c >= folds[i].from && c <= folds[i].to)
            return folds[i].plain;
    if (c == ' ' || c == '.' || c == ',' || c == '-' || c == '+' || c == '\'')
        return (char)c;
    if (c < 0x80 && strchr("NSEWnsew", (int)c) && c)
        return (char)(c & 0x5f);
    return 0;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum ph_status refuse(struct ph_err *err, const char *text, const char *why)
{
    return core_err_set(err, PH_EINPUT, NULL, FIX, "position '%.80s': %s", text, why);
}

static enum ph_status to_plain(const char *text, char plain[MAX_PLAIN], struct ph_err *err)
{
    size_t n = 0;
    for (const char *at = text; *at;) {
        const char *from = at;
        char c = plain_of(code_point(&at));
        if (c == '~')
            continue;
        if (!c)
            return core_err_set(err, PH_EINPUT, NULL, FIX,
                                "position '%.80s': '%.*s' has no meaning in a position", text,
                                (int)(at - from), from);
        if (n + 1 >= MAX_PLAIN)
            return refuse(err, text, "too long");
        plain[n++] = c;
    }
    plain[n] = 0;
    return PH_OK;
}

// ---- decimal commas -------------------------------------------------------------------------------------

// A run: digits, commas and points without space. 33,4083 is a decimal comma; 33.4083,12.7 is a list, since a
// number has one decimal mark. A comma at a run's end is a list's comma. Anything else could be either.
static bool settle_run(char *run, size_t n, bool *decimal_comma)
{
    size_t commas = 0, points = 0, comma_at = 0;
    while (n && run[n - 1] == ',')
        run[--n] = ';';
    for (size_t i = 0; i < n; i++) {
        if (run[i] == ',')
            comma_at = i, commas++;
        points += run[i] == '.';
    }
    if (commas == 0)
        return true;
    if (commas > 1 || !digit(run[comma_at + 1]))
        return false;
    *decimal_comma = points == 0 && comma_at > 0;
    run[comma_at] = *decimal_comma ? '.' : ';';
    return true;
}

// Turns every comma into '.' or ';'. Points and commas may not both be decimal marks in one position.
static bool settle_commas(char *plain)
{
    bool any_comma = false, any_point = false;
    for (size_t i = 0; plain[i];) {
        size_t n = strspn(plain + i, "0123456789.,");
        if (n == 0) {
            i++;
            continue;
        }
        bool decimal_comma = false;
        any_point |= memchr(plain + i, '.', n) != NULL;
        if (!settle_run(plain + i, n, &decimal_comma))
            return false;
        any_comma |= decimal_comma;
        i += n;
    }
    return !(any_comma && any_point);
}

// ---- tokens ---------------------------------------------------------------------------------------------

static bool read_number(const char **at, struct token *out)
{
    const char *s = *at;
    size_t whole = strspn(s, "0123456789");
    size_t part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    char copy[MAX_PLAIN];
    if (whole == 0 || whole > 7 || (s[whole] == '.' && part == 0))
        return false;
    // By hand rather than by strtod, whose decimal mark is the locale's.
    double value = 0, scale = 1;
    size_t length = whole + (part ? part + 1 : 0);
    memcpy(copy, s, length);
    copy[length] = 0;
    for (size_t i = 0; i < length && i < whole + 16; i++) {
        if (copy[i] == '.')
            continue;
        value = value * 10 + (copy[i] - '0');
        scale *= i > whole ? 10 : 1;
    }
    *at += length;
    out->kind = NUMBER;
    out->value = value / scale;
    out->whole_digits = (int)whole;
    out->decimals = part > 0;
    return true;
}

// A dash is a sign when nothing but white space, a separator or a letter stands before and a digit right
// after.
static enum kind dash_kind(const struct tokens *tokens, bool spaced, char after)
{
    enum kind before = tokens->n ? tokens->token[tokens->n - 1].kind : SEPARATOR;
    bool opens = before == SEPARATOR || before == HEMISPHERE || (before == NUMBER && spaced);
    return opens && digit(after) ? MINUS : DASH;
}

static bool read_token(const char **at, struct tokens *tokens, struct token *out)
{
    char c = **at;
    if (digit(c))
        return read_number(at, out);
    *at += 1;
    switch (c) {
    case 'o':
        out->kind = DEGREE_MARK;
        return true;
    case '"':
        out->kind = SECOND_MARK;
        return true;
    case '\'':
        out->kind = **at == '\'' ? SECOND_MARK : MINUTE_MARK; // two primes make a double one
        *at += **at == '\'';
        return true;
    case ';':
        out->kind = SEPARATOR;
        return true;
    case '-':
        out->kind = dash_kind(tokens, out->spaced, **at);
        return true;
    case '+': // a plus sign says nothing more than its absence, but it must be one
        return dash_kind(tokens, out->spaced, **at) == MINUS && read_number(at, out);
    default:
        out->kind = HEMISPHERE;
        out->letter = c;
        return c == 'N' || c == 'S' || c == 'E' || c == 'W';
    }
}

static bool tokenize(const char *plain, struct tokens *tokens)
{
    tokens->n = 0;
    for (const char *at = plain;;) {
        size_t blank = strspn(at, " ");
        at += blank;
        if (!*at)
            return true;
        struct token token = {.spaced = blank > 0};
        if (tokens->n == MAX_TOKENS || !read_token(&at, tokens, &token))
            return false;
        tokens->token[tokens->n++] = token;
    }
}

// ---- one coordinate -------------------------------------------------------------------------------------

struct angle {
    double degrees;
    bool negative;
    size_t numbers;
    bool decimals; // of the last number
};

// "3324.5" and "01312.0", as in NMEA and telex: two digits of minutes (and of seconds) run on.
static bool read_compact(const struct token *t, int degree_digits, double *degrees)
{
    int rest = t->whole_digits - degree_digits;
    double minutes, seconds = 0, whole = t->value;
    if (rest == 4) {
        double dm = floor(whole / 100);
        seconds = whole - dm * 100;
        whole = dm;
    } else if (rest != 2) {
        return false;
    }
    minutes = fmod(whole, 100);
    *degrees = floor(whole / 100) + minutes / 60 + seconds / 3600;
    return minutes < 60 && seconds < 60;
}

// The mark that may follow the k-th number.
static bool mark_fits(enum kind kind, size_t k)
{
    return (kind == DEGREE_MARK && k == 0) || (kind == MINUTE_MARK && k == 1) ||
           (kind == SECOND_MARK && k == 2);
}

static bool is_mark(enum kind kind)
{
    return kind == DEGREE_MARK || kind == MINUTE_MARK || kind == SECOND_MARK;
}

// One number and what follows it: its mark, then a dash if another number comes. NULL text: fits.
static const char *step_over(struct span span, size_t *i, size_t k)
{
    bool last_mark = *i < span.n && is_mark(span.token[*i].kind);
    if (last_mark && !mark_fits(span.token[*i].kind, k))
        return "the marks of degrees, minutes and seconds are out of order";
    *i += last_mark;
    if (*i < span.n && span.token[*i].kind == DASH) {
        *i += 1;
        if (*i == span.n)
            return "ends with a dash";
    } else if (*i < span.n && !last_mark && !span.token[*i].spaced) {
        return "numbers run together";
    }
    return NULL;
}

static const char *read_angle(struct span span, bool with_hemisphere, int degree_digits, struct angle *out)
{
    static const double unit[] = {1, 60, 3600};
    struct angle angle = {0};
    size_t i = 0;
    bool marked = false;
    if (i < span.n && span.token[i].kind == MINUS) {
        angle.negative = true;
        i++;
    }
    for (; i < span.n; angle.numbers++) {
        const struct token *t = &span.token[i++];
        if (t->kind == SEPARATOR)
            return "a separator inside a coordinate";
        if (t->kind == MINUS)
            return with_hemisphere ? "a sign and a hemisphere together" : "a sign inside a coordinate";
        if (t->kind != NUMBER || angle.numbers == 3)
            return "too many numbers or marks";
        if (angle.decimals)
            return "decimals before the last number of a coordinate";
        if (angle.numbers && (t->value >= 60 || t->whole_digits > 2))
            return "minutes and seconds must be less than 60";
        marked |= i < span.n && is_mark(span.token[i].kind);
        angle.degrees += t->value / unit[angle.numbers];
        angle.decimals = t->decimals;
        const char *wrong = step_over(span, &i, angle.numbers);
        if (wrong)
            return wrong;
    }
    if (angle.numbers == 0)
        return "a coordinate is missing";
    if (angle.negative && with_hemisphere)
        return "a sign and a hemisphere together";
    if (!with_hemisphere && angle.numbers > 1)
        return "the hemisphere (N, S, E, W) is missing";
    const struct token *first = &span.token[angle.negative];
    if (first->whole_digits > 3 && (!with_hemisphere || marked || angle.numbers > 1 ||
                                    !read_compact(first, degree_digits, &angle.degrees)))
        return "degrees out of range (written together it is DDMM.mN DDDMM.mE, minutes less than 60)";
    *out = angle;
    return NULL;
}

static const char *read_lat(struct span span, char letter, double *lat_deg)
{
    struct angle angle;
    const char *wrong = read_angle(span, letter != 0, 2, &angle);
    if (wrong)
        return wrong;
    if (angle.degrees > 90.0)
        return "latitude beyond 90 degrees";
    *lat_deg = letter == 'S' || angle.negative ? 0.0 - angle.degrees : angle.degrees;
    return NULL;
}

static const char *read_lon(struct span span, char letter, double *lon_deg)
{
    struct angle angle;
    const char *wrong = read_angle(span, letter != 0, 3, &angle);
    bool west = letter == 'W';
    if (wrong)
        return wrong;
    west |= angle.negative;
    if (angle.degrees > (west ? 180.0 : 360.0))
        return west ? "longitude beyond 180 degrees west" : "longitude beyond 360 degrees";
    *lon_deg = core_deg_wrap180(west ? 0.0 - angle.degrees : angle.degrees);
    return NULL;
}

// ---- two coordinates ------------------------------------------------------------------------------------

static struct span part(const struct tokens *tokens, size_t from, size_t to)
{
    struct span span = {tokens->token + from, to > from ? to - from : 0};
    return span;
}

// One separator may stand at the seam, on either side of it.
static void trim_seam(struct span *first, struct span *second)
{
    if (first->n && first->token[first->n - 1].kind == SEPARATOR) {
        first->n--;
    } else if (second->n && second->token[0].kind == SEPARATOR) {
        second->token++;
        second->n--;
    }
}

static bool latitude_letter(char letter)
{
    return letter == 'N' || letter == 'S';
}

// With two hemispheres: both before, both after, or back to back their numbers.
static const char *read_lettered(const struct tokens *tokens, size_t h1, size_t h2, struct geo_pos *pos)
{
    struct span first, second;
    char a = tokens->token[h1].letter, b = tokens->token[h2].letter;
    size_t n = tokens->n;
    if (latitude_letter(a) == latitude_letter(b))
        return latitude_letter(a) ? "two latitudes" : "two longitudes";
    if (h1 == 0 && h2 + 1 == n) {
        return "cannot tell which hemisphere belongs to which number";
    } else if (h1 == 0) {
        first = part(tokens, 1, h2);
        second = part(tokens, h2 + 1, n);
    } else if (h2 + 1 == n) {
        first = part(tokens, 0, h1);
        second = part(tokens, h1 + 1, h2);
    } else {
        struct span between = part(tokens, h1 + 1, h2);
        bool parted =
            between.n == 1 ? between.token->kind == SEPARATOR : between.n == 0 && tokens->token[h2].spaced;
        if (!parted)
            return "cannot tell which hemisphere belongs to which number";
        first = part(tokens, 0, h1);
        second = part(tokens, h2 + 1, n);
    }
    trim_seam(&first, &second);
    bool lat_first = latitude_letter(a);
    const char *wrong = read_lat(lat_first ? first : second, lat_first ? a : b, &pos->lat_deg);
    return wrong ? wrong : read_lon(lat_first ? second : first, lat_first ? b : a, &pos->lon_deg);
}

// Without a separator "33 12.7" might be one latitude in degrees and minutes: only decimals or a sign tell.
static const char *read_signed(const struct tokens *tokens, struct geo_pos *pos)
{
    size_t cut = 0, seen = 0;
    for (size_t i = 0; i < tokens->n; i++)
        if (tokens->token[i].kind == SEPARATOR)
            cut = i, seen++;
    if (seen > 1)
        return "more than two coordinates, or a comma that may be a decimal mark or not";
    struct span first = part(tokens, 0, cut), second = part(tokens, seen ? cut + 1 : cut, tokens->n);
    if (!seen) {
        size_t at = tokens->n && tokens->token[0].kind == MINUS;
        bool split = tokens->n > at + 1 && tokens->token[at].kind == NUMBER && tokens->token[at + 1].spaced &&
                     (tokens->token[at].decimals || tokens->token[at + 1].kind == MINUS);
        if (!split)
            return "the hemisphere (N, S, E, W) is missing";
        first = part(tokens, 0, at + 1);
        second = part(tokens, at + 1, tokens->n);
    }
    const char *wrong = read_lat(first, 0, &pos->lat_deg);
    return wrong ? wrong : read_lon(second, 0, &pos->lon_deg);
}

static const char *read_tokens(const struct tokens *tokens, struct geo_pos *pos)
{
    size_t at[3] = {0}, n = 0;
    for (size_t i = 0; i < tokens->n; i++)
        if (tokens->token[i].kind == HEMISPHERE)
            at[n < 2 ? n : 2] = i, n++;
    if (n == 0)
        return read_signed(tokens, pos);
    if (n == 1)
        return "one hemisphere (N, S, E, W) is missing";
    if (n > 2)
        return "more hemispheres than two";
    return read_lettered(tokens, at[0], at[1], pos);
}

enum ph_status geo_pos_parse(const char *text, struct geo_pos *out, struct ph_err *err)
{
    char plain[MAX_PLAIN];
    struct tokens tokens;
    struct geo_pos pos = {0, 0};
    enum ph_status status = to_plain(text, plain, err);
    if (status)
        return status;
    if (!settle_commas(plain))
        return refuse(err, text, "a comma that may be a decimal mark or not");
    if (!tokenize(plain, &tokens))
        return refuse(err, text, "not a number, mark or hemisphere where one should be");
    const char *wrong = read_tokens(&tokens, &pos);
    if (wrong)
        return refuse(err, text, wrong);
    // No negative zeros.
    out->lat_deg = pos.lat_deg + 0.0;
    out->lon_deg = pos.lon_deg + 0.0;
    return PH_OK;
}

// ---- writing --------------------------------------------------------------------------------------------

// "33-24.5N": rounded as a whole, so that 59.96 minutes carry into the degrees.
static void format_angle(double deg, int decimals, int degree_digits, const char *letters, const char *shape,
                         char out[GEO_TEXT / 2])
{
    static const long scales[] = {1, 10, 100, 1000, 10000};
    long scale = scales[decimals];
    long total = lround(fabs(deg) * 60.0 * (double)scale);
    char minutes[48];
    snprintf(minutes, sizeof minutes, "%02ld", total / scale % 60);
    if (decimals)
        snprintf(minutes, sizeof minutes, "%02ld.%0*ld", total / scale % 60, decimals, total % scale);
    snprintf(out, GEO_TEXT / 2, shape, degree_digits, total / scale / 60, minutes,
             letters[deg < 0 && total > 0]);
}

static void format_pos(struct geo_pos pos, int decimals, const char *shape, char out[GEO_TEXT])
{
    char lat[GEO_TEXT / 2], lon[GEO_TEXT / 2];
    if (!(fabs(pos.lat_deg) <= 90.0) || !(fabs(pos.lon_deg) <= 360.0)) {
        snprintf(out, GEO_TEXT, "no position");
        return;
    }
    decimals = decimals < 0 ? 0 : decimals > 4 ? 4 : decimals;
    format_angle(pos.lat_deg, decimals, 2, "NS", shape, lat);
    format_angle(core_deg_wrap180(pos.lon_deg), decimals, 3, "EW", shape, lon);
    snprintf(out, GEO_TEXT, "%s %s", lat, lon);
}

void geo_pos_format(struct geo_pos pos, int decimals, char out[GEO_TEXT])
{
    format_pos(pos, decimals, "%0*ld-%s%c", out);
}

void geo_pos_format_spaced(struct geo_pos pos, int decimals, char out[GEO_TEXT])
{
    format_pos(pos, decimals, "%0*ld %s %c", out);
}
