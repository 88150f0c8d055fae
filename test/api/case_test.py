"""A case over HTTP from the message to a scored plan. usage: case_test.py PHAROS SOURCE"""
import json
import os
import struct
import sys

from pharos_api import Server, Tap, conforms


def demo_case(source):
    """The demonstration's case with its files named as attachments, and those files."""
    case = json.load(open(os.path.join(source, "data/demo/case.json")))
    case["drift"]["particles"] = 2000
    names = []

    def visit(node):
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if key == "file":
                names.append(value)
                node[key] = os.path.basename(value)
            elif isinstance(value, (dict, list)):
                visit(value)
    visit(case)
    return case, [os.path.join(source, "data/demo", name) for name in names]


def cases(server, tap, case):
    status, headers, made = server.ask("POST", "/api/v1/cases", case, {"Idempotency-Key": "first-one"})
    tap.ok(status == 201 and headers["ETag"] == '"1"', "a case is made", status, made)
    again = server.ask("POST", "/api/v1/cases", case, {"Idempotency-Key": "first-one"})
    tap.ok(again[2]["id"] == made["id"] and again[2]["repeated"], "the same key again makes no second case", again)
    path = "/api/v1/cases/" + made["id"]
    status, headers, shown = server.ask("GET", path)
    tap.ok(shown["document"] == case and headers["ETag"] == '"1"', "the document comes back as it was given")
    status, _, problem = server.ask("PATCH", path, {"name": "other"})
    tap.ok(status == 428 and problem["fix"], "a change without If-Match is refused", problem)
    status, headers, _ = server.ask("PATCH", path, {"name": "other"}, {"If-Match": '"1"'})
    tap.ok(status == 200 and headers["ETag"] == '"2"', "a change on the state that was read is taken")
    status, _, problem = server.ask("PATCH", path, {"name": "third"}, {"If-Match": '"1"'})
    tap.ok(status == 412 and problem["type"].endswith("stale"), "two officers never overwrite each other", problem)
    listed = server.ask("GET", "/api/v1/cases")[2]["cases"]
    tap.ok([c["name"] for c in listed] == ["other"], "the list has the case under its present name", listed)
    return path


def run(server, tap, path, files):
    for file in files:
        status, _, answer = server.ask("PUT", f"{path}/files/{os.path.basename(file)}", open(file, "rb").read())
        tap.ok(status == 201, f"{os.path.basename(file)} is attached", answer)
    name = os.path.basename(files[0])
    tap.ok(server.ask("GET", f"{path}/files/{name}", raw=True)[2] == open(files[0], "rb").read(),
           "an attached file comes back byte for byte")
    inspected = server.ask("GET", f"{path}/files/{name}/inspect")[2]
    tap.ok(inspected["files"][0]["variables"], "a forcing file is looked into", inspected)
    tap.ok(server.ask("GET", path + "/check")[2]["valid"], "the case is complete")
    status, _, started = server.ask("POST", path + "/runs")
    tap.ok(status == 202 and started["state"] in ("queued", "running"), "a run is started", started)
    here = f"{path}/runs/{started['id']}"
    told = list(server.events(here + "/events"))
    tap.ok(len(told) > 3 and told[-1]["state"] == "done", "its progress is told until it is done", told[-1:])
    return here


def results(server, tap, here):
    plan = server.ask("GET", here + "/files/plan.json")[2]
    tap.ok(0 < plan["pos_total"] < 1, "the plan is there")
    scored = server.ask("POST", here + "/evaluate", plan)[2]
    tap.ok(abs(scored["pos_total"] - plan["pos_total"]) < 1e-4, "the plan scored again has its POS",
           scored.get("pos_total"), plan["pos_total"])
    edited = json.loads(json.dumps(plan))
    edited["assets"] = edited["assets"][:1]
    fewer = server.ask("POST", here + "/evaluate", edited)[2]
    tap.ok(fewer["pos_total"] < plan["pos_total"], "with one unit fewer it is less")
    edited["assets"][0]["id"] = "nobody"
    status, _, problem = server.ask("POST", here + "/evaluate", edited)
    tap.ok(status == 422 and "nobody" in problem["title"], "a plan for a unit that is not there is refused", problem)
    frame = server.ask("GET", here + "/particles?time=" + plan["valid"][0], raw=True)[2]
    n = struct.unpack("<I", frame[4:8])[0]
    tap.ok(frame[:4] == b"PHF1" and n == 2000 and len(frame) == 16 + 13 * n, "particles come as one binary frame")
    for name, begins in (("report.html", b"<!"), ("plan.kml", b"<?xml"), ("containment.geojson", b"{")):
        status, headers, content = server.ask("GET", f"{here}/files/{name}", raw=True)
        tap.ok(status == 200 and content.startswith(begins), f"{name} can be fetched", status, content[:40])
    gpx = "tasks~" + plan["assets"][0]["id"] + ".gpx"
    case = here.split("/runs/")[0]
    seen = server.ask("GET", case)[1]["ETag"]
    tap.ok(b"<gpx" in server.ask("GET", f"{here}/files/{gpx}", raw=True)[2], "and each unit's route")
    exports = [e for e in server.ask("GET", case + "/log?limit=200")[2]["events"] if e["kind"] == "export"]
    tap.ok(exports and exports[-1]["who"] == "local" and exports[-1]["body"]["file"].startswith("tasks/"),
           "what left is in the log, with who", exports)
    status = server.ask("PATCH", case, {"x-note": "still"}, {"If-Match": seen})[0]
    tap.ok(status == 200, "which makes nobody's change stale", status)


def log(server, tap, path):
    server.ask("POST", path + "/notes", {"text": "called the ship"})
    status, headers, _ = server.ask("GET", path)
    status = server.ask("POST", path + "/close", {"why": ""}, {"If-Match": headers["ETag"]})[0]
    tap.ok(status == 422, "a case is not closed without a reason")
    status = server.ask("POST", path + "/close", {"why": "all found"}, {"If-Match": headers["ETag"]})[0]
    tap.ok(status == 201 and server.ask("GET", path)[2]["status"] == "closed", "with a reason it is")
    kinds = [e["kind"] for e in server.ask("GET", path + "/log")[2]["events"]]
    tap.ok(kinds[0] == "created" and kinds[-1] == "closed" and "run-done" in kinds and "note" in kinds,
           "the log has it all in order", kinds)
    page = server.ask("GET", path + "/log?limit=2")[2]
    rest = server.ask("GET", f"{path}/log?after={page['next']}")[2]
    tap.ok(len(page["events"]) == 2 and len(rest["events"]) == len(kinds) - 2, "and comes in pages")


def survives(pharos, server, tap, here):
    again = Server(pharos, db=server.db, folder=server.folder)
    plan = again.ask("GET", here + "/files/plan.json")[2]
    tap.ok("pos_total" in plan, "after a restart the results are there", plan)
    tap.ok(again.ask("GET", here)[2]["state"] == "done", "and so is the run")
    again.stop()


def main():
    pharos, source = sys.argv[1:3]
    tap = Tap()
    case, files = demo_case(source)
    server = Server(pharos)
    path = cases(server, tap, case)
    here = run(server, tap, path, files)
    results(server, tap, here)
    log(server, tap, path)
    conforms(server, tap)
    tap.ok(server.stop() == 0, "the server ends when asked to")
    survives(pharos, server, tap, here)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
