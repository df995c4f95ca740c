/**
 * `deno task perf [NAME…]`: benchmarks, beside PyTorch where `python3 -c 'import torch'` works.
 *
 * Ours and the peer's processes are run in turn, so a change of the machine's pace meets both; the
 * ratio is the median over the pairs.
 *
 * @module
 */
import { cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import { Command, Option } from "commander";
import { integerAtLeast } from "../base/arguments.ts";
import { find, notFoundMessage, UsageError } from "../base/errors.ts";
import { print, printError } from "../base/terminal.ts";
import { cacheDirectory, prepareBackend } from "../tensor/backend.ts";
import { addonPath, packageFolder } from "../tensor/native/addon.ts";
import { METHODS } from "../methods/mod.ts";
import { measureGpu } from "./gpu.ts";
import { type Benchmark, here, measure, MEASURING } from "./pairs.ts";

interface PerfOptions {
  readonly pairs: number;
  readonly threads: number;
  readonly profile?: boolean;
  readonly against?: string;
  readonly processorTime?: boolean;
  readonly gpu?: boolean;
  readonly device: "gpu" | "cpu";
  readonly small?: boolean;
}

/** A benchmark of reading images beside a DataLoader with Pillow. */
function reading(measurement: string, unit: Benchmark["unit"], description: string): Benchmark {
  return {
    name: measurement,
    measurement,
    description,
    unit,
    program: "measure_data.ts",
    peer: {
      arguments: [join(cacheDirectory(), "perf-images-1")],
      program: "peer_data.py",
      needs: "torch, PIL",
    },
  };
}

/** A benchmark of time per call beside PyTorch in its default and in its channels_last layout. */
function paired(measurement: string, description: string): Benchmark[] {
  const shared = { measurement, unit: "ms" } as const;
  return [
    { ...shared, name: measurement, description, peer: { arguments: [] } },
    {
      ...shared,
      name: `${measurement}/channels-last`,
      description: `${description}; PyTorch in its channels_last layout`,
      peer: { arguments: ["channels_last"] },
    },
  ];
}

const BENCHMARKS: readonly Benchmark[] = [
  ...paired("digits-step", "ERM update of the digits CNN, 2 × 64 images, full width"),
  ...paired("digits-step-quarter", "the same at a quarter of the width"),
  ...paired(
    "digits-step-quick",
    "ERM update of preset quick: 2 × 16 images, an eighth of the width",
  ),
  ...paired("digits-forward", "forward pass of the digits CNN over 128 images"),
  ...paired("resnet50-step-64", "ERM update of ResNet-50, 2 × 8 images of 64 px"),
  ...paired("resnet50-step-224", "ERM update of ResNet-50, 2 × 4 images of 224 px"),
  paired("digits-step-eager", "the digits step operation by operation, not compiled")[0]!,
  ...paired("digits-run", "a whole run: 60 updates, 4 checkpoints, against a plain loop as MDLT's"),
  {
    name: "peak-memory",
    description: "largest memory of a process after 14 updates of the digits CNN",
    measurement: "peak-memory",
    unit: "MiB",
    peer: { arguments: [] },
  },
  {
    name: "memory-growth",
    description: "growth of a process from update 200 to 2,000 of preset quick",
    measurement: "memory-growth",
    unit: "MiB",
    peer: null,
  },
  {
    name: "start-up",
    description: "a process from its start to the result of its first operation",
    measurement: "start-up",
    unit: "ms",
    peer: { arguments: [] },
    wholeProcess: true,
  },
  reading(
    "decode-augment",
    "images/s",
    "JPEGs decoded and augmented to 224 px, as many readers as threads",
  ),
  reading("cached-augment", "images/s", "the same from decoded images"),
  reading("first-batch", "ms", "first batch of 48 such images, readers started for it"),
  {
    name: "runs-per-hour",
    description: "runs of preset quick, as many workers as threads beside one with all threads",
    measurement: "runs-per-hour",
    unit: "runs/hour",
    program: "measure_runs.ts",
    peer: null,
  },
  ...METHODS.filter(({ steps }) => steps !== 0).map(({ name, title, cost }): Benchmark => ({
    name: `update/${name}`,
    description: `update of ${title} beside one of ERM, 2 × 64 digits, a quarter of the width`,
    measurement: `update/${name}`,
    unit: "ms",
    peer: null,
    passes: cost?.passes ?? 1,
  })),
  ...METHODS.filter(({ steps }) => steps !== 0).flatMap(({ name, title, cost }): Benchmark[] => [
    {
      name: `update-quick/${name}`,
      description: `update of ${title} beside one of ERM, preset quick`,
      measurement: `update-quick/${name}`,
      unit: "ms",
      peer: null,
      passes: cost?.passes ?? 1,
    },
    {
      name: `javascript/${name}`,
      description: `JavaScript of a step of ${title} outside of native calls, preset quick`,
      measurement: `javascript/${name}`,
      unit: "ms",
      peer: null,
    },
  ]),
  ...paired("features-step", "ERM update of the head on frozen features, 2 × 24 images of 1,024"),
];

/** Names that stand for one benchmark of every method. */
const SERIES = ["update", "update-quick", "javascript"];

const command = new Command("deno task perf")
  .description("measure, beside PyTorch where python3 can import torch; one JSON line each")
  .argument("[names...]", `which benchmarks; ${SERIES.join(", ")} for every method's`)
  .addHelpText(
    "after",
    `\n${
      BENCHMARKS.map(({ name, description }) => `${name.padEnd(36)} ${description}`).join("\n")
    }`,
  )
  .option("--profile", "where an update's time goes, by operation; the name is a method's")
  .option("--pairs <n>", "pairs of processes", integerAtLeast("--pairs", 1), 5)
  .option("--threads <n>", "threads of either side", integerAtLeast("--threads", 1), cpus().length)
  .option(
    "--processor-time",
    "the processors' time instead of the clock's: what stays comparable on a busy machine",
  )
  .option("--against <revision>", "beside an earlier revision of this repository, not PyTorch")
  .option(
    "--gpu",
    "the whole measurement of a GPU instead: steps, XLA, repeatability, golden files",
  )
  .addOption(
    new Option("--device <device>", "where --gpu measures").choices(["gpu", "cpu"]).default("gpu"),
  )
  .option("--small", "the smallest sizes of --gpu, few times, to see that it works")
  .option("--json", "JSON lines (they always are)")
  .action(async (names: string[], options: PerfOptions) => {
    const { pairs, threads } = options;
    if (options.gpu) {
      const { device, small = false } = options;
      return await measureGpu({ device, small, pairs, threads });
    }
    if (options.profile) return await profile(names, threads);
    const chosen = names.length === 0 ? BENCHMARKS : names.flatMap((name) => {
      if (SERIES.includes(name)) return BENCHMARKS.filter((b) => b.name.startsWith(`${name}/`));
      const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
      if (found !== undefined) return found;
      throw new UsageError(notFoundMessage("benchmark", name, BENCHMARKS.map((b) => b.name)));
    });
    await prepareBackend("native");
    const environment = options.processorTime ? { MDLT_PERF_PROCESSOR_TIME: "1" } : {};
    if (options.against === undefined) {
      for (const benchmark of chosen) await measure(benchmark, { pairs, threads, environment });
      return;
    }
    await using earlier = await checkout(options.against);
    for (const benchmark of chosen) {
      await measure(benchmark, { pairs, threads, environment, earlier: earlier.folder });
    }
  });

try {
  await command.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  printError(`${error.message}.`);
  Deno.exit(2);
}

/** Tells, a line an operation, what an update takes; the heaviest first. */
async function profile(methods: readonly string[], threads: number): Promise<void> {
  await prepareBackend("native");
  for (
    const { name } of methods.length === 0
      ? [find("method", "erm", METHODS)]
      : methods.map((m) => find("method", m, METHODS))
  ) {
    const args = [
      ...MEASURING,
      here("measure.ts"),
      `profile/${name}`,
      `${threads}`,
    ];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    print(new TextDecoder().decode(stdout).trimEnd());
  }
}

/** An earlier revision in a folder of its own, which is removed at the end. */
async function checkout(revision: string): Promise<AsyncDisposable & { readonly folder: string }> {
  const git = async (...args: string[]) => {
    const root = here("..");
    const { success, stderr } = await new Deno.Command("git", { args: ["-C", root, ...args] })
      .output();
    return success ? null : new TextDecoder().decode(stderr).trim().split("\n").at(-1)!;
  };
  const folder = await Deno.makeTempDir({ prefix: "mdlt-perf-" });
  const failure = await git("worktree", "add", "--detach", "--force", folder, revision);
  if (failure !== null) {
    throw new UsageError(`Cannot measure against "${revision}": ${failure}`);
  }
  await new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: folder }).output();
  // It takes this revision's addon, where its own would be looked for.
  const addon = addonPath(packageFolder("@tensorflow/tfjs-node-gpu"));
  const link = join(folder, relative(here(".."), addon));
  await Deno.mkdir(dirname(link), { recursive: true });
  await Deno.symlink(await Deno.realPath(addon), link);
  const remove = async () => void await git("worktree", "remove", "--force", folder);
  return { folder, [Symbol.asyncDispose]: remove };
}
