using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoraFaaS.Simulator.Cluster;

/// <summary>
/// A cluster by its preset's name, or from a JSON file with <see cref="ClusterSpec"/>'s members in camel case. What the file leaves out, prices among it, is as in the
/// papers' presets; its size and its backbones it must say.
/// </summary>
public static class ClusterFile
{
    private static readonly string[] Needed = ["name", "devices", "deviceGigabytes", "backbones"];

    /// <exception cref="FormatException">Neither a preset nor a file that says a cluster.</exception>
    public static ClusterSpec Read(string nameOrPath)
    {
        if (ClusterPresets.All.FirstOrDefault(preset => preset.Name == nameOrPath) is { } preset)
        {
            return preset;
        }

        if (!File.Exists(nameOrPath))
        {
            throw new FormatException($"{nameOrPath} is neither a file nor one of {string.Join(", ", ClusterPresets.All.Select(known => known.Name))}.");
        }

        try
        {
            if (JsonNode.Parse(File.ReadAllBytes(nameOrPath)) is not JsonObject given)
            {
                throw new FormatException($"{nameOrPath}: a cluster is one JSON object.");
            }

            Complete(given, (JsonObject)JsonSerializer.SerializeToNode(ClusterPresets.L40S, SimulatorJson.Default.ClusterSpec)!, Needed);

            var cluster = given.Deserialize(SimulatorJson.Default.ClusterSpec) is { Backbones.Count: > 0 } said
                ? said
                : throw new FormatException($"{nameOrPath}: at least one backbone is needed.");
            return ClusterCheck.Problem(cluster) is { } problem ? throw new FormatException($"{nameOrPath}: {problem}") : cluster;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{nameOrPath}: {exception.Message}", exception);
        }
    }

    private static void Complete(JsonObject given, JsonObject usual, params ReadOnlySpan<string> needed)
    {
        foreach (var (name, value) in usual)
        {
            if (given[name] is JsonObject inner && value is JsonObject whole)
            {
                Complete(inner, whole);
            }
            else if (given[name] is null && !needed.Contains(name))
            {
                given[name] = value?.DeepClone();
            }
        }
    }
}
