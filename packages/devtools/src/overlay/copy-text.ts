/** Refused where the page is not focused or not secure; there is nothing else to offer then. */
export function copyText(text: string): void {
  navigator.clipboard?.writeText(text).catch(() => {})
}
