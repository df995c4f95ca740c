/**
 * Simulations of seeds and images as two factors, and of a study's factors.
 *
 * @module
 */
import { stream } from "../../../base/random.ts";
import { effectOf } from "../../../report/analysis/images.ts";
import { compareAll } from "../../../report/analysis/statistics/family.ts";
import type { Measured } from "./check.ts";
import { type Scenario, tableOf } from "./tables.ts";

const ALPHA = 0.05;
const SEEDS = [3, 5, 10];
/** Images of a made-up test set, and draws of them. */
const [IMAGES, DRAWS] = [100, 120];

/** The crossed bootstrap: differences that differ by seed, by image, and by both together. */
export function* crossed(repetitions: number): Generator<Measured> {
  const tables = Math.ceil(repetitions / 2);
  for (const seeds of SEEDS) {
    for (
      const [chance, bySeed, byImage] of [["seeds", 3, 5], ["both", 1, 10], [
        "images",
        0.3,
        20,
      ]] as const
    ) {
      const random = stream(0, "test", "crossed", `${seeds} ${chance}`);
      let [covered, tOnly] = [0, 0];
      for (let i = 0; i < tables; i++) {
        const image = Array.from({ length: IMAGES }, () => byImage * random.normal());
        const rows = Array.from({ length: seeds }, () => {
          const seed = bySeed * random.normal();
          return image.map((value) => seed + value + 5 * random.normal());
        });
        const means = (weights: readonly number[]) =>
          rows.map((row) => row.reduce((sum, value, i) => sum + value * weights[i]!, 0) / IMAGES);
        const drawn = Array.from({ length: DRAWS }, () => {
          const weights = new Array<number>(IMAGES).fill(0);
          for (let j = 0; j < IMAGES; j++) weights[random.integer(IMAGES)]!++;
          return { values: means(weights), seed: random.integer(2 ** 31) };
        });
        const seen = means(new Array<number>(IMAGES).fill(1));
        const { interval: [low, high] } = effectOf(seen, drawn, ALPHA)!;
        if (low <= 0 && high >= 0) covered++;
        const plain = compareAll([seen], { alpha: ALPHA }).compared[0]!.interval!;
        if (plain[0] <= 0 && plain[1] >= 0) tOnly++;
      }
      const of = (column: string, count: number, bound: Measured["bound"]): Measured => ({
        procedure: "Other seeds and other images (crossed bootstrap)",
        where: { seeds, "chance is of": chance },
        ...{ column, bound, nominal: 1 - ALPHA, measured: count / tables, repetitions: tables },
      });
      yield of("covers", covered, "at least");
      yield of("t interval over seeds alone covers", tOnly, "told");
    }
  }
}

/** Effects of a factorial of three parts, none of which does anything. */
export function* factorial(repetitions: number): Generator<Measured> {
  for (const seeds of SEEDS) {
    for (const scenario of ["equal", "unequal", "collapsed", "noisy one"] as Scenario[]) {
      const random = stream(0, "test", "factorial", `${seeds} ${scenario}`);
      let found = 0;
      for (let i = 0; i < repetitions; i++) {
        const rows = tableOf(scenario, 8, seeds, random);
        const contrasts = Array.from(
          { length: 7 },
          (_, bits) =>
            rows[0]!.map((_, seed) =>
              rows.reduce((sum, row, setting) => {
                const odd = (((bits + 1) & setting).toString(2).split("1").length - 1) % 2 === 1;
                return sum + (odd ? -1 : 1) * row[seed]! / 4;
              }, 0)
            ),
        );
        const { compared } = compareAll(contrasts, { alpha: ALPHA });
        if (compared.some(({ p }) => p !== null && p < ALPHA)) found++;
      }
      yield {
        procedure: "Effects of a factorial study of three parts",
        where: { seeds, spreads: scenario },
        column: "any false effect",
        ...{ nominal: ALPHA, measured: found / repetitions, repetitions, bound: "at most" },
      };
    }
  }
}
