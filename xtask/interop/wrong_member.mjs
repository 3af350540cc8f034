// Makes one member of each valid sample wrong, for every sent document: ajv with `discriminator: true` reports at most three errors,
// and the first names the member.
// Usage: node wrong_member.mjs FOLDER, the folder of index.json.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const FOLDER = process.argv[2];
const MOST = 3;

/** Every value in a sample with its pointer, the sample itself first. */
function* places(value, pointer = "") {
  yield [pointer, value];
  for (const name of typeof value === "object" && value !== null ? Object.keys(value) : []) {
    yield* places(value[name], `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

/** The changes of one value: what is wrong, the pointer that an error must name, and the change of its parent. */
function* changes(pointer, value) {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const replaced = (other) => (sample) => {
    if (parts.length === 0) return other;
    parts.slice(0, -1).reduce((at, part) => at[part], sample)[parts.at(-1)] = other;
    return sample;
  };
  const others = [null, true, 7.5, "wrong", ["wrong"], { wrong: 1 }];
  const type = (one) => (one === null ? "null" : Array.isArray(one) ? "array" : typeof one);
  for (const other of others) if (type(other) !== type(value)) yield [`is ${JSON.stringify(other)}`, pointer, replaced(other)];
  if (typeof value === "string") yield ["is overlong", pointer, replaced(value + "x".repeat(6000))];
  if (Array.isArray(value) && value.length > 0) yield ["is overlong", pointer, replaced(Array(300).fill(value[0]))];
  if (type(value) === "object") {
    yield ["has an unknown member", `${pointer}/added_later`, replaced({ ...value, added_later: 1 })];
  }
}

/** The pointer of the member that an error is about. */
function named({ instancePath, params }) {
  const member = params.additionalProperty ?? params.missingProperty ?? (params.error ? params.tag : undefined);
  return member === undefined ? instancePath : `${instancePath}/${member}`;
}

const failures = [];
let documents = 0;
let refused = 0;
let most = 0;
for (const { file, contract } of JSON.parse(readFileSync(join(FOLDER, "index.json"), "utf8"))) {
  if (contract !== "send") continue;
  const ajv = addFormats(new Ajv2020({ discriminator: true, strict: false, allErrors: true }));
  const validate = ajv.compile(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));
  const samples = readFileSync(join(FOLDER, "corpus", `${file}l`), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const before = refused;
  for (const { case: name, instance } of samples.filter((sample) => sample.schema)) {
    for (const [pointer, value] of places(instance)) {
      for (const [what, member, change] of changes(pointer, value)) {
        if (validate(change(structuredClone(instance)))) continue;
        refused += 1;
        most = Math.max(most, validate.errors.length);
        const all = validate.errors.map((error) => `${error.keyword} at ${named(error)}`);
        const first = named(validate.errors[0]);
        // A tag is named by its union; so is a value of another kind, whose tag is the one of another member.
        const isNamed = first === member || first.startsWith(`${member}/`);
        if (all.length > MOST || !isNamed) failures.push(`${file}: ${name}: ${member || "the document"} ${what}: ${all.slice(0, 5).join(", ")}`);
      }
    }
  }
  documents += 1;
  if (refused === before) failures.push(`${file}: nothing was refused`);
}
if (documents === 0) failures.push("no documents");
failures.slice(0, 40).forEach((failure) => console.log(`  ${failure}`));
console.log(`ajv with discriminators: ${documents} documents, ${refused} wrong members, at most ${most} errors each, ${failures.length} failures`);
process.exitCode = failures.length > 0 ? 1 : 0;
