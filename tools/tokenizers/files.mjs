// Where the scripts read and write: tests/Golden, one JSON value per line so that changes can be read.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const golden = (name) => `${root}tests/Golden/${name}`;

export const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
export const readGolden = (name) => readJson(golden(name));
export const writeLines = (name, values) => {
  // Everything but printable ASCII is escaped, so that no editor changes an invisible character.
  const line = (v) => JSON.stringify(v).replace(/[^ -~]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  writeFileSync(golden(name), "[\n" + values.map(line).join(",\n") + "\n]\n");
  console.log(`${name}: ${values.length} entries`);
};
