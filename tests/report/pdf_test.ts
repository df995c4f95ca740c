import assert from "node:assert/strict";
import { pdfRuns } from "../../report/charts/pdf/font.ts";
import { pdfPath } from "../../report/charts/pdf/path.ts";
import { isPdfDrawing, svgToPdf } from "../../report/charts/pdf/pdf.ts";
import { chartRows, rowsAsCsv } from "../../report/charts/rows.ts";
import { specOf } from "../../report/charts/chart.ts";

const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40">${inside}</svg>`;

/** The operators of a PDF's page. */
async function operators(pdf: Uint8Array): Promise<string> {
  const text = new TextDecoder("latin1").decode(pdf);
  const begin = text.indexOf("stream\n") + 7;
  const packed = pdf.slice(begin, begin + Number(/\/Length (\d+)/.exec(text)![1]));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return await new Response(plain).text();
}

Deno.test("PDF: an arc goes through the points of its circle", () => {
  const { operators, box } = pdfPath("M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0Z");
  assert.equal(operators.split("\n").filter((line) => line.endsWith(" c")).length, 4);
  assert.match(operators, /-?5 0 c/);
  assert.deepEqual(box.map(Math.round), [-5, -5, 5, 5]);
});

Deno.test("PDF: relative and repeated commands of a path", () => {
  assert.equal(
    pdfPath("M1,2h3v-4l1,1 2,2Z").operators,
    "1 2 m\n4 2 l\n4 -2 l\n5 -1 l\n7 1 l\nh",
  );
});

Deno.test("PDF: words are placed by their width, in the font that has them", async () => {
  assert.deepEqual(pdfRuns("A−α", false).map(({ font, code }) => [font, code]), [
    ["F1", "<41>"],
    ["F3", "<2d61>"],
  ]);
  const page = await operators(
    await svgToPdf(
      svg('<text text-anchor="end" font-size="10px" fill="currentColor">AA</text>'),
      "x",
    ),
  );
  assert.match(page, /1 0 0 -1 -13\.34 0 Tm/); // twice 667 thousandths of 10
});

Deno.test("PDF: the same bytes every time, no date, and only characters that it can show", async () => {
  const drawing = svg(
    '<path d="M0,0h9v9Z" fill="#f00" fill-opacity="0.5"/><text>±2 &amp; é</text>',
  );
  const [first, second] = [await svgToPdf(drawing, "T"), await svgToPdf(drawing, "T")];
  assert.deepEqual(first, second);
  assert.match(new TextDecoder("latin1").decode(first), /\/ca 0\.5 \/CA 1/);
  assert(isPdfDrawing(drawing));
  assert(!isPdfDrawing(svg("<text>猫</text>")));
});

Deno.test("a chart's rows: lists become rows, and formulas of a spreadsheet plain text", () => {
  const spec = specOf("x", {
    usermeta: { listedBy: { column: "domain", names: ["a", "b"] } },
    data: { values: [{ method: "=1+1", f1: [0.5, null] }] },
    mark: "point",
  });
  assert.equal(rowsAsCsv(chartRows(spec)), "method,f1,domain\n'=1+1,0.5,a\n'=1+1,,b\n");
});
