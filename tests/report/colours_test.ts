/** Colours of charts and words, as readers with other eyes see them. */
import assert from "node:assert/strict";
import { HUES, NEUTRAL, PALETTE } from "../../report/charts/chart.ts";

type Triple = readonly [number, number, number];

/** What those see who lack one kind of cone, in linear RGB: Machado, Oliveira and Fernandes 2009. */
const EYES: Readonly<Record<string, readonly Triple[]>> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Triple {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
}

const dot = (row: Triple, [r, g, b]: Triple) => row[0] * r + row[1] * g + row[2] * b;

/** CIELAB under D65. */
function lab(rgb: Triple): Triple {
  const [x, y, z] = ([
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.072175],
    [0.0193339, 0.119192, 0.9503041],
  ] as const).map((row, i) => {
    const value = dot(row, rgb) / [0.95047, 1, 1.08883][i]!;
    return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
  }) as unknown as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The least distance in CIELAB between any two colours, as some eyes see them. */
function least(colours: readonly string[], eye: readonly Triple[]): number {
  const seen = colours.map((hex) => {
    const rgb = linear(hex);
    return lab(
      eye.map((row) => Math.min(1, Math.max(0, dot(row, rgb)))) as unknown as Triple,
    );
  });
  return Math.min(
    ...seen.flatMap((a, i) =>
      seen.slice(i + 1).map((b) => Math.hypot(...a.map((value, k) => value - b[k]!)))
    ),
  );
}

/** The ratio of two colours' contrast, after WCAG. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map((hex) => dot([0.2126, 0.7152, 0.0722], linear(hex)))
    .sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const css = await Deno.readTextFile(new URL("../../report/page/page.css", import.meta.url));
const blocks = [...css.matchAll(/\{([^{}]*--ground: #[^{}]*)\}/g)].map(([, block]) =>
  new Map([...block!.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name!, hex!]))
);

Deno.test("colours: any two that share a chart stay apart for every reader", () => {
  for (const [name, eye] of Object.entries(EYES)) {
    assert(least(HUES, eye) > 20, `${name}: ${least(HUES, eye)}`);
    assert(least([...PALETTE.slice(0, 3), NEUTRAL], eye) > 10, `${name}, with grey`);
  }
});

Deno.test("colours: marks stand out from light and dark ground, words pass AA", () => {
  assert.equal(blocks.length, 4); // light, dark by the system, dark by choice, paper
  for (const block of blocks) {
    for (const hue of [...HUES, NEUTRAL]) assert(contrast(hue, block.get("ground")!) >= 3, hue);
    for (const ground of ["ground", "panel"]) {
      for (const word of ["ink", "soft", "accent", "good", "bad"]) {
        const ratio = contrast(block.get(word)!, block.get(ground)!);
        assert(ratio >= 4.5, `${word} on ${ground}: ${ratio}`);
      }
    }
  }
});
