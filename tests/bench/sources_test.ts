/** Which code a definition from elsewhere is, and what of the project counts for one of its own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtin } from "../../bench/catalogue.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { type Known, sameNumbers, sourcesOf } from "../../bench/records/sources.ts";
import type { Metric } from "../../metrics/mod.ts";
import erm from "../../methods/erm.ts";
import { inFolder } from "../report/folder.ts";

const SPEC = {
  method: { name: "mine" },
  training: { network: { name: "none" } },
} as RunRecord["spec"];

Deno.test("of a plugin its own modules count as well, and nothing of the project", () =>
  inFolder(async (folder) => {
    const method = { ...erm, name: "mine" };
    const root = new URL("../../", import.meta.url).href;
    const hash = async (name: string, part: string, base: string): Promise<string | null> => {
      const at = join(folder, name);
      await Deno.mkdir(at);
      await Deno.writeTextFile(join(at, "part.ts"), `export const part = ${part};\n`);
      await Deno.writeTextFile(
        join(at, "mine.ts"),
        `import { part } from "./part.ts";\nimport { other } from "${base}";\n` +
          `export default [part, other];\n`,
      );
      const origin = pathToFileURL(join(at, "mine.ts")).href;
      const known: Known = {
        methods: [method],
        networks: [],
        plugins: [],
        origins: new Map([[method, origin]]),
      };
      const { method: found, network } = await sourcesOf(SPEC, known);
      assert.equal(network, null, "not known");
      return found;
    };
    const local = "./gone.ts";
    assert.equal(await hash("missing", "1", local), null, "a module that cannot be read");
    const plain = await hash("one", "1", `${root}base/random.ts`);
    assert.match(plain!, /^[0-9a-f]{64}$/);
    assert.equal(await hash("two", "1", `${root}base/random.ts`), plain, "wherever it lies");
    assert.notEqual(await hash("three", "2", `${root}base/random.ts`), plain);
  }));

Deno.test("a plugin that is no file is known by its checksum", async () => {
  const method = { ...erm, name: "mine" };
  const known = (specifier: string) =>
    ({
      methods: [method],
      networks: [],
      plugins: [{ specifier, sha256: "a".repeat(64) }],
      origins: new Map([[method, "npm:mine@1.0.0"]]),
    }) as unknown as Known;
  assert.equal((await sourcesOf(SPEC, known("npm:mine@1.0.0"))).method, "a".repeat(64));
  assert.equal((await sourcesOf(SPEC, known("npm:other@1.0.0"))).method, null);
});

Deno.test("two forms give the same numbers where both were released as one version", async () => {
  const spec = { ...SPEC, method: { name: "erm" } } as RunRecord["spec"];
  const { method } = await sourcesOf(spec, builtin());
  const other = "b".repeat(64);
  assert.ok(sameNumbers("methods", "none", 1, other, other));
  assert.ok(!sameNumbers("methods", "erm", erm.version, method!, other));
  assert.ok(!sameNumbers("methods", "erm", erm.version, other, method!));
  assert.ok(!sameNumbers("methods", "none", 1, method!, other));
});

Deno.test("a network is known by its own code, and metrics that a record keeps by theirs", async () => {
  const of = async (network: string, more: Partial<Known> = {}) => {
    const training = { network: { name: network }, selection: "validation-mine" };
    const spec = { method: { name: "erm" }, training } as unknown as RunRecord["spec"];
    return await sourcesOf(spec, { ...builtin(), ...more });
  };
  const [cnn, mlp] = [await of("cnn"), await of("mlp")];
  assert.match(cnn.network!, /^[0-9a-f]{64}$/);
  assert.notEqual(cnn.network, mlp.network);
  assert.equal((await of("none")).network, null);
  assert.equal("metrics" in cnn, false);
  const metric = (name: string, needs: string) => ({ name, needs }) as unknown as Metric;
  const metrics = [
    metric("kept", "probabilities"),
    metric("mine", "counts"),
    metric("other", "counts"),
  ];
  const plugins = [{ specifier: "npm:p", sha256: "c".repeat(64) }];
  const origins = new Map(metrics.map((own) => [own, "npm:p"]));
  const known = { metrics, plugins, origins } as unknown as Partial<Known>;
  const found = (await of("cnn", known)).metrics!;
  assert.deepEqual(found, { kept: "c".repeat(64), mine: "c".repeat(64) });
  const unread = { ...known, plugins: [] } as unknown as Partial<Known>;
  assert.equal("metrics" in await of("cnn", unread), false, "what has no known code is left out");
  const own = { ...known, origins: new Map() } as unknown as Partial<Known>;
  assert.equal("metrics" in await of("cnn", own), false, "no plugin's");
});
