"""What schemathesis is to take otherwise than the OpenAPI document says: where the sandbox chose, and where it is lenient."""

import schemathesis


@schemathesis.hook
def before_load_schema(_, document):
    for path in document["paths"].values():
        for operation in path.values():
            only_chosen_statuses(operation)
            for parameter in operation.get("parameters", []):
                # `?last_id=` is the same as no `last_id`.
                if parameter["in"] == "query":
                    parameter["schema"].pop("minLength", None)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        lenient(schema)
    # The library writes every member of an order; whether the platform asks for each is unknown.
    del schemas["TaskRequestOrder"]["required"]


def only_chosen_statuses(operation):
    """Any status may come from the platform, so `default` is documented; of the sandbox each one is known."""
    other = operation["responses"].pop("default")
    if operation["security"] != [{"certificationCode": []}]:
        # What the sandbox chose for a bad token, and for a bad password.
        operation["responses"]["401"] = other
    # What it chose for a method that a path does not have.
    operation["responses"]["405"] = other


def lenient(schema):
    """The sandbox skips members that it does not know, and takes null for no value, save for arrays: what the platform does is
    unknown."""
    if isinstance(schema, list):
        for one in schema:
            lenient(one)
    if not isinstance(schema, dict):
        return
    for name, one in schema.items():
        if name not in ("enum", "const", "required"):
            lenient(one)
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    for name, one in schema.get("properties", {}).items():
        is_array = isinstance(one, dict) and one.get("type") == "array"
        if one is not False and not is_array and name not in schema.get("required", []):
            schema["properties"][name] = {"anyOf": [one, {"type": "null"}]}


@schemathesis.hook
def filter_case(_, case):
    return not any(is_whole_float(one) or is_card_as_array(one) for one in within(case.body))


def within(value):
    """A value and all that is in it."""
    yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for one in members:
        yield from within(one)


def is_whole_float(value):
    """JSON Schema calls 3.0 a whole number. The platform documents `int`, and `incs-model` takes nothing else."""
    return isinstance(value, float) and value.is_integer()


def is_card_as_array(value):
    """A card is an object whose members may all be left out, and `incs-model` reads an array as its members in order."""
    if not isinstance(value, dict):
        return False
    cards = value.get("carouselCard")
    return isinstance(value.get("standaloneCard"), list) or any(
        isinstance(card, list) for card in (cards if isinstance(cards, list) else [])
    )
