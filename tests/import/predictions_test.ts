/** Predictions of PyTorch on real PACS images, in every format, beside scikit-learn's figures. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { Folder } from "../../bench/records/folder.ts";
import { type Figure, figures } from "../../bench/records/figures.ts";
import { main } from "../../cli/main.ts";
import { withFolder } from "../bench/crash.ts";
import { command } from "./command.ts";
import { missing, shared } from "./needs.ts";

interface Expected {
  readonly method: string;
  readonly seed: number;
  readonly domain: string;
  readonly figures: Readonly<Record<string, number>>;
}

async function recordsOf(out: string) {
  const folder = new Folder(out);
  return await Promise.all((await folder.ids()).map(async (id) => (await folder.record(id))!));
}

const lacks = await missing(["torch", "sklearn", "PIL"], "data/pacs/PACS");

Deno.test({
  name: "a PyTorch training on PACS has scikit-learn's figures, whatever format it comes in",
  ignore: lacks !== null,
  fn: () =>
    withFolder(async (folder) => {
      const runs = join(folder, "runs");
      const { success, stderr } = await new Deno.Command("python3", {
        args: [
          projectPath("tests/import/pytorch_runs.py"),
          ...[shared("data/pacs"), shared("splits/PACS.csv"), runs],
        ],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const files = (ending: string) =>
        [...Deno.readDirSync(runs)].map(({ name }) => join(runs, name))
          .filter((path) => path.endsWith(ending)).sort();
      const expected: Expected[] = JSON.parse(
        await Deno.readTextFile(join(runs, "expected.json")),
      );
      const formats: [string, ...string[]][] = [
        ["csv", "--pattern", "{method}_{seed}.csv"],
        ["jsonl", "--pattern", "{method}_{seed}.jsonl"],
        ["npz"],
        ["parquet"],
      ];
      for (const [format, ...options] of formats) {
        if (files(format).length === 0) continue; // pandas was not there to write Parquet
        const out = join(folder, format);
        const { code, said } = await command(
          ...["import", "predictions", ...files(format), ...options, "--out", out],
          ...[
            "--dataset",
            "pacs",
            "--splits-dir",
            shared("splits"),
            "--framework",
            "PyTorch==2.13",
          ],
        );
        assert.equal(code, 0, said);
        assert.match(said, /Imported 6 of 6 runs/);
        const records = await recordsOf(out);
        assert.equal(records.length, 6);
        const found = records.flatMap((record) => figures(record));
        for (const { method, seed, domain, figures } of expected) {
          for (const [metric, value] of Object.entries(figures)) {
            const own = found.find((row: Figure) =>
              row.split === "test" && row.method === `${method.toLowerCase()}-imported` &&
              row.seed === seed && row.domain === domain && row.metric === metric
            );
            assert.ok(
              own !== undefined && Math.abs(own.value - value) < 1e-9,
              `${format}: ${method} ${seed} ${domain} ${metric} is ${own?.value}, not ${value}`,
            );
          }
        }
        for (const { origin, data } of records) {
          assert.equal(origin?.split, "checked");
          assert.equal(origin.framework, "PyTorch");
          assert.equal(data.counts.train.flat().reduce((a, b) => a + b), 7891);
        }
      }
    }),
});

/** A data set of two domains in a file, of which lines can be changed. */
const LINES = [
  "path,domain,label,predicted,split",
  ...["in", "out"].flatMap((domain) =>
    ["cat", "dog", "cat", "dog"].map((label, i) =>
      `${domain}/${i}.jpg,${domain},${label},${i < 3 ? "cat" : "dog"},test`
    )
  ),
];

async function importLines(
  folder: string,
  name: string,
  lines: readonly string[],
  ...options: string[]
): Promise<{ code: number; said: string }> {
  const file = join(folder, `${name}.csv`);
  await Deno.writeTextFile(file, lines.join("\n"));
  const out = join(folder, "out");
  return await command(
    ...["import", "predictions", file, "--dataset", "pets", "--out", out, ...options],
  );
}

Deno.test("a data set that nobody knows is taken from the files alone, and told so", () =>
  withFolder(async (folder) => {
    const options = ["--method", "My Method", "--seed", "4"];
    const dry = await importLines(folder, "a", LINES, ...options, "--dry-run");
    assert.equal(dry.code, 0, dry.said);
    assert.match(dry.said, /Would import 1 of 1 runs/);
    assert.deepEqual(await recordsOf(join(folder, "out")), []);
    const { code, said } = await importLines(folder, "a", LINES, ...options);
    assert.equal(code, 0, said);
    assert.match(said, /pets is no data set that is known here/);
    assert.match(said, /pets my-method-imported seed 4, 8 test images in 2 domains/);
    assert.match(said, /Not given: no figures of probabilities or calibration/);
    const [record] = await recordsOf(join(folder, "out"));
    assert.deepEqual(record!.data.classes, ["cat", "dog"]);
    assert.equal(record!.method.title, "My Method (imported)");
    const accuracy = figures(record!).filter(({ metric }) => metric === "accuracy");
    assert.deepEqual(accuracy.map(({ domain, value }) => [domain, value]), [
      ["in", 0.75],
      ["out", 0.75],
      ["average", 0.75],
      ["worst", 0.75],
      ["pooled", 0.75],
    ]);
    const again = await importLines(folder, "a", LINES, ...options);
    assert.match(again.said, /there already\n.*\nImported 0 of 1/s);
    const other = LINES.map((line) => line.replace("in/0.jpg,in,cat,cat", "in/0.jpg,in,cat,dog"));
    const refused = await importLines(folder, "b", other, ...options);
    assert.equal(refused.code, 2);
    assert.match(refused.said, /has it from other files \(a\.csv\); give --replace/);
    assert.equal((await importLines(folder, "b", other, ...options, "--replace")).code, 0);
  }));

