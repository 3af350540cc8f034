"""Checks models of pydantic with samples: valid ones round-trip unchanged, invalid ones are rejected.

Usage: python python.py FOLDER generated|committed

FOLDER holds samples.json and schemas/. `generated` checks the modules in models/, which a generator made; `committed` checks
schemas/types/incs.py, which also has to refuse every invalid sample that it can, with few errors that name the member.
"""

import collections
import datetime
import importlib
import json
import pathlib
import re
import sys

from pydantic import BaseModel, TypeAdapter, ValidationError

# Keywords of rules over several members, which a model does not check.
BEYOND_A_MODEL = {"not"}


def generated(name: str, title: str) -> TypeAdapter:
    """Return the class of a document, whose name has the letters of the title."""
    module = importlib.import_module("models." + name.replace("/", ".").replace("-", "_"))
    classes = {key.lower(): value for key, value in vars(module).items() if isinstance(value, type)}
    for key in classes:
        if re.search(r"\d$", key) and classes[key].__module__ == module.__name__:
            raise SystemExit(f"error: {name} has a class that only a number tells from another: {key}")
    letters = re.sub(r"[^a-z0-9]", "", title.lower())
    if letters not in classes:
        raise SystemExit(f"error: {name} has no class {letters}")
    return TypeAdapter(classes[letters])


def committed(name: str, title: str) -> TypeAdapter:
    """Return the adapter of a union, or one for a model."""
    module = importlib.import_module("schemas.types.incs")
    adapter = getattr(module, f"{title}Adapter", None) or TypeAdapter(getattr(module, title))
    bases = {"send": module.SendModel, "receive": module.ReceiveModel}
    value = getattr(module, title)
    if isinstance(value, type) and not issubclass(value, bases[name.split("/")[0]]):
        raise SystemExit(f"error: {title} is a {value.__bases__}")
    return adapter


def comes_back(model: TypeAdapter, instance: object) -> bool:
    read = model.validate_python(instance)
    written = model.dump_json(read, by_alias=True, exclude_unset=True)
    return is_same(json.loads(written), instance) and model.validate_json(json.dumps(instance)) == read


def is_same(one: object, other: object) -> bool:
    """Compare two JSON values: 1 equals 1.0, but not true, unlike in Python."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, str) and isinstance(other, str) and one != other:
        return time(one) is not None and time(one) == time(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def time(text: str) -> datetime.datetime | None:
    """Return a time as a value: a model writes the fraction of a second with six digits."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def errors_of(model: TypeAdapter, instance: object) -> list[dict]:
    try:
        model.validate_python(instance)
    except ValidationError as error:
        return error.errors(include_input=False, include_url=False)
    return []


def wrong(instance: dict) -> list[dict]:
    """Return the sample with an unknown member, and with each member replaced by a value of a wrong type."""
    return [instance | {"added_later": 1}] + [instance | {member: [[]]} for member in instance]


def names(error: dict, pointer: str) -> bool:
    """Tell whether an error names a member: its place has all parts of the pointer, and maybe the kinds of unions.

    An error about the tag of a union is placed at the object, and its message names the tag.
    """
    tag = error.get("ctx", {}).get("discriminator", "").strip("'")
    place = iter([*(str(part) for part in error["loc"]), tag])
    return all(part in place for part in pointer.split("/")[1:])


def blamed(sample: dict) -> str | None:
    """Return the pointer to the only wrong member of a sample."""
    pointers = {violation["pointer"] for violation in sample["violations"]}
    return pointers.pop() if len(pointers) == 1 else None


def main(folder: pathlib.Path, source: str) -> None:
    sys.path.insert(0, str(folder))
    samples = json.loads((folder / "samples.json").read_text())
    documents = returned = refused = judged = unseen = 0
    invalid, seen = collections.Counter(), collections.Counter()
    failures = []
    for path in sorted((folder / "schemas").glob("[rs]e*/*.json")):
        contract, name = path.parent.name, f"{path.parent.name}/{path.stem}"
        model = {"generated": generated, "committed": committed}[source](name, json.loads(path.read_text())["title"])
        documents += 1
        for sample in samples.get(name, []):
            case, instance = f"{name}: {sample['case']}", sample["instance"]
            if not sample["schema"]:
                invalid[contract] += 1
                errors = errors_of(model, instance)
                seen[contract] += bool(errors)
                if source == "committed" and contract == "send":
                    beyond = any(error["keyword"] in BEYOND_A_MODEL for error in sample["errors"])
                    unseen += not errors and beyond
                    if not errors and not beyond:
                        failures.append(f"{case}: not refused")
                if source == "committed" and errors and (pointer := blamed(sample)) is not None:
                    judged += 1
                    if len(errors) > 3:
                        failures.append(f"{case}: {len(errors)} errors")
                    if not names(errors[0], pointer):
                        failures.append(f"{case}: {pointer} is not named by {errors[0]}")
                continue
            variants = [instance] if contract == "send" else [instance, instance | {"added_later": {"x": [1]}}]
            for variant in variants:
                try:
                    returned += 1
                    if not comes_back(model, variant):
                        failures.append(f"{case}: came back changed")
                except ValidationError as error:
                    failures.append(f"{case}: refused: {error.errors(include_input=False, include_url=False)[:3]}")
            for variant in wrong(instance) if contract == "send" else []:
                refused += 1
                if not errors_of(model, variant):
                    failures.append(f"{case}: not refused with {[k for k in variant if variant[k] != instance.get(k)]}")
    if failures:
        raise SystemExit("error: " + "\n".join(failures))
    if not (documents and returned and refused and (judged or source == "generated")):
        raise SystemExit(f"error: {documents} documents, {returned} samples returned, {refused} refused, {judged} judged")
    if not seen.total():
        raise SystemExit(f"error: none of {invalid.total()} invalid samples is refused")
    print(f"{documents} documents, {returned} valid samples came back as they were, {refused} wrong ones were refused")
    for contract in invalid:
        print(f"{seen[contract]} of {invalid[contract]} invalid samples of {contract} are refused by models alone")
    if source == "committed":
        print(f"{judged} samples with one wrong member gave at most three errors, of which the first names it")


main(pathlib.Path(sys.argv[1]), sys.argv[2])
