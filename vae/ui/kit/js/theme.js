// Dark or light.

/** Is the page dark? Gradio keeps it as a class of the body. */
export const isDark = () => document.body.classList.contains('dark');

/** Call `listener` when the page turns dark or light. */
export function onTheme(listener) {
  let dark = isDark();
  new MutationObserver(() => {
    if (dark === isDark()) return;
    dark = isDark();
    listener();
  }).observe(document.body, {attributes: true, attributeFilter: ['class']});
}
