/** The decoding half of `@cornerstonejs/codec-openjpeg` and `-charls`, Emscripten builds that come without types. */
export interface CornerstoneDecoder {
  /** A view of the module's memory to copy the compressed bytes into. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
  };
  /** A view of the module's memory, whole bytes per sample, little-endian. */
  getDecodedBuffer(): Uint8Array;
  /** Frees what it holds of the module's memory. */
  delete(): void;
}

export interface CornerstoneModule {
  readonly J2KDecoder: new () => CornerstoneDecoder;
  readonly JpegLSDecoder: new () => CornerstoneDecoder;
}

declare const createModule: (
  options: { readonly print: (text: string) => void; readonly printErr: (text: string) => void },
) => Promise<CornerstoneModule>;
export default createModule;
