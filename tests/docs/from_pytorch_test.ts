/** Every command of docs/from-pytorch.md, one after the other, in a folder of somebody's runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { withFolder } from "../bench/crash.ts";
import { writeDomainBed, writeMdlt } from "../import/folders.ts";
import { missing } from "../import/needs.ts";
import { codeBlocks } from "./pages.ts";

const PAGE = "docs/from-pytorch.md";

/** Runs of three methods with five seeds, the last method the best. */
const RUNS = `
import os
from save_runs import save

os.makedirs("runs", exist_ok=True)
rng = np.random.default_rng(0)
paths = [f"{d}/{c}/{i}.jpg" for d in ["indoors", "outdoors"] for c in range(3) for i in range(40)]
domains = [path.split("/")[0] for path in paths]
labels = [int(path.split("/")[1]) for path in paths]
for m, method in enumerate(["ERM", "Mine", "Best"]):
    for seed in range(5):
        save(method, seed, paths, domains, labels, rng.normal(size=(240, 3)) + (1 + m) * np.eye(3)[labels])
`;

const noNumpy = await missing(["numpy"]);
const noTorch = await missing(["numpy", "torch"]);

Deno.test({
  name: "the guide ends in a table with p-values, every command of it run",
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
      const [snippet, ...more] = await codeBlocks(PAGE, /py/);
      assert.deepEqual(more, []);
      await Deno.writeTextFile(join(folder, "save_runs.py"), snippet!);
      await Deno.writeTextFile(join(folder, "runs.py"), `import numpy as np${RUNS}`);
      await run("python3", "runs.py");
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
      assert.equal(commands.length, 9);
      const said: string[] = [];
      for (const command of commands) {
        if (noTorch !== null && command.includes("checkpoint")) continue;
        const cli = `deno run -A -q ${projectPath("cli/main.ts")}`;
        said.push(await run("bash", "-c", command.replace("deno task", cli)));
      }
      assert.match(said[0]!, /Would import 15 of 15 runs/);
      assert.match(said[1]!, /Imported 15 of 15 runs/);
      assert.match(said[3]!, /Best \(imported\)/);
      const table = await Deno.readTextFile(join(folder, "results/pets/report/tables/control.csv"));
      assert.match(table, /p_/);
      const page = await Deno.readTextFile(join(folder, "results/pets/report/tables/pets.md"));
      assert.match(page, /Best \(imported\).*better/);
      assert.match(page, /imported from predictions, 5 files of PyTorch 2\.13/);
    }),
});
