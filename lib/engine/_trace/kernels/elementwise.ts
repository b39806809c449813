import { tf } from "../../tf.ts";
import { type RangeEnds, ROUND_TO_HALF, UNIT_RANGE } from "../../host_arithmetic.ts";
import {
  type Attribute,
  type GraphBuilder,
  kernel,
  type OnnxDType,
  onnxType,
  type Ref,
  type TraceKernel,
} from "../graph.ts";

/** tfjs kernels of one input that are one ONNX operator. */
const unaryOperators: Readonly<Record<string, string>> = {
  [tf.Abs]: "Abs",
  [tf.Acos]: "Acos",
  [tf.Acosh]: "Acosh",
  [tf.Asin]: "Asin",
  [tf.Asinh]: "Asinh",
  [tf.Atan]: "Atan",
  [tf.Atanh]: "Atanh",
  [tf.Ceil]: "Ceil",
  [tf.Cos]: "Cos",
  [tf.Cosh]: "Cosh",
  [tf.Elu]: "Elu",
  [tf.Erf]: "Erf",
  [tf.Exp]: "Exp",
  [tf.Floor]: "Floor",
  [tf.Log]: "Log",
  [tf.LogicalNot]: "Not",
  [tf.Neg]: "Neg",
  [tf.Reciprocal]: "Reciprocal",
  [tf.Relu]: "Relu",
  [tf.Round]: "Round",
  [tf.Selu]: "Selu",
  [tf.Sigmoid]: "Sigmoid",
  [tf.Sign]: "Sign",
  [tf.Sin]: "Sin",
  [tf.Sinh]: "Sinh",
  [tf.Softplus]: "Softplus",
  [tf.Sqrt]: "Sqrt",
  [tf.Tan]: "Tan",
  [tf.Tanh]: "Tanh",
};

/** tfjs kernels of two broadcast inputs that are one ONNX operator. */
const binaryOperators: Readonly<Record<string, string>> = {
  [tf.Add]: "Add",
  [tf.Maximum]: "Max",
  [tf.Minimum]: "Min",
  [tf.Multiply]: "Mul",
  [tf.Pow]: "Pow",
  [tf.RealDiv]: "Div",
  [tf.Sub]: "Sub",
};

/** The same with boolean results. */
const predicates: Readonly<Record<string, string>> = {
  [tf.Equal]: "Equal",
  [tf.Greater]: "Greater",
  [tf.GreaterEqual]: "GreaterOrEqual",
  [tf.Less]: "Less",
  [tf.LessEqual]: "LessOrEqual",
  [tf.LogicalAnd]: "And",
  [tf.LogicalOr]: "Or",
};

/** `op(x)`, shaped as `x`. */
export function unary(graph: GraphBuilder, op: string, x: Ref, attributes: Record<string, Attribute> = {}): Ref {
  return graph.node(op, [x], { shape: x.shape, attributes });
}

/** `op(a, b)` with broadcasting. */
export function binary(graph: GraphBuilder, op: string, a: Ref, b: Ref, dtype: OnnxDType = a.dtype): Ref {
  const shape = tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return graph.node(op, [a, b], { shape, dtype });
}

/** `x` as another type. */
export function cast(graph: GraphBuilder, x: Ref, dtype: OnnxDType): Ref {
  if (x.dtype === dtype) return x;
  return graph.node("Cast", [x], { shape: x.shape, dtype, attributes: { to: onnxType[dtype] } });
}

/** `condition ? a : b`, element by element. */
export function where(graph: GraphBuilder, condition: Ref, a: Ref, b: Ref): Ref {
  // ONNX Runtime's Where takes no booleans.
  if (a.dtype === "bool") {
    return cast(graph, where(graph, condition, cast(graph, a, "uint8"), cast(graph, b, "uint8")), "bool");
  }
  const shape = tf.backend_util.assertAndGetBroadcastShape(
    [...condition.shape],
    tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]),
  );
  return graph.node("Where", [condition, a, b], { shape, dtype: a.dtype });
}

/** A scalar of the type of `like`. */
export function scalarLike(graph: GraphBuilder, like: Ref, value: number): Ref {
  return like.dtype === "int32"
    ? graph.constant(Int32Array.of(value), [], "int32")
    : like.dtype === "float64"
    ? graph.constant(Float64Array.of(value), [], "float64")
    : graph.scalar(value);
}

/** `value` everywhere in `shape`. */
export function filled(graph: GraphBuilder, shape: readonly number[], value: number, dtype: OnnxDType): Ref {
  const scalar = dtype === "bool"
    ? graph.constant(Uint8Array.of(value), [], "bool")
    : dtype === "int32"
    ? graph.constant(Int32Array.of(value), [], "int32")
    : graph.scalar(value);
  return shape.length === 0 ? scalar : graph.node("Expand", [scalar, graph.ints(shape)], { shape, dtype });
}

