// Shows openapi.json. All of it is set as text, never as markup.

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const nameOf = (reference) => reference.split("/").at(-1);

/** A schema in the way a person would write the type: `[Message]`, `text | null`, `{ id: integer }`. */
const shape = (schema, depth = 0) => {
  if (schema === true || schema === undefined || Object.keys(schema).length === 0) return "any";
  if (schema.$ref) return nameOf(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const choices = schema.oneOf ?? schema.anyOf;
  const pad = "  ".repeat(depth + 1);
  const parts = [];
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(([key, member]) => {
      const mark = schema.required?.includes(key) ? "" : "?";
      const note = member.description && depth < 2 ? `  // ${member.description}` : "";
      return `${pad}${key}${mark}: ${shape(member, depth + 1)}${note}`;
    });
    parts.push(members.length ? `{\n${members.join("\n")}\n${"  ".repeat(depth)}}` : "{}");
  }
  if (choices) {
    const shapes = choices.map((choice) => (choice.properties ? oneLine(choice) : shape(choice, depth)));
    const isLong = shapes.join("").length > 60;
    parts.push(isLong ? `(\n${shapes.map((text) => `${pad}| ${text}`).join("\n")}\n${"  ".repeat(depth)})` : shapes.join(" | "));
  }
  for (const part of schema.allOf ?? []) parts.push(shape(part, depth));
  if (parts.length) return parts.join(" & ");
  const kinds = [schema.type].flat().map((kind) => {
    if (kind !== "array") return kind;
    if (schema.prefixItems) return `[${schema.prefixItems.map((item) => shape(item, depth)).join(", ")}]`;
    return `[${shape(schema.items, depth)}]`;
  });
  return kinds.join(" | ") + (schema.format === "date-time" ? " (time)" : "");
};

/** An object of a choice in one line. */
const oneLine = (schema) => {
  const members = Object.entries(schema.properties).sort(([one], [two]) => (two === "kind") - (one === "kind"));
  const texts = members.map(([key, member]) => `${key}${schema.required?.includes(key) ? "" : "?"}: ${shape(member, 9)}`);
  return `{ ${texts.join(", ")} }${schema.description ? `  // ${schema.description}` : ""}`;
};

/** The call for a shell; what stands in braces and the body are to be filled in. */
const curl = (address, method, about) => {
  const words = ["curl"];
  if (method !== "get") words.push("-X", method.toUpperCase());
  if (about.responses["200"]?.content?.["text/event-stream"]) words.push("-N");
  words.push(`'${address}'`);
  if (about.requestBody) words.push("-H", "'content-type: application/json'", "-d", "'{…}'");
  return words.join(" ");
};

const table = (rows) =>
  make("table", {}, make("tbody", {}, ...rows.map(([key, ...cells]) =>
    make("tr", {}, make("th", { scope: "row", textContent: key }), ...cells.map((cell) => make("td", {}, cell))))));

const section = (title, ...content) => [make("h2", { textContent: title }), ...content];

/** All schemas that a schema refers to, also through others. */
const referred = (schema, all, found = new Set()) => {
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (!found.has(name)) {
      found.add(name);
      referred(all[name], all, found);
    }
  }
  return found;
};

const operation = (document_, path, method, about) => {
  const body = make("div");
  if (about.parameters) {
    body.append(...section("Parameters", table(about.parameters.map((parameter) => [
      parameter.name,
      make("code", { textContent: shape(parameter.schema) }),
      `${parameter.description ?? ""}${parameter.in === "path" ? "" : " (query)"}`,
    ]))));
  }
  const taken = about.requestBody?.content["application/json"].schema;
  if (taken) body.append(...section("Body", make("pre", { textContent: shape(taken) })));
  const named = new Set();
  const replies = Object.entries(about.responses).map(([status, reply]) => {
    const [kind, content] = Object.entries(reply.content ?? {})[0] ?? [];
    if (content && status < "300") referred(content.schema, document_.components.schemas, named);
    const text = content ? shape(content.schema) : "";
    const long = text.includes("\n") ? make("pre", { textContent: text }) : make("code", { textContent: text });
    return [status, make("span", {}, `${reply.description} `, kind === "application/json" ? "" : (kind ?? "")), long];
  });
  body.append(...section("Replies", table(replies)));
  for (const name of named) {
    const schema = document_.components.schemas[name];
    body.append(...section(name, make("pre", { textContent: shape(schema) })));
  }
  body.append(...section("In a shell", make("pre", { textContent: curl(location.origin + document_.servers[0].url + path, method, about) })));
  const details = make("details", { className: "operation", id: about.operationId },
    make("summary", {},
      make("span", { className: `method ${method}`, textContent: method.toUpperCase() }),
      make("span", { className: "path", textContent: document_.servers[0].url + path }),
      make("span", { className: "summary", textContent: about.summary })),
    body);
  details.dataset.text = `${method} ${path} ${about.summary} ${about.operationId}`.toLowerCase();
  return details;
};

const show = (document_) => {
  document.querySelector("#title").textContent = `${document_.info.title} ${document_.info.version}`;
  document.querySelector("#description").textContent = document_.info.description;
  const shown = Object.entries(document_.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, about]) => operation(document_, path, method, about)));
  const nothing = make("p", { className: "note", textContent: "No route has that in its name.", hidden: true });
  document.querySelector("#operations").replaceChildren(...shown, nothing);
  document.querySelector("#find").addEventListener("input", ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    for (const details of shown) details.hidden = !details.dataset.text.includes(wanted);
    nothing.hidden = shown.some((details) => !details.hidden);
  });
  const linked = document.getElementById(location.hash.slice(1));
  if (linked instanceof HTMLDetailsElement) {
    linked.open = true;
    linked.scrollIntoView();
  }
};

try {
  const reply = await fetch("openapi.json");
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  show(await reply.json());
} catch (error) {
  document.querySelector("#operations").textContent = `openapi.json could not be read: ${error.message}`;
}
