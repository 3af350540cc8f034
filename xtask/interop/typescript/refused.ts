// What must not compile. A line without an error below `@ts-expect-error` is an error itself, so types that take anything fail.
import type { WebhookEvent } from "./types/receive/event";
import type { ReplyToASend } from "./types/receive/sent-reply";
import type { RCSMessage } from "./types/send/rcs-message";
import type { TaskToCreate } from "./types/send/task";
import type { ViberMessage } from "./types/send/viber-message";
import type { WhatsAppMessage } from "./types/send/whatsapp-message";

// @ts-expect-error a required member is missing
export const noRecipient: WhatsAppMessage = { type: "text", text: "Ready" };
// @ts-expect-error a member of another kind
export const otherKind: WhatsAppMessage = { to: "85251230088", type: "text", image: { link: "https://a.example/b.png" } };
// @ts-expect-error a member that INCS does not know
export const unknownMember: WhatsAppMessage = { to: "85251230088", type: "text", text: "Ready", preview: true };
// @ts-expect-error a kind that INCS does not know
export const unknownKind: WhatsAppMessage = { to: "85251230088", type: "sticker", sticker: { link: "https://a.example/b" } };
// @ts-expect-error a number is no phone number
export const wrongType: ViberMessage = { to: 85251230088, type: "text", text: "Ready" };
// @ts-expect-error the name of a template is a text
export const wrongInside: RCSMessage = { to: "85251230088", type: "template", template: { name: 7 } };
export const fourButtons: WhatsAppMessage = {
  to: "85251230088",
  type: "interactive",
  interactive: {
    type: "button",
    body: { text: "Which?" },
    action: {
      // @ts-expect-error three buttons at most
      buttons: ["a", "b", "c", "d"].map((id) => ({ type: "reply" as const, reply: { id, title: id } })),
    },
  },
};
// @ts-expect-error a task has a name
export const noName: TaskToCreate = {};

export function narrowed(event: WebhookEvent, reply: ReplyToASend, message: WhatsAppMessage) {
  if (message.type === "template") {
    const name: string = message.template.name;
    // @ts-expect-error a template has no text
    return [name, message.text];
  }
  // @ts-expect-error an event that may be unknown has no message to rely on
  event.message;
  // @ts-expect-error no event has this member
  event.evnt;
  // @ts-expect-error a reply may have failed
  return reply.data.msg_id;
}
