// The overlay's one element on the page. A constructed sheet stays behind when another document takes the element, as the window of
// another tool does with all that is in it; only a custom element is told of that.

export const HOST_TAG = 'painda-devtools'
export const TAKEN = 'painda-taken'

export function createHostElement(): HTMLElement {
  if (customElements.get(HOST_TAG) === undefined) {
    customElements.define(
      HOST_TAG,
      class extends HTMLElement {
        adoptedCallback(): void {
          this.dispatchEvent(new Event(TAKEN))
        }
      },
    )
  }
  return document.createElement(HOST_TAG)
}
