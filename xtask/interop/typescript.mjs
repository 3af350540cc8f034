// Writes samples.ts: every valid sample as a constant of its type.
// Usage: node typescript.mjs FOLDER [MODULE]. FOLDER holds samples.json, schemas/ and, without MODULE, the generated types/.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, module] = process.argv.slice(2);
const samples = JSON.parse(readFileSync(join(folder, "samples.json"), "utf8"));
const lines = [
  "// A reply or event may hold members that are not known, at any depth; a literal of the type itself may not.",
  "type Received<T> = T extends OtherKind ? string : T extends OtherNumber ? number : T extends string | number ? T",
  "  : T extends (infer E)[] ? Received<E>[] : T extends object ? { [K in keyof T]: Received<T[K]> } & { [name: string]: unknown } : T;",
];
if (module) lines.push(`import type { UnknownKind as OtherKind, UnknownKindNumber as OtherNumber } from "${module}";`);
else lines.push("type OtherKind = never;", "type OtherNumber = never;");
let documents = 0;
let constants = 0;

for (const contract of ["send", "receive"]) {
  for (const file of readdirSync(join(folder, "schemas", contract)).sort()) {
    const name = `${contract}/${file.replace(/\.json$/, "")}`;
    const schema = JSON.parse(readFileSync(join(folder, "schemas", contract, file), "utf8"));
    const type = schema.title.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first) => first.toUpperCase());
    const types = join(folder, `${module ?? `./types/${name}`}.d.ts`.replace(".js.d.ts", ".d.ts"));
    const text = existsSync(types) ? readFileSync(types, "utf8") : fail(`no types were made of ${name}`);
    if (!new RegExp(`^export (type|interface) ${type}\\b`, "m").test(text)) fail(`${name} has no type ${type}`);
    const numbered = text.match(/^export (?:type|interface) (\w*\d)\b/m);
    if (numbered) fail(`${name} has a type that only a number tells from another: ${numbered[1]}`);
    const local = `Document${documents++}`;
    lines.push(`import type { ${type} as ${local} } from "${module ?? `./types/${name}`}";`);
    lines.push(`// @ts-expect-error null is none`, `export const none${local}: ${local} = null;`);
    for (const sample of (samples[name] ?? []).filter((sample) => sample.schema)) {
      const json = JSON.stringify(sample.instance, null, 2);
      const constant = `export const sample${constants++}`;
      lines.push(`// ${name}: ${String(sample.case).replace(/\s+/g, " ")}`);
      lines.push(`${constant}: ${contract === "send" ? local : `Received<${local}>`} = ${json};`);
    }
  }
}
if (documents === 0 || constants === 0) fail(`${documents} documents and ${constants} valid samples`);
writeFileSync(join(folder, "samples.ts"), `${lines.join("\n")}\n`);
console.log(`${documents} documents, ${constants} valid samples as constants`);

function fail(why) {
  console.error(`error: ${why}`);
  process.exit(1);
}
