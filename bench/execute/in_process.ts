/**
 * An executor that trains one run after the other in this process: for definitions that are handed in
 * as objects, which no other process can load.
 *
 * @module
 */
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import { startBackend } from "../../tensor/backend.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { Store } from "../records/store.ts";
import { carryOut, carryOutRehearsal, type TrainingState } from "./carry_out.ts";
import { defineExecutor, type Outcomes, type Session } from "./executor.ts";
import { orderOf, type WorkerMessage } from "./messages.ts";
import { backendOf } from "./preflight.ts";
import { rehearseAll } from "./rehearse_all.ts";
import { Scheduler } from "./scheduler.ts";

/** Milliseconds between looks at a run that another process is at. */
const CLAIM_POLL_MS = 1000;

/** The executor. */
export default defineExecutor({
  name: "in-process",
  title: "this process",
  options: {},
  width: () => Promise.resolve(1),
  run: async (runs, session) => ({ outcomes: await trainHere(runs, session) }),
});

/** Trains runs in this process, whose TensorFlow is started as the first of them needs it. */
async function trainHere(runs: readonly PlannedRun[], session: Session): Promise<Outcomes> {
  session.events?.onBegin?.(runs);
  using scheduler = new Scheduler(runs, new Store(session.out), session);
  let state: Omit<TrainingState, "send"> | undefined;
  await rehearseAll(runs, scheduler, session, async (run) => {
    state ??= await stateOf(run, session);
    const send = (message: WorkerMessage) => tell(message, run, session);
    return await carryOutRehearsal(orderOf(run, session, true), { ...state, send });
  });
  for (let turn; (turn = await scheduler.next()) !== null;) {
    const { run } = turn;
    state ??= await stateOf(run, session);
    const send = (message: WorkerMessage) => tell(message, run, session);
    const end = await carryOut(orderOf(run, session), { ...state, send });
    if (end.type === "taken") scheduler.wait(turn, CLAIM_POLL_MS, end.holder);
    else if (end.type === "failed") await scheduler.fail(run, end.error, end.stack);
    else if (end.type === "stopped") break; // the run is kept as it stands
    else if (end.type === "trained") scheduler.settle(run, end.outcome);
    else scheduler.settle(run, { status: "existing" });
  }
  return scheduler.outcomes;
}

async function stateOf(
  run: PlannedRun,
  { catalogue, signal }: Session,
): Promise<Omit<TrainingState, "send">> {
  return {
    backend: await startBackend(backendOf([run]), run.spec.engine.threads),
    datasets: new Map(),
    pretrained: new Map(),
    readers: new ReaderPool(),
    stop: signal ?? new AbortController().signal,
    catalogue: () => Promise.resolve(catalogue),
  };
}

function tell(message: WorkerMessage, run: PlannedRun, { events }: Session): void {
  if (message.type === "begun") events?.onStart?.(run);
  if (message.type === "work") events?.onWork?.(message.what, message.done, message.total);
  if (message.type === "step") {
    events?.onStep?.(run, message.done, message.total, message.seen);
  }
}
