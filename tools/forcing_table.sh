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
if f["refused"]:
    text = "refused: " + f["refused"].split(": name them in the case")[0]
    text += "".join("; it holds " + w["text"] for w in f["warnings"] if w["code"] == "holds")
else:
    kinds = {}
    for v in f["variables"]:
        kinds.setdefault(v["kind"], []).append(v["name"])
    fields = "; ".join(k.replace("_", " ") + " " + ", ".join(dict.fromkeys(n)) for k, n in kinds.items())
    t = f["times"]
    times = t["from"] + (" to " + t["to"] if t["count"] > 1 else "")
    text = f["format"] + ", " + f["grid"] + ": " + fields + "; " + times
    codes = list(dict.fromkeys(w["code"] for w in f["warnings"]))
    text += " (" + ", ".join(codes) + ")" if codes else ""
print("| `" + name + "` | " + text.replace("|", "/") + " |")
' "$file" || true
done