/** Python's floor division, as whole numbers. An int32 goes through float64, which holds every int32 exactly. */
function floorDivide(graph: GraphBuilder, a: Ref, b: Ref): Ref {
  const quotient = a.dtype === "int32"
    ? binary(graph, "Div", cast(graph, a, "float64"), cast(graph, b, "float64"))
    : binary(graph, "Div", a, b);
  return cast(graph, unary(graph, "Floor", quotient), "int32");
}

/** Python's remainder has the sign of the divisor. It is made of C's remainder, which has the sign of the dividend. */
function modulo(graph: GraphBuilder, a: Ref, b: Ref): Ref {
  const shape = tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  const remainder = graph.node("Mod", [a, b], { shape, attributes: { fmod: 1 } });
  const product = binary(graph, "Mul", unary(graph, "Sign", remainder), unary(graph, "Sign", b));
  const opposite = binary(graph, "Less", product, scalarLike(graph, a, 0), "bool");
  return where(graph, opposite, binary(graph, "Add", remainder, b), remainder);
}

/** `x` itself where it is `negligible` beside 1, `corrected` below 1/2, and `plain` above, where no digits cancel. */
function whereSmall(graph: GraphBuilder, x: Ref, negligible: Ref, corrected: Ref, plain: Ref): Ref {
  const small = binary(graph, "Less", unary(graph, "Abs", x), graph.scalar(0.5), "bool");
  return where(graph, negligible, x, where(graph, small, corrected, plain));
}

