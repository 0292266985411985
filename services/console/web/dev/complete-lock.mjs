// After `npm install`: a registry that lacks some platforms' optional packages leaves them out of the lock,
// and `npm ci` then refuses it. Names them, so that the lock is whole; nobody installs what is not theirs.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const packages = lock.packages;
const CPU = { aarch64: "arm64", armv7: "arm", "arm-": "arm" };
for (const [place, { optionalDependencies = {}, license, engines }] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const there = `node_modules/${name}`;
    const os = name.match(/darwin|win32|linux|android|freebsd|openbsd|netbsd|sunos|wasm32/)?.[0];
    if (!os || packages[there] || packages[`${place}/${there}`]) continue;
    const cpu = os === "wasm32" ? os : name.match(/arm64|aarch64|x64|armv7|arm-|ia32|ppc64/)?.[0];
    packages[there] = { version, cpu: [CPU[cpu] ?? cpu], dev: true, license, optional: true, ...(os === "wasm32" ? {} : { os: [os] }), ...(engines ? { engines } : {}) };
    console.log(name, version);
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
