/**
 * A checkpoint's network evaluated on our images: a full record.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { DataError } from "../../base/errors.ts";
import type { Dataset, DatasetDefinition } from "../../datasets/dataset.ts";
import { splitCounts } from "../../datasets/dataset.ts";
import type { Metric } from "../../metrics/mod.ts";
import type { Method } from "../../methods/method.ts";
import { executor } from "../../tensor/compile/mod.ts";
import type { BackendInfo } from "../../tensor/backend.ts";
import { environment, revisionOfCode } from "../execute/environment.ts";
import type { Origin, RunSpec } from "../records/record.ts";
import { runName } from "../records/run_id.ts";
import { evaluate, NotFiniteError, type Predictor } from "../train/evaluation.ts";
import { Residents } from "../train/feed.ts";
import { seenBy } from "../train/normalise.ts";
import { type KnownCheckpoint, networkOf } from "./checkpoint.ts";
import { type ForeignRun, recordFromPredictions } from "./record.ts";
import { hyperparametersOf } from "./results_folder.ts";
import { importedMethod, importedSpec, UNTOLD_RULE } from "./spec.ts";
import type { Imported } from "./write.ts";

/** What is evaluated on what. */
export interface CheckpointRun {
  readonly checkpoint: KnownCheckpoint;
  readonly definition: DatasetDefinition;
  readonly dataset: Dataset;
  readonly settings: RunSpec["dataset"]["settings"];
  readonly method: string;
  readonly seed: number;
  readonly framework: Pick<Origin, "framework" | "version">;
  readonly methods: readonly Method[];
  readonly metrics: readonly Metric[];
  readonly backend: BackendInfo;
}

/**
 * Evaluates a checkpoint.
 *
 * @throws {DataError} When its model does not fit the data set.
 */
export async function evaluated(run: CheckpointRun): Promise<Imported> {
  const { checkpoint, definition, dataset, method, methods, metrics, backend } = run;
  const { hparams, file, network: { name } } = checkpoint;
  const seen = seenBy(checkpoint.network, dataset, definition.images);
  const began = performance.now();
  const network = networkOf(checkpoint, dataset.classes.length, dataset.inputShape);
  const residents = new Residents(seen);
  const by = executor("eager");
  const predictor: Predictor = {
    ...{ executor: by, residents, filled: false, own: false, key: () => "logits" },
    predict: (images) => network.logits(images),
  };
  try {
    const options = { metrics, shots: definition.shots };
    const tell = (error: unknown) => {
      if (!(error instanceof NotFiniteError)) throw error;
      throw new DataError(`Cannot import ${file.name}: its network gives no finite numbers.`);
    };
    const test = await evaluate(seen, "test", predictor, options).catch(tell);
    const validation = await evaluate(seen, "validation", predictor, options).catch(tell);
    const spec: RunSpec = {
      ...importedSpec({
        from: "checkpoint",
        dataset: {
          name: definition.name,
          imageSize: dataset.inputShape[0]!,
          settings: run.settings,
        },
        ...{ method, seed: run.seed, hyperparameters: ownOf(hparams) },
        training: {
          network: { name, width: 1 },
          batch: numberOf(hparams["batch_size"]),
          learningRate: numberOf(hparams["lr"]),
          weightDecay: numberOf(hparams["weight_decay"]),
          selection: file.name.includes("best") ? "validation-accuracy" : UNTOLD_RULE,
        },
      }),
      engine: { backend: backend.backend, threads: backend.threads, execution: "eager" },
    };
    const seconds = (performance.now() - began) / 1000;
    const foreign: ForeignRun = {
      spec,
      name: runName(spec, methods),
      data: {
        title: definition.title,
        domains: dataset.domains.map((domain) => domain.name),
        classes: dataset.classes,
        counts: splitCounts(dataset),
        shots: definition.shots,
        fingerprint: dataset.fingerprint,
      },
      method: importedMethod(method, methods),
      origin: {
        kind: "imported",
        from: "checkpoint",
        files: [file],
        ...run.framework,
        split: "checked",
      },
      ...{ test: test.predictions, validation: validation.predictions, metrics },
      environment: await environment(backend, await revisionOfCode()),
      timing: { evaluationSeconds: seconds },
    };
    return recordFromPredictions(foreign);
  } finally {
    tf.dispose([
      ...network.parameters.map(({ variable }) => variable),
      ...network.featurizer.constants,
    ]);
    residents.dispose();
    by.dispose();
  }
}

/** Hyperparameters of the method's own. */
function ownOf(hparams: KnownCheckpoint["hparams"]) {
  const { lr: _, weight_decay: __, batch_size: ___, ...own } = hyperparametersOf({ hparams });
  return own;
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}
