/**
 * The shapes of the ten digits as pen strokes.
 *
 * A digit is about one unit high and 0.6 wide, centred at the origin, x to the right and y down.
 * Every digit has several forms, as people and typefaces have.
 *
 * @module
 */

/** A stroke of the pen: the corners of a polyline, `x, y, x, y, …`. */
export type Stroke = readonly number[];

/** One form of a digit. */
export type Glyph = readonly Stroke[];

/** Part of an ellipse; angles in degrees, from the right, growing clockwise as seen on screen. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): number[] {
  const pieces = Math.max(3, Math.ceil(Math.abs(to - from) / 30));
  const points: number[] = [];
  for (let i = 0; i <= pieces; i++) {
    const angle = (from + (to - from) * i / pieces) * Math.PI / 180;
    points.push(x + rx * Math.cos(angle), y + ry * Math.sin(angle));
  }
  return points;
}

function ellipse(x: number, y: number, rx: number, ry: number): number[] {
  return arc(x, y, rx, ry, 0, 360);
}

/** A cubic Bézier curve from `x0, y0` to `x3, y3`. */
function curve(
  ...[x0, y0, x1, y1, x2, y2, x3, y3]: [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
): number[] {
  const pieces = 8;
  const points: number[] = [];
  for (let i = 0; i <= pieces; i++) {
    const t = i / pieces;
    const s = 1 - t;
    const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    points.push(a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3);
  }
  return points;
}

/** The forms of every digit: `GLYPHS[digit][form]`. */
export const GLYPHS: readonly (readonly Glyph[])[] = [
  [ // 0: round, narrow, a box with round corners
    [ellipse(0, 0, 0.3, 0.5)],
    [ellipse(0, 0, 0.22, 0.5)],
    [[
      ...arc(0.06, -0.28, 0.2, 0.22, -90, 0),
      ...arc(0.06, 0.28, 0.2, 0.22, 0, 90),
      ...arc(-0.06, 0.28, 0.2, 0.22, 90, 180),
      ...arc(-0.06, -0.28, 0.2, 0.22, 180, 270),
      0.06,
      -0.5,
    ]],
  ],
  [ // 1: a bar, with a flag, with flag and foot
    [[0, -0.5, 0, 0.5]],
    [[-0.2, -0.3, 0.03, -0.5, 0.03, 0.5]],
    [[-0.18, -0.36, 0, -0.5, 0, 0.5], [-0.2, 0.5, 0.2, 0.5]],
  ],
  [ // 2: straight neck, swan neck, with a loop at the foot
    [[...arc(0, -0.23, 0.28, 0.27, -165, 35), -0.3, 0.5, 0.3, 0.5]],
    [[
      ...arc(0, -0.25, 0.26, 0.25, -160, 20),
      ...curve(0.24, -0.16, 0.16, 0.12, -0.24, 0.16, -0.28, 0.5),
      0.28,
      0.5,
    ]],
    [[
      ...arc(0, -0.25, 0.25, 0.25, -150, 30),
      ...curve(0.2, -0.12, 0.1, 0.2, -0.1, 0.5, -0.24, 0.44),
      ...curve(-0.24, 0.44, -0.36, 0.26, -0.05, 0.3, 0.32, 0.48),
    ]],
  ],
  [ // 3: two bows, flat top
    [[...arc(0, -0.26, 0.24, 0.24, -155, 90), ...arc(0, 0.24, 0.28, 0.26, -90, 155)]],
    [[-0.25, -0.5, 0.24, -0.5, -0.04, -0.1, ...arc(-0.02, 0.19, 0.29, 0.31, -80, 150)]],
  ],
  [ // 4: closed, open, open with a short stem
    [[0.14, 0.5, 0.14, -0.5, -0.3, 0.2, 0.32, 0.2]],
    [[-0.16, -0.5, -0.26, 0.1, 0.3, 0.1], [0.16, -0.34, 0.14, 0.5]],
    [[-0.24, -0.48, -0.22, 0.02, 0.22, 0.02], [0.22, -0.5, 0.22, 0.5]],
  ],
  [ // 5: angular neck, one sweep
    [[0.26, -0.5, -0.2, -0.5, -0.24, -0.06, ...arc(-0.01, 0.18, 0.29, 0.32, -135, 150)]],
    [[
      0.25,
      -0.48,
      -0.14,
      -0.5,
      -0.2,
      -0.1,
      ...curve(-0.2, -0.1, 0.36, -0.22, 0.4, 0.5, -0.26, 0.46),
    ]],
  ],
  [ // 6: bowed neck, straight neck
    [[
      ...curve(0.2, -0.47, -0.14, -0.5, -0.29, -0.1, -0.28, 0.22),
      ...arc(0, 0.22, 0.28, 0.28, 180, -180),
    ]],
    [[0.08, -0.5, -0.24, 0.1], ellipse(-0.01, 0.23, 0.26, 0.27)],
  ],
  [ // 7: plain, with a bar, with a bent stem
    [[-0.28, -0.5, 0.28, -0.5, -0.08, 0.5]],
    [[-0.27, -0.5, 0.28, -0.5, -0.06, 0.5], [-0.12, 0, 0.24, 0]],
    [[-0.28, -0.36, -0.28, -0.5, ...curve(0.28, -0.5, 0.14, -0.2, -0.06, 0, -0.08, 0.5)]],
  ],
  [ // 8: two rings, one crossing line
    [ellipse(0, -0.26, 0.22, 0.24), ellipse(0, 0.24, 0.27, 0.26)],
    [[
      ...curve(0.2, -0.4, -0.1, -0.66, -0.42, -0.24, 0, 0),
      ...curve(0, 0, 0.46, 0.26, 0.16, 0.52, 0, 0.5),
      ...curve(0, 0.5, -0.3, 0.5, -0.38, 0.2, 0, 0),
      ...curve(0, 0, 0.3, -0.16, 0.3, -0.3, 0.2, -0.4),
    ]],
  ],
  [ // 9: bowed tail, straight tail
    [[
      ...arc(0, -0.22, 0.28, 0.28, 0, -360),
      ...curve(0.28, -0.22, 0.29, 0.1, 0.14, 0.5, -0.2, 0.47),
    ]],
    [ellipse(0, -0.23, 0.26, 0.27), [0.26, -0.24, 0.22, 0.5]],
  ],
];
