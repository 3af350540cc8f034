// Runs ajv on every sample of the corpus and compares its verdict and reason with the sample's.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const FOLDER = process.argv[2];

/** A validator that stops at nothing that it does not understand. Ajv reads `discriminator` only when it is asked to. */
function compile(schema, discriminator) {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, discriminator });
  ajv.addVocabulary(["x-incs-rules", "tsType", ...(discriminator ? [] : ["discriminator"])]);
  addFormats(ajv);
  return ajv.compile(schema);
}

/** What is wrong with the verdict on one sample, if anything. */
function disagreement(validate, discriminating, { schema, errors, instance }) {
  if (discriminating(instance) !== schema) return `is ${schema ? "refused" : "taken"} with discriminators`;
  const taken = validate(instance);
  if (taken !== schema) {
    return taken ? "is taken, and should be refused" : `is refused: ${JSON.stringify(validate.errors.slice(0, 3))}`;
  }
  const said = (validate.errors ?? []).map((error) => `${error.keyword} at ${error.instancePath}`);
  const missing = errors.map(({ keyword, pointer }) => `${keyword} at ${pointer}`).filter((error) => !said.includes(error));
  return missing.length > 0 ? `lacks ${missing.join(", ")}; says ${said.slice(0, 5).join(", ")}` : undefined;
}

const index = JSON.parse(readFileSync(join(FOLDER, "index.json"), "utf8"));
const faults = [];
let taken = 0;
let refused = 0;
for (const { file } of index) {
  const path = join(FOLDER, "corpus", `${file}l`);
  const samples = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line)) : [];
  if (samples.length === 0) {
    faults.push(`${file}: no samples`);
    continue;
  }
  const document = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  const [validate, discriminating] = [compile(document, false), compile(document, true)];
  for (const sample of samples) {
    const fault = disagreement(validate, discriminating, sample);
    if (fault) faults.push(`${file}: ${sample.case}: ${fault}`);
    if (sample.schema) taken += 1;
    else refused += 1;
  }
}
if (taken === 0 || refused === 0) faults.push("too few samples");
faults.forEach((fault) => console.log(`  ${fault}`));
console.log(`ajv: ${index.length} documents, ${taken} samples taken, ${refused} refused, ${faults.length} disagreements`);
process.exitCode = faults.length > 0 ? 1 : 0;
