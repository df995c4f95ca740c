/** Settings: what is read, what is refused, and the codes of records of format 1. */
import assert from "node:assert/strict";
import { UsageError } from "../../base/errors.ts";
import {
  choiceType,
  flag,
  flagType,
  integerType,
  number,
  numberType,
  oneOf,
  readValue,
  SHARE,
  type Value,
  valueOfCode,
} from "../../base/setting.ts";

const distance = choiceType(["mmd", "coral", "mean"]);

Deno.test("settings read values and the texts that stand for them", () => {
  assert.equal(readValue(numberType(SHARE), "0.5", "x"), 0.5);
  assert.equal(readValue(numberType(), -1e3, "x"), -1000);
  assert.equal(readValue(integerType({ min: 1 }), " 7 ", "x"), 7);
  assert.equal(readValue(flagType(), "True", "x"), true);
  assert.equal(readValue(flagType(), false, "x"), false);
  assert.equal(readValue(distance, "coral", "x"), "coral");
});

Deno.test("what is not possible is refused with what is, and the nearest name", () => {
  for (
    const [type, given, message] of [
      [numberType(SHARE), 2, /^Cannot use x: it must be a number from 0 to 1$/],
      [numberType(), "", /it must be a number$/],
      [numberType(), true, /it must be a number$/],
      [integerType({ min: 1, max: 3 }), 1.5, /it must be a whole number from 1 to 3$/],
      [integerType({ min: 1, because: "since it counts steps" }), 0, /at least 1, since it counts/],
      [flagType(), 1, /it must be true or false$/],
      [distance, "corl", /did you mean "coral"\? it must be mmd, coral or mean$/],
      [distance, 1, /^Cannot use x: it must be mmd, coral or mean$/],
    ] as const
  ) {
    assert.throws(() => readValue<Value>(type, given, "x"), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("the numbers of format 1 are names by their order, flags and numbers", () => {
  assert.equal(valueOfCode(distance, 1), "coral");
  assert.equal(valueOfCode(distance, 3), undefined);
  assert.equal(valueOfCode(flagType(), 0), false);
  assert.equal(valueOfCode(flagType(), 1), true);
  assert.equal(valueOfCode(numberType(), 0.25), 0.25);
});

Deno.test("a setting is data: default, description, possible values", () => {
  const { parse: _, ...plain } = oneOf(["a", "b"], { default: "b", description: "which" });
  assert.deepEqual(plain, {
    kind: "choice",
    default: "b",
    description: "which",
    wanted: "a or b",
    names: ["a", "b"],
  });
  assert.equal(flag({ default: true, description: "on" }).default, true);
  assert.equal(number({ default: 1, description: "n", range: SHARE }).wanted, SHARE.wanted);
});
