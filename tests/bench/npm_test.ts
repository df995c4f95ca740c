/** The npm form of the package, packed, unpacked elsewhere, and run under Deno. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findProgram } from "../../base/command.ts";
import { projectPath } from "../../base/paths.ts";
import config from "../../deno.json" with { type: "json" };
import { writePackage } from "../tasks/npm.ts";
import { withFolder } from "./crash.ts";

/** What only tests, the site and these tasks import. */
const OUTSIDE = ["ajv", "esbuild", "fflate", "marked", "minisearch", "temml", "yaml"];

const npm = await findProgram(["npm"], Deno.env.toObject());

Deno.test({
  name: "what npm packs plans, runs and reports in another project",
  ignore: npm === undefined, // there is no npm here
  fn: () =>
    withFolder(async (folder) => {
      const project = join(folder, "project");
      const modules = join(project, "node_modules");
      await writePackage(join(folder, "package"));
      await run(npm!, ["pack", "--silent", "--pack-destination", folder], join(folder, "package"));
      await Deno.mkdir(join(modules, "@mdlt"), { recursive: true });
      for await (const { name } of Deno.readDir(projectPath("node_modules"))) {
        await Deno.symlink(projectPath(`node_modules/${name}`), join(modules, name));
      }
      await run(
        "tar",
        ["-xzf", join(folder, `mdlt-bench-${config.version}.tgz`)],
        join(modules, "@mdlt"),
      );
      await Deno.rename(join(modules, "@mdlt/package"), join(modules, "@mdlt/bench"));
      await Deno.writeTextFile(join(project, "deno.json"), '{ "nodeModulesDir": "manual" }');
      await Deno.writeTextFile(
        join(project, "package.json"),
        `{ "type": "module", "dependencies": { "@mdlt/bench": "${config.version}" } }`,
      );
      await Deno.writeTextFile(
        join(project, "example.ts"),
        `
import { createBench } from "@mdlt/bench";
const bench = await createBench();
const settings = ["head=30", "validation=6", "test=6"].map((text) => {
  const [key, value] = text.split("=");
  return [\`digits-synth-2.\${key}\`, value] as const;
});
const request = { methods: ["erm"], seeds: [0], preset: "smoke", steps: 4, settings } as const;
const out = ${JSON.stringify(join(folder, "out"))};
await bench.run({ ...request, backend: "wasm" }, { out, jobs: 1 });
console.log((await bench.report(out)).runs);
`,
      );
      const said = await run(Deno.execPath(), [
        "run",
        "-RWES",
        "--allow-run",
        "--allow-ffi",
        "-q",
        "example.ts",
      ], project);
      assert.equal(said.trim(), "1");
    }),
});

async function run(program: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout);
}

Deno.test("the npm package depends on what its modules import, and runs no script of TensorFlow.js", () =>
  withFolder(async (folder) => {
    await writePackage(folder);
    const read = async (path: string) => JSON.parse(await Deno.readTextFile(join(folder, path)));
    const { dependencies, bundleDependencies } = await read("package.json");
    const imported = Object.values(config.imports).map((specifier) =>
      /^npm:\/?((?:@[^/]+\/)?[^@/]+)@/.exec(specifier)![1]!
    );
    assert.deepEqual(
      [...new Set(imported)].filter((name) => !(name in dependencies)).sort(),
      OUTSIDE,
    );
    for (const name of bundleDependencies) {
      const bundled = await read(`node_modules/${name}/package.json`);
      assert.equal(bundled.scripts, undefined);
      assert.ok(bundled.version === dependencies[name]);
    }
  }));
