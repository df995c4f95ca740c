/** The README's method and its script, in a project elsewhere to which the suite is linked. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { withFolder } from "../bench/crash.ts";
import { codeBlocks, deno } from "./pages.ts";

Deno.test("the README's method and script are well typed, and run as they stand", () =>
  withFolder(async (folder) => {
    const [method, script, ...others] = await codeBlocks("README.md", /ts/);
    assert.deepEqual(others, []);
    assert.match(method!, /^\/\/ mine\.ts\n/);
    assert.ok(method!.trimEnd().split("\n").length < 25);
    assert.ok(script!.trimEnd().split("\n").length <= 10);
    await Deno.writeTextFile(join(folder, "mine.ts"), method!);
    await Deno.writeTextFile(join(folder, "script.ts"), script!);
    await Deno.writeTextFile(
      join(folder, "mine_test.ts"),
      `import { methodConformance } from "@mdlt/bench/testing";
import mine from "./mine.ts";

await methodConformance(mine);
`,
    );
    await deno(folder, "fmt", "--check", "mine.ts", "script.ts");
    await deno(folder, "lint", "mine.ts");
    await deno(folder, "test", "-P=conformance", "mine_test.ts");

    const [config, ...more] = await codeBlocks("README.md", /json/);
    assert.deepEqual(more, []);
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      config!.replace("PATH/TO/MDLT", projectPath("")),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-RWES", "--allow-run", "--allow-ffi", "--check", "script.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const [said, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, said! + complaint!);
    assert.equal(said, `finished: 4 runs, ${join(folder, "results/report/index.html")}\n`);
  }));
