/** Lines of a terminal while runs go on. */
import assert from "node:assert/strict";
import { liveLine, runWords } from "../../cli/live_lines.ts";
import { planOf } from "../bench/crash.ts";

const [run] = planOf("erm");

const seen = { loss: 0.41234, metric: "macro_f1", best: 0.9123 };
const words = runWords(
  { run: run!, done: 300, total: 720, seen, from: { time: 0, done: 100 } },
  20_000,
);

Deno.test("a run's line has method, seed, step, loss, best validation figure and time left", () => {
  assert.equal(
    liveLine({ share: 300 / 720, words }, 120),
    "████████░░░░░░░░░░░  41% erm seed 0  step 300/720  loss 0.412  best 91.2  0:42 left  " +
      "(validation macro-F1)",
  );
});

Deno.test("before the first steps only what is known is shown", () => {
  const first = runWords({ run: run!, done: 0, total: 720 }, 0);
  assert.deepEqual(first.slice(0, 2), ["erm seed 0", "step 0/720"]);
  assert.ok(!first.join().includes("left") && !first.join().includes("loss"));
});

Deno.test("lines fit every terminal, and lose first what matters least", () => {
  for (let columns = 1; columns <= 200; columns++) {
    const line = liveLine({ share: 0.5, words }, columns);
    assert.ok(line.length <= Math.max(1, columns - 1), `${columns}: ${line}`);
  }
  assert.match(liveLine({ share: 0.5, words }, 80), /loss 0\.412 {2}best 91\.2 {2}0:42 left$/);
  assert.match(liveLine({ share: 0.5, words }, 60), /erm seed 0 {2}step 300\/720 {2}loss 0\.412$/);
  assert.match(liveLine({ share: 0.5, words }, 30), /^ 50% erm seed 0/);
  const line = liveLine({ share: 0.5, words }, 120);
  assert.ok([...line].every((letter) => letter >= " "), "no colour, no control");
});
