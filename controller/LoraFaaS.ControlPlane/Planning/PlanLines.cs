using LoraFaaS.Contracts.Admin;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>A plan's entries as they are stored and shown.</summary>
internal static class PlanLines
{
    public const string Load = "load";
    public const string Offload = "offload";
    public const string Keep = "keep";

    public static PlanLine Of(PreloadEntry entry) => new()
    {
        Action = entry.Action.ToString().ToLowerInvariant(),
        Kind = entry.Kind.ToString().ToLowerInvariant(),
        Worker = entry.Worker.Value,
        Tier = entry.Tier.ToString().ToLowerInvariant(),
        From = entry.From.ToString().ToLowerInvariant(),
        Function = entry.Function?.ToString(),
        Revision = entry.Revision,
        Digest = entry.Digest?.Value,
        TrustDomain = entry.Domain?.Value,
        Bytes = entry.Bytes.Bytes,
        Probability = Math.Round(entry.Probability, 4),
        SavesMs = entry.Saves.TotalMilliseconds,
        Reason = entry.Reason,
    };

    /// <summary>Equal but for figures that move at every look: such plans ask for the same.</summary>
    public static bool SayTheSame(IReadOnlyList<PlanLine> left, IReadOnlyList<PlanLine> right) =>
        left.Count == right.Count && left.Select(Bare).ToHashSet().SetEquals(right.Select(Bare));

    /// <summary>Equal in words too, and of the same workers.</summary>
    public static bool ReadTheSame(PlanInfo left, PlanInfo right) =>
        left.Workers.SequenceEqual(right.Workers) && left.Lines.Select(line => line.Reason).SequenceEqual(right.Lines.Select(line => line.Reason));

    private static (string, string, string, string, string?, int?, string?, string?) Bare(PlanLine line) =>
        (line.Action, line.Kind, line.Worker, line.Tier, line.Function, line.Revision, line.Digest, line.TrustDomain);
}
