/** A checkpoint of MDLT's, as torch writes it, evaluated by our network: torch's own predictions. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { Folder } from "../../bench/records/folder.ts";
import { defaultSettings } from "../../datasets/dataset.ts";
import { digitsSynth } from "../../datasets/sets/digits_synth.ts";
import { withFolder } from "../bench/crash.ts";
import { command } from "./command.ts";
import { missing } from "./needs.ts";

const lacks = await missing(["torch", "numpy"]);

Deno.test({
  name: "a checkpoint becomes a full record with torch's predictions, and none that runs anything",
  ignore: lacks !== null,
  fn: () =>
    withFolder(async (folder) => {
      const small = { test: 6, validation: 3, head: 20 };
      const settings = { ...defaultSettings(digitsSynth), ...small };
      const { domains } = await digitsSynth.load({
        ...{ settings, dataDir: undefined, splitsDir: undefined, cacheDir: folder },
      });
      const pixels: Uint8Array[] = [];
      for (const { test } of domains) {
        pixels.push(await test.read([...test.labels.keys()]) as Uint8Array);
      }
      const images = join(folder, "images");
      await Deno.writeFile(images, Uint8Array.from(pixels.flatMap((part) => [...part])));
      const count = domains.reduce((sum, { test }) => sum + test.labels.length, 0);
      const { success, stderr } = await new Deno.Command("python3", {
        args: [projectPath("tests/import/checkpoint.py"), images, String(count), folder],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));

      const out = join(folder, "out");
      const run = (file: string) =>
        command(
          ...["import", "checkpoint", join(folder, file), "--dataset", "digits-synth"],
          ...Object.entries(small).flatMap(([k, v]) => ["--set", `digits-synth.${k}=${v}`]),
          ...["--out", out],
        );
      const evil = await run("evil.pkl");
      assert.equal(evil.code, 1, evil.said);
      assert.match(evil.said, /evil\.pkl is refused: .*(posix|nt)\.system/);
      assert.equal(await exists(join(folder, "harm")), false);
      assert.equal(await exists(out), false);

      const { code, said } = await run("model.best.pkl");
      assert.equal(code, 0, said);
      const records = new Folder(out);
      const [id] = await records.ids();
      const record = (await records.record(id!))!;
      assert.equal(record.name, "boda-imported");
      assert.equal(record.spec.seed, 2);
      assert.equal(record.spec.training.learningRate, 10 ** -3);
      assert.equal(record.spec.method.hyperparameters["nu"], 0.5);
      assert.equal(record.origin!.lacks, undefined);
      assert.ok(record.result!.calibration !== undefined);
      const logits: number[][] = JSON.parse(await Deno.readTextFile(join(folder, "logits.json")));
      const predictions = (await records.predictions(id!))!;
      const [predicted, confidence] = [
        predictions.flatMap((domain) => domain.predicted),
        predictions.flatMap((domain) => domain.confidence!),
      ];
      assert.equal(predicted.length, count);
      logits.forEach((row, i) => {
        const most = Math.max(...row);
        assert.equal(predicted[i], row.indexOf(most));
        const share = 1 / row.reduce((sum, value) => sum + Math.exp(value - most), 0);
        assert.ok(Math.abs(confidence[i]! - share) < 1e-4, `${confidence[i]} and ${share}`);
      });
    }),
});
