import assert from "node:assert/strict";
import { join } from "node:path";
import { runProgram } from "../../base/command.ts";
import { projectPath } from "../../base/paths.ts";
import { Store } from "../../bench/records/store.ts";
import { BACKEND, cli, withFolder } from "../bench/crash.ts";

const environment = Deno.env.toObject();
const torch = await runProgram("python3", ["-c", "import torch, numpy, PIL"], {
  environment,
  minutes: 5,
});
/** Fewer say too little of how far seeds lie apart. */
const SEEDS = 5;
const example = projectPath("examples/pytorch_method/train.py");

Deno.test("the example of a program is shorter than 100 lines", async () => {
  const lines = (await Deno.readTextFile(example)).trimEnd().split("\n");
  assert(lines.length < 100, `${lines.length} lines`);
});

Deno.test({
  name: `ERM in PyTorch agrees with ours within the spread over seeds${
    torch.success ? "" : ` (skipped: ${torch.reason})`
  }`,
  ignore: !torch.success,
  fn: () =>
    withFolder(async (out) => {
      const grid = [
        ...[
          "--datasets",
          "digits-synth",
          "--preset",
          "quick",
          "--seeds",
          `${SEEDS}`,
          "--backend",
          BACKEND,
        ],
        ...["--set", "digits-synth.test=40", "--set", "digits-synth.validation=20"],
      ];
      const command = `mine=python3 ${example} {spec}`;
      const both = await cli(
        "bench",
        ...[...grid, "--methods", "erm", "--method-command", command, "--out", out, "--json"],
      );
      assert.equal(both.code, 0, both.err);
      const shown = await cli("results", "--out", out, "--json", "--metrics", "accuracy");
      const rows: { method: string; domain: string; mean: number; sd: number; n: number }[] = JSON
        .parse(shown.out);
      for (const domain of ["average", "worst"]) {
        const [ours, theirs] = ["erm", "mine"].map((method) =>
          rows.find((row) => row.method === method && row.domain === domain)!
        ) as [typeof rows[0], typeof rows[0]];
        assert.deepEqual([ours.n, theirs.n], [SEEDS, SEEDS]);
        // Three standard errors of a difference of means, of seeds that are no pairs.
        const error = Math.sqrt((ours.sd ** 2 + theirs.sd ** 2) / SEEDS);
        assert(
          Math.abs(ours.mean - theirs.mean) < 3 * error,
          `${domain}: ${ours.mean} ± ${ours.sd}, ${theirs.mean} ± ${theirs.sd}`,
        );
        assert(theirs.mean > 20, "it has learned: ten classes");
      }

      // Asked again, nothing is trained; ours alone keeps the program's runs in the tables.
      const again = await cli(
        "bench",
        ...[...grid, "--methods", "mine", "--method-command", command, "--out", out],
      );
      assert.match(again.out, new RegExp(`^0 of ${SEEDS} runs trained .*, ${SEEDS} existing`));
      const csv = await Deno.readTextFile(join(out, "results.csv"));
      assert.match(csv, /,erm,/);
      assert.match(csv, /,mine,/);
      const store = new Store(out);
      const { runs } = (await store.manifest())!;
      const record = (await store.record(runs.find(({ name }) => name === "mine")!.id))!;
      assert.match(String(record.environment["torch"]), /^\d/);
      const { steps, checkpointEvery } = record.spec.training;
      assert.equal(record.curve.length, Math.ceil(steps / checkpointEvery));

      // What a plan says is to be started is not: the command must be the user's own.
      const repeated = await cli("bench", "--from", out, "--out", join(out, "again"));
      assert.equal(repeated.code, 2);
      assert.match(repeated.err, /no program of a plan that was read is started/);
    }),
});
