/** A clock that is set back while runs go on: nothing waits for it, and nothing took less than no time. */
import assert from "node:assert/strict";
import { Scheduler } from "../../bench/execute/scheduler.ts";
import { StallWatch } from "../../bench/execute/stall.ts";
import { Store } from "../../bench/records/store.ts";
import { Stopwatch } from "../../bench/train/stopwatch.ts";
import { place, planOf, withFolder } from "./crash.ts";

const HOUR = 3_600_000;

/** Does some work, with a clock that is an hour behind from the moment that `setBack` is called. */
async function withClock(work: (setBack: () => void) => Promise<void>): Promise<void> {
  const RealDate = globalThis.Date, now = Date.now;
  try {
    await work(() => {
      globalThis.Date = class extends RealDate {
        constructor(...given: [] | [number]) {
          super(...(given.length === 0 ? [now() - HOUR] : given) as [number]);
        }
        static override now = () => now() - HOUR;
      } as typeof Date;
    });
  } finally {
    globalThis.Date = RealDate;
  }
}

Deno.test("times of a run never shrink when the clock is set back", () =>
  withClock(async (setBack) => {
    const progress = { seconds: { training: 0, evaluation: 0, data: 0, total: 0 } };
    const watch = new Stopwatch(progress);
    await watch.time("training", () => Promise.resolve());
    const before = progress.seconds;
    await watch.time("training", () => {
      setBack();
      assert.ok(Date.now() < performance.timeOrigin + performance.now() - HOUR / 2);
    });
    const { training, total } = progress.seconds;
    assert.ok(training >= before.training && total >= before.total && before.training >= 0);
    assert.ok(total < 60, `${total}`);
  }));

Deno.test("a standstill is noticed, and only one, when the clock is set back", () =>
  withClock(async (setBack) => {
    const watch = new StallWatch(0.05);
    setBack();
    assert.equal(await watch.next(new Promise<never>(() => {})), null);
    assert.equal(await new StallWatch(60).next(Promise.resolve("sign")), "sign");
  }));

Deno.test("a run that another process is at is asked for again when the clock is set back", () =>
  withFolder((out) =>
    withClock(async (setBack) => {
      using scheduler = new Scheduler(planOf("erm"), new Store(out), place(out));
      const turn = (await scheduler.next())!;
      scheduler.wait(turn, 30, 7);
      setBack();
      const again = (await scheduler.next())!;
      assert.equal(again.run.id, turn.run.id);
      scheduler.settle(again.run, { status: "existing" });
      assert.equal(await scheduler.next(), null);
    })
  ));
