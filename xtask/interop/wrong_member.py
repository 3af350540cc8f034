"""Makes one member of each valid sample wrong, for every sent document: its model reports at most three errors, and the first names
the member.

Usage: python wrong_member.py FOLDER generated|committed

FOLDER holds samples.json and schemas/. `generated` checks the modules in models/, which a generator made; `committed` checks
schemas/types/incs.py.
"""

import copy
import importlib
import json
import pathlib
import sys

from pydantic import TypeAdapter, ValidationError

MOST = 3
OTHERS = [None, True, 7.5, "wrong", ["wrong"], {"wrong": 1}]


def places(value, path=()):
    """Yield every value in a sample with its path, the sample itself first."""
    yield path, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for name, member in members:
        yield from places(member, (*path, name))


def replaced(sample, path, other):
    """Return the sample with another value at a path."""
    if not path:
        return other
    sample = copy.deepcopy(sample)
    at = sample
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = other
    return sample


def changes(value, path):
    """Yield the fault, the path that an error must name, and the wrong value."""
    for other in OTHERS:
        if kind(other) != kind(value):
            yield f"is {json.dumps(other)}", path, other
    if isinstance(value, str):
        yield "is overlong", path, value + "x" * 6000
    if isinstance(value, list) and value:
        yield "is overlong", path, value[:1] * 300
    if isinstance(value, dict):
        yield "has an unknown member", (*path, "added_later"), value | {"added_later": 1}


def kind(value):
    return "number" if type(value) in (int, float) else type(value).__name__


def is_named(error, path):
    """Report whether an error is about the value at a path. Its place also has the tags of unions, and the name of the type that was
    tried; a wrong tag is named in words."""
    place = list(error["loc"])
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        tag = error["ctx"]["discriminator"].strip("'")
        return is_within(path, [*place, tag]) or is_within(path, place)
    # A name that Python reserves has another one in the model, and errors have that of the document.
    return is_within(path, place)


def is_within(path, place):
    """Report whether the parts of a path are in a place, in order, and nothing of the document after them."""
    parts = iter(place)
    return all(any(part == found for found in parts) for part in path)


def main(folder: pathlib.Path, source: str) -> None:
    sys.path.insert(0, str(folder))
    samples = json.loads((folder / "samples.json").read_text())
    documents = refused = most = 0
    failures = []
    for path in sorted((folder / "schemas/send").glob("*.json")):
        documents += 1
        before = refused
        of_document = f"models.send.{path.stem.replace('-', '_')}"
        module = importlib.import_module(of_document if source == "generated" else "schemas.types.incs")
        model = TypeAdapter(getattr(module, json.loads(path.read_text())["title"]))
        for sample in samples[f"send/{path.stem}"]:
            if not sample["schema"]:
                continue
            for at, value in places(sample["instance"]):
                for what, member, other in changes(value, at):
                    try:
                        model.validate_python(replaced(sample["instance"], at, other))
                        continue
                    except ValidationError as error:
                        errors = error.errors(include_input=False, include_url=False)
                    refused += 1
                    most = max(most, len(errors))
                    if len(errors) > MOST or not is_named(errors[0], member):
                        found = ", ".join(f"{error['type']} at {error['loc']}" for error in errors[:5])
                        failures.append(f"{path.stem}: {sample['case']}: {member} {what}: {found}")
        if refused == before:
            failures.append(f"{path.stem}: nothing was refused")
    print("\n".join(failures[:40]))
    print(f"pydantic, {source}: {documents} documents, {refused} wrong members, at most {most} errors each, {len(failures)} failures")
    sys.exit(1 if failures or not documents else 0)


main(pathlib.Path(sys.argv[1]), sys.argv[2])
