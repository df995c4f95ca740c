/**
 * What a study is: settings of a method that are trained beside each other, or the behaviours that
 * a method's paper reports, asked of the records.
 *
 * A new study is one {@linkcode defineStudy} and one line in `methods/mod.ts`; outside the
 * repository it is exported by a plugin. `deno task analyse NAME` trains it and the report shows
 * it. The usual designs have a function each: {@linkcode ablation}, {@linkcode oneAtATime},
 * {@linkcode variants}, {@linkcode convergence}.
 *
 * @module
 */
import type { Definition } from "../base/definition.ts";
import type { Value } from "../base/setting.ts";

/** Level of every factor of a study, as its table shows it. */
export type Levels = Readonly<Record<string, Value>>;

/** What a study varies: a column of its table. */
export interface Factor {
  /** The key of its levels, and of the column. */
  readonly name: string;
  /** The heading of the column. */
  readonly title: string;
  /** For numbers: how they lie on an axis. Logarithmic ones are shown as powers of ten. */
  readonly scale?: "linear" | "log";
}

/** One setting of a method in a study. */
export interface StudySetting {
  /** Tells the setting from the study's others, in the names of its runs. */
  readonly label: string;
  /** The level of each factor. */
  readonly levels: Levels;
  /** What is set; other hyperparameters have their defaults. */
  readonly hyperparameters: Readonly<Record<string, Value>>;
}

/** What every study says of itself. Its title stands behind the method's: "BRL, convergence". */
export interface DescribedStudy extends Definition {
  /** Always `study`. */
  readonly kind: "study";
  /** Studies of several methods may share a name. */
  readonly name: string;
  /** One line for the command line. */
  readonly description: string;
  /** The sentence that the table's caption begins with. */
  readonly caption?: string;
}

/** A study that trains. */
export interface TrainingStudy extends DescribedStudy {
  /** The method that is studied; any that is asked for when left out. */
  readonly method?: string;
  /** What tells the settings apart. */
  readonly factors: readonly Factor[];
  /** What is trained, in the order of the table. */
  readonly settings: readonly StudySetting[];
  /** Checkpoints of each run, instead of the preset's. */
  readonly checkpoints?: number;
  /** What the table has rows of: settings, or the checkpoints of each. `settings` when left out. */
  readonly rows?: "settings" | "checkpoints";
  /** The images that settings are judged by; validation and test when left out. */
  readonly splits?: readonly ("validation" | "test")[];
  /** A chart over the levels of factor `x`, with a panel for each level of `panels`. */
  readonly chart?: { readonly x: string; readonly panels: string };
}

/** A study of records that are there already. */
export interface BehaviourStudy extends DescribedStudy {
  /** The method whose paper reports them. */
  readonly method: string;
  /** What is asked, in the order of the table. */
  readonly behaviours: readonly Behaviour[];
}

/** A study. */
export type Study = TrainingStudy | BehaviourStudy;

/** Something that a paper says of its method, with the rule by which it counts as seen here. */
export interface Behaviour {
  /** What the paper says, in a few words. */
  readonly claim: string;
  /** Whether it holds by the figures of one data set. */
  judge(figures: StudyFigures): Finding | Promise<Finding>;
}

/** What the records say to a behaviour. */
export interface Finding {
  /**
   * `not told`: the figures are too uncertain to say so or otherwise. `not run`: they are not there,
   * or of one seed alone.
   */
  readonly verdict: "holds" | "partly" | "does not hold" | "not told" | "not run";
  /** The figures behind the verdict. */
  readonly evidence: string;
}

/** Figures by seed; the same seed has the same images and batches everywhere. */
export type BySeed = ReadonlyMap<number, number>;

/** What an output folder says of one data set, seed by seed; macro-F1 in percent. */
export interface StudyFigures {
  /**
   * Test macro-F1, average over domains, of the settings of the method's study that have results; 0 for
   * runs that diverged.
   */
  settings(study: string): readonly { readonly levels: Levels; readonly f1: BySeed }[];
  /** Training loss and validation macro-F1 at the checkpoints of each seed of the method's study. */
  curves(study: string): readonly (readonly {
    readonly step: number;
    readonly loss: number;
    readonly f1: number;
  }[])[];
  /** Test macro-F1 of the methods that were trained beside each other and learned. */
  readonly methods: readonly {
    readonly name: string;
    readonly average: BySeed;
    readonly worst: BySeed;
  }[];
  /**
   * Percentage of images of other domains among a test image's nearest neighbours of its own class in
   * a method's features; empty where no run kept its features.
   */
  overlap(method: string): Promise<BySeed>;
  /**
   * Mean and interval of numbers by seed, by Student's t; null for fewer than two.
   *
   * @param alpha Probability that the interval misses; 0.05 when left out.
   */
  interval(values: readonly number[], alpha?: number): MeanWithin | null;
}

