using System.Globalization;
using System.Text.Json;

namespace LoraFaaS.Bench.Platform;

/// <summary>The platform's hosts as processes: which they are now, by the files in its data folder, and what memory they have.</summary>
internal static class HostProcesses
{
    private static readonly string[] Hosts = ["gateway", "controller", "worker"];

    /// <summary>Process ids by host. A host that was started again has another.</summary>
    public static IReadOnlyDictionary<string, int> Ids(string data) => Hosts.ToDictionary(host => host, host => IdOf(Path.Combine(data, "run", host + ".json")), StringComparer.Ordinal);

    /// <summary>Resident bytes of all of them together; of one that is gone, none.</summary>
    public static long ResidentBytes(IReadOnlyDictionary<string, int> ids) => ids.Values.Sum(ResidentBytes);

    private static int IdOf(string readyFile)
    {
        using var ready = JsonDocument.Parse(File.ReadAllBytes(readyFile));
        return ready.RootElement.GetProperty("pid").GetInt32();
    }

    private static long ResidentBytes(int id)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line["VmRSS:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or InvalidOperationException)
        {
            return 0;
        }
    }
}
