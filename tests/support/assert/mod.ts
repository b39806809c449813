import { strict as assertStrict } from "node:assert";

export { AssertionError } from "node:assert";

/**
 * The part of `@std/assert` that the tests use, over `node:assert`, so that they run where JSR cannot be reached.
 * `deno.json` links it in place of the package.
 */

// `node:assert` takes undefined for a message; its types, under exactOptionalPropertyTypes, do not: hence the casts.

/** Thrown by every failed assertion here. */

/** Asserts that `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition {
  assertStrict(condition, message as string);
}

/** Asserts deep, strict equality. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.deepEqual(actual, expected, message as string);
}

/** Asserts that the two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.notDeepEqual(actual, expected, message as string);
}

/** Asserts `Object.is` identity. */
export function assertStrictEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.equal(actual, expected, message as string);
}

/** Asserts `|actual - expected| <= tolerance`; the default is 1e-7 of the expected magnitude, as in `@std/assert`. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const difference = Math.abs(actual - expected);
  assertStrict(
    difference <= allowed,
    message ?? `Expected ${expected} within ${allowed}, got ${actual} (difference ${difference})`,
  );
}

/** Asserts that `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assertStrict(
    actual.includes(expected),
    message ?? `Expected to find ${JSON.stringify(expected)} in ${JSON.stringify(actual)}`,
  );
}

/** Asserts that `actual` matches `pattern`. */
export function assertMatch(actual: string, pattern: RegExp, message?: string): void {
  assertStrict.match(actual, pattern, message as string);
}

/** Asserts that `value` is neither null nor undefined. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  assertStrict(value !== null && value !== undefined, message ?? "Expected a value");
}

/** Asserts that `fn` throws, optionally an instance of `errorClass` whose message includes `messageIncludes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any
  errorClass?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, errorClass, messageIncludes);
  }
  throw new assertStrict.AssertionError({ message: "Expected the function to throw" });
}

/** Asserts that the promise of `fn` rejects; see {@linkcode assertThrows}. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  errorClass?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkThrown(error, errorClass, messageIncludes);
  }
  throw new assertStrict.AssertionError({ message: "Expected the promise to reject" });
}

function checkThrown<E extends Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any
  errorClass?: abstract new (...args: any[]) => E,
  messageIncludes?: string,
): E {
  assertStrict(error instanceof Error, `Expected an Error to be thrown, got ${String(error)}`);
  if (errorClass) {
    assertStrict(error instanceof errorClass, `Expected ${errorClass.name}, got ${error.name}: ${error.message}`);
  }
  if (messageIncludes !== undefined) assertStringIncludes(error.message, messageIncludes);
  return error as E;
}
