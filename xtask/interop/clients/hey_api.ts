// Calls every operation of a sandbox with the client that @hey-api/openapi-ts makes.
import { Calls, baseUrl, certificationCode, image, later, run, to } from "./calls";
import { client } from "./hey-api/client.gen";
import * as incs from "./hey-api/index";

async function main(): Promise<void> {
  let bearer = "";
  client.setConfig({ baseUrl, auth: ({ scheme }) => (scheme === "bearer" ? bearer : certificationCode) });
  const calls = new Calls("@hey-api/openapi-ts");

  const text: incs.WhatsAppMessage = { type: "text", to, text: "Your table is ready" };
  const whatsapp = calls.success("send_whatsapp_message", await incs.sendWhatsappMessage({ body: text }));
  const viber = calls.success("send_viber_message", await incs.sendViberMessage({ body: { type: "image", to, image: { link: image } } }));
  const rcs = calls.success("send_rcs_message", await incs.sendRcsMessage({ body: { type: "text", to, text: "Hi" } }));
  const ids = [whatsapp, viber, rcs].map((reply) => reply.data.msg_id);

  const status = calls.success("get_message_status", await incs.getMessageStatus({ query: { message_ids: ids } }));
  calls.same("ids of messages", status.data.data.map((one) => one.message_id).sort(), [...ids].sort());

  for (const name of ["page_1", "page_2", "page_3"]) {
    const body = { type: "text", name, category: "TRANSACTION", content: { textMessage: "On its way." } } as const;
    calls.success("create_rcs_template", await incs.createRcsTemplate({ body }));
  }
  const names: string[] = [];
  let template: incs.RcsTemplate | undefined;
  for (let full = true; full; ) {
    const query = { count: 2, ...(template && { last_id: template.template_id }) };
    const page = calls.success("list_rcs_templates", await incs.listRcsTemplates({ query }));
    full = page.data.length === 2;
    template = page.data.at(-1) ?? template;
    names.push(...page.data.map((one) => one.name));
  }
  calls.pages("RCS templates", names, ["page_1", "page_2", "page_3"]);

  const path = { template_id: template?.template_id ?? "" };
  const one = calls.success("get_rcs_template", await incs.getRcsTemplate({ path }));
  calls.same("name of a template", one.data.name, names.at(-1));
  calls.success("delete_rcs_template", await incs.deleteRcsTemplate({ path }));
  calls.refusal(400, await incs.getRcsTemplate({ path }));

  const balance: incs.NewWhatsAppTemplate = {
    name: "balance",
    language: "en_US",
    category: "UTILITY",
    components: [{ type: "BODY", text: "Hello {{1}}", example: { body_text: [["Ms Tan"]] } }],
  };
  const created = calls.success("create_whatsapp_template", await incs.createWhatsappTemplate({ body: balance }));
  const listed = calls.success("list_whatsapp_templates", await incs.listWhatsappTemplates());
  calls.same("newest template", listed.data[0]?.template_id, created.data.template_id);
  calls.success(
    "get_whatsapp_template",
    await incs.getWhatsappTemplate({ path: { template_id: created.data.template_id } }),
  );

  const credentials = { username: "ops_admin", password: "correct-horse-battery" };
  const token = calls.success("fetch_token", await incs.fetchToken({ body: credentials })).data;
  bearer = typeof token === "string" ? token : "token" in token ? token.token : token.access_token;
  const task = { name: "call back", type: 3, auth_id: 30112, user_phone: to, assignee_username: "agent_07" } as const;
  calls.success("create_task", await incs.createTask({ body: task }));
  const tasks = calls.success("list_tasks", await incs.listTasks({ query: { page_size: 5 } }));
  calls.same("names of tasks", tasks.data.data.map((found) => found.name), ["call back"]);

  calls.refusal(10001, await incs.sendWhatsappMessage({ body: text, auth: "wrong" }));
  calls.refusal(422, await incs.sendWhatsappMessage({ body: { ...text, text: "" } }));
  calls.unknown(await incs.sendWhatsappMessage({ body: later as never }));
  calls.end();
}

run(main);
