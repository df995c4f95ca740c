import assert from "node:assert/strict";
import { join } from "node:path";
import { BACKEND } from "../bench/crash.ts";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** What a copy of the project leaves behind. */
const LEFT = new Set([".git", "node_modules", "data", "results", "runs", ".tmp"]);

/** The conformance suite of the new method alone. */
const CONFORMANCE = [
  ...["test", "-P=tests", "--no-check", "--filter", "mine"],
  "tests/methods/conformance_test.ts",
];

/** A definition of each kind, the file that it is written to, and its test. */
const MADE = [
  ["method", "mine", "methods/mine.ts", "tests/methods/mine_test.ts"],
  ["dataset", "my-bars", "datasets/sets/my_bars.ts", "tests/datasets/my_bars_test.ts"],
  ["network", "my-net", "networks/my_net.ts", "tests/networks/my_net_test.ts"],
  ["metric", "best_class", "metrics/best_class.ts", "tests/metrics/best_class_test.ts"],
  ["study", "my-study", "methods/studies/my_study.ts", "tests/methods/my_study_test.ts"],
  ["section", "times", "report/sections/times.tsx", "tests/report/times_test.ts"],
] as const;

const REGISTRIES = [
  ["methods/mod.ts", "mine"],
  ["datasets/mod.ts", "myBars"],
  ["networks/mod.ts", "myNet"],
  ["metrics/mod.ts", "bestClass"],
  ["methods/mod.ts", "myStudy"],
  ["report/sections/mod.ts", "times"],
] as const;

Deno.test("new definitions pass formatting, lint, types, their tests and the conformance suite", async (t) => {
  const root = await copy();
  try {
    for (const [kind, name] of MADE) {
      const made = await deno(root, "task", "--quiet", "new", kind, name);
      assert.equal(made.code, 0, made.text);
    }
    for (const [file, identifier] of REGISTRIES) {
      const registry = await Deno.readTextFile(join(root, file));
      assert.equal(registry.match(new RegExp(`^import ${identifier} from "\\./`, "gm"))?.length, 1);
      assert.match(registry, new RegExp(`\\s${identifier}[,\\]]`));
    }
    const methods = await Deno.readTextFile(join(root, "methods/mod.ts"));
    const imports = methods.match(/(?<=^import .*"\.\/)\w+(?=\.ts";$)/gm)!;
    assert.deepEqual(imports, imports.toSorted());

    const tests = MADE.map(([, , , test]) => test);
    const changed = [...MADE.map(([, , file]) => file), ...tests];
    const registries = REGISTRIES.map(([file]) => file);
    for (
      const [what, ...args] of [
        ["formatting", "fmt", "--check", ...changed, ...registries],
        ["lint", "lint", ...changed, ...registries],
        ["types", "check", ...changed, ...registries],
        ["their tests", "test", "-P=tests", "--no-check", ...tests],
        ["conformance", ...CONFORMANCE],
      ] as const
    ) {
      await t.step(what, async () => {
        const { code, text } = await deno(root, ...args);
        assert.equal(code, 0, text);
        if (args[0] === "test") assert.match(text, /[1-9]\d* passed/);
      });
    }
    await t.step("together on the command line", async () => {
      const small = ["--preset", "smoke", "--seeds", "1", "--steps", "5", "--backend", BACKEND];
      const set = [
        "--datasets",
        "my-bars",
        "--networks",
        "my-net",
        "--selection",
        "validation-best-class",
      ];
      const bench = ["bench", "--methods", "mine", ...set, ...small, "--out", "out"];
      const { code, text } = await deno(root, "task", "--quiet", ...bench);
      assert.equal(code, 0, text);
      assert.match(await Deno.readTextFile(join(root, "out/results.csv")), /,best_class,/);
      assert.match(await Deno.readTextFile(join(root, "out/report/index.html")), /<li>mine: /);
    });
    await t.step("a name that cannot be", async () => {
      for (
        const [name, reason] of [
          ["mine", /stands for Mine already/],
          ["erm", /stands for ERM already/],
          ["digits-synth", /a name is a lower-case letter/],
          ["Mine", /a name is a lower-case letter/],
          ["9lives", /a name is a lower-case letter/],
          ["class", /JavaScript's own/],
          ["all", /stands for everything at once already/],
          ["mod", /methods\/mod\.ts exists already/],
          ["conformance", /conformance_test\.ts exists already/],
        ] as const
      ) {
        const { code, text } = await deno(root, "task", "--quiet", "new", "method", name);
        assert.equal(code, 2, name);
        assert.match(text, /^Cannot name a method "[^\n]*\.\n$/);
        assert.match(text, reason);
      }
      const other = await deno(root, "task", "--quiet", "new", "planet", "mars");
      assert.deepEqual(other, {
        code: 2,
        text: 'Cannot find a template for a "planet": known are method, dataset, network, ' +
          "metric, study, section.\n",
      });
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** A copy of the project without its history and results; the npm packages are shared. */
async function copy(): Promise<string> {
  const root = await Deno.makeTempDir();
  for await (const { name, isDirectory } of Deno.readDir(project)) {
    if (LEFT.has(name)) continue;
    const copyOne = isDirectory ? copyFolder : Deno.copyFile;
    await copyOne(join(project, name), join(root, name));
  }
  await Deno.symlink(join(project, "node_modules"), join(root, "node_modules"));
  return root;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const copyOne = isDirectory ? copyFolder : Deno.copyFile;
    await copyOne(join(from, name), join(to, name));
  }
}

async function deno(cwd: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, text: decode(stdout) + decode(stderr) };
}
