/** Runs with these environment variables (undefined: without them), and puts things back afterwards. */
export async function withEnv<T>(
  variables: Readonly<Record<string, string | undefined>>,
  use: () => Promise<T>,
): Promise<T> {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    return await use();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}
