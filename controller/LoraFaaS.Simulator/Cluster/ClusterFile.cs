using System.Text.Json;

namespace LoraFaaS.Simulator.Cluster;

/// <summary>A cluster by its preset's name, or from a JSON file with <see cref="ClusterSpec"/>'s members in camel case.</summary>
public static class ClusterFile
{
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
            var cluster = JsonSerializer.Deserialize(File.ReadAllBytes(nameOrPath), SimulatorJson.Default.ClusterSpec);

            return cluster is { Devices: > 0, Backbones.Count: > 0, DeviceGigabytes: > 0 }
                ? cluster
                : throw new FormatException($"{nameOrPath}: devices, deviceGigabytes and backbones are needed.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{nameOrPath}: {exception.Message}", exception);
        }
    }
}
