/**
 * What the sections of a report share: the records of an output folder, and everything that is
 * derived from them, computed when it is first asked for and once.
 *
 * @module
 */
import { join } from "node:path";
import type { Catalogue } from "../bench/catalogue.ts";
import type { Folder } from "../bench/records/folder.ts";
import { openFolders } from "../bench/records/joined_folder.ts";
import { type Across, across } from "./analysis/across.ts";
import { againstControl, type Controlled } from "./analysis/control.ts";
import { againstControlAcross } from "./analysis/control_across.ts";
import { arrange, type DatasetResults, groupBy, withoutSeed } from "./analysis/arrange.ts";
import { type BehaviourResults, behaviours } from "./analysis/behaviours.ts";
import { type Changes, changes } from "./analysis/compare.ts";
import { type EmbeddingFiles, embeddings, type Points } from "./analysis/embedding.ts";
import {
  besideBest,
  type Comparison,
  type Judgement,
  type Pairwise,
  pairwise,
} from "./analysis/significance.ts";
import {
  chooseMetrics,
  type ReportMetrics,
  sameFigure,
  type Tested,
  testedFigures,
} from "./analysis/tested.ts";
import { studies, type StudyResults } from "./analysis/studies.ts";
import { UsageError } from "../base/errors.ts";
import { UNSEEN_RULES, type UnseenRule } from "../bench/plan/unseen.ts";
import { unseenStore } from "./analysis/unseen.ts";
import { leftOut } from "../bench/records/left_out.ts";
import { readStore, type Store } from "./folder.ts";
import type { PaperOptions } from "./tables/paper.ts";

/** What may be chosen about a report. */
export interface ReportOptions {
  /** Name of the method that the others are compared with; the first of the family `baseline` by default. */
  readonly control?: string;
  /** Points below which a difference does not matter; null, the default, where nobody says so. */
  readonly margin?: number | null;
  /** Level of significance; 0.05 by default. */
  readonly alpha?: number;
  /** Names of the metrics of the first tables and of the tests; the headline metrics by default. */
  readonly metrics?: readonly string[];
  /** An older output folder, to say what has changed since. */
  readonly compare?: string;
  /** What studies, metrics and further sections there are; this repository's by default. */
  readonly catalogue?: Catalogue;
  /** The folders to report on; the one that the report is written into by default. */
  readonly from?: readonly string[];
  /** What of the tables a paper takes, in LaTeX and Markdown; everything by default. */
  readonly paper?: PaperOptions;
  /** Told once when another process, as far as it is known, is writing the same report. */
  readonly onWait?: (holder: number | null) => void;
}

/** The records of an output folder and what follows from them. */
export class ReportContext {
  /** Level of significance. */
  readonly alpha: number;
  /** How families of comparisons are judged. */
  readonly judgement: Judgement;
  /** What is shown and tested. */
  readonly metrics: ReportMetrics;
  /** The figures that are tested. */
  readonly figures: readonly Tested[];
  /** The figure that everything is said of first. */
  readonly headline: Tested;

  /**
   * Computes nothing but what is to be shown and tested.
   *
   * @param before The store of the folder to compare with.
   */
  constructor(
    /** The folder that the report is written into. */
    readonly out: string,
    /** What was read: that folder, or others. */
    readonly folder: Folder,
    /** What it holds. */
    readonly store: Store,
    /** What studies, metrics and further sections there are. */
    readonly catalogue: Catalogue,
    private readonly options: Pick<
      ReportOptions,
      "control" | "margin" | "alpha" | "metrics" | "from"
    > = {},
    private readonly before: Store | null = null,
  ) {
    this.alpha = options.alpha ?? 0.05;
    this.judgement = { alpha: this.alpha, margin: options.margin ?? null };
    this.metrics = chooseMetrics(catalogue.metrics, options.metrics);
    this.figures = testedFigures(this.metrics.tested);
    this.headline = { domain: "worst", metric: this.metrics.primary };
  }

  /** The methods' runs by data set: all but those of studies. */
  readonly datasets: () => DatasetResults[] = once(() => this.arrange(this.store));

  /**
   * The method that the others are compared with, on the same network: its name and title; null
   * where there is none.
   *
   * @throws {UsageError} When no method has the name that was asked for.
   */
  readonly control: () => { name: string; title: string } | null = once(() => {
    const methods = this.datasets().flatMap((dataset) => dataset.methods);
    const { control } = this.options;
    const known = methods.filter(({ about }) => about !== null);
    const named = (all: typeof methods) =>
      all.find(({ name }) => name === control) ?? all.find(({ label }) => label === control);
    const found = control === undefined
      ? methods.find(({ about }) => about?.family === "baseline")
      : named(known) ?? named(methods);
    if (found !== undefined) {
      const { name, label, network, title, about } = found;
      if (label === control) return { name: label, title };
      return { name, title: network === null ? title : about?.title ?? name };
    }
    if (control !== undefined && methods.length > 0) {
      throw new UsageError(
        `Cannot compare with --control "${control}": no run of the folder has that name; give one ` +
          `of ${[...new Set(methods.map(({ name }) => name))].join(", ")}`,
      );
    }
    return null;
  });

  /** Without the runs of studies. */
  private arrange(store: Store): DatasetResults[] {
    const runs = store.runs.filter(({ study }) => study === null);
    return arrange({ ...store, runs }, this.catalogue.networks);
  }

