/** Finding a study: a method's own before the one that every method has. */
import assert from "node:assert/strict";
import { distinctStudies, type Study, studyOf } from "../../methods/study.ts";

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
