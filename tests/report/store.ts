/**
 * Output folders as a benchmark would leave them, with figures drawn from a seeded stream.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { calibrationOf } from "../../metrics/mod.ts";
import type {
  Calibration,
  Confusion,
  FailureRecord,
  Manifest,
  RunRecord,
  RunSpec,
  StudyTag,
} from "../../bench/records/record.ts";
import { runId } from "../../bench/records/run_id.ts";
import { type Random, stream } from "../../base/random.ts";
import { encodeArrays } from "../../base/safetensors_format.ts";

/** A data set to make up. */
export interface FakeDataset {
  /** Settings of its images; none when left out. */
  settings?: Readonly<Record<string, string | number>>;
  name: string;
  title: string;
  domains: string[];
  classes: number;
  /** Share of images that a middling method classifies correctly. */
  level: number;
}

/** What is to become of a run. */
export type Fate = "done" | "missing" | "failed" | "diverged";

/** A grid to make up. */
export interface FakeGrid {
  datasets: readonly FakeDataset[];
  methods: readonly string[];
  seeds: readonly number[];
  /** Networks that every method is run with; one by default. */
  networks?: readonly string[];
  fate?: (dataset: string, method: string, seed: number) => Fate;
  checkpoints?: number;
  /** Runs of studies, beside the methods. */
  studies?: readonly StudyTag[];
  /** Whether runs keep their confidence and a sample of features, as real ones do. */
  details?: boolean;
}

/** Six data sets of the sizes that are common in the field. */
export const DATASETS: readonly FakeDataset[] = [
  { name: "digits", title: "Digits-MLT", domains: ["MNIST-M", "SVHN"], classes: 10, level: 0.6 },
  { name: "vlcs", title: "VLCS-MLT", domains: ["C", "L", "S", "V"], classes: 5, level: 0.7 },
  {
    name: "pacs",
    title: "PACS-MLT",
    domains: ["art", "cartoon", "photo", "sketch"],
    classes: 7,
    level: 0.9,
  },
  {
    name: "officehome",
    title: "OfficeHome-MLT",
    domains: ["art", "clipart", "product", "real"],
    classes: 65,
    level: 0.75,
  },
  {
    name: "terrainc",
    title: "TerraInc-MLT",
    domains: ["L38", "L43", "L46", "L100"],
    classes: 10,
    level: 0.65,
  },
  {
    name: "domainnet",
    title: "DomainNet-MLT",
    domains: ["clip", "info", "paint", "quick", "real", "sketch"],
    classes: 345,
    level: 0.5,
  },
];

/** Families of made-up methods, by name. */
const FAMILIES: Readonly<Record<string, string>> = {
  erm: "baseline",
  irm: "domain-invariant",
  coral: "domain-invariant",
  mmd: "domain-invariant",
  focal: "imbalance",
  ldam: "imbalance",
  bsoftmax: "imbalance",
  crt: "imbalance",
};

/** Twenty-two method names, with a two-stage one. */
export const METHODS: readonly string[] = [
  ...["erm", "irm", "coral", "mmd", "groupdro", "mixup", "mldg", "dann", "cdann", "mtl", "sagnet"],
  ...["fish", "resamp", "reweight", "sqrtreweight", "cbloss", "focal", "ldam", "bsoftmax", "crt"],
  ...["boda", "boda+crt"],
];

/** Three methods and seeds on one data set, with all that charts are drawn from. */
export const SMALL: FakeGrid = {
  datasets: DATASETS.slice(0, 1),
  methods: ["erm", "irm", "boda"],
  seeds: [0, 1, 2],
  details: true,
};

/** Settings of every study of BRL. */
export const STUDIES: readonly StudyTag[] = [
  tag("ablation", { bce: true, cb: false, rb: false, penalty: false }),
  tag("ablation", { bce: true, cb: true, rb: true, penalty: true }),
  ...[1e-3, 1, 1e3].flatMap((value) => [
    tag("parameters", { parameter: "alpha", value }),
    tag("parameters", { parameter: "beta", value }),
  ]),
  tag("convergence", {}),
  tag("variants", { part: "bce", form: "between domains by √(n_c / n_dc)" }),
];

