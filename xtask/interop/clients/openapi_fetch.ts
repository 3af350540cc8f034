// Calls every operation of a sandbox with openapi-fetch and the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import { Calls, baseUrl, certificationCode, image, later, run, to } from "./calls";
import type { components, paths } from "./openapi-typescript";

async function main(): Promise<void> {
  // The document says that ids are separated by commas; a client made of types only has to be told.
  const querySerializer = { array: { style: "form", explode: false } } as const;
  const headers = { "certification-code": certificationCode };
  const client = createClient<paths>({ baseUrl, headers, querySerializer });
  const calls = new Calls("openapi-fetch");

  const text: components["schemas"]["WhatsAppMessageText"] = { type: "text", to, text: "Your table is ready" };
  const whatsapp = calls.success("send_whatsapp_message", await client.POST("/external/messages/whatsapp", { body: text }));
  const viber = calls.success(
    "send_viber_message",
    await client.POST("/external/messages/viber", { body: { type: "image", to, image: { link: image } } }),
  );
  const rcs = calls.success("send_rcs_message", await client.POST("/external/messages/rcs", { body: { type: "text", to, text: "Hi" } }));
  const ids = [whatsapp, viber, rcs].map((reply) => reply.data.msg_id);

  const status = calls.success(
    "get_message_status",
    await client.GET("/external/messages/status", { params: { query: { message_ids: ids } } }),
  );
  calls.same("ids of messages", status.data.data.map((one) => one.message_id).sort(), [...ids].sort());

  for (const name of ["page_1", "page_2", "page_3"]) {
    const body = { type: "text", name, category: "TRANSACTION", content: { textMessage: "On its way." } } as const;
    calls.success("create_rcs_template", await client.POST("/external/templates/rcs", { body }));
  }
  const names: string[] = [];
  let template: components["schemas"]["RcsTemplate"] | undefined;
  for (let full = true; full; ) {
    const query = { count: 2, ...(template && { last_id: template.template_id }) };
    const page = calls.success("list_rcs_templates", await client.GET("/external/templates/rcs", { params: { query } }));
    full = page.data.length === 2;
    template = page.data.at(-1) ?? template;
    names.push(...page.data.map((one) => one.name));
  }
  calls.pages("RCS templates", names, ["page_1", "page_2", "page_3"]);

  const path = { template_id: template?.template_id ?? "" };
  const one = calls.success("get_rcs_template", await client.GET("/external/templates/rcs/{template_id}", { params: { path } }));
  calls.same("name of a template", one.data.name, names.at(-1));
  calls.success("delete_rcs_template", await client.DELETE("/external/templates/rcs/{template_id}", { params: { path } }));
  calls.refusal(400, await client.GET("/external/templates/rcs/{template_id}", { params: { path } }));

  const balance: components["schemas"]["NewWhatsAppTemplate"] = {
    name: "balance",
    language: "en_US",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Hello {{1}}", example: { body_text: [["Ms Tan"]] } }],
  };
  const created = calls.success("create_whatsapp_template", await client.POST("/external/templates", { body: balance }));
  const listed = calls.success("list_whatsapp_templates", await client.GET("/external/templates"));
  calls.same("newest template", listed.data[0]?.template_id, created.data.template_id);
  calls.success(
    "get_whatsapp_template",
    await client.GET("/external/templates/{template_id}", { params: { path: { template_id: created.data.template_id } } }),
  );

  const credentials = { username: "ops_admin", password: "correct-horse-battery" };
  const token = calls.success("fetch_token", await client.POST("/external/auth/token", { body: credentials })).data;
  const bearer = typeof token === "string" ? token : "token" in token ? token.token : token.access_token;
  const authorization = { authorization: `Bearer ${bearer}` };
  const task = { name: "call back", type: 3, auth_id: 30112, user_phone: to, assignee_username: "agent_07" } as const;
  calls.success("create_task", await client.POST("/external/tasks", { body: task, headers: authorization }));
  const tasks = calls.success("list_tasks", await client.GET("/external/tasks", { headers: authorization, params: { query: { page_size: 5 } } }));
  calls.same("names of tasks", tasks.data.data.map((found) => found.name), ["call back"]);

  const wrong = { body: text, headers: { "certification-code": "wrong" } };
  calls.refusal(10001, await client.POST("/external/messages/whatsapp", wrong));
  calls.refusal(422, await client.POST("/external/messages/whatsapp", { body: { ...text, text: "" } }));
  calls.unknown(await client.POST("/external/messages/whatsapp", { body: later as never }));
  calls.end();
}

run(main);
