// Where something stands in a JSON tree.

/** From the root to a value: object keys and array indexes. */
export type Path = readonly (string | number)[]