function tag(name: string, levels: StudyTag["levels"]): StudyTag {
  return { name, method: "brl", levels };
}

/** The network of grids that name none. */
const NETWORK = "digits-cnn";

/** Writes the folder and returns its plan. */
export async function writeStore(out: string, grid: FakeGrid): Promise<Manifest> {
  const named = [
    ...grid.methods.map((name) => ({ name, method: name, study: undefined })),
    ...(grid.studies ?? []).map((study) => ({
      name: `${study.method}: ${study.name} ${Object.values(study.levels).join(" ")}`,
      method: study.method,
      study,
    })),
  ];
  const runs = grid.datasets.flatMap((dataset) =>
    named.flatMap(({ name, method, study }, i) =>
      (grid.networks ?? [NETWORK]).flatMap((network) =>
        grid.seeds.map((seed) => {
          const spec = specOf(dataset, method, network, seed, study && i);
          return { id: runId(spec), name, spec, dataset, ...(study && { study }) };
        })
      )
    )
  );
  const manifest: Manifest = {
    format: 2,
    createdAt: "2026-01-02T03:04:05.000Z",
    command: ["deno", "task", "bench", "--datasets", "all"],
    preset: "standard",
    runs: runs.map(({ dataset: _, ...run }) => run),
    environment: { deno: "2.9.6", git: "0123abc" },
  };
  await Deno.mkdir(join(out, "runs"), { recursive: true });
  await Deno.writeTextFile(join(out, "manifest.json"), JSON.stringify(manifest));
  for (const { id, name, spec, dataset } of runs) {
    const fate = grid.fate?.(dataset.name, name, spec.seed) ?? "done";
    if (fate === "missing") continue;
    const folder = join(out, "runs", id);
    await Deno.mkdir(folder, { recursive: true });
    if (fate === "failed") {
      const error = "Cannot read the image train/5/17.jpg: </script><b>it ends early</b>.";
      const failure: FailureRecord = { id, name, spec, error, at: "2026-01-02T04:00:00.000Z" };
      await Deno.writeTextFile(join(folder, "failure.json"), JSON.stringify(failure));
    } else {
      const record = recordOf(id, name, spec, dataset, fate, grid.checkpoints ?? 10);
      const { result } = record;
      const kept = grid.details && result
        ? { ...record, result: { ...result, calibration: confidences(record, result.test) } }
        : record;
      await Deno.writeTextFile(join(folder, "record.json"), JSON.stringify(kept));
      if (grid.details && result) await writeFeatures(folder, record);
    }
  }
  return manifest;
}

/** How sure predictions were that agree with the record's counts. */
function confidences({ spec, name }: RunRecord, test: readonly Confusion[]): Calibration[] {
  const random = stream(spec.seed, "confidence", spec.dataset.name, name);
  return test.map((confusion) => {
    const made = { labels: [] as number[], predicted: [] as number[], confidence: [] as number[] };
    confusion.forEach((row, truth) =>
      row.forEach((count, predicted) => {
        for (let i = 0; i < count; i++) {
          made.labels.push(truth);
          made.predicted.push(predicted);
          made.confidence.push(
            truth === predicted ? 1 - random.uniform() ** 2 / 2 : 0.2 + 0.7 * random.uniform(),
          );
        }
      })
    );
    return calibrationOf(made);
  });
}

/** Features that cluster by class. */
async function writeFeatures(folder: string, record: RunRecord): Promise<void> {
  const { domains, classes } = record.data;
  const random = stream(record.spec.seed, "features", record.spec.dataset.name, record.name);
  const [images, width] = [300, 64];
  const label = Float32Array.from({ length: images }, () => random.integer(classes.length));
  const domain = Float32Array.from({ length: images }, (_, i) => i % domains.length);
  const values = Float32Array.from({ length: images * width }, (_, i) => {
    const c = label[Math.floor(i / width)]!;
    return Math.sin((c + 1) * (i % width)) + 0.5 * random.normal();
  });
  const file = encodeArrays({
    features: { shape: [images, width], values },
    domain: { shape: [images], values: domain },
    label: { shape: [images], values: label },
  });
  await Deno.writeFile(join(folder, "features.safetensors"), file);
}

