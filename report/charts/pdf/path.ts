/**
 * The paths of SVG as operators of PDF.
 *
 * @module
 */

/** A number as PDF takes it. */
export function pdfNumber(value: number): string {
  return String(Number(value.toFixed(3)) || 0);
}

/** How many numbers each command of a path takes. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  M: 2,
  L: 2,
  H: 1,
  V: 1,
  C: 6,
  Q: 4,
  A: 7,
  Z: 0,
};

/** A path's operators, and the box around its points. */
export function pdfPath(d: string): { operators: string; box: [number, number, number, number] } {
  const out: string[] = [];
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const to = (operator: string, points: readonly number[]) => {
    out.push(`${points.map(pdfNumber).join(" ")} ${operator}`);
    for (let i = 0; i < points.length; i += 2) {
      box[0] = Math.min(box[0], points[i]!);
      box[1] = Math.min(box[1], points[i + 1]!);
      box[2] = Math.max(box[2], points[i]!);
      box[3] = Math.max(box[3], points[i + 1]!);
    }
    [x, y] = points.slice(-2) as [number, number];
  };
  for (const [, letter, rest] of d.matchAll(/([A-Za-z])([^A-Za-z]*(?:e-?\d+[^A-Za-z]*)*)/g)) {
    const numbers = [...rest!.matchAll(/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi)]
      .map(([number]) => Number(number));
    let command = letter!.toUpperCase();
    const relative = letter !== command;
    const size = ARGUMENTS[command]!;
    for (let i = 0; i === 0 || i < numbers.length; i += Math.max(1, size)) {
      const own = numbers.slice(i, i + size);
      const [dx, dy] = relative ? [x, y] : [0, 0];
      const points = own.map((value, n) => value + (n % 2 === 0 ? dx : dy));
      if (command === "M") {
        to("m", points);
        [startX, startY] = [x, y];
        command = "L"; // what follows a move without a letter
      } else if (command === "L") to("l", points);
      else if (command === "H") to("l", [own[0]! + dx, y]);
      else if (command === "V") to("l", [x, own[0]! + dy]);
      else if (command === "C") to("c", points);
      else if (command === "Q") {
        const [cx, cy, ex, ey] = points as [number, number, number, number];
        const third = (from: number, control: number) => from + (2 / 3) * (control - from);
        to("c", [third(x, cx), third(y, cy), third(ex, cx), third(ey, cy), ex, ey]);
      } else if (command === "A") {
        const end: [number, number] = [own[5]! + dx, own[6]! + dy];
        for (const curve of arcCurves([x, y], own, end)) to("c", curve);
      } else {
        out.push("h");
        [x, y] = [startX, startY];
      }
    }
  }
  return { operators: out.join("\n"), box };
}

/** An elliptic arc as Bézier curves, after the SVG specification's notes on implementation. */
function arcCurves(
  [x1, y1]: [number, number],
  [radiusX, radiusY, turn, large, sweep]: readonly number[],
  [x2, y2]: [number, number],
): number[][] {
  if (x1 === x2 && y1 === y2) return [];
  let [rx, ry] = [Math.abs(radiusX!), Math.abs(radiusY!)];
  if (rx === 0 || ry === 0) return [[x1, y1, x2, y2, x2, y2]];
  const [cos, sin] = [Math.cos(turn! * Math.PI / 180), Math.sin(turn! * Math.PI / 180)];
  const [halfX, halfY] = [(x1 - x2) / 2, (y1 - y2) / 2];
  const [px, py] = [cos * halfX + sin * halfY, -sin * halfX + cos * halfY];
  const grow = Math.sqrt(Math.max(1, (px / rx) ** 2 + (py / ry) ** 2));
  [rx, ry] = [rx * grow, ry * grow];
  const [a, b] = [(rx * py) ** 2, (ry * px) ** 2];
  const root = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(0, (rx * ry) ** 2 / (a + b) - 1));
  const [qx, qy] = [root * rx * py / ry, -root * ry * px / rx];
  const [cx, cy] = [cos * qx - sin * qy + (x1 + x2) / 2, sin * qx + cos * qy + (y1 + y2) / 2];
  const first = Math.atan2((py - qy) / ry, (px - qx) / rx);
  let span = Math.atan2((-py - qy) / ry, (-px - qx) / rx) - first;
  if (sweep && span < 0) span += 2 * Math.PI;
  if (!sweep && span > 0) span -= 2 * Math.PI;
  const pieces = Math.ceil(Math.abs(span) / (Math.PI / 2) - 1e-9);
  const step = span / pieces;
  const reach = (4 / 3) * Math.tan(step / 4);
  const at = (u: number, v: number) => [
    cx + cos * rx * u - sin * ry * v,
    cy + sin * rx * u + cos * ry * v,
  ];
  return Array.from({ length: pieces }, (_, i) => {
    const [from, to] = [first + i * step, first + (i + 1) * step];
    return [
      ...at(Math.cos(from) - reach * Math.sin(from), Math.sin(from) + reach * Math.cos(from)),
      ...at(Math.cos(to) + reach * Math.sin(to), Math.sin(to) - reach * Math.cos(to)),
      ...at(Math.cos(to), Math.sin(to)),
    ];
  });
}
