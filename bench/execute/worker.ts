/**
 * A worker process: trains the runs that it is given on its standard input, one after the other.
 *
 * Started by `worker_process.ts` as `worker.ts BACKEND THREADS`; stays alive from run to run, because
 * starting TensorFlow takes longer than a small run. Ends when its input ends, be it that the harness
 * has finished or that it was killed: a run that is going on is kept as it stands, to be continued by
 * whoever claims it next.
 *
 * @module
 */
import { authorsLine } from "../../base/authors_line.ts";
import { stopSignals } from "../../base/command.ts";
import { isSentence, machineAtFault } from "../../base/errors.ts";
import { leave, unlessEnded } from "../../base/leaving.ts";
import { writeAllSync } from "../../base/terminal.ts";
import { ReaderPool } from "../../datasets/reading/reader_pool.ts";
import { startBackend } from "../../tensor/backend.ts";
import { reloadCatalogue, withOwnDatasets } from "../catalogue.ts";
import type { RunSpec } from "../records/record.ts";
import { carryOut, carryOutRehearsal, type TrainingState } from "./carry_out.ts";
import { dieWithParent } from "./guard.ts";
import { encodeMessage, lines, type RunOrder, type WorkerMessage } from "./messages.ts";

if (import.meta.main) {
  const [backend, threads] = Deno.args as [RunSpec["engine"]["backend"], string];
  dieWithParent();
  const stop = new AbortController();
  // On a terminal, Ctrl-C reaches the workers as well as the harness: all stop in good order.
  for (const signal of stopSignals()) Deno.addSignalListener(signal, () => stop.abort());
  const state: TrainingState = {
    // Where another program trains, TensorFlow would only take memory from it.
    backend: backend === "elsewhere" ? null : await startBackend(backend, Number(threads)),
    datasets: new Map(),
    pretrained: new Map(),
    readers: new ReaderPool(),
    stop: stop.signal,
    catalogue: async ({ plugins, paths }) =>
      await withOwnDatasets(await reloadCatalogue(plugins), paths),
    send,
  };
  send({ type: "ready" });
  const orders = lines(Deno.stdin.readable)[Symbol.asyncIterator]();
  for (let next = orders.next();;) {
    const { value, done } = await next;
    if (done || stop.signal.aborted) break;
    // The next word comes after this run's end, unless it is the end of the harness.
    next = orders.next();
    next.then(({ done }) => done && stop.abort());
    const order = JSON.parse(value) as RunOrder;
    const work = order.rehearsal ? carryOutRehearsal : carryOut;
    using _ = endingAtStrays(order);
    send(await unlessEnded(() => work(order, state), (how) => send(endOf(order, how))));
  }
  leave(0);
}

/** Until it is disposed, an error that nobody awaits or catches ends the run, and this process. */
function endingAtStrays({ run }: RunOrder): Disposable {
  const listener = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    const thrown: unknown = "reason" in event ? event.reason : event.error;
    const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
    const error = isSentence(cause)
      ? cause.message
      : `Cannot train "${run.name}": an error that nothing waits for or catches: ` +
        `${cause.message}${authorsLine(cause)}`;
    send({ type: "failed", error, machine: machineAtFault(cause), stack: cause.stack ?? "" });
    leave(1);
  };
  addEventListener("unhandledrejection", listener);
  addEventListener("error", listener);
  return {
    [Symbol.dispose]() {
      removeEventListener("unhandledrejection", listener);
      removeEventListener("error", listener);
    },
  };
}

/** The end of a run whose code ends its worker, and would end what comes after it. */
function endOf({ run }: RunOrder, how: string): WorkerMessage {
  const error = `Cannot train "${run.name}": it ${how}; throw an error in its place`;
  return { type: "failed", error, machine: false };
}

function send(message: WorkerMessage): void {
  try {
    writeAllSync(Deno.stdout, encodeMessage(message));
  } catch (error) {
    // The harness is gone, which the end of the input says as well.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
