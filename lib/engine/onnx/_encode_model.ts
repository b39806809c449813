import { PbfWriter } from "pbf";
import { type Attribute, type Graph, type GraphNode, onnxType, type Ref } from "../_trace/graph.ts";

/** ONNX intermediate representation 8 belongs to operator set 17. */
const IR_VERSION = 8;
const OPSET = 17;

/** `AttributeProto.AttributeType` */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

/**
 * The graph as an ONNX file: protobuf `ModelProto` of onnx.proto3, whose field numbers are used below. Constants become
 * initializers in the byte order of the machine, which is little-endian on every platform of ONNX Runtime.
 */
export function encodeModel(graph: Graph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "ctsurv");
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, writeOpset, { domain: "", version: OPSET });
  return pbf.finish();
}

function writeOpset({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeGraph(graph: Graph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "traced");
  const constants = new Set(graph.nodes.flatMap((node) => node.inputs.filter((ref) => ref.constant !== undefined)));
  for (const constant of constants) pbf.writeMessage(5, writeTensor, constant);
  for (const input of graph.inputs) pbf.writeMessage(11, writeValueInfo, input);
  for (const output of graph.outputs) pbf.writeMessage(12, writeValueInfo, output);
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

function writeValueInfo(ref: Ref, pbf: PbfWriter): void {
  pbf.writeStringField(1, ref.name);
  pbf.writeMessage(2, writeType, ref);
}

function writeType(ref: Ref, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, ref);
}

function writeTensorType(ref: Ref, pbf: PbfWriter): void {
  pbf.writeVarintField(1, onnxType[ref.dtype]);
  pbf.writeMessage(2, writeShape, ref.shape);
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const dim of shape) pbf.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, dim);
}
