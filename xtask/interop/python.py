"""Holds the generated models against samples: what is valid comes back as it was, what is wrong is refused.

Usage: python python.py FOLDER, which holds samples.json, page.py, schemas/ and models/.
"""

import datetime
import importlib
import json
import pathlib
import re
import sys

from pydantic import BaseModel, ValidationError


def root_model(name: str, title: str) -> type[BaseModel]:
    """The class of a document; its name has the letters of the title."""
    module = importlib.import_module("models." + name.replace("/", ".").replace("-", "_"))
    classes = {key.lower(): value for key, value in vars(module).items() if isinstance(value, type)}
    for key in classes:
        if re.search(r"\d$", key) and classes[key].__module__ == module.__name__:
            raise SystemExit(f"error: {name} has a class that only a number tells from another: {key}")
    letters = re.sub(r"[^a-z0-9]", "", title.lower())
    if letters not in classes:
        raise SystemExit(f"error: {name} has no class {letters}")
    return classes[letters]


def comes_back(model: type[BaseModel], instance: object) -> bool:
    read = model.model_validate(instance)
    return is_same(read.model_dump(mode="json", by_alias=True, exclude_unset=True), instance)


def is_same(one: object, other: object) -> bool:
    """Whether both are the same JSON: 1 is 1.0 there, and not true, which Python holds for equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, str) and isinstance(other, str) and one != other:
        return time(one) is not None and time(one) == time(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def time(text: str) -> datetime.datetime | None:
    """A time as the value that it is: a model writes the fraction of a second with six digits."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def is_refused(model: type[BaseModel], instance: object) -> bool:
    try:
        model.model_validate(instance)
    except ValidationError:
        return True
    return False


def wrong(instance: dict) -> list[dict]:
    """The sample with a member that nobody knows, and with each member of a type that it never has."""
    return [instance | {"added_later": 1}] + [instance | {member: [[]]} for member in instance]


def main(folder: pathlib.Path) -> None:
    sys.path.insert(0, str(folder))
    samples = json.loads((folder / "samples.json").read_text())
    documents = returned = refused = invalid = seen = 0
    failures = []
    for path in sorted((folder / "schemas").glob("[rs]e*/*.json")):
        contract, name = path.parent.name, f"{path.parent.name}/{path.stem}"
        model = root_model(name, json.loads(path.read_text())["title"])
        documents += 1
        for sample in samples.get(name, []):
            case, instance = f"{name}: {sample['case']}", sample["instance"]
            if not sample["schema"]:
                # What a model cannot express is not refused, such as rules over several members.
                invalid += 1
                seen += is_refused(model, instance)
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
                if not is_refused(model, variant):
                    failures.append(f"{case}: not refused with {[k for k in variant if variant[k] != instance.get(k)]}")
    if failures:
        raise SystemExit("error: " + "\n".join(failures))
    if not (documents and returned and refused):
        raise SystemExit(f"error: {documents} documents, {returned} samples returned, {refused} refused")
    if invalid and not seen:
        raise SystemExit(f"error: none of {invalid} invalid samples is refused")
    exec(compile((folder / "page.py").read_text(), "docs/other-languages.md", "exec"), {"__name__": "page"})
    print(f"{documents} documents, {returned} valid samples came back as they were, {refused} wrong ones were refused")
    print(f"{seen} of {invalid} invalid samples are refused by models alone")


main(pathlib.Path(sys.argv[1]))
