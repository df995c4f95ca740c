/**
 * `deno task perf --gpu`: all that is worth knowing of a GPU, in about ten minutes: steps of every
 * size with and without XLA beside PyTorch on the same card, whether a repeated run gives the same
 * bits, and whether the reference's golden files hold.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { print } from "../base/terminal.ts";
import { runProgram } from "../base/command.ts";
import { type BackendInfo, prepareBackend } from "../tensor/backend.ts";
import { here, measure, type Measurement, measureOnce, MEASURING } from "./pairs.ts";
import type { StepRequest } from "./measure_gpu.ts";
import type { Setting } from "./setting.ts";

/** Choices of the measurement. */
export interface GpuOptions {
  readonly threads: number;
  readonly pairs: number;
  /** `cpu` measures the same there, to see that it works. */
  readonly device: "gpu" | "cpu";
  /** The smallest sizes and few repetitions, to see that it works. */
  readonly small: boolean;
}

/** A size of a step. */
interface Size extends Setting {
  readonly title: string;
  readonly times: number;
}

const digits = { network: "cnn", imageSize: 28, domains: 2 };
const photographs = { network: "resnet50", width: 1, imageSize: 224, batch: 24 };

const SIZES: readonly Size[] = [
  { ...digits, title: "digits CNN, an eighth", width: 0.125, batch: 16, times: 100 },
  { ...digits, title: "digits CNN, a quarter", width: 0.25, batch: 64, times: 100 },
  { ...digits, title: "digits CNN, full width", width: 1, batch: 64, times: 100 },
  { ...photographs, title: "ResNet-50, 224 px, two domains", domains: 2, times: 20 },
  { ...photographs, title: "ResNet-50, 224 px, four domains as in PACS", domains: 4, times: 20 },
];

const SMALL: readonly Size[] = [
  { ...digits, title: "digits CNN, an eighth", width: 0.125, batch: 2, times: 3 },
];

/** A line of the table. */
interface Line {
  readonly size: Size;
  readonly graph: Measurement;
  /** With XLA; a text where it cannot be used. */
  readonly xla: Measurement | string;
}

/**
 * Measures, and prints a line of JSON for each figure and a table for `docs/performance.md`.
 *
 * @throws {UsageError} Where there is no GPU.
 */
export async function measureGpu(options: GpuOptions): Promise<void> {
  const { device, threads, small } = options;
  await prepareBackend("native");
  const environment = device === "cpu" ? { CUDA_VISIBLE_DEVICES: "-1" } : {};
  const ours = async <T>(what: string) =>
    await measureOnce(Deno.execPath(), programOf(what, threads), false, environment) as T;
  const found = await ours<BackendInfo>("device");
  if (found.device !== device) {
    throw new UsageError(
      `Cannot measure on a GPU: TensorFlow ${found.tensorflow} sees none on this machine; --device ` +
        `cpu tries the measurement out`,
    );
  }
  const card = device === "cpu" ? "CPU" : await cardName();
  print(JSON.stringify({ ...found, card }));
  const lines: Line[] = [];
  for (const size of small ? SMALL : SIZES) {
    lines.push({
      size,
      graph: await stepOf(size, "graph", options, environment),
      xla: await stepOf(size, "xla", options, environment).catch(sentenceOf),
    });
  }
  const first = await ours<{ weights: number[] }>("weights");
  const again = await ours<{ weights: number[] }>("weights");
  const largest = first.weights.reduce(
    (most, weight, i) => Math.max(most, Math.abs(weight - again.weights[i]!)),
    0,
  );
  print(JSON.stringify({ name: "repeated-run", largestDifference: largest }));
  const golden = await goldenFiles(environment);
  print(JSON.stringify({ name: "golden", ...golden }));
  print("");
  print(tableOf(card, lines));
  print("");
  print(
    (largest === 0
      ? "A repeated run gives the same bits. "
      : `Weights of a repeated run differ by up to ${
        largest.toExponential(1)
      } after 20 updates. `) +
      `Golden files: ${golden.result}.`,
  );
}

const programOf = (what: string, threads: number) => [
  ...[...MEASURING, here("measure_gpu.ts")],
  ...[what, `${threads}`],
];

/** A step beside PyTorch's on the same device. */
function stepOf(
  { title, ...setting }: Size,
  execution: StepRequest["execution"],
  { device, pairs, threads }: GpuOptions,
  environment: Readonly<Record<string, string>>,
): Promise<Measurement> {
  const request: StepRequest = { ...setting, execution };
  return measure({
    name: `${title}, ${execution}`,
    description: "",
    measurement: JSON.stringify(request),
    unit: "ms",
    program: "measure_gpu.ts",
    peer: { arguments: device === "gpu" ? ["cuda"] : [] },
  }, { pairs, threads, environment });
}

/** Whether the reference's golden files hold, each within its own tolerance. */
async function goldenFiles(environment: Readonly<Record<string, string>>) {
  const args = [...MEASURING, here("../tests/tasks/golden.ts")];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: environment }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return { result: lines.at(-1)!, failed: lines.filter((line) => line.startsWith("FAILED")) };
}

async function cardName(): Promise<string> {
  const { stdout } = await runProgram("nvidia-smi", [
    "--query-gpu=name",
    "--format=csv,noheader",
  ], { environment: Deno.env.toObject(), minutes: 1 });
  return stdout.trim().split("\n").join(", ") || "GPU";
}

/** The sentence of an error, without the trace behind it. */
function sentenceOf(error: Error): string {
  const line = error.message.split("\n").find((text) => /Error/.test(text)) ?? error.message;
  return line.trim().slice(0, 200);
}

function tableOf(card: string, lines: readonly Line[]): string {
  const ms = (value: number | null) => value === null ? "–" : value.toPrecision(3);
  const head = ["step", "images", `ms on ${card}`, "with XLA", "PyTorch", "ratio"];
  const rows = lines.map(({ size: { title, domains = 2, batch }, graph, xla }) => [
    title,
    `${domains} × ${batch}`,
    ms(graph.ours),
    typeof xla === "string" ? "not possible" : ms(xla.ours),
    ms(graph.peer),
    graph.ratio === null ? "–" : graph.ratio.toFixed(2),
  ]);
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
