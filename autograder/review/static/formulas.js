// Gives the page's formulas to KaTeX. They come from students: nothing in them may load, link or run
// anything, or be of any size; what KaTeX does not understand stays as it was written.
"use strict";

const LONGEST_FORMULA = 5000; // characters
const MOST_FORMULAS = 1000;

/** Render the formulas within an element that are not rendered yet. */
export function renderFormulas(root) {
  for (const element of Array.from(root.querySelectorAll(".math:not([data-done])")).slice(0, MOST_FORMULAS)) {
    element.dataset.done = "";
    const source = element.textContent;
    if (source.length > LONGEST_FORMULA) continue;
    try {
      katex.render(source, element, {
        displayMode: element.classList.contains("display"),
        throwOnError: true,
        trust: false,
        strict: "ignore",
        maxExpand: 500,
        maxSize: 20,
        output: "htmlAndMathml",
      });
    } catch (error) {
      element.textContent = source;
      element.classList.add("unread");
      element.title = String(error.message).slice(0, 200);
    }
  }
}

renderFormulas(document);
