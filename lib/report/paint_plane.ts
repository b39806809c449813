import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

/** Grey values of one plane, rows of columns, in [0, 1], black to white. */
export interface Plane {
  readonly grey: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of the picture per pixel of the plane, across and down. */
export interface PlaneScale {
  readonly x: number;
  readonly y: number;
}

/** Draws a plane with its first pixel at the origin. */
export function paintPlane(context: SKRSContext2D, { grey, rows, columns }: Plane, { x, y }: PlaneScale): void {
  const canvas = createCanvas(columns, rows);
  const own = canvas.getContext("2d");
  const image = own.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    // The array clamps; NaN becomes black.
    const value = Math.round(255 * grey[i]!);
    image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = value;
    image.data[4 * i + 3] = 255;
  }
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, 0, 0, columns * x, rows * y);
}

/** Draws the pixel edges between inside and outside of a mask, the plane's border included, in the current stroke. */
export function paintOutline(
  context: SKRSContext2D,
  isInside: (row: number, column: number) => boolean,
  { rows, columns }: Pick<Plane, "rows" | "columns">,
  scale: PlaneScale,
): void {
  const at = (row: number, column: number) =>
    row >= 0 && row < rows && column >= 0 && column < columns && isInside(row, column);
  context.beginPath();
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [x, y] = [column * scale.x, row * scale.y];
      if (at(row, column) !== at(row - 1, column)) {
        context.moveTo(x, y);
        context.lineTo(x + scale.x, y);
      }
      if (at(row, column) !== at(row, column - 1)) {
        context.moveTo(x, y);
        context.lineTo(x, y + scale.y);
      }
    }
  }
  context.stroke();
}
