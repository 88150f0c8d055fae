"""Twenty cases for planners, each complete in itself: made by rule, so that anybody can make them again.

case(name) -> (title, case as a dict). Positions are in open water and no shoreline is used, so the figures
do not depend on the data that are installed.
"""

DAY = "2026-03-10T"


def at(hour):
    return f"2026-03-{10 + hour // 24:02d}T{hour % 24:02d}:00Z"


def pos(lat, lon):
    return {"lat": lat, "lon": lon}


def point(ident, lat, lon, error_nm, hour=0, weight=1.0, **more):
    return {"id": ident, "weight": weight, "kind": "point", "position": pos(lat, lon),
            "probable_error_nm": error_nm, "time": at(hour), **more}


RAFT = {"id": "raft", "leeway": "LIFE-RAFT-DB-10"}
PERSON = {"id": "person", "leeway": "PIW-1"}
BOAT = {"id": "boat", "leeway": "REFUGEE-RAFT-1"}


def weather(current_kn, toward_deg, wind_kn, from_deg):
    return {"current": [{"toward_deg": toward_deg, "speed_kn": current_kn}],
            "wind": [{"from_deg": from_deg, "speed_kn": wind_kn}], "coastline": "none"}


def turning(current_kn, wind_kn, hours):
    """A current that goes round with the tide and a wind that veers: made for these cases."""
    return {"current": [{"series": [{"time": at(h), "toward_deg": (30 * h) % 360, "speed_kn": current_kn}
                                    for h in range(0, hours + 1)]}],
            "wind": [{"series": [{"time": at(h), "from_deg": (230 + 6 * h) % 360, "speed_kn": wind_kn}
                                 for h in range(0, hours + 1)]}], "coastline": "none"}


def aircraft(ident, hour, hours, speed=140, **more):
    return {"id": ident, "type": "fixed-wing", "speed_kn": speed, "altitude_ft": 500, "on_scene": at(hour),
            "search_h": hours, **more}


def helicopter(ident, hour, hours, **more):
    return {"id": ident, "type": "helicopter", "speed_kn": 70, "altitude_ft": 300, "on_scene": at(hour),
            "search_h": hours, **more}


def vessel(ident, hour, hours, speed=14, **more):
    return {"id": ident, "type": "vessel", "speed_kn": speed, "eye_height_m": 12, "on_scene": at(hour),
            "search_h": hours, **more}


def boat(ident, hour, hours, **more):
    return {"id": ident, "type": "boat", "speed_kn": 18, "eye_height_m": 2.5, "on_scene": at(hour),
            "search_h": hours, **more}


def drone(ident, hour, hours, **more):
    return {"id": ident, "type": "drone", "speed_kn": 45, "altitude_ft": 400, "on_scene": at(hour), "search_h": hours,
            "sweep_width_nm": 0.6, **more}


def from_base(unit, lat, lon, hour, transit_kn, endurance_h):
    """The same unit, but from a base: transit, reserve and the way back are the planner's to work out."""
    kept = {k: v for k, v in unit.items() if k not in ("on_scene", "search_h")}
    return {**kept, "from": pos(lat, lon), "available": at(hour), "transit_kn": transit_kn, "endurance_h": endurance_h}


def six(hour):
    return [aircraft("Falcon", hour, 3), helicopter("Helo", hour, 2), vessel("Cutter", hour, 6),
            vessel("Trader", hour + 1, 5, 12), boat("Lifeboat", hour, 5), drone("Drone", hour, 2)]


