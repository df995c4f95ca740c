/** Every command of docs/from-pytorch.md, one after the other, beside folders of somebody's runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { withFolder } from "../bench/crash.ts";
import { writeDomainBed, writeMdlt } from "../import/folders.ts";
import { missing } from "../import/needs.ts";
import { codeBlocks } from "./pages.ts";
import { LAUNCH } from "../helpers/processes.ts";

const PAGE = "docs/from-pytorch.md";

const noNumpy = await missing(["numpy"]);
const noTorch = await missing(["numpy", "torch"]);

Deno.test({
  name: "every command of the guide to runs from elsewhere ends in a report",
  ignore: noNumpy !== null,
  fn: () =>
    withFolder(async (folder) => {
      const run = async (program: string, ...args: string[]) => {
        const { code, stdout, stderr } = await new Deno.Command(program, {
          args,
          cwd: folder,
          env: { NO_COLOR: "1" },
        }).output();
        const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
        assert.equal(code, 0, `${args.at(-1)}: ${said}`);
        return said;
      };
      await writeMdlt(join(folder, "mdlt-output"), ["ERM", "BoDA"]);
      await writeDomainBed(join(folder, "domainbed-output"), ["ERM", "CORAL"]);
      if (noTorch === null) {
        await Deno.mkdir(join(folder, "mdlt-model"));
        await Deno.writeFile(join(folder, "images"), new Uint8Array(28 * 28 * 3));
        const script = projectPath("tests/import/checkpoint.py");
        await run("python3", script, "images", "1", "mdlt-model", "digits-synth");
      }
      const commands = (await codeBlocks(PAGE, /sh/)).join("\n").replaceAll("\\\n", " ")
        .split("\n").filter((line) => line !== "");
      assert.equal(commands.length, 5);
      for (const command of commands) {
        if (noTorch !== null && command.includes("checkpoint")) continue;
        const cli = [Deno.execPath(), ...LAUNCH].join(" ");
        await run("bash", "-c", command.replace("deno task", cli));
      }
      for (const [name, method] of Object.entries({ mdlt: "BoDA", domainbed: "CORAL" })) {
        const page = await Deno.readTextFile(join(folder, `results/${name}/report/index.html`));
        assert.ok(page.includes(`${method} (imported)`), name);
      }
      const table = await Deno.readTextFile(join(folder, "results/mdlt/report/tables/control.csv"));
      assert.match(table, /p_/);
    }),
});
