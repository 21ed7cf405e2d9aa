// Stands in for `dev.ts` in a page that is built for production.

export const DEV = false
