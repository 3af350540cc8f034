import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const folder = process.argv[2]; // the folder of index.json
const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
for (const { file } of JSON.parse(readFileSync(`${folder}/index.json`, "utf8"))) {
  const validate = ajv.compile(JSON.parse(readFileSync(`${folder}/${file}`, "utf8")));
  for (const line of readFileSync(`${folder}/corpus/${file}l`, "utf8").trim().split("\n")) {
    const { case: name, schema, instance } = JSON.parse(line);
    if (validate(instance) !== schema) throw new Error(`${file}: ${name}`);
  }
}
