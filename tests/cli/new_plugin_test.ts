/** `deno task new KIND NAME --plugin FILE`: definitions outside of the repository. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { BACKEND, cli, withFolder } from "../bench/crash.ts";

const MADE = [
  ["method", "mine", "mine.ts"],
  ["dataset", "my-bars", "my_bars.ts"],
  ["network", "my-net", "my_net.ts"],
  ["metric", "best_class", "best_class.ts"],
  ["study", "my-study", "my_study.ts"],
  ["section", "times", "times.tsx"],
] as const;

Deno.test("new plugins have their types and tests, and run together by --plugin alone", () =>
  withFolder(async (folder) => {
    const files = MADE.map(([, , file]) => join(folder, file));
    for (const [kind, name, file] of MADE) {
      const { code, err } = await cli("new", kind, name, "--plugin", join(folder, file));
      assert.equal(code, 0, err);
    }
    const tests = files.map((file) => file.replace(/\.tsx?$/, "_test.ts"));
    for (
      const args of [
        ["check", ...files, ...tests],
        ["lint", ...files, ...tests],
        ["test", "-P=conformance", "--no-check", ...tests],
      ]
    ) {
      const [command, ...rest] = args;
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [command!, "--config", projectPath("deno.json"), ...rest],
        cwd: folder,
        env: { NO_COLOR: "1", MDLT_TEST_BACKEND: BACKEND },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.equal(code, 0, `${command}: ${text(stdout)}${text(stderr)}`);
    }
    const out = join(folder, "out");
    const { code, err, out: said } = await cli(
      ...["bench", "--methods", "mine", "--datasets", "my-bars", "--networks", "my-net"],
      ...["--selection", "validation-best-class", "--preset", "smoke", "--seeds", "1"],
      ...["--steps", "5", "--backend", BACKEND, "--out", out],
      ...files.flatMap((file) => ["--plugin", file]),
    );
    assert.equal(code, 0, err + said);
    assert.match(await Deno.readTextFile(join(out, "results.csv")), /,best_class,/);
    assert.match(await Deno.readTextFile(join(out, "report/index.html")), /<li>mine: /);
    const report = await cli("report", "--out", out);
    assert.equal(report.code, 0, report.err);
  }));
