using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Console.Components;

/// <summary>A trust domain's prompt prefixes in one tier of a worker.</summary>
internal sealed record PrefixSum(string TrustDomain, string Tier, int Count, double Bytes)
{
    public string Where => Tier switch
    {
        "device" => "on the device",
        "host" => "in host memory",
        _ => $"on {Tier}",
    };

    /// <summary>By trust domain, the nearest tier first.</summary>
    public static IReadOnlyList<PrefixSum> Of(WorkerInfo worker) =>
    [
        .. worker.Resident.Where(artifact => artifact.Kind == "prefix")
            .GroupBy(artifact => (TrustDomain: artifact.TrustDomain ?? "", artifact.Tier))
            .OrderBy(group => group.Key.TrustDomain, StringComparer.Ordinal).ThenBy(group => group.Key.Tier is "device" ? 0 : group.Key.Tier is "host" ? 1 : 2)
            .Select(group => new PrefixSum(group.Key.TrustDomain, group.Key.Tier, group.Count(), group.Sum(artifact => (double)artifact.Bytes))),
    ];
}
