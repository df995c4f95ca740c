/**
 * The bench as a library: plan, run and report without the command line.
 *
 * @module
 */
import type { Definition } from "./base/definition.ts";
import type { Catalogue } from "./bench/catalogue.ts";
import type { SessionEvents, SessionResult } from "./bench/execute/session.ts";
import type { PlannedRun, Request } from "./bench/plan/plan.ts";
import type { DataPaths, DatasetDefinition } from "./datasets/dataset.ts";
import type { Method } from "./methods/method.ts";
import type { Study } from "./methods/study.ts";
import type { Metric } from "./metrics/metric.ts";
import type { NetworkDefinition } from "./networks/network.ts";
import type { ReportOptions } from "./report/context.ts";
import type { Report } from "./report/mod.ts";
import type { SectionDefinition } from "./report/section.ts";
import type { BackendChoice } from "./tensor/backend.ts";

/** Definitions beside those of the suite, and where data lie. */
export interface BenchOptions {
  /** Modules that export definitions: paths, URLs, `npm:` specifiers. Workers can load them too. */
  readonly plugins?: readonly string[];
  /** Beside the suite's own. */
  readonly methods?: readonly Method[];
  /** Beside the suite's own, and those found in the folders below. */
  readonly datasets?: readonly DatasetDefinition[];
  /** Beside the suite's own. */
  readonly networks?: readonly NetworkDefinition[];
  /** Beside the suite's own. */
  readonly metrics?: readonly Metric[];
  /** Beside the suite's own. */
  readonly studies?: readonly Study[];
  /** Put behind the report's own, in this order. */
  readonly sections?: readonly SectionDefinition[];
  /** The folder of the raw data, absolute. */
  readonly dataDir?: string;
  /** The folder of the split CSVs, absolute. */
  readonly splitsDir?: string;
}

/** What is to be run: as on the command line, with its defaults for what is left out. */
export interface BenchRequest extends Partial<Omit<Request, "backend">> {
  /** `auto` when left out: native TensorFlow where it can be had, else WebAssembly. */
  readonly backend?: BackendChoice;
}

/** Where runs are kept, and how they are trained. */
export interface RunOptions {
  /** The output folder, absolute. */
  readonly out: string;
  /**
   * Worker processes side by side, as many as cores hold when left out. Where definitions were handed
   * in as objects, runs are trained one after the other in this process.
   */
  readonly jobs?: number;
  /** Told while runs go on. */
  readonly events?: SessionEvents;
  /** Stops the runs; they are kept as they stand. */
  readonly signal?: AbortSignal;
}

/** A bench: everything that can be named, and what can be done with it. */
export interface Bench {
  /** The suite's definitions and those that were handed in. */
  readonly catalogue: Catalogue;
  /**
   * The runs of a request.
   *
   * @throws {UsageError} When a name or a value is not known or not possible.
   */
  plan(request: BenchRequest): Promise<readonly PlannedRun[]>;
  /** Trains what has no record yet, and writes the plan and the records. */
  run(request: BenchRequest, options: RunOptions): Promise<SessionResult>;
  /** Writes tables, charts and page of an output folder. */
  report(out: string, options?: Omit<ReportOptions, "catalogue">): Promise<Report>;
}

/**
 * A bench with the definitions of the suite and others beside them.
 *
 * ```ts
 * import { createBench } from "@mdlt/bench";
 *
 * const bench = await createBench({ plugins: ["./mine.ts"] });
 * const request = { methods: ["erm", "mine"], preset: "smoke", seeds: [0] } as const;
 * console.log((await bench.plan(request)).length);
 * ```
 *
 * @throws {UsageError} When a plugin cannot be loaded, or a name is taken.
 */
export async function createBench(options: BenchOptions = {}): Promise<Bench> {
  const { loadCatalogue, withOwnDatasets, withTried } = await import("./bench/catalogue.ts");
  const definitions = definitionsOf(options);
  const plugged = await loadCatalogue(options.plugins ?? []);
  const loaded = await withTried(plugged, definitions, "createBench");
  const paths = await pathsOf(options);
  const catalogue = await withOwnDatasets(loaded, paths);
  const plan = async (request: BenchRequest) => {
    const { expectedBackend } = await import("./bench/execute/preflight.ts");
    return await planOf(request, await expectedBackend(request.backend ?? "auto"), catalogue);
  };
  return {
    catalogue,
    plan,
    async run(request, { out, jobs, events, signal }) {
      const { runSession } = await import("./bench/execute/session.ts");
      const { default: executor } = definitions.length > 0
        ? await import("./bench/execute/in_process.ts")
        : await import("./bench/execute/local.ts");
      return await runSession({
        ...{ out, catalogue, paths, executor, given: { jobs } },
        backend: request.backend ?? "auto",
        plan: (backend) => planOf(request, backend, catalogue),
        manifest: { file: "manifest.json", preset: request.preset ?? "quick" },
        ...(events && { events }),
        ...(signal && { signal }),
      });
    },
    async report(out, about = {}) {
      const { buildReport } = await import("./report/mod.ts");
      return await buildReport(out, { ...about, catalogue });
    },
  };
}

function definitionsOf(options: BenchOptions): Definition[] {
  const { methods, datasets, networks, metrics, studies, sections } = options;
  const lists: (readonly Definition[] | undefined)[] = [
    ...[methods, datasets, networks],
    ...[metrics, studies, sections],
  ];
  return lists.flatMap((list) => list ?? []);
}

async function pathsOf({ dataDir, splitsDir }: BenchOptions): Promise<DataPaths> {
  const { cacheDirectory } = await import("./tensor/backend.ts");
  return { dataDir, splitsDir, cacheDir: cacheDirectory() };
}

/** The runs of a request, with the command line's defaults. */
async function planOf(
  request: BenchRequest,
  backend: Request["backend"],
  catalogue: Catalogue,
): Promise<PlannedRun[]> {
  const { plan } = await import("./bench/plan/plan.ts");
  const { DATASETS } = await import("./datasets/mod.ts");
  const { DEFAULT_RULE } = await import("./metrics/selection.ts");
  return plan({
    datasets: [DATASETS[0]!.name],
    methods: ["all"],
    seeds: [0, 1, 2, 3, 4],
    preset: "quick",
    settings: [],
    selection: DEFAULT_RULE,
    threads: 1,
    ...request,
    backend,
  }, catalogue);
}
