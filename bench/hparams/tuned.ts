/**
 * What a preset of hyperparameters has for the runs of a plan.
 *
 * @module
 */
import type { RunSpec } from "../records/record.ts";
import { runName, type Stages } from "../records/run_id.ts";
import type { Hparams, TunedSetting } from "./hparams.ts";

/** Finds the values of runs in a preset, and remembers what was not there. */
export class Tuned {
  readonly #absent = new Set<string>();
  readonly #older = new Set<string>();

  constructor(private readonly preset: Hparams | undefined, private readonly methods: Stages) {}

  /** The values of a run's stages; null where there is no preset, or it does not have the method. */
  of(spec: RunSpec): TunedSetting["stages"] | null {
    if (this.preset === undefined) return null;
    const name = runName(spec, this.methods);
    const found = this.preset.methods[name]?.stages;
    if (found === undefined) {
      this.#absent.add(name);
      return null;
    }
    for (let stage: RunSpec | null = spec; stage !== null; stage = stage.stage1) {
      const { method } = stage;
      const then = found[method.name]?.version;
      if (then !== undefined && then !== method.version) this.#older.add(method.name);
    }
    return found;
  }

  /** What is to be said of the methods that were asked for; a sentence each. */
  get notes(): string[] {
    const { preset } = this;
    const of = (names: ReadonlySet<string>) => [...names].join(", ");
    return [
      ...(this.#absent.size > 0
        ? [`Not in ${preset!.name}, and so with defaults: ${of(this.#absent)}.`]
        : []),
      ...(this.#older.size > 0
        ? [`Tuned in ${preset!.name} in another version of the method: ${of(this.#older)}.`]
        : []),
    ];
  }
}
