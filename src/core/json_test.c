#include "core/json.h"

#include "core/time.h"
#include "test/tap.h"

static void whole_document(void)
{
    struct core_buf out = {0};
    struct core_json json;
    core_json_init(&json, &out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "summary/1");
    core_json_key_int(&json, "seed", -9007199254740993);
    core_json_key_bool(&json, "ok", true);
    core_json_key_text(&json, "none", NULL);
    core_json_key_num(&json, "pos", 0.123456789, 4);
    core_json_key_fixed(&json, "lat", 33.4000001, 4);
    core_json_key_time(&json, "time", core_time_from_date((struct core_date){2016, 8, 29, 2, 0, 0, 0}));
    core_json_key(&json, "rows");
    core_json_array(&json);
    core_json_object_flat(&json);
    core_json_key_int(&json, "a", 1);
    core_json_key(&json, "b");
    core_json_array(&json);
    core_json_int(&json, 1);
    core_json_int(&json, 2);
    core_json_array_end(&json);
    core_json_object_end(&json);
    core_json_array_flat(&json);
    core_json_array_end(&json);
    core_json_array_end(&json);
    core_json_key(&json, "empty");
    core_json_object(&json);
    core_json_object_end(&json);
    core_json_key(&json, "as_is");
    core_json_raw(&json, "{\"x\": 1}");
    core_json_object_end(&json);
    tap_text(out.text,
             "{\n  \"pharos\": \"summary/1\",\n  \"seed\": -9007199254740993,\n  \"ok\": true,\n  \"none\": "
             "null,\n"
             "  \"pos\": 0.1235,\n  \"lat\": 33.4,\n  \"time\": \"2016-08-29T02:00:00Z\",\n  \"rows\": [\n"
             "    {\"a\": 1, \"b\": [1, 2]},\n    []\n  ],\n  \"empty\": {},\n  \"as_is\": {\"x\": 1}\n}\n",
             "a document has its commas, nesting and lines");
    core_buf_fini(&out);
}

static void text_is(const char *text, const char *want, const char *sentence)
{
    struct core_buf out = {0};
    struct core_json json;
    core_json_init(&json, &out);
    core_json_text(&json, text);
    tap_text(out.text, want, sentence);
    core_buf_fini(&out);
}

static void number_is(double value, int decimals, const char *want, const char *sentence)
{
    struct core_buf out = {0};
    struct core_json json;
    core_json_init(&json, &out);
    core_json_fixed(&json, value, decimals);
    tap_text(out.text, want, sentence);
    core_buf_fini(&out);
}

#define LOST "\xEF\xBF\xBD"

int main(void)
{
    whole_document();
    text_is("a \"b\" \\ /", "\"a \\\"b\\\" \\\\ /\"", "quotes and backslashes are escaped");
    text_is("\n\t\x01\x1f", "\"\\n\\t\\u0001\\u001f\"", "control characters are escaped");
    text_is("Tripoli \xD8\xB7\xD8\xB1\xD8\xA7\xD8\xA8 33\xC2\xB0 \xF0\x9F\x9B\x9F",
            "\"Tripoli \xD8\xB7\xD8\xB1\xD8\xA7\xD8\xA8 33\xC2\xB0 \xF0\x9F\x9B\x9F\"",
            "UTF-8 stays as it is");
    text_is("a\xFFz", "\"a" LOST "z\"", "a byte that is no UTF-8 is replaced");
    text_is("a\xC3", "\"a" LOST "\"", "a character that breaks off is replaced");
    text_is("\xC0\xAF", "\"" LOST LOST "\"", "an overlong form is replaced");
    text_is("\xED\xA0\x80", "\"" LOST LOST LOST "\"", "a surrogate is replaced");
    text_is("\xF5\x80\x80\x80", "\"" LOST LOST LOST LOST "\"", "beyond U+10FFFF is replaced");

    number_is(12.5, 3, "12.5", "no trailing zeros");
    number_is(12, 3, "12", "no trailing point");
    number_is(100, 0, "100", "a whole number keeps its zeros");
    number_is(-0.0001, 2, "0", "a small negative is zero, not minus zero");
    number_is(NAN, 2, "null", "not a number is null");
    number_is(-INFINITY, 2, "null", "infinity is null");
    struct core_buf huge = {0};
    struct core_json json;
    core_json_init(&json, &huge);
    core_json_fixed(&json, 1e300, 3);
    tap_ok(huge.length == 301 && strtod(huge.text, NULL) == 1e300, "a huge number is written whole");
    core_buf_fini(&huge);
    return tap_done();
}
