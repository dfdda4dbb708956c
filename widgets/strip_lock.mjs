// Makes package-lock.json name no host: "resolved" and "funding" are dropped; integrity hashes stay.
import fs from "node:fs";

const file = "package-lock.json";
const lock = JSON.parse(fs.readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (/https?:|git\+|ssh:/.test(text)) throw new Error(`${file} still names an address`);
fs.writeFileSync(file, text);
