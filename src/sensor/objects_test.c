#include "sensor/objects.h"

#include "object/preset.h"
#include "sensor/sweep.h"
#include "sensor/tables.h"
#include "test/tap.h"

static bool known(const char *object)
{
    bool flotation;
    const char *proper;
    return sensor_object_index(object, &flotation, &proper) < SENSOR_OBJECTS && !strcmp(proper, object);
}

static void check_all(void)
{
    int bad = 0;
    for (size_t i = 0; i < object_class_count(); i++)
        for (int persons = -1; persons < 200; persons += 7)
            bad += !known(sensor_object_for(object_class_at(i)->key, NULL, persons));
    tap_ok(!bad, "every leeway class has a search object of the tables, for any number of persons");
    bad = 0;
    for (size_t i = 0; i < object_preset_count(); i++)
        for (int persons = -1; persons < 200; persons += 7)
            bad += !known(sensor_object_for(NULL, object_preset_at(i)->key, persons));
    tap_ok(!bad, "so has every preset");
    size_t n = 0;
    while (sensor_object_at(n))
        bad += !known(sensor_object_at(n++));
    tap_ok(n == 26 && !bad, "the tables' 25 objects and the person with flotation are listed");
}

static void maps(const char *key, const char *preset, int persons, const char *want)
{
    char sentence[128];
    snprintf(sentence, sizeof sentence, "%s%s%s with %d persons is looked for as %s",
             key ? key : "own coefficients", preset ? " of " : "", preset ? preset : "", persons, want);
    tap_text(sensor_object_for(key, preset, persons), want, sentence);
}

int main(void)
{
    check_all();
    maps("PIW-1", NULL, -1, "Person in Water");
    maps("PIW-2", NULL, -1, SENSOR_FLOTATION);
    maps("piw-4", NULL, -1, SENSOR_FLOTATION);
    maps("PIW-6", NULL, 1, "Person in Water");
    maps("LIFE-RAFT-SB-10", NULL, 30, "Raft 1 person");
    maps("LIFE-RAFT-NB-2", NULL, -1, "Raft 6 person");
    maps("LIFE-RAFT-NB-2", NULL, 9, "Raft 8 person");
    maps("LIFE-RAFT-NB-2", NULL, 3, "Raft 1 person");
    maps("LIFE-RAFT-DB-20", NULL, -1, "Raft 15 person");
    maps("SKIFF-3", NULL, 60, "Power Boat ≤ 15ft");
    maps("SKIFF-2", NULL, 60, "Power Boat 33ft");
    maps("SAILBOAT-6b", NULL, -1, "Sail Boat 25ft");
    maps(NULL, NULL, -1, "Raft 10 person");
    maps(NULL, NULL, 120, "Raft 25 person");
    maps("SKIFF-1", "rubber-boat-overloaded", -1, "Raft 25 person");
    maps(NULL, "rubber-boat-swamped", 120, "Raft 10 person");
    maps("PIW-2", "people-in-water", -1, SENSOR_FLOTATION);

    bool flotation = false;
    const char *proper = NULL;
    tap_ok(sensor_object_index("power boat <= 15 ft", &flotation, &proper) == 9,
           "'<=' may stand for the sign");
    tap_text(proper, "Power Boat ≤ 15ft", "the answer has the proper name");
    tap_ok(sensor_object_index("Raft", &flotation, &proper) == SENSOR_OBJECTS &&
               sensor_object_index("", &flotation, &proper) == SENSOR_OBJECTS &&
               sensor_object_index(NULL, &flotation, &proper) == SENSOR_OBJECTS,
           "half a name, an empty one and none are not found");
    return tap_done();
}