  /** Every pair of methods on every tested figure of every data set. */
  readonly pairs: () => Pairwise[] = once(() =>
    this.datasets().flatMap((dataset) => pairwise(dataset, this.figures, this.judgement))
  );

  /** Every method beside the control, by data set and tested figure; none without a control. */
  readonly controlled: () => Controlled[] = once(() => {
    const control = this.control();
    if (control === null) return [];
    return this.datasets().flatMap((dataset) =>
      this.figures.flatMap((tested) =>
        againstControl(dataset, tested, control.name, this.judgement) ?? []
      )
    );
  });

  /** The same over all data sets together; none for one data set. */
  readonly controlledAcross: () => Controlled[] = once(() => {
    const control = this.control();
    if (control === null) return [];
    return this.figures.flatMap((tested) =>
      againstControlAcross(this.independent(), tested, control.name, this.judgement) ?? []
    );
  });

  /** Every method beside the best one, by data set and tested figure. */
  readonly comparisons: () => Comparison[] = once(() =>
    this.pairs().flatMap((figure) => besideBest(figure) ?? [])
  );

  /** The data sets that statistics over data sets count: none that has several tables. */
  private independent(): DatasetResults[] {
    return this.datasets().filter(({ apart }) => !apart);
  }

  /** The most important figure over all data sets. */
  readonly across: () => Across = once(() =>
    across(this.independent(), this.headline, this.control()?.name ?? null, this.alpha)
  );

  /** The other tested figures over all data sets. */
  readonly othersAcross: () => Across[] = once(() =>
    this.figures.filter((tested) => !sameFigure(tested, this.headline))
      .map((tested) => across(this.independent(), tested, null, this.alpha))
  );

  /** What has changed since the folder to compare with; null without one. */
  readonly changes: () => Changes | null = once(() =>
    this.before && changes(this.arrange(this.before), this.datasets(), this.figures, this.judgement)
  );

  /**
   * The same of unseen domains, by each rule that there are runs for; none where no run leaves out a
   * domain.
   */
  readonly unseen: () => Unseen[] = once(() => {
    const { out, folder, store, catalogue, options } = this;
    const crossed = store.unseen.some(({ spec }) => leftOut(spec).length > 1);
    const rules = UNSEEN_RULES.filter(({ pairs }) => crossed || !pairs);
    return store.unseen.length === 0 ? [] : rules.map((rule) => {
      const own = unseenStore(store, rule, catalogue.metrics);
      return { rule, ctx: new ReportContext(out, folder, own, catalogue, options) };
    });
  });

  /** Studies of single methods. */
  readonly studies: () => StudyResults[] = once(() =>
    studies(this.store, this.catalogue.studies, this.metrics.primary, this.catalogue.networks)
  );

  /** What became of the behaviours that methods' papers report. */
  readonly behaviours: () => Promise<BehaviourResults[]> = once(() =>
    behaviours(this.folder, this.datasets(), this.studies(), this.catalogue.studies)
  );

  /** Pictures of test features by run id. */
  readonly embeddings: () => Promise<ReadonlyMap<string, Points>> = once(() =>
    embeddings(this.embeddingFiles(), pictured(this.store))
  );

  /** Makes the pictures that a finished folder shows, as far as it has the runs; no others. */
  async picturesAhead(): Promise<void> {
    const first = pictured(this.store).map((ids) => ids.slice(0, 1));
    await embeddings(this.embeddingFiles(), first);
  }

  /** Points are kept beside the run, but never in a folder that is only read. */
  private embeddingFiles(): EmbeddingFiles {
    const { folder, out } = this;
    return {
      features: (id) => folder.soundFile(id, "features.safetensors"),
      points: (id) =>
        this.options.from === undefined
          ? folder.pathOf(id, "tsne.json")
          : join(out, "report", "tsne", `${id}.json`),
    };
  }
}

/** Results in unseen domains by one rule. */
export interface Unseen {
  /** How checkpoints are chosen. */
  readonly rule: UnseenRule;
  /** What follows from them, as from any results. */
  readonly ctx: ReportContext;
}

/**
 * Reads what a report is made of.
 *
 * @throws When there is no plan in `out`, or in the folder to compare with, that can be read.
 */
export async function openReport(out: string, options: ReportOptions = {}): Promise<ReportContext> {
  const catalogue = options.catalogue ?? (await import("../bench/catalogue.ts")).builtin();
  const folder = await openFolders(options.from ?? [out], catalogue);
  const store = await readStore(folder, catalogue);
  const before = options.compare === undefined ? null : await readStore(options.compare, catalogue);
  return new ReportContext(out, folder, store, catalogue, options, before);
}

/** The runs of every method on every data set: one of each is pictured. */
function pictured({ manifest: { runs } }: Store): string[][] {
  const methods = runs.filter(({ spec, study }) =>
    study === undefined && leftOut(spec).length === 0
  );
  return [...groupBy(methods, ({ name, spec }) => JSON.stringify([name, withoutSeed(spec)]))]
    .map(([, runs]) => runs.map(({ id }) => id));
}

/** A value that is computed when it is first asked for, and kept. */
function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | null = null;
  return () => (kept ??= { value: compute() }).value;
}
