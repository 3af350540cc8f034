// Code that must compile with the committed types, and lines that must not.
import type { UnknownKind, WebhookEvent, WebhookEventUnknown, WhatsAppMessage } from "./schemas/types/incs.js";

export function kindsAreNarrowed(event: WebhookEvent): string {
  switch (event.event) {
    case "message_status_update":
      return event.message_id;
    case "new_message":
      return "messages" in event.message ? String(event.message.messages?.length) : "";
    case "message_created":
    case "template_status_update":
    case "template_category_update":
    case "template_quality_update":
      // @ts-expect-error another kind has this member
      return event.message_id;
    default: {
      const unknown: WebhookEventUnknown = event;
      const name: string = unknown.event;
      return name;
    }
  }
}

export function literalsNarrow(event: WebhookEvent): string {
  if (event.event !== "message_status_update") return "";
  return event.message_id;
}

// @ts-expect-error a known kind is not an unknown one
export const known: UnknownKind = "new_message";

export const list = (times: string[]): WhatsAppMessage => ({
  to: "85251230088",
  type: "interactive",
  interactive: {
    type: "list",
    body: { text: "When?" },
    action: { button: "Times", sections: [{ title: "Tonight", rows: times.map((time) => ({ id: time, title: time })) }] },
  },
});
