/** Commands of somebody who stands outside of the repository. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import sharp from "sharp";
import { projectPath } from "../../base/paths.ts";
import { withFolder } from "../bench/crash.ts";

async function deno(cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const CONFIG = ["--config", projectPath("deno.json")];

Deno.test("paths are meant from where the user stands, and commands that are printed work there", () =>
  withFolder(async (folder) => {
    const task = (...args: string[]) => deno(folder, "task", "--quiet", ...CONFIG, ...args);
    const made = await task("new", "metric", "best_class");
    assert.equal(made.code, 0, made.err);
    assert.equal((await Deno.stat(join(folder, "best_class.ts"))).isFile, true);
    const [, test] = /^Test it: deno (.*)$/m.exec(made.out)!;
    const tested = await deno(folder, ...test!.split(" "));
    assert.equal(tested.code, 0, tested.out + tested.err);
    assert.match(
      made.out,
      /^Try it: deno task --config \/.*deno\.json bench .*--plugin best_class/m,
    );
    const listed = await task("metrics", "--plugin", "best_class.ts");
    assert.match(listed.out, /best_class/);
    const nowhere = await task("report", "--out", `../${basename(folder)}/none`);
    assert.match(nowhere.err, /there is no manifest\.json in it/);

    const section = await task("new", "section", "times", "--plugin", "times.ts");
    assert.equal(section.code, 2);
    assert.match(
      section.err,
      /"times\.ts": it is TypeScript with JSX, so .* must end with \.tsx\./,
    );
    const found = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(found, ["best_class.ts", "best_class_test.ts"]);
  }));

Deno.test("in a folder of the project, too, paths are meant from there", async () => {
  const folder = await Deno.makeTempDir({ dir: projectPath("tests"), prefix: "stands-" });
  try {
    const { err } = await deno(folder, "task", "--quiet", "report", "--out", "mine");
    assert.match(err, /Cannot report on --out "mine"/);
    await Deno.mkdir(join(folder, "mine", "runs"), { recursive: true });
    const checked = await deno(folder, "task", "--quiet", "check", "mine");
    assert.equal(checked.code, 0, checked.err);
    assert.match(checked.out, /^0 finished runs/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("in a folder of the project, data, weights and plugins are meant from there", async () => {
  const folder = await Deno.makeTempDir({ dir: projectPath("tests"), prefix: "stands-" });
  const task = (...args: string[]) => deno(folder, "task", "--quiet", ...args);
  try {
    const create = { width: 8, height: 8, channels: 3 as const, background: "red" };
    const image = await sharp({ create }).jpeg().toBuffer();
    for (const cell of ["day/ant", "day/bee", "night/ant", "night/bee"]) {
      await Deno.mkdir(join(folder, "farm", cell), { recursive: true });
      for (let i = 0; i < 9; i++) {
        await Deno.writeFile(join(folder, "farm", cell, `${i}.jpg`), image);
      }
    }
    const split = await task("data", "split", "farm", "--held-out", "6", "--name", "farm");
    assert.equal(split.code, 0, split.err);
    assert.match(split.out, /^Split: farm\/farm\.csv\nUse: .* --data-dir farm$/m);
    const checked = await task("data", "check", "farm", "--data-dir", "farm");
    assert.match(checked.out, /36 of 36 images can be read/, checked.err);
    const bench = (...args: string[]) =>
      task(
        ...[
          "bench",
          "--datasets",
          "farm",
          "--data-dir",
          "farm",
          "--preset",
          "smoke",
          "--methods",
          "erm",
        ],
        ...["--seeds", "1", "--dry-run", "--plugin", "../helpers/probe_plugin.ts", ...args],
      );
    const planned = await bench("--splits-dir", "./farm");
    assert.equal(planned.code, 0, planned.err);
    assert.match(planned.out, /^1 run$/m);
    await Deno.writeTextFile(join(folder, "none.pth"), "no weights");
    assert.match(
      (await bench("--pretrained", "none.pth")).err,
      /does not start as a file of torch/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a test that is not there is a sentence", async () => {
  const { code, out } = await deno(projectPath(""), "task", "--quiet", "test", "no-such-test");
  assert.equal(code, 1);
  assert.match(out, /^No test file matches "no-such-test"; give a part of its path/m);
});
