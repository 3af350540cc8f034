"""Runs the Python package jsonschema on every sample of the corpus."""

import json
import re
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, ValidationError, validators

FOLDER = Path(sys.argv[1])


def pattern(_validator, wanted, text, _schema):
    """Implement the keyword as in JSON Schema: in Python `$` also matches before a final line break."""
    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", wanted), text):
        yield ValidationError("a text of another form")


Validator = validators.extend(Draft202012Validator, {"pattern": pattern})


def pointer(error):
    """Return the place of an error as JSON pointer."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    return "".join(f"/{part}" for part in parts)


def said(errors):
    """Return keyword and pointer of each error, including those inside an alternative."""
    for error in errors:
        yield error.validator, pointer(error)
        yield from said(error.context)


def disagreement(validator, sample):
    """Return the fault in the verdict on one sample, if there is one."""
    errors = list(said(validator.iter_errors(sample["instance"])))
    if sample["schema"] != (not errors):
        return f"is refused: {errors[:3]}" if errors else "is taken, and should be refused"
    missing = [error for error in sample["errors"] if (error["keyword"], error["pointer"]) not in errors]
    return f"lacks {missing}; says {errors[:5]}" if missing else None


def samples_of(entry):
    path = FOLDER / "corpus" / (entry["file"] + "l")
    return [json.loads(line) for line in path.read_text("utf-8").strip().split("\n")] if path.is_file() else []


def main():
    faults, taken, refused = [], 0, 0
    index = json.loads((FOLDER / "index.json").read_text("utf-8"))
    for entry in index:
        schema = json.loads((FOLDER / entry["file"]).read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        validator = Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        samples = samples_of(entry)
        if not samples:
            faults.append(f"{entry['file']}: no samples")
        for sample in samples:
            fault = disagreement(validator, sample)
            if fault:
                faults.append(f"{entry['file']}: {sample['case']}: {fault}")
            taken += sample["schema"]
            refused += not sample["schema"]
    if not taken or not refused:
        faults.append("too few samples")
    for fault in faults:
        print(f"  {fault}")
    print(f"jsonschema: {len(index)} documents, {taken} samples taken, {refused} refused, {len(faults)} disagreements")
    sys.exit(1 if faults else 0)


main()
