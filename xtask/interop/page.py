import json, pathlib, re, sys
from jsonschema import Draft202012Validator, ValidationError, validators

def pattern(_validator, wanted, text, _schema):
    # For Python a text also ends before a last line break; for JSON Schema it does not.
    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), text):
        yield ValidationError("a text of another form")

Validator = validators.extend(Draft202012Validator, {"pattern": pattern})
folder = pathlib.Path(sys.argv[1])  # the folder of index.json
for entry in json.loads((folder / "index.json").read_text("utf-8")):
    schema = json.loads((folder / entry["file"]).read_text("utf-8"))
    validator = Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for line in (folder / "corpus" / (entry["file"] + "l")).read_text("utf-8").strip().split("\n"):
        sample = json.loads(line)
        if validator.is_valid(sample["instance"]) != sample["schema"]:
            sys.exit(f"{entry['file']}: {sample['case']}")
