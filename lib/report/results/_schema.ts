import type { z } from "zod";

/** A type without its `readonly`s, which zod's inferred types do not have. */
type Plain<T> = T extends object ? { -readonly [Key in keyof T]: Plain<T[Key]> } : T;

/** True if two types are the same, field by field; `X extends A ? 1 : 2` is how TypeScript compares them exactly. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends (<X>() => X extends B ? 1 : 2) ? true : false;

/**
 * Takes a schema and the interface that is written out for it, and gives the schema. The compiler refuses a pair that
 * differs: a field that only one of them has, or that is optional in only one, or another type.
 *
 * `schemaOf<Interface>()(schema)` is called in two steps because TypeScript infers either all type arguments or none.
 */
export function schemaOf<T>(): <Schema extends z.ZodType>(
  schema: Schema,
  ...differ: Same<Plain<T>, Plain<z.output<Schema>>> extends true ? [] : ["the interface and the schema differ"]
) => z.ZodType<T> {
  return (schema, ..._differ) => schema as unknown as z.ZodType<T>;
}
