using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Policies.Placement;

/// <summary>Rendezvous hashing: each function prefers the workers in an order of its own. FNV-1a, 64 bits, with a final mix.</summary>
internal static class Spread
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(FunctionId function, WorkerId worker)
    {
        var hash = Add(Offset, function.Namespace.Value);
        hash = Add(hash, function.Name.Value);
        hash = Add(hash, worker.Value);

        // FNV's low bits are weak for keys that differ in the last letter, as worker names do.
        hash ^= hash >> 33;
        hash = unchecked(hash * 0xff51afd7ed558ccd);
        return hash ^ (hash >> 33);
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * Prime);
        }

        return unchecked((hash ^ '\0') * Prime);
    }
}
