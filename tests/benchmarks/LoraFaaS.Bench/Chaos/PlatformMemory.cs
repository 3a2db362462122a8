namespace LoraFaaS.Bench.Chaos;

/// <summary>What the platform's processes held before, during and after a run, in MB, and how it went in MB a minute.</summary>
internal sealed record PlatformMemory(double Before, double Highest, double After, double Trend);
