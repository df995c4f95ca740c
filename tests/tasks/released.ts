/**
 * `deno task released`: notes which code of every method and network is released, before a release.
 * Records that one released form of a version has made count for another of the same version.
 *
 * @module
 */
import { builtin } from "../../bench/catalogue.ts";
import { sourcesOf } from "../../bench/records/sources.ts";
import released from "../../bench/records/released.json" with { type: "json" };
import type { RunSpec } from "../../bench/records/record.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";

type Forms = Record<string, readonly string[]>;

const catalogue = builtin();
const spec = (method: string, network: string) =>
  ({ method: { name: method }, training: { network: { name: network } } }) as RunSpec;

const methods: Forms = {}, networks: Forms = {};
for (const { name, version } of catalogue.methods) {
  const { method } = await sourcesOf(spec(name, "cnn"), catalogue);
  methods[`${name}@${version}`] = withForm(released.methods, `${name}@${version}`, method!);
}
for (const { name } of catalogue.networks) {
  const { network } = await sourcesOf(spec("erm", name), catalogue);
  networks[`${name}@1`] = withForm(released.networks, `${name}@1`, network!);
}
const text = JSON.stringify({ methods, networks }, null, 2);
await Deno.writeTextFile(projectPath("bench/records/released.json"), `${text}\n`);
print(`${Object.keys(methods).length} methods, ${Object.keys(networks).length} networks`);

/** The forms of a version that were released, and the present one. */
function withForm(forms: Forms, key: string, now: string): string[] {
  return [...new Set([...forms[key] ?? [], now])];
}
