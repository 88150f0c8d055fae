#!/usr/bin/python3
"""The JSON Schema accepts every example and the contract's, and refuses the bad cases that it can refuse.

Reads the same table as case_test.c (case_bad.json), so that schema and program agree; what only the program
can see is marked "schema_accepts" there and listed in docs/case.md.
"""
import copy
import glob
import json
import os
import re
import sys

count = failed = 0


def ok(good, sentence, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {sentence}")
    if not good and detail:
        print(f"# {detail}")


def edited(base, edits):
    document = copy.deepcopy(base)
    for edit in edits:
        *path, last = edit.get("remove", edit.get("at"))[1:].split("/")
        at = document
        for part in path:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if "remove" in edit:
            del at[last]
        elif isinstance(at, list):
            at[int(last)] = edit["value"]
        else:
            at[last] = edit["value"]
    return document


def main():
    try:
        import jsonschema
    except ImportError:
        print("1..0 # SKIP python3-jsonschema is not installed")
        return 0
    source = os.environ.get("PHAROS_SOURCE", ".")
    shared = os.environ.get("PHAROS_SHARED", "../shared")
    with open(f"{source}/schema/case-1.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def first(document):
        error = jsonschema.exceptions.best_match(validator.iter_errors(document))
        return f"{list(error.absolute_path)}: {error.message[:200]}" if error else ""

    for path in sorted(glob.glob(f"{source}/examples/cases/*.json")):
        with open(path, encoding="utf-8") as file:
            found = first(json.load(file))
        ok(not found, f"{os.path.basename(path)} fits the schema", found)
    contract = f"{shared}/spec/case-and-cli.md"
    if os.path.exists(contract):
        with open(contract, encoding="utf-8") as file:
            example = json.loads(re.search(r"```json\n(.*?)```", file.read(), re.S).group(1))
        ok(not first(example), "the contract's example fits the schema", first(example))
    else:
        print(f"ok {count + 1} - the contract's example fits the schema # SKIP ../shared is not here")
        globals()["count"] += 1
    with open(f"{source}/src/scenario/case_bad.json", encoding="utf-8") as file:
        table = json.load(file)
    ok(not first(table["base"]), "the case that the bad ones are made of fits the schema", first(table["base"]))
    for bad in table["bad"]:
        found = first(edited(table["base"], bad["edits"]))
        if bad.get("schema_accepts"):
            ok(not found, f"the schema leaves to the program: {bad['sentence']}", found)
        else:
            ok(bool(found), f"the schema refuses: {bad['sentence']}")
    with open(f"{source}/docs/case.md", encoding="utf-8") as file:
        blocks = re.findall(r"```json case\n(.*?)```", file.read(), re.S)
    for i, block in enumerate(blocks):
        found = first(json.loads(block))
        ok(not found, f"case {i + 1} of docs/case.md fits the schema", found)
    ok(len(blocks) > 0, "docs/case.md has whole cases in it")
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
