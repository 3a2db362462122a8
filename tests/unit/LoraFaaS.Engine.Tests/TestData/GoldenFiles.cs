using System.Text.Json;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>Where the demo and its reference numerics lie.</summary>
internal static class GoldenFiles
{
    public static readonly string[] Adapters = ["en-fr", "normalise", "product-title", "sentiment", "sql", "ticket-router"];

    public static readonly string[] TinyBackbones = ["llama3-rope", "qwen2-bias-tied", "llama-sharded"];

    private static readonly string Demo = Path.Combine(RepositoryRoot.Path, "deploy", "demo");

    public static string DemoBackbone => Path.Combine(Demo, "backbone");

    public static string DemoAdapter(string name) => Path.Combine(Demo, "adapters", name);

    public static string Golden(params string[] parts) => Path.Combine([RepositoryRoot.Path, "tests", "data", "golden", .. parts]);

    public static Dictionary<string, int[]> Prompts()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden("prompts.json")));
        return json.RootElement.EnumerateArray().ToDictionary(
            p => p.GetProperty("name").GetString()!, p => Ints(p.GetProperty("ids")));
    }

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];
}
