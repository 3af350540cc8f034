"""Calls every operation of a sandbox with the client that openapi-python-client makes.

Usage: python openapi_python_client.py FOLDER, the folder of the package.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, sys.argv[1])

from incs_client import AuthenticatedClient, Client, models  # noqa: E402
from incs_client.api.auth import fetch_token  # noqa: E402
from incs_client.api.messages import (  # noqa: E402
    get_message_status,
    send_rcs_message,
    send_viber_message,
    send_whatsapp_message,
)
from incs_client.api.tasks import create_task, list_tasks  # noqa: E402
from incs_client.api.templates import (  # noqa: E402
    create_rcs_template,
    create_whatsapp_template,
    delete_rcs_template,
    get_rcs_template,
    get_whatsapp_template,
    list_rcs_templates,
    list_whatsapp_templates,
)

TO = "85251230088"
driven, replies = set(), 0


def client_of(code):
    url = os.environ["INCS_BASE_URL"]
    return AuthenticatedClient(base_url=url, token=code, prefix="", auth_header_name="certification-code")


def call(operation, **arguments):
    """Return the reply of an operation, whatever its HTTP status."""
    global replies
    reply = operation.sync_detailed(**arguments).parsed
    assert reply is not None, f"{operation.__name__} gives no reply"
    replies += 1
    return reply


def success(operation, kind, **arguments):
    reply = call(operation, **arguments)
    assert isinstance(reply, kind), f"{operation.__name__}: {reply}"
    # A reply whose data is not documented is the frame itself.
    assert (getattr(reply.status, "value", reply.status), getattr(reply.code, "value", reply.code)) == ("success", 200), reply
    driven.add(operation.__name__.rsplit(".", 1)[-1])
    return reply.data


def refusal(code, operation, **arguments):
    reply = call(operation, **arguments)
    assert isinstance(reply, models.Reply), reply
    assert getattr(reply.code, "value", reply.code) == code and reply.message, reply


def main():
    incs = client_of(os.environ["INCS_CERTIFICATION_CODE"])
    text = models.WhatsAppMessageText(type_="text", to=TO, text="Your table is ready")
    picture = models.ViberImage(link="https://media.example.com/a.png")
    sent = [
        success(send_whatsapp_message, models.SentReplySuccess, client=incs, body=text),
        success(
            send_viber_message,
            models.SentReplySuccess,
            client=incs,
            body=models.ViberMessageImage(type_="image", to=TO, image=picture),
        ),
        success(
            send_rcs_message, models.SentReplySuccess, client=incs, body=models.RcsMessageText(type_="text", to=TO, text="Hi")
        ),
    ]
    ids = [one.msg_id for one in sent]
    # This generator writes an array as several parameters and not with commas.
    status = success(get_message_status, models.StatusListReplySuccess, client=incs, message_ids=[",".join(ids)])
    assert sorted(one.message_id for one in status.data) == sorted(ids), status

    for name in ["page_1", "page_2", "page_3"]:
        content = models.NewRcsTemplateTextContent(text_message="On its way.")
        body = models.NewRcsTemplateText(
            type_="text", name=name, category=models.NewRcsTemplateCategory.TRANSACTION, content=content
        )
        success(create_rcs_template, models.Reply, client=incs, body=body)
    names, page, last = [], [None] * 2, {}
    while len(page) == 2:
        page = success(list_rcs_templates, models.RcsTemplateListReplySuccess, client=incs, count=2, **last)
        names += [one.name for one in page]
        last = {"last_id": page[-1].template_id} if page else last
    assert {"page_1", "page_2", "page_3"} <= set(names) and len(set(names)) == len(names), names

    template_id = last["last_id"]
    one = success(get_rcs_template, models.RcsTemplateReplySuccess, client=incs, template_id=template_id)
    assert one.name == names[-1], one
    success(delete_rcs_template, models.Reply, client=incs, template_id=template_id)
    refusal(400, get_rcs_template, client=incs, template_id=template_id)

    body = models.NewWhatsAppTemplate.from_dict(
        {"name": "balance", "language": "en_US", "category": "UTILITY", "components": [{"type": "BODY", "text": "Hello"}]}
    )
    created = success(create_whatsapp_template, models.WhatsAppTemplateReplySuccess, client=incs, body=body)
    listed = success(list_whatsapp_templates, models.WhatsAppTemplateListReplySuccess, client=incs)
    assert listed[0].template_id == created.template_id, listed
    success(get_whatsapp_template, models.WhatsAppTemplateReplySuccess, client=incs, template_id=created.template_id)

    anyone = Client(base_url=os.environ["INCS_BASE_URL"])
    login = models.TokenRequest(username="ops_admin", password="correct-horse-battery")
    token = success(fetch_token, models.TokenReplySuccess, client=anyone, body=login)
    assert isinstance(token, models.TokenToken), token
    workbench = AuthenticatedClient(base_url=os.environ["INCS_BASE_URL"], token=token.token)
    task = models.NewTask.from_dict(
        {"name": "call back", "type": 3, "auth_id": 30112, "user_phone": TO, "assignee_username": "agent_07"}
    )
    success(create_task, models.TaskReplySuccess, client=workbench, body=task)
    tasks = success(list_tasks, models.TaskListReplySuccess, client=workbench, page_size=5)
    assert [one.name for one in tasks.data] == ["call back"], tasks

    refusal(10001, send_whatsapp_message, client=client_of("wrong"), body=text)
    refusal(422, send_whatsapp_message, client=incs, body=models.WhatsAppMessageText(type_="text", to=TO, text=""))

    paths = json.loads(pathlib.Path(os.environ["INCS_OPENAPI"]).read_text())["paths"].values()
    operations = {one["operationId"] for methods in paths for one in methods.values()}
    assert driven == operations, operations - driven
    print(f"openapi-python-client: {len(driven)} operations driven, {replies} replies read")


main()