Deno.test("what cannot be compared is refused in a sentence that names the image", () =>
  withFolder(async (folder) => {
    const options = ["--method", "mine", "--seed", "0"];
    const refused = async (lines: readonly string[], ...more: string[]) => {
      const { code, said } = await importLines(folder, "x", lines, ...options, ...more);
      assert.ok(code === 1 || code === 2, said);
      assert.equal(said.trim().split("\n").length, 1, said);
      assert.deepEqual(await recordsOf(join(folder, "out")), []);
      return said;
    };
    assert.match(await refused([...LINES, LINES[3]!]), /in\/2\.jpg \(row 9\) is there twice/);
    const bird = LINES.map((line) => line.replace("in/1.jpg,in,dog,cat", "in/1.jpg,in,dog,bird"));
    assert.match(
      await refused(bird, "--classes", "cat,dog"),
      /the predicted class "bird" is none of the 2 classes .*in\/1\.jpg/,
    );
    assert.match(
      await refused(LINES, "--columns", "path=imag"),
      /Cannot find column "imag".*in x\.csv/,
    );
    assert.match(await refused(["a,b", "1,2"]), /no column says the true class/);
    assert.match(
      await refused(LINES.map((line) => line.replace("in/1.jpg,in,", "in/1.jpg,worst,"))),
      /the domain "worst"/,
    );
    const shares = (first: string) => [
      "path,label,prob_cat,prob_dog",
      `a.jpg,cat,${first}`,
      "b.jpg,dog,0.25,0.75",
    ];
    assert.match(await refused(shares("nan,0.5")), /probabilities is NaN, for a\.jpg/);
    assert.match(await refused(shares("0.5,0.6")), /add up to 1\.1, not to 1, for a\.jpg/);
    assert.match(await refused(shares("-2,3")), /the probability -2 is not from 0 to 1.*a\.jpg/);
    const two = (second: readonly string[]) => [
      "path,label,predicted,seed",
      ...["a.jpg,cat,cat", "b.jpg,dog,cat"].map((line) => `${line},0`),
      ...second.map((line) => `${line},1`),
    ];
    assert.match(await refused(two(["a.jpg,cat,cat"])), /b\.jpg, a test image of .* is missing/);
    assert.match(
      await refused(two(["a.jpg,dog,cat", "b.jpg,dog,cat"])),
      /a\.jpg is of the class dog in it, and of cat in/,
    );
    assert.match(await refused(two(["a.jpg,cat,cat", "c.jpg,dog,cat"])), /c\.jpg is a test image/);
  }));

Deno.test("predictions for a data set that is here are held to its split", () =>
  withFolder(async (folder) => {
    const set = ["--dataset", "digits-synth", "--method", "erm", "--seed", "0"];
    const settings = ["--set", "digits-synth.test=1", "--set", "digits-synth.validation=1"];
    const lines = ["street", "texture"].flatMap((domain) =>
      Array.from({ length: 10 }, (_, digit) => `${domain},${digit},${digit},${digit}`)
    );
    const run = async (lines: readonly string[], ...more: string[]) => {
      const file = join(folder, "p.csv");
      await Deno.writeTextFile(file, ["domain,row,label,predicted", ...lines].join("\n"));
      const out = join(folder, "out");
      return await command(
        "import",
        "predictions",
        file,
        ...set,
        ...settings,
        "--out",
        out,
        ...more,
      );
    };
    const refused = async (lines: readonly string[]) => (await run(lines)).said;
    assert.match(
      await refused(lines.with(3, "street,3,4,3")),
      /street\/test\/3 is of the class 4, and in digits-synth it is of the class 3/,
    );
    assert.match(await refused(lines.slice(1)), /1 have no prediction, street\/test\/0 first/);
    assert.match(await refused([...lines, lines[5]!]), /street\/test\/5 is predicted twice/);
    assert.match(await refused([...lines, "street,10,1,1"]), /no test image number 10/);
    assert.match(await refused([...lines, "sky,1,1,1"]), /the domain "sky" is none of/);
    const { code, said } = await run(lines);
    assert.equal(code, 0, said);
    const [record] = await recordsOf(join(folder, "out"));
    assert.equal(record!.origin!.split, "checked");
    assert.equal(record!.name, "erm-imported");
    assert.equal(record!.method.family, "baseline");
    assert.equal(await main(["bench", "--from", join(folder, "out"), "--out", folder]), 2);
  }));
