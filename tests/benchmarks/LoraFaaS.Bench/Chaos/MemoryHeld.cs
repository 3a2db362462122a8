using System.Globalization;
using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Platform;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Memory of hosts and everything below them, shared pages counted once (proportional set size).</summary>
internal static class MemoryHeld
{
    public static double Megabytes(IEnumerable<ClusterHost> hosts) =>
        hosts.SelectMany(host => ProcessTree.DescendantsOf(host.Process.Id, "").Append(host.Process.Id)).Sum(Kilobytes) / 1024.0;

    private static long Kilobytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }
}
