/** Finding a study: a method's own before the one that every method has. */
import assert from "node:assert/strict";
import {
  ablation,
  convergence,
  distinctStudies,
  factorial,
  oneAtATime,
  type Study,
  studyOf,
  type TrainingStudy,
  variants,
} from "../../methods/study.ts";

const study = (name: string, method?: string) =>
  ({ kind: "study", name, ...(method && { method }) }) as Study;

const [usual, own, other] = [study("ablation"), study("ablation", "a"), study("speed", "b")];

Deno.test("a method's own study goes before the usual one; another's is nobody else's", () => {
  const known = [usual!, own!, other!];
  assert.equal(studyOf(known, "ablation", "a"), own);
  assert.equal(studyOf(known, "ablation", "b"), usual);
  assert.equal(studyOf(known, "speed", "b"), other);
  assert.equal(studyOf(known, "speed", "a"), undefined);
  assert.equal(studyOf(known, "none", "a"), undefined);
});

Deno.test("studies of one name count once", () => {
  assert.deepEqual(distinctStudies([usual!, own!, other!]).map(({ name }) => name), [
    "ablation",
    "speed",
  ]);
});

const ABOUT = { name: "s", title: "S", description: "A study." };
const labelled = ({ settings }: TrainingStudy) =>
  settings.map(({ label, hyperparameters }) => [label, hyperparameters]);

Deno.test("an ablation has every combination of its parts, the first one switched fastest", () => {
  const parts = { a: "A", b: "B", c: "C" };
  const of = (...on: string[]) => ({
    a: on.includes("a"),
    b: on.includes("b"),
    c: on.includes("c"),
  });
  const study = ablation({ ...ABOUT, parts, always: ["b"] });
  assert.deepEqual(labelled(study), [
    ["b", of("b")],
    ["a b", of("a", "b")],
    ["b c", of("b", "c")],
    ["a b c", of("a", "b", "c")],
  ]);
  assert.deepEqual(study.factors, [
    { name: "a", title: "A" },
    { name: "b", title: "B" },
    { name: "c", title: "C" },
  ]);
  const two = ablation({ ...ABOUT, parts: { x: "X", y: "Y" } });
  assert.deepEqual(labelled(two).map(([label]) => label), ["none", "x", "y", "x y"]);
  assert.deepEqual(
    two.settings.map(({ levels }) => levels),
    two.settings.map((s) => s.hyperparameters),
  );
});

Deno.test("one parameter at a time, and the forms of a part", () => {
  const one = oneAtATime({ ...ABOUT, parameters: ["a", "b"], values: [0.1, 2] });
  assert.deepEqual(labelled(one), [
    ["a=0.1", { a: 0.1 }],
    ["a=2", { a: 2 }],
    ["b=0.1", { b: 0.1 }],
    ["b=2", { b: 2 }],
  ]);
  assert.deepEqual(one.settings[3]!.levels, { parameter: "b", value: 2 });
  assert.deepEqual(one.chart, { x: "value", panels: "parameter" });
  const forms = variants({ ...ABOUT, forms: [["p", "one", { a: 1 }], ["p", "two", {}]] });
  assert.deepEqual(labelled(forms), [["one", { a: 1 }], ["two", {}]]);
  assert.deepEqual(forms.settings[0]!.levels, { part: "p", form: "one" });
  assert.deepEqual(forms.splits, ["validation"]);
});

Deno.test("of a fraction the generated factor has the product of its generators' signs", () => {
  const design = factorial({
    ...ABOUT,
    levels: {
      a: { title: "A", levels: ["-", "+"] },
      b: { title: "B", levels: [0, 1] },
      c: { title: "C", levels: [false, true], generator: ["a", "b"] },
    },
  });
  assert.deepEqual(labelled(design), [
    ["- 0 true", { a: "-", b: 0, c: true }],
    ["+ 0 false", { a: "+", b: 0, c: false }],
    ["- 1 false", { a: "-", b: 1, c: false }],
    ["+ 1 true", { a: "+", b: 1, c: true }],
  ]);
  assert.deepEqual(design.splits, ["validation"]);
  assert.deepEqual([convergence.checkpoints, convergence.rows], [50, "checkpoints"]);
});
