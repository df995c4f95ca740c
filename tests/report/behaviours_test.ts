import assert from "node:assert/strict";
import { Folder } from "../../bench/records/folder.ts";
import { PRIMARY } from "../../metrics/mod.ts";
import { behaviours } from "../../methods/brl/behaviours.ts";
import { STUDIES } from "../../methods/mod.ts";
import type { TrainingStudy } from "../../methods/study.ts";
import { figuresOf } from "../../report/analysis/behaviours.ts";
import { type Run, scoreKey } from "../../report/folder.ts";
import type { MethodResults } from "../../report/analysis/arrange.ts";
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
      curve: curve.map(([loss, f1], i) => ({
        step: i + 1,
        loss,
        scores: new Map([[PRIMARY.name, f1]]),
      })),
    },
  } as unknown as Run;
}

const VALUES = [1e-7, 1e-5, 1e-3, 0.01, 0.1, 1, 10, 100, 1e3, 1e4];

/** A study of BRL on a made-up data set. */
function study(name: string, settings: StudyResults["settings"]): StudyResults {
  return {
    file: name,
    study: STUDIES.find((s) => s.name === name && s.method === "brl") as TrainingStudy,
    metric: PRIMARY,
    network: { name: "cnn", title: "CNN" },
    dataset: { name: "made-up", title: "Made up" },
    method: { name: "brl", title: "BRL" },
    subject: "BRL",
    settings,
  };
}

function parameter(parameter: string, scores: readonly number[]): StudyResults {
  return study(
    "parameters",
    VALUES.map((value, i) => ({
      name: `${parameter}=${value}`,
      levels: { parameter, value },
      runs: [run(scores[i]!)],
    })),
  );
}

function convergence(curve: [number, number][]): StudyResults {
  return study("convergence", [{ name: "convergence", levels: {}, runs: [run(60, 60, curve)] }]);
}

const methods = (gaps: Readonly<Record<string, number>>) =>
  Object.entries(gaps).map(([name, gap]) => ({
    name,
    runs: [run(60, 60 - gap)],
  })) as unknown as MethodResults[];

const verdicts = async (methods: readonly MethodResults[], studies: readonly StudyResults[]) => {
  const figures = figuresOf(new Folder("/no/such/folder"), methods, studies);
  const findings = await Promise.all(behaviours.map(({ judge }) => judge(figures)));
  return findings.map(({ verdict }) => verdict);
};

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
  assert.deepEqual(await verdicts([], []), Array(6).fill("not run"));
});
