export interface Place {
  row: number;
  column: number;
}

/** Where a key leads from a cell of a grid; undefined when the key is not the grid's. */
export function placeAfter(key: string, wide: boolean, { row, column }: Place, rows: number, columns: number): Place | undefined {
  const at = (toRow: number, toColumn: number): Place => ({ row: between(toRow, rows), column: between(toColumn, columns) });
  switch (key) {
    case "ArrowRight":
      return at(row, column + 1);
    case "ArrowLeft":
      return at(row, column - 1);
    case "ArrowDown":
      return at(row + 1, column);
    case "ArrowUp":
      return at(row - 1, column);
    case "PageDown":
      return at(row + 7, column);
    case "PageUp":
      return at(row - 7, column);
    case "Home":
      return wide ? at(0, 0) : at(row, 0);
    case "End":
      return wide ? at(rows, columns) : at(row, columns);
    default:
      return undefined;
  }
}

function between(place: number, count: number): number {
  return Math.max(0, Math.min(count - 1, place));
}
