/** A plugin that tries out what its process may do while it is loaded. */
import process from "node:process";
import { print } from "../../base/terminal.ts";
import { METRICS } from "../../metrics/mod.ts";

const PROBES: Readonly<Record<string, () => unknown>> = {
  "own network": () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
  "foreign network": () => fetch("http://example.invalid/"),
  program: () => new Deno.Command("sh", { args: ["-c", "exit"] }).output(),
  "foreign file": () => Deno.readTextFile("/etc/passwd"),
  "foreign folder": () => Array.fromAsync(Deno.readDir("/")),
  "write elsewhere": () => Deno.writeTextFile(`${Deno.env.get("PROBE_ELSEWHERE")}/x`, "x"),
  "write the project": () =>
    Deno.writeTextFile(new URL("../../base/probe.tmp", import.meta.url), "x"),
  library: () => Deno.dlopen("libc.so.6", {}),
};

const found: Record<string, boolean> = {};
for (const [name, probe] of Object.entries(PROBES)) {
  try {
    await probe();
    found[name] = true;
  } catch (error) {
    found[name] = !(error instanceof Deno.errors.NotCapable);
  }
}
found["variable"] = process.env["PROBE_SECRET"] !== undefined;
const main = new URL(Deno.mainModule).pathname.split("/").pop();
print(`PROBE ${main} ${JSON.stringify(found)}`);

export default { ...METRICS[0]!, name: "probe", title: "Probe" };
