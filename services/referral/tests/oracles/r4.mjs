// Prints, for each Bundle of the file, what npm `fhir` (R4 with its required code lists) has against it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Fhir } = createRequire(import.meta.url)("fhir");
const fhir = new Fhir();
const bundles = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = bundles.map((bundle) => {
  const { messages } = fhir.validate(bundle, { errorOnUnexpected: true });
  return messages
    .filter((one) => one.severity === "error" || one.severity === "fatal")
    .map((one) => `${one.location}: ${one.message}`);
});
console.log(JSON.stringify(verdicts));
