using System.Text.Json;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.TestKit.Platform;

/// <summary>The demo's evaluation sets.</summary>
public static class DemoData
{
    public static readonly string Folder = RepositoryRoot.Of("deploy", "demo");

    /// <summary>Exact-match accuracy in percent, as the demo's README states it.</summary>
    public static readonly IReadOnlyDictionary<string, double> Accuracy = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["en-fr"] = 100,
        ["normalise"] = 97.5,
        ["product-title"] = 100,
        ["sentiment"] = 99.5,
        ["sql"] = 99,
        ["ticket-router"] = 100,
    };

    public static IReadOnlyList<(string Prompt, string Expected)> Cases(string function) =>
        [.. File.ReadLines(Path.Combine(Folder, "eval", function + ".jsonl")).Where(line => line.Length > 0).Select(Read)];

    public static (string Prompt, string Expected) First(string function) => Cases(function)[0];

    private static (string Prompt, string Expected) Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("prompt").GetString()!, json.RootElement.GetProperty("expected").GetString()!);
    }
}
