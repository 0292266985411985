// Prints, for each event of the file, what the SDK of CloudEvents has against it. It reads the event as a
// receiver of the webhook does: from the headers and the body of a request.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { HTTP, CloudEvent } = createRequire(import.meta.url)("cloudevents");
const headers = { "content-type": "application/cloudevents+json; charset=utf-8" };
const verdicts = JSON.parse(readFileSync(process.argv[2], "utf8")).map((event) => {
  try {
    const told = HTTP.toEvent({ headers, body: JSON.stringify(event) });
    told.validate();
    const whole = new CloudEvent(event, true);
    return told.id === event.id && whole.source === event.source && told.data.resourceType === "Bundle"
      ? []
      : ["read as something else"];
  } catch (fault) {
    return [String(fault.message ?? fault)];
  }
});
console.log(JSON.stringify(verdicts));
