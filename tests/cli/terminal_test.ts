/** A run as a terminal shows it, and as a file does. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findProgram } from "../../base/command.ts";
import { cli, TINY, withFolder } from "../bench/crash.ts";
import { LAUNCH } from "../helpers/processes.ts";

Deno.test({
  name: "a narrow terminal shows live lines that fit, without colours, and a leaderboard",
  ignore: await findProgram(["script"], Deno.env.toObject()) === undefined ||
    Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      const main = [Deno.execPath(), ...LAUNCH].join(" ");
      const line = `stty cols 60; ${main} bench ${TINY.join(" ")} --methods erm --out out`;
      const { code, stdout } = await new Deno.Command("script", {
        args: ["-qec", line, "/dev/null"],
        cwd: folder,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const shown = new TextDecoder().decode(stdout);
      assert.equal(code, 0, shown);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(shown, /\x1b\[[0-9;]*m/, "colours");
      // deno-lint-ignore no-control-regex
      const lines = shown.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, "\n").split(/[\r\n]+/);
      assert.ok(
        lines.some((text) => /^█* *░*\s+\d+%\s+erm seed 0 {2}step \d+\/\d+/.test(text)),
        shown,
      );
      assert.ok(lines.some((text) => /\d of \d runs?/.test(text)), shown);
      for (const text of lines.filter((text) => /[█░]|─/.test(text))) {
        assert.ok(text.length <= 60, `${text.length}: ${text}`);
      }
      assert.match(shown, /Average/);
    }),
});

Deno.test("without a terminal there are few lines, and nothing that moves", () =>
  withFolder(async (folder) => {
    const { code, err, out } = await cli(
      ...["bench", ...TINY, "--methods", "erm", "--out", join(folder, "out")],
    );
    assert.equal(code, 0, err);
    for (const moving of ["\u001b", "\r", "█"]) assert.ok(!(err + out).includes(moving), moving);
    assert.ok(err.split("\n").length < 10, err);
    assert.match(out, /runs? trained in \d+:\d\d/);
  }));
