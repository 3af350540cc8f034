"""Adjusts schemathesis to the sandbox where it differs from the OpenAPI document: its own choices, and its leniency."""

import schemathesis


@schemathesis.hook
def before_load_schema(_, document):
    for path in document["paths"].values():
        for operation in path.values():
            only_chosen_statuses(operation)
            for parameter in operation.get("parameters", []):
                # `?last_id=` equals no `last_id`.
                if parameter["in"] == "query":
                    parameter["schema"].pop("minLength", None)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        lenient(schema)
    # The library writes every member of an order; whether the platform asks for each is unknown.
    del schemas["NewOrder"]["required"]


def only_chosen_statuses(operation):
    """The platform may use any status, so `default` is documented; the statuses of the sandbox are known."""
    other = operation["responses"].pop("default")
    if operation["security"] != [{"certificationCode": []}]:
        # The sandbox's choice for a bad token and a bad password.
        operation["responses"]["401"] = other
    # The sandbox's choice for an unsupported method.
    operation["responses"]["405"] = other


def lenient(schema):
    """The sandbox ignores unknown members and treats null as no value, except for arrays; the platform's behaviour is
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
    """Yield a value and all values in it."""
    yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for one in members:
        yield from within(one)


def is_whole_float(value):
    """In JSON Schema 3.0 is an integer. The platform documents `int`, and `incs-model` accepts nothing else."""
    return isinstance(value, float) and value.is_integer()


def is_card_as_array(value):
    """All members of a card are optional, and `incs-model` decodes an array as its members in order."""
    if not isinstance(value, dict):
        return False
    cards = value.get("carouselCard")
    return isinstance(value.get("standaloneCard"), list) or any(
        isinstance(card, list) for card in (cards if isinstance(cards, list) else [])
    )
