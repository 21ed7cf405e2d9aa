/** As many values as there are rows, one after another. */
export function fill<T>(rows: number, next: (row: number) => T): T[] {
  const values: T[] = []
  for (let row = 0; row < rows; row++) values.push(next(row))
  return values
}
