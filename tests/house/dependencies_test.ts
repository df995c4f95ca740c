/** What the project depends on: pinned, and of licences that go with its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../../base/files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Licences that ask for no more than that they be named. */
const PERMISSIVE =
  /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BSL-1\.0|BlueOak-1\.0\.0|Unlicense)$/;
/** Packages of another licence, and why they may be here. */
const ALLOWED: readonly (readonly [RegExp, string, string])[] = [
  [/^axe-core$/, "MPL-2.0", "a test asks it about the page; it is in no package"],
  [/^@img\/sharp-libvips-/, "LGPL-3.0-or-later", "a shared library, which anyone may replace"],
];

Deno.test("dependencies: every version is pinned", async () => {
  const { imports } = (await readJson<{ imports: Record<string, string> }>(
    join(root, "deno.json"),
  ))!;
  const loose = Object.values(imports).filter((specifier) =>
    !/^npm:\/?(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/.*)?$/.test(specifier)
  );
  assert.deepEqual(loose, []);
});

Deno.test("dependencies: their licences go with ours", async () => {
  const { npm } = (await readJson<{ npm: Record<string, unknown> }>(join(root, "deno.lock")))!;
  let looked = 0;
  const others: string[] = [];
  for (const key of Object.keys(npm)) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
    const folder = join(root, "node_modules/.deno", `${name!.replace("/", "+")}@${version}`);
    const file = join(folder, "node_modules", name!, "package.json");
    const found = await readJson<{ license?: unknown; licenses?: { type: string }[] }>(file);
    if (found === undefined) continue; // for another operating system
    looked++;
    const licence = String(found.license ?? found.licenses?.map(({ type }) => type).join(" OR "));
    const parts = licence.replace(/[()]/g, "").split(/ (?:AND|OR) /);
    const allowed = ALLOWED.some(([names, own]) => names.test(name!) && own === licence);
    if (!allowed && !parts.every((part) => PERMISSIVE.test(part))) {
      others.push(`${name}@${version}: ${licence}`);
    }
  }
  assert.ok(looked > 100, `only ${looked} packages are installed`);
  assert.deepEqual(others, []);
});
