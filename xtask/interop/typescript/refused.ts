// Lines that must not compile. A line without an error below `@ts-expect-error` is an error itself, so too permissive types fail.
import type { WebhookEvent } from "./types/receive/event";
import type { SentReply } from "./types/receive/sent-reply";
import type { RcsMessage } from "./types/send/rcs-message";
import type { NewTask } from "./types/send/task";
import type { ViberMessage } from "./types/send/viber-message";
import type { WhatsAppMessage } from "./types/send/whatsapp-message";

// @ts-expect-error a required member is missing
export const noRecipient: WhatsAppMessage = { type: "text", text: "Ready" };
// @ts-expect-error a member of another kind
export const otherKind: WhatsAppMessage = { to: "85251230088", type: "text", image: { link: "https://a.example/b.png" } };
// @ts-expect-error a member that is unknown to INCS
export const unknownMember: WhatsAppMessage = { to: "85251230088", type: "text", text: "Ready", preview: true };
// @ts-expect-error a kind that is unknown to INCS
export const unknownKind: WhatsAppMessage = { to: "85251230088", type: "sticker", sticker: { link: "https://a.example/b" } };
// @ts-expect-error a number is not a phone number
export const wrongType: ViberMessage = { to: 85251230088, type: "text", text: "Ready" };
// @ts-expect-error the name of a template is a text
export const wrongInside: RcsMessage = { to: "85251230088", type: "template", template: { name: 7 } };
const times = ["18:00", "19:30"];
/** The limits of an array are not in its type, so a list of any length can be made. */
export const rows: WhatsAppMessage = {
  to: "85251230088",
  type: "interactive",
  interactive: {
    type: "list",
    body: { text: "When?" },
    action: { button: "Times", sections: [{ title: "Today", rows: times.map((time) => ({ id: time, title: time })) }] },
  },
};
// @ts-expect-error a task has a name
export const noName: NewTask = {};

export function narrowed(event: WebhookEvent, reply: SentReply, message: WhatsAppMessage) {
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
