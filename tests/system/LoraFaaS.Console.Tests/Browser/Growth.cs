using Microsoft.Playwright;

namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>Watches things in a page that grow, from within the page: what stood there between two looks of a test counts as well.</summary>
public static class Growth
{
    /// <summary>
    /// Notes, whenever the page changes, the value that <paramref name="measure"/> (an expression of an element, <c>e</c>) has for each element of
    /// <paramref name="selector"/>, by the label of the element's section. Zero is nothing yet.
    /// </summary>
    public static Task WatchAsync(IPage page, string selector, string measure) => page.EvaluateAsync(
        $$"""
        () => {
          const grown = window.grown = {};
          new MutationObserver(() => {
            for (const e of document.querySelectorAll('{{selector}}')) {
              const steps = grown[e.closest('section').getAttribute('aria-label') ?? ''] ??= [];
              const size = {{measure}};
              if (size > 0 && steps.at(-1) !== size) steps.push(size);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        }
        """);

    /// <summary>The values in the order they were seen.</summary>
    public static Task<int[]> StepsAsync(IPage page, string label) => page.EvaluateAsync<int[]>("label => window.grown[label] ?? []", label);
}