/** Elementwise kernels, comparisons, selection and casts. */
export const elementwiseKernels: Readonly<Record<string, TraceKernel>> = {
  ...Object.fromEntries(
    Object.entries(unaryOperators).map(([name, op]) => [name, kernel<"x">((graph, { x }) => unary(graph, op, x))]),
  ),
  ...Object.fromEntries(
    Object.entries(binaryOperators).map((
      [name, op],
    ) => [name, kernel<"a" | "b">((graph, { a, b }) => binary(graph, op, a, b))]),
  ),
  ...Object.fromEntries(
    Object.entries(predicates).map((
      [name, op],
    ) => [name, kernel<"a" | "b">((graph, { a, b }) => binary(graph, op, a, b, "bool"))]),
  ),
  [tf.NotEqual]: kernel<"a" | "b">((graph, { a, b }) => unary(graph, "Not", binary(graph, "Equal", a, b, "bool"))),
  [tf.AddN]: kernel((graph, inputs) => Object.values(inputs).reduce((sum, x) => binary(graph, "Add", sum, x))),
  [tf.Square]: kernel<"x">((graph, { x }) => binary(graph, "Mul", x, x)),
  [tf.SquaredDifference]: kernel<"a" | "b">((graph, { a, b }) => {
    const difference = binary(graph, "Sub", a, b);
    return binary(graph, "Mul", difference, difference);
  }),
  [tf.Rsqrt]: kernel<"x">((graph, { x }) => unary(graph, "Reciprocal", unary(graph, "Sqrt", x))),
  [tf.FloorDiv]: kernel<"a" | "b">((graph, { a, b }) => floorDivide(graph, a, b)),
  [tf.Mod]: kernel<"a" | "b">((graph, { a, b }) => modulo(graph, a, b)),
  // With u = 1 + x rounded, the rounding of u cancels in log(u) x / (u - 1) (Higham, section 1.14.1).
  [tf.Log1p]: kernel<"x">((graph, { x }) => {
    const one = graph.scalar(1);
    const u = binary(graph, "Add", one, x);
    const plain = unary(graph, "Log", u);
    const corrected = binary(graph, "Mul", plain, binary(graph, "Div", x, binary(graph, "Sub", u, one)));
    return whereSmall(graph, x, binary(graph, "Equal", u, one, "bool"), corrected, plain);
  }),
  // (u - 1) x / log(u) with u = exp(x): the same cancellation.
  [tf.Expm1]: kernel<"x">((graph, { x }) => {
    const one = graph.scalar(1);
    const u = unary(graph, "Exp", x);
    const plain = binary(graph, "Sub", u, one);
    const corrected = binary(graph, "Mul", plain, binary(graph, "Div", x, unary(graph, "Log", u)));
    return whereSmall(graph, x, binary(graph, "Equal", u, one, "bool"), corrected, plain);
  }),
  [tf.Relu6]: kernel<"x">((graph, { x }) =>
    graph.node("Clip", [x, scalarLike(graph, x, 0), scalarLike(graph, x, 6)], { shape: x.shape })
  ),
  [tf.ClipByValue]: kernel<"x", tf.ClipByValueAttrs>((graph, { x }, { clipValueMin, clipValueMax }) =>
    graph.node("Clip", [x, scalarLike(graph, x, clipValueMin), scalarLike(graph, x, clipValueMax)], { shape: x.shape })
  ),
  [tf.LeakyRelu]: kernel<"x", tf.LeakyReluAttrs>((graph, { x }, { alpha }) =>
    unary(graph, "LeakyRelu", x, { alpha: { float: alpha } })
  ),
  [tf.Prelu]: kernel<"x" | "alpha">((graph, { x, alpha }) =>
    where(
      graph,
      binary(graph, "Less", x, graph.scalar(0), "bool"),
      binary(graph, "Mul", x, alpha),
      x,
    )
  ),
  // d elu = dy (y >= 0 ? 1 : y + 1), with y the output.
  [tf.EluGrad]: kernel<"dy" | "y">((graph, { dy, y }) =>
    where(
      graph,
      binary(graph, "GreaterOrEqual", y, graph.scalar(0), "bool"),
      dy,
      binary(graph, "Mul", dy, binary(graph, "Add", y, graph.scalar(1))),
    )
  ),
  [tf.Step]: kernel<"x", tf.StepAttrs>((graph, { x }, { alpha }) => {
    const isPositive = binary(graph, "Greater", x, scalarLike(graph, x, 0), "bool");
    // Several times quicker than Where, and ReLU's gradient is made of it.
    if (alpha === 0) return cast(graph, isPositive, x.dtype);
    return where(graph, isPositive, scalarLike(graph, x, 1), scalarLike(graph, x, alpha));
  }),
  [tf.IsNan]: kernel<"x">((graph, { x }) => graph.node("IsNaN", [x], { shape: x.shape, dtype: "bool" })),
  [tf.IsInf]: kernel<"x">((graph, { x }) => graph.node("IsInf", [x], { shape: x.shape, dtype: "bool" })),
  [tf.IsFinite]: kernel<"x">((graph, { x }) => {
    // x - x is 0 for finite numbers and NaN for the others.
    const difference = binary(graph, "Sub", x, x);
    return unary(graph, "Not", graph.node("IsNaN", [difference], { shape: x.shape, dtype: "bool" }));
  }),
  [tf.Atan2]: kernel<"a" | "b">((graph, { a, b }) => {
    // atan(a / b), moved by pi into the half plane b < 0 (by the sign of a); 0 / 0 counts as 0.
    const zero = graph.scalar(0);
    const ratio = where(graph, binary(graph, "Equal", a, zero, "bool"), zero, binary(graph, "Div", a, b));
    const angle = unary(graph, "Atan", ratio);
    const shift = where(
      graph,
      binary(graph, "Less", a, zero, "bool"),
      graph.scalar(-Math.PI),
      graph.scalar(Math.PI),
    );
    return where(graph, binary(graph, "Less", b, zero, "bool"), binary(graph, "Add", angle, shift), angle);
  }),
  [tf.Select]: kernel<"condition" | "t" | "e">((graph, { condition, t, e }) => {
    // A vector condition chooses whole rows.
    const rows = condition.shape.length === 1 && t.shape.length > 1;
    const shaped = rows ? graph.reshape(condition, [condition.shape[0]!, ...t.shape.slice(1).map(() => 1)]) : condition;
    return where(graph, shaped, t, e);
  }),
  [tf.Cast]: kernel<"x", tf.CastAttrs>((graph, { x }, { dtype }) => cast(graph, x, dtype as OnnxDType)),
  [UNIT_RANGE]: kernel<"x", RangeEnds>((graph, { x }, { low, high }) => {
    const double = cast(graph, x, "float64");
    const number = (value: number) => scalarLike(graph, double, value);
    const scaled = binary(graph, "Div", binary(graph, "Sub", double, number(low)), number(high - low));
    return cast(graph, graph.node("Clip", [scaled, number(0), number(1)], { shape: x.shape }), x.dtype);
  }),
  [ROUND_TO_HALF]: kernel<"x">((graph, { x }) => cast(graph, cast(graph, x, "float16"), x.dtype)),
  [tf.Identity]: kernel<"x">((_graph, { x }) => x),
  [tf.Fill]: kernel<never, tf.FillAttrs>((graph, _inputs, { shape, value, dtype }) =>
    filled(graph, shape, value as number, dtype as OnnxDType)
  ),
  [tf.ZerosLike]: kernel<"x">((graph, { x }) => filled(graph, x.shape, 0, x.dtype)),
  [tf.OnesLike]: kernel<"x">((graph, { x }) => filled(graph, x.shape, 1, x.dtype)),
};
