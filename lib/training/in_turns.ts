/**
 * Does task 0 to `count` - 1, in that order, so many at once. Where one fails, no other is begun, and those under way stop
 * at their next `proceed`, which throws the same error.
 *
 * @throws What the first task to fail threw, when all have ended.
 */
export async function inTurns(
  count: number,
  atOnce: number,
  task: (index: number, proceed: () => void) => Promise<void>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const proceed = () => {
    if (failure) throw failure.error;
  };
  const left = Array.from({ length: count }).keys();
  const takeNext = async () => {
    for (const index of left) {
      proceed();
      await task(index, proceed);
    }
  };
  const takers = Array.from({ length: atOnce }, () =>
    takeNext().catch((error) => {
      failure ??= { error };
    }));
  await Promise.all(takers);
  proceed();
}