function specOf(
  dataset: FakeDataset,
  name: string,
  network: string,
  seed: number,
  setting?: number,
): RunSpec {
  const [first, second] = name.split("+");
  const spec = (method: string, stage1: RunSpec | null): RunSpec => ({
    format: 2,
    dataset: { name: dataset.name, imageSize: 32, settings: dataset.settings ?? {} },
    method: {
      name: method,
      version: 1,
      hyperparameters: { weight: setting ?? method.length / 10 },
    },
    stage1,
    seed,
    training: {
      network: { name: network, width: 1 },
      steps: 500,
      batch: 64,
      checkpointEvery: 50,
      learningRate: 0.001,
      weightDecay: 0,
      selection: "validation-macro-f1",
    },
    engine: { backend: "native", threads: 2, execution: "xla" },
  });
  const stage1 = spec(first!, null);
  return second ? spec(second, stage1) : stage1;
}

function recordOf(
  id: string,
  name: string,
  spec: RunSpec,
  dataset: FakeDataset,
  fate: "done" | "diverged",
  checkpoints: number,
): RunRecord {
  const { domains, classes } = dataset;
  const network = spec.training.network.name;
  const what = network === NETWORK ? name : `${name} ${network}`;
  const random = stream(spec.seed, "fake", dataset.name, what);
  const skill = stream(0, "skill", dataset.name, what).normal() * 0.05 +
    stream(spec.seed, "luck", dataset.name).normal() * 0.015 + random.normal() * 0.01;
  const train = domains.map((_, d) =>
    Array.from(
      { length: classes },
      (_, c) => Math.floor(500 * 0.01 ** (((c + 2 * d) % classes) / classes)) - 5,
    )
  );
  const images = classes > 100 ? 5 : 20;
  const even = domains.map(() => new Array<number>(classes).fill(images));
  const confusions = () =>
    domains.map((_, d) => {
      const level = dataset.level + skill - 0.06 * d;
      return confusion(train[d]!, images, level, random);
    });
  const curve = Array.from({ length: checkpoints }, (_, i) => {
    const progress = 1 - 0.03 ** ((i + 1) / checkpoints);
    const values = domains.map((_, d) => progress * (dataset.level + skill - 0.06 * d));
    return {
      step: Math.round(((i + 1) * spec.training.steps) / checkpoints),
      terms: { loss: 2.3 * (1 - progress) + 0.1 + 0.05 * random.uniform() },
      validation: { accuracy: values, macro_f1: values.map((value) => value - 0.02) },
    };
  });
  return {
    id,
    spec,
    name,
    outcome: fate === "done" ? { status: "done" } : { status: "diverged", step: 137 },
    data: {
      title: dataset.title,
      domains,
      classes: Array.from({ length: classes }, (_, c) => `class ${c}`),
      counts: { train, validation: even, test: even },
      shots: { many: 100, few: 20 },
      fingerprint: createHash("sha256").update(dataset.name).digest("hex").slice(0, 16),
    },
    method: {
      title: name.toUpperCase(),
      family: FAMILIES[name] ?? (name.startsWith("boda") ? "ours & theirs" : "other"),
      source: `Somebody et al. 2020, On ${name}`,
    },
    curve: fate === "done" ? curve : curve.slice(0, 2),
    result: fate === "done"
      ? { step: spec.training.steps, validation: confusions(), test: confusions() }
      : null,
    environment: { deno: "2.9.6", tensorflow: "2.21.0", cpu: "made up", git: "0123abc" },
    timing: {
      startedAt: "2026-01-02T03:04:05.000Z",
      seconds: 12.5 + random.uniform(),
      trainingSeconds: 10,
      evaluationSeconds: 2,
      dataSeconds: 0.5,
      peakMemory: 7e8,
    },
  };
}

/** Classes with more training images are classified better. */
function confusion(
  train: readonly number[],
  images: number,
  level: number,
  random: Random,
): Confusion {
  const classes = train.length;
  return train.map((count, truth) => {
    const recall = level + 0.08 * (Math.log10(Math.max(count, 1)) - 1.5);
    const row = new Array<number>(classes).fill(0);
    for (let i = 0; i < images; i++) {
      const predicted = random.uniform() < recall ? truth : random.integer(classes);
      row[predicted]!++;
    }
    return row;
  });
}
