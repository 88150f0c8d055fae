#!/usr/bin/env bash
# What Pharos makes of files: a Markdown table for docs/forcing.md, one line per file, from `pharos forcing inspect`.
#   tools/forcing_table.sh PHAROS FOLDER...
set -euo pipefail
pharos=$1
shift
echo '| file | read as |'
echo '|---|---|'
find "$@" -type f ! -name '*.idx' ! -name '*.md' ! -name '*.txt' | LC_ALL=C sort | while IFS= read -r file; do
  "$pharos" forcing inspect --json "$file" 2>/dev/null | python3 -c '
import json, sys
name = "/".join(sys.argv[1].split("/")[-2:])
try:
    f = json.load(sys.stdin)["files"][0]
except (ValueError, KeyError, IndexError):
    print(f"| `{name}` | refused: no answer |")
    raise SystemExit
def bare(text):
    return text.split(": name them in the case")[0]
def fields(f):
    kinds, units = {}, {}
    for v in f["variables"]:
        kinds.setdefault(v["kind"], []).append(v["name"])
        units.setdefault(v["kind"], []).append(v["units"] or "no units")
    return "; ".join(k.replace("_", " ") + " " + ", ".join(dict.fromkeys(n)) + " in "
                     + " and ".join(dict.fromkeys(units[k])) for k, n in kinds.items())
if f["refused"]:
    text = "refused: " + bare(f["refused"])
    text += "".join("; it holds " + w["text"] for w in f["warnings"] if w["code"] == "holds")
    text += "".join("; " + w["text"] for w in f["warnings"] if w["code"] == "damaged-messages")
else:
    t, b = f["times"], f["box"]
    text = f["format"] + ", " + f["grid"] + ", {:.6g} to {:.6g} N, {:.6g} to {:.6g} E: ".format(
        b["south"], b["north"], b["west"], b["east"])
    text += fields(f) + "; " + t["from"]
    text += " to " + t["to"] + ", " + str(t["count"]) + " times" if t["count"] > 1 else ""
    codes = list(dict.fromkeys(w["code"] for w in f["warnings"] if w["code"] != "refused"))
    text += " (" + ", ".join(codes) + ")" if codes else ""
    text += "".join("; refused: " + bare(w["text"]) for w in f["warnings"] if w["code"] == "refused")
print("| `" + name + "` | " + text.replace("|", "/") + " |")
' "$file" || true
done
