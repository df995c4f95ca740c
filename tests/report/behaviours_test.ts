import assert from "node:assert/strict";
import type { Study } from "../../bench/records/record.ts";
import { behaviours } from "../../report/analysis/behaviours.ts";
import { type Run, scoreKey } from "../../report/folder.ts";
import type { DatasetResults } from "../../report/analysis/arrange.ts";
import type { StudyResults } from "../../report/analysis/studies.ts";

/** A finished run as far as the behaviours look at it. */
function run(average: number, worst = average, curve: [number, number][] = []): Run {
  return {
    id: "none",
    state: { status: "done" },
    digest: {
      scores: new Map([
        [scoreKey("average", "macro_f1"), average / 100],
        [scoreKey("worst", "macro_f1"), worst / 100],
      ]),
      curve: curve.map(([loss, macroF1], i) => ({ step: i + 1, loss, macroF1 })),
    },
  } as unknown as Run;
}

const VALUES = [1e-7, 1e-5, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4];

function parameter(name: string, scores: readonly number[]): StudyResults {
  return {
    dataset: "made-up",
    title: "Made up",
    kind: "parameter",
    settings: VALUES.map((value, i) => ({
      study: { kind: "parameter", parameter: name, value } satisfies Study,
      runs: [run(scores[i]!)],
    })),
  };
}

function convergence(curve: [number, number][]): StudyResults {
  const study: Study = { kind: "convergence" };
  return {
    dataset: "made-up",
    title: "Made up",
    kind: "convergence",
    settings: [{ study, runs: [run(60, 60, curve)] }],
  };
}

const methods = (gaps: Readonly<Record<string, number>>) =>
  ({
    methods: Object.entries(gaps).map(([name, gap]) => ({ name, runs: [run(60, 60 - gap)] })),
  }) as unknown as DatasetResults;

const verdicts = async (methods: DatasetResults | null, studies: readonly StudyResults[]) =>
  (await behaviours("/no/such/folder", "made-up", methods, studies)).map(({ verdict }) => verdict);

Deno.test("what the paper describes holds", async () => {
  const found = await verdicts(methods({ brl: 2, erm: 5, boda: 4, "brl+crt": 1 }), [
    parameter("alpha", [60, 60, 60, 61, 60, 62, 60, 59, 60, 58]),
    parameter("beta", [60, 60, 61, 63, 61, 50, 40, 30, 20, 10]),
    parameter("gamma", [60, 61, 60, 62, 60, 61, 60, 60, 40, 20]),
    convergence([[5, 0.1], [4, 0.2], [3, 0.3], [2, 0.4], [1, 0.5]]),
  ]);
  assert.deepEqual(found, ["holds", "holds", "holds", "holds", "holds", "not run"]);
});

Deno.test("the opposite does not hold, and halves are said to be", async () => {
  const opposite = await verdicts(methods({ brl: 9, erm: 5, boda: 4 }), [
    parameter("alpha", [60, 60, 60, 61, 40, 30, 20, 10, 10, 10]),
    parameter("beta", [40, 40, 41, 43, 41, 50, 60, 30, 20, 10]),
    parameter("gamma", [60, 61, 60, 30, 60, 61, 60, 60, 60, 60]),
    convergence([[1, 0.5], [2, 0.4], [3, 0.3], [4, 0.2], [5, 0.1]]),
  ]);
  assert.deepEqual(opposite.slice(0, 5), Array(5).fill("does not hold"));
  const half = await verdicts(methods({ brl: 5, erm: 6, boda: 7, dann: 4 }), [
    parameter("alpha", [60, 60, 60, 61, 60, 62, 60, 40, 40, 40]),
    parameter("beta", [60, 60, 61, 63, 61, 62, 62, 62, 62, 62]),
    parameter("gamma", [60, 61, 60, 62, 60, 61, 60, 60, 60, 61]),
    convergence([[5, 0.1], [4, 0.5], [3, 0.2], [2, 0.4], [1, 0.3]]),
  ]);
  assert.deepEqual(half.slice(0, 5), Array(5).fill("partly"));
});

Deno.test("without records nothing is claimed", async () => {
  assert.deepEqual(await verdicts(null, []), Array(6).fill("not run"));
});
