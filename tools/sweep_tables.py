#!/usr/bin/env python3
"""Types the sweep width tables of COMDTINST M16130.2F (US Coast Guard, public domain) into src/sensor.

Run once, by hand:  tools/sweep_tables.py FOLDER src/sensor > /dev/null
FOLDER holds uscg_m16130_2F_sweep_widths.csv (platform, height_ft, search_object, visibility_nm, width),
uscg_Aircraft_speed_modifier.csv, uscg_Helicopter_speed_modifier.csv and uscg_weather_correction_types.csv.
"""
import csv
import sys


def read(path):
    with open(path, encoding="utf-8") as f:
        return list(csv.reader(f))


def main(folder, out):
    rows = read(folder + "/uscg_m16130_2F_sweep_widths.csv")[1:]
    objects = list(dict.fromkeys(r[2] for r in rows))
    width = {(r[0], int(r[1]), r[2], int(r[3])): r[4] for r in rows}
    tables = sorted({(r[0], int(r[1])) for r in rows})
    size = dict(read(folder + "/uscg_weather_correction_types.csv"))
    air = {r[0]: r[1:] for r in read(folder + "/uscg_Aircraft_speed_modifier.csv")}
    heli = {r[0]: r[1:] for r in read(folder + "/uscg_Helicopter_speed_modifier.csv")}
    with open(out + "/tables_width.inc", "w", encoding="utf-8") as f:
        f.write("// COMDTINST M16130.2F, uncorrected visual sweep widths in NM, by tools/sweep_tables.py. One row per\n"
                "// search object in the order of tables_object.inc, one column per visibility\n"
                "// 1, 3, 5, 10, 15, 20 and 30 NM (boats: up to 20).\n")
        for platform, height in tables:
            f.write(f"{{TABLE_{platform.upper()}, {height}, {{ // {platform} at {height} ft\n")
            for name in objects:
                v = [width[k] for vis in (1, 3, 5, 10, 15, 20, 30) if (k := (platform, height, name, vis)) in width]
                f.write(f"    {{{', '.join(v)}}}, // {name}\n")
            f.write("}},\n")
    with open(out + "/tables_object.inc", "w", encoding="utf-8") as f:
        f.write("// COMDTINST M16130.2F, search objects, by tools/sweep_tables.py: small for weather; speed factors of\n"
                "// fixed-wing aircraft at 150, 180, 210 kn and of helicopters at 60, 90, 120, 140 kn.\n")
        for name in objects:
            f.write(f"{{\"{name}\", {'true' if size[name] == 'small' else 'false'}, "
                    f"{{{', '.join(air[name])}}}, {{{', '.join(heli[name])}}}}},\n")


main(sys.argv[1], sys.argv[2])
