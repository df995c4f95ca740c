/**
 * Our side of `deno task perf --gpu`, in a process of its own: `measure_gpu.ts WHAT THREADS` prints one
 * line of JSON. WHAT is `device`, `weights`, or a step as JSON.
 *
 * @module
 */
import { printJson } from "../base/terminal.ts";
import { stepOf } from "../bench/train/prepare.ts";
import { type Execution, executor } from "../tensor/compile/mod.ts";
import { startBackend } from "../tensor/backend.ts";
import { medianStep, prepare, type Setting } from "./setting.ts";

/** A step to be measured. */
export interface StepRequest extends Setting {
  readonly execution: Execution;
  readonly times: number;
}

/** Updates after which weights are compared. */
const STEPS = 20;

const [what, threads] = Deno.args as [string, string];
const backend = await startBackend("native", Number(threads));
if (what === "device") printJson(backend);
else if (what === "weights") printJson({ weights: await trained() });
else printJson({ value: await step(JSON.parse(what)) });
Deno.exit(0);

function step({ execution, times, ...setting }: StepRequest): Promise<number> {
  return medianStep(setting, times, execution, { xlaOnGpu: true });
}

/** All weights after some updates of preset `quick`. */
async function trained(): Promise<number[]> {
  const { ctx, learner, batches } = prepare({
    network: "cnn",
    width: 0.125,
    batch: 16,
    imageSize: 28,
  });
  const update = stepOf(ctx, learner, executor("graph"));
  for (let i = 0; i < STEPS; i++) await update(batches, i);
  return ctx.parameters.flatMap(({ variable }) => [...variable.dataSync()]);
}
