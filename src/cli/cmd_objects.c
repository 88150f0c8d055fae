// objects: the leeway table and the presets, as people and as programs read them.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/json.h"
#include "object/leeway.h"
#include "object/preset.h"
#include "sensor/sweep.h"

static void coefs_json(struct core_json *json, const char *key, const struct object_coefs *coefs)
{
    core_json_key(json, key);
    core_json_object_flat(json);
    core_json_key_num(json, "slope_percent", 100 * coefs->slope_frac, 10);
    core_json_key_num(json, "offset_cms", 100 * coefs->offset_mps, 10);
    core_json_key_num(json, "sd_cms", 100 * coefs->sd_mps, 10);
    core_json_object_end(json);
}

static void leeway_json(struct core_json *json, const struct object_leeway *leeway)
{
    coefs_json(json, "downwind", &leeway->down);
    coefs_json(json, "crosswind_right", &leeway->right);
    coefs_json(json, "crosswind_left", &leeway->left);
}

static void class_json(struct core_json *json, const struct object_class *class)
{
    char tier[2] = {object_tier_letter(class->tier)};
    core_json_object(json);
    core_json_key_int(json, "id", class->id);
    core_json_key_text(json, "key", class->key);
    core_json_key_text(json, "description", class->description);
    leeway_json(json, &class->leeway);
    core_json_key_text(json, "tier", tier);
    core_json_key_text(json, "tier_text", object_tier_text(class->tier));
    core_json_key_num(json, "jibing_percent_per_h", 100 * object_class_jibing_per_h(class), 6);
    core_json_key_int(json, "jibing_resistance", class->jibing_resistance);
    core_json_key_text(json, "search_object", sensor_object_for(class->key, NULL, -1));
    core_json_key_text(json, "source", class->source);
    if (class->note)
        core_json_key_text(json, "note", class->note);
    core_json_object_end(json);
}

static void preset_json(struct core_json *json, const struct object_preset *preset)
{
    core_json_object(json);
    core_json_key_text(json, "key", preset->key);
    core_json_key_text(json, "description", preset->description);
    core_json_key_text(json, "source", preset->source);
    core_json_key(json, "parts");
    core_json_array(json);
    for (size_t i = 0; i < preset->n_parts; i++) {
        const struct object_preset_part *part = &preset->parts[i];
        core_json_object(json);
        core_json_key_num(json, "weight", part->weight, 6);
        core_json_key_text(json, "leeway", part->key);
        if (part->name)
            core_json_key_text(json, "name", part->name);
        leeway_json(json, &part->leeway);
        core_json_key_text(json, "search_object", sensor_object_for(part->key, preset->key, -1));
        core_json_object_end(json);
    }
    core_json_array_end(json);
    core_json_object_end(json);
}

// One class or preset when `class` or `preset` is given, else everything.
static void document(const struct object_class *class, const struct object_preset *preset,
                     struct core_buf *out)
{
    bool all = !class && !preset;
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "objects/1");
    core_json_key(&json, "classes");
    core_json_array(&json);
    for (size_t i = 0; i < object_class_count(); i++)
        if (all || object_class_at(i) == class)
            class_json(&json, object_class_at(i));
    core_json_array_end(&json);
    core_json_key(&json, "presets");
    core_json_array(&json);
    for (size_t i = 0; i < object_preset_count(); i++)
        if (all || object_preset_at(i) == preset)
            preset_json(&json, object_preset_at(i));
    core_json_array_end(&json);
    core_json_object_end(&json);
}

static void coefs_line(struct core_buf *out, const char *name, const struct object_coefs *coefs)
{
    core_buf_printf(out, "  %-16s %7.3f %% of wind %+7.2f cm/s, standard error %.2f cm/s\n", name,
                    100 * coefs->slope_frac, 100 * coefs->offset_mps, 100 * coefs->sd_mps);
}

static void leeway_lines(struct core_buf *out, const struct object_leeway *leeway)
{
    coefs_line(out, "downwind", &leeway->down);
    coefs_line(out, "crosswind right", &leeway->right);
    coefs_line(out, "crosswind left", &leeway->left);
}

static void class_page(struct core_buf *out, const struct object_class *class)
{
    core_buf_printf(out, "%s: %s\n", class->key, class->description);
    leeway_lines(out, &class->leeway);
    core_buf_printf(out, "  quality          %c, %s\n", object_tier_letter(class->tier),
                    object_tier_text(class->tier));
    core_buf_printf(out, "  jibing           %.0f %% per hour\n", 100 * object_class_jibing_per_h(class));
    core_buf_printf(out, "  searched as      %s\n", sensor_object_for(class->key, NULL, -1));
    core_buf_printf(out, "  source           %s\n", class->source);
    if (class->note)
        core_buf_printf(out, "  note             %s\n", class->note);
}

static void preset_page(struct core_buf *out, const struct object_preset *preset)
{
    core_buf_printf(out, "%s: %s\n  a mixture by judgement, not measured: %s\n", preset->key,
                    preset->description, preset->source);
    for (size_t i = 0; i < preset->n_parts; i++) {
        const struct object_preset_part *part = &preset->parts[i];
        core_buf_printf(out, "%3.0f %% %s, searched as %s\n", 100 * part->weight,
                        part->key ? part->key : part->name, sensor_object_for(part->key, preset->key, -1));
        leeway_lines(out, &part->leeway);
    }
}

static void table(struct core_buf *out)
{
    core_buf_printf(out, "%-26s %-4s %-22s %s\n", "KEY", "TIER", "SEARCHED AS", "DESCRIPTION");
    for (size_t i = 0; i < object_class_count(); i++) {
        const struct object_class *class = object_class_at(i);
        core_buf_printf(out, "%-26s %-4c %-22s %s\n", class->key, object_tier_letter(class->tier),
                        sensor_object_for(class->key, NULL, -1), class->description);
    }
    core_buf_puts(out, "\nPresets (\"preset\": KEY in a case): mixtures by judgement\n");
    for (size_t i = 0; i < object_preset_count(); i++)
        core_buf_printf(out, "%-26s %-4c %-22s %s\n", object_preset_at(i)->key, 'D', "",
                        object_preset_at(i)->description);
    core_buf_puts(out, "\nTiers:");
    for (enum object_tier tier = OBJECT_TIER_MEASURED; tier <= OBJECT_TIER_JUDGEMENT; tier++)
        core_buf_printf(out, "%s %c %s", tier ? "," : "", object_tier_letter(tier), object_tier_text(tier));
    core_buf_puts(out, ". `pharos objects KEY` shows one with its figures and source.\n");
}

int cli_objects(const struct cli_args *args)
{
    const char *key = args->n_operands ? args->operand[0] : NULL;
    const struct object_class *class = key ? object_class_find(key) : NULL;
    const struct object_preset *preset = key && !class ? object_preset_find(key) : NULL;
    if (key && !class && !preset) {
        struct ph_err err;
        core_err_set(&err, PH_EINPUT, key, "`pharos objects` lists all of them",
                     "no such class or preset; did you mean %s?", object_class_nearest(key));
        return cli_fail(&err);
    }
    struct core_buf out = {0};
    if (args->json)
        document(class, preset, &out);
    else if (class)
        class_page(&out, class);
    else if (preset)
        preset_page(&out, preset);
    else
        table(&out);
    int status = cli_print(&out);
    core_buf_fini(&out);
    return status;
}
