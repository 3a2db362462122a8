namespace LoraFaaS.Bench.Chaos;

/// <summary>What the platform's processes held before, during and after a run, in MB, and how it went in MB a minute: in all, and of each kind of host.</summary>
internal sealed record PlatformMemory(double Before, double Highest, double After, double Trend, IReadOnlyList<(string Hosts, double Trend)> Parts);
