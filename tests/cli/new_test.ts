import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** What a new method touches or is checked with. */
/** What a copy of the project leaves behind. */
const LEFT = new Set([".git", "node_modules", "data", "results", "runs", ".tmp"]);

/** The conformance suite of the new method alone. */
const CONFORMANCE = [
  ...["test", "--allow-all", "--no-check", "--filter", "mine"],
  "tests/methods/conformance_test.ts",
];

Deno.test("a new method passes formatting, lint, types, its test and the conformance suite", async (t) => {
  const root = await copy();
  try {
    const made = await deno(root, "task", "--quiet", "new", "method", "mine");
    assert.equal(made.code, 0, made.text);
    const changed = ["methods/mine.ts", "methods/mod.ts", "tests/methods/mine_test.ts"];

    const registry = await Deno.readTextFile(join(root, "methods/mod.ts"));
    const imports = registry.match(/(?<=^import .*"\.\/).*(?=\.ts";$)/gm)!;
    assert.deepEqual(imports, imports.toSorted());
    assert.equal(imports.filter((name) => name === "mine").length, 1);
    assert.equal(registry.split("\n").filter((line) => line === "  mine,").length, 1);

    for (
      const [what, ...args] of [
        ["formatting", "fmt", "--check", ...changed],
        ["lint", "lint", ...changed],
        ["types", "check", ...changed],
        ["its test", "test", "--allow-all", "--no-check", "tests/methods/mine_test.ts"],
        ["conformance", ...CONFORMANCE],
      ] as const
    ) {
      await t.step(what, async () => {
        const { code, text } = await deno(root, ...args);
        assert.equal(code, 0, text);
        if (args[0] === "test") assert.match(text, /[1-9]\d* passed/);
      });
    }
    await t.step("the README's method in its place, in under 20 lines", async () => {
      const readme = await Deno.readTextFile(join(project, "README.md"));
      const shown = /```ts\n(.*?)```/s.exec(readme)![1]!;
      assert.match(shown, /name: "mine"/);
      assert.ok(shown.trimEnd().split("\n").length < 20);
      await Deno.remove(join(root, "tests/methods/mine_test.ts"));
      await Deno.writeTextFile(join(root, "methods/mine.ts"), shown);
      for (
        const args of [
          ["fmt", "--check", "methods/mine.ts"],
          ["lint", "methods/mine.ts"],
          ["check", "methods/mine.ts"],
          CONFORMANCE,
        ]
      ) {
        const { code, text } = await deno(root, ...args);
        assert.equal(code, 0, text);
      }
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
        text: 'Cannot make a new "planet": a new method is all there is.\n',
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
