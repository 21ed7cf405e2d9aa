// Somewhere in every app the hooks are imported, or `declare module '@painda/react'` would find nothing to add to. A page
// about the server alone does not show that file.
import type {} from '@painda/react'
