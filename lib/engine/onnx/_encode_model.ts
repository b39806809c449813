import { PbfWriter } from "pbf";
import { type Attribute, type Graph, type GraphNode, onnxType, type Ref } from "../_trace/graph.ts";

/** ONNX intermediate representation 8 belongs to operator set 17. */
const IR_VERSION = 8;
const OPSET = 17;

/** `AttributeProto.AttributeType` */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** The sizes of an input or output: numbers, and names of axes that have any length. */
export type OpenShape = readonly (number | string)[];

/** What a file for other programs says besides its graph. */
export interface ModelFacts {
  /** The shapes of inputs and outputs that have an axis of any length. @default {those of the graph} */
  readonly shapes?: ReadonlyMap<Ref, OpenShape>;
  /** Texts by name, for people and programs. @default {none} */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The graph as an ONNX file: protobuf `ModelProto` of onnx.proto3, whose field numbers are used below. Constants become
 * initializers in the byte order of the machine, which is little-endian on every platform of ONNX Runtime.
 */
export function encodeModel(graph: Graph, { shapes = new Map(), metadata = {} }: ModelFacts = {}): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "ctsurv");
  pbf.writeMessage(7, writeGraph, { graph, shapes });
  pbf.writeMessage(8, writeOpset, { domain: "", version: OPSET });
  for (const entry of Object.entries(metadata)) pbf.writeMessage(14, writeText, entry);
  return pbf.finish();
}

function writeText([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeOpset({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

type ShapedGraph = { readonly graph: Graph } & Required<Pick<ModelFacts, "shapes">>;

function writeGraph({ graph, shapes }: ShapedGraph, pbf: PbfWriter): void {
  const shaped = (ref: Ref): ShapedRef => ({ ...ref, shape: shapes.get(ref) ?? ref.shape });
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "traced");
  const constants = new Set(graph.nodes.flatMap((node) => node.inputs.filter((ref) => ref.constant !== undefined)));
  for (const constant of constants) pbf.writeMessage(5, writeTensor, constant);
  for (const input of graph.inputs) pbf.writeMessage(11, writeValueInfo, shaped(input));
  for (const output of graph.outputs) pbf.writeMessage(12, writeValueInfo, shaped(output));
}

function writeNode(node: GraphNode, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input.name);
  for (const output of node.outputs) pbf.writeStringField(2, output.name);
  pbf.writeStringField(3, node.outputs[0]!.name);
  pbf.writeStringField(4, node.op);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, entry);
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, attributeType.int);
  } else if (typeof value === "string") {
    pbf.writeBytesField(4, new TextEncoder().encode(value));
    pbf.writeVarintField(20, attributeType.string);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, attributeType.float);
  } else {
    for (const int of value) pbf.writeVarintField(8, int);
    pbf.writeVarintField(20, attributeType.ints);
  }
}

function writeTensor(ref: Ref, pbf: PbfWriter): void {
  const { buffer, byteOffset, byteLength } = ref.constant!;
  for (const dim of ref.shape) pbf.writeVarintField(1, dim);
  pbf.writeVarintField(2, onnxType[ref.dtype]);
  pbf.writeStringField(8, ref.name);
  pbf.writeBytesField(9, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
}

type ShapedRef = Pick<Ref, "name" | "dtype"> & { readonly shape: OpenShape };

function writeValueInfo(ref: ShapedRef, pbf: PbfWriter): void {
  pbf.writeStringField(1, ref.name);
  pbf.writeMessage(2, writeType, ref);
}

function writeType(ref: ShapedRef, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, ref);
}

function writeTensorType(ref: ShapedRef, pbf: PbfWriter): void {
  pbf.writeVarintField(1, onnxType[ref.dtype]);
  pbf.writeMessage(2, writeShape, ref.shape);
}

function writeShape(shape: OpenShape, pbf: PbfWriter): void {
  for (const dim of shape) pbf.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number | string, pbf: PbfWriter): void {
  if (typeof dim === "string") pbf.writeStringField(2, dim);
  else pbf.writeVarintField(1, dim);
}