def table():
    rows = []

    def add(name, title, objects, scenarios, environment, until, assets, detection="inverse-cube", **conditions):
        rows.append((name, title, {
            "pharos": "case/1", "name": title, "objects": objects, "scenarios": scenarios, "environment": environment,
            "drift": {"until": at(until), "particles": 10000, "seed": 1, "output_every_s": 1800}, "assets": assets,
            "conditions": {"visibility_nm": 10, "wind_kn": 12, "sea_height_ft": 2, "detection": detection, **conditions}}))

    calm, fresh, strong = weather(0.4, 60, 10, 250), weather(0.8, 45, 18, 270), weather(2.5, 20, 25, 200)
    add("tight-1", "Tight datum, one vessel", [RAFT], [point("mayday", 40, -30, 0.5)], calm, 8, [vessel("Cutter", 2, 3)])
    add("tight-2", "Person overboard, helicopter and lifeboat", [PERSON], [point("mob", 40, -30, 0.4)], calm, 6,
        [helicopter("Helo", 1, 1), boat("Lifeboat", 2, 2)])
    add("tight-drifting-1", "Tight datum in a strong current, one boat", [PERSON], [point("mob", 40, -30, 0.3)], strong, 5,
        [boat("Lifeboat", 1, 2)])
    add("one-lobe-2", "One cloud, aircraft and vessel", [RAFT], [point("call", 40, -30, 5)], fresh, 20,
        [aircraft("Falcon", 10, 3), vessel("Cutter", 10, 6)])
    add("one-lobe-6", "One cloud, six units of all types", [RAFT], [point("call", 40, -30, 5)], fresh, 20, six(12))
    add("wide-1", "Wide cloud, one aircraft", [RAFT], [point("overdue", 40, -30, 20)], fresh, 24, [aircraft("Falcon", 12, 5)])
    add("wide-6", "Wide cloud, six units of all types", [RAFT], [point("overdue", 40, -30, 15)], turning(0.6, 16, 30), 30,
        six(18))
    add("area-4", "Anywhere in an area, four vessels", [BOAT],
        [{"id": "grounds", "kind": "area", "time": at(0),
          "polygon": [pos(40.0, -30.2), pos(40.35, -30.0), pos(40.3, -29.4), pos(39.95, -29.6)]}], calm, 18,
        [vessel(f"Trader-{i}", 6 + i, 8) for i in range(1, 5)])
    add("two-lobes-2", "Two places, aircraft and vessel", [RAFT],
        [point("radar", 40.3, -30.3, 3, weight=0.5), point("flare", 39.8, -29.7, 3, weight=0.5)], calm, 16,
        [aircraft("Falcon", 8, 2), vessel("Cutter", 8, 6)])
    add("two-lobes-3", "Two unequal places, three units", [RAFT],
        [point("radar", 40.3, -30.3, 4, weight=0.7), point("flare", 39.8, -29.7, 2, weight=0.3)], fresh, 18,
        [aircraft("Falcon", 8, 2), vessel("Cutter", 8, 6), boat("Lifeboat", 9, 5)])
    add("three-lobes-6", "Three places, six units", [RAFT],
        [point("a", 40.3, -30.4, 3, weight=0.4), point("b", 39.8, -29.8, 3, weight=0.35),
         point("c", 40.4, -29.5, 2, weight=0.25)], calm, 18, six(8))
    line = {"id": "track", "kind": "line", "from": {"position": pos(39.8, -30.4), "probable_error_nm": 1, "time": at(0)},
            "to": {"position": pos(40.4, -29.6), "probable_error_nm": 1, "time": at(2)}}
    add("line-1", "Along a known track, one aircraft", [RAFT], [line], calm, 12, [aircraft("Falcon", 5, 2)])
    wide_line = {**line, "to": {"position": pos(40.6, -29.3), "probable_error_nm": 6, "time": at(6)}}
    add("line-3", "Along a track that grows uncertain, three units", [RAFT], [wide_line], fresh, 18,
        [aircraft("Falcon", 9, 3), helicopter("Helo", 9, 2), vessel("Cutter", 9, 6)])
    voyage = {"id": "overdue", "kind": "voyage", "depart": [at(0), at(1)], "speed_kn": [4, 6, 7],
              "route": [{"position": pos(39.7, -30.5), "probable_error_nm": 0.5}, {"position": pos(40.0, -29.8), "probable_error_nm": 1},
                        {"position": pos(40.5, -29.6), "probable_error_nm": 1}]}
    add("voyage-2", "A voyage that did not arrive, aircraft and vessel", [BOAT], [voyage], calm, 24,
        [aircraft("Falcon", 15, 3), vessel("Cutter", 14, 8)])
    bearing = {"id": "flare", "kind": "bearing", "from": pos(39.7, -30.3), "bearing_deg": 40, "bearing_sd_deg": 4,
               "range_nm": [5, 35], "time": at(0)}
    add("bearing-2", "A flare on a bearing, helicopter and lifeboat", [BOAT], [bearing], calm, 12,
        [helicopter("Helo", 3, 3), boat("Lifeboat", 3, 5)])
    add("drifting-3", "Fast drift, three units", [RAFT], [point("call", 40, -30, 3)], strong, 16,
        [aircraft("Falcon", 8, 3), helicopter("Helo", 9, 2), vessel("Cutter", 8, 6)])
    add("mixed-4", "Boat, raft or people in the water, four units",
        [{**BOAT, "weight": 0.4}, {**RAFT, "weight": 0.35}, {**PERSON, "weight": 0.25}], [point("call", 40, -30, 3)],
        weather(0.5, 100, 22, 240), 24, [aircraft("Falcon", 14, 3), helicopter("Helo", 14, 2), vessel("Cutter", 14, 8),
                                         boat("Lifeboat", 15, 5)])
    add("crossing-3", "Raft and person whose ways cross, three units",
        [{**RAFT, "weight": 0.6}, {**PERSON, "weight": 0.4}],
        [point("upwind", 39.9, -30.3, 2, weight=0.6, object_ids=["raft"]),
         point("downwind", 40.05, -29.9, 2, weight=0.4, object_ids=["person"])], weather(0.2, 90, 24, 240), 20,
        [aircraft("Falcon", 9, 3), vessel("Cutter", 8, 8), boat("Lifeboat", 8, 6)])
    far = [from_base(aircraft("Falcon", 0, 0), 38.7, -27.2, 6, 220, 7), from_base(helicopter("Helo", 0, 0), 39.4, -31.2, 7, 120, 4),
           from_base(vessel("Cutter", 0, 0), 39.5, -29.0, 3, 18, 40), vessel("Trader", 10, 6), drone("Drone", 9, 2)]
    add("bases-5", "Units from far bases that arrive one by one", [RAFT], [point("call", 40, -30, 6)], turning(0.8, 14, 24), 24, far)
    add("random-4", "Poor conditions: random search, four units", [RAFT], [point("call", 40, -30, 6)], fresh, 22,
        [aircraft("Falcon", 12, 3), helicopter("Helo", 12, 2), vessel("Cutter", 12, 6), boat("Lifeboat", 12, 5)],
        detection="random", visibility_nm=5)
    return rows