/** A mean with the ends of its interval. */
export interface MeanWithin {
  /** Over the seeds. */
  readonly mean: number;
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/** Defines a study. */
export function defineStudy<const S extends Unkinded<TrainingStudy> | Unkinded<BehaviourStudy>>(
  study: S,
): S & { readonly kind: "study" } {
  return { ...study, kind: "study" };
}

/** A study before {@linkcode defineStudy}, which adds its kind. */
export type Unkinded<S extends Study> = Omit<S, "kind">;

/** One study of each name. */
export function distinctStudies(studies: readonly Study[]): Study[] {
  return [...new Map(studies.map((study) => [study.name, study])).values()];
}

/** The study of a method by its name: its own, else the one that every method has. */
export function studyOf(
  studies: readonly Study[],
  name: string,
  method: string,
): Study | undefined {
  const named = studies.filter((study) => study.name === name);
  return named.find((study) => study.method === method) ??
    named.find((study) => study.method === undefined);
}

/** What the usual designs leave to the study. */
export type StudyDescription = Omit<DescribedStudy, "kind"> & Pick<TrainingStudy, "method">;

/**
 * Every combination of parts that a hyperparameter each switches on or off.
 *
 * @param parts Titles of the parts by hyperparameter.
 * @param always Parts that are on in every combination.
 */
export function ablation(
  { parts, always = [], ...about }: StudyDescription & {
    readonly parts: Readonly<Record<string, string>>;
    readonly always?: readonly string[];
  },
): TrainingStudy {
  const names = Object.keys(parts);
  const optional = names.filter((name) => !always.includes(name));
  const settings = Array.from({ length: 2 ** optional.length }, (_, bits): StudySetting => {
    const on = names.filter((name) => {
      const bit = optional.indexOf(name);
      return bit < 0 || (bits >> bit) & 1;
    });
    const levels = Object.fromEntries(names.map((name) => [name, on.includes(name)]));
    return { label: on.join(" ") || "none", levels, hyperparameters: levels };
  });
  return {
    kind: "study",
    ...about,
    factors: Object.entries(parts).map(([name, title]) => ({ name, title })),
    settings,
  };
}

/** Values of one hyperparameter after another, the others at their defaults. */
export function oneAtATime(
  { parameters, values, ...about }: StudyDescription & {
    readonly parameters: readonly string[];
    readonly values: readonly number[];
  },
): TrainingStudy {
  return {
    kind: "study",
    ...about,
    factors: [
      { name: "parameter", title: "Parameter" },
      { name: "value", title: "Value", scale: "log" },
    ],
    settings: parameters.flatMap((parameter) =>
      values.map((value): StudySetting => ({
        label: `${parameter}=${value}`,
        levels: { parameter, value },
        hyperparameters: { [parameter]: value },
      }))
    ),
    chart: { x: "value", panels: "parameter" },
  };
}

/** Other forms of a method's parts, one at a time. They are chosen by, so validation judges them. */
export function variants(
  { forms, ...about }: StudyDescription & {
    readonly forms: readonly (readonly [
      part: string,
      form: string,
      hyperparameters: StudySetting["hyperparameters"],
    ])[];
  },
): TrainingStudy {
  return {
    kind: "study",
    ...about,
    factors: [{ name: "part", title: "Part" }, { name: "form", title: "Form" }],
    settings: forms.map(([part, form, hyperparameters]) => ({
      label: form,
      levels: { part, form },
      hyperparameters,
    })),
    splits: ["validation"],
  };
}

/** A factor of a {@linkcode factorial}: two forms of a part, each a value of one hyperparameter. */
export interface TwoLevels {
  /** The heading of its column. */
  readonly title: string;
  /** The level that it has where the design says −, and the one where it says +. */
  readonly levels: readonly [low: Value, high: Value];
  /** The other factors whose product decides the level; a factor of the full design when left out. */
  readonly generator?: readonly string[];
}

/**
 * Every combination of two levels of some hyperparameters, or a fraction of them: a factor with a
 * generator stands at + where the product of the signs of the generator's factors is +. So that
 * each form is tried with and without each other, and what one does is not taken for what another does.
 *
 * @param levels Factors by hyperparameter; those of a generator come before.
 */
export function factorial(
  { levels, ...about }: StudyDescription & { readonly levels: Readonly<Record<string, TwoLevels>> },
): TrainingStudy {
  const names = Object.keys(levels);
  const free = names.filter((name) => levels[name]!.generator === undefined);
  const settings = Array.from({ length: 2 ** free.length }, (_, bits): StudySetting => {
    const signs = new Map(free.map((name, i) => [name, (bits >> i) & 1 ? 1 : -1]));
    for (const name of names) {
      const { generator = [name] } = levels[name]!;
      signs.set(name, generator.reduce((sign, other) => sign * signs.get(other)!, 1));
    }
    const hyperparameters = Object.fromEntries(
      names.map((name) => [name, levels[name]!.levels[signs.get(name)! > 0 ? 1 : 0]]),
    );
    const label = names.map((name) => `${hyperparameters[name]}`).join(" ");
    return { label, levels: hyperparameters, hyperparameters };
  });
  return {
    kind: "study",
    ...about,
    factors: names.map((name) => ({ name, title: levels[name]!.title })),
    settings,
    splits: ["validation"],
  };
}

/** A longer look at one training, of any method. */
export const convergence: TrainingStudy = {
  kind: "study",
  name: "convergence",
  title: "convergence",
  description: "loss and validation macro-F1 at fifty points of the training",
  factors: [],
  settings: [{ label: "convergence", levels: {}, hyperparameters: {} }],
  checkpoints: 50,
  rows: "checkpoints",
};
