using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>One line of a plan, with what it was decided by.</summary>
public sealed record PreloadEntry
{
    public required ArtifactKind Kind { get; init; }

    public required PreloadAction Action { get; init; }

    public required WorkerId Worker { get; init; }

    /// <summary>Where it ought to be; for <see cref="PreloadAction.Offload"/>, where it goes.</summary>
    public required StorageTier Tier { get; init; }

    /// <summary>Where it is now.</summary>
    public required StorageTier From { get; init; }

    /// <summary>The function of an adapter or a prefix.</summary>
    public FunctionId? Function { get; init; }

    /// <summary>Of <see cref="Function"/>.</summary>
    public int? Revision { get; init; }

    public Digest? Digest { get; init; }

    /// <summary>Whose sandbox; null for a backbone, which all share.</summary>
    public TrustDomain? Domain { get; init; }

    public required ByteSize Bytes { get; init; }

    /// <summary>Chance of a call, or expected calls of all functions that need it.</summary>
    public required double Probability { get; init; }

    /// <summary>What one call saves by its being there.</summary>
    public required TimeSpan Saves { get; init; }

    public required TimeSpan Horizon { get; init; }

    /// <summary>In words, for people. What functions share has no chance of its own: it is there for those who use it.</summary>
    public string Reason => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verb}: {Expected} in {Span}, {Effect} {Saves.TotalMilliseconds:0} ms, {(Action is PreloadAction.Offload ? "frees" : "costs")} {Bytes}{Tail}");

    private bool IsShared => Kind is ArtifactKind.Backbone or ArtifactKind.Sandbox;

    private string Expected => (IsShared, Probability) switch
    {
        (true, < 0.005) => Action is PreloadAction.Offload ? "nobody who uses it is expected" : "for those who use it, hardly a call",
        (true, _) => string.Create(CultureInfo.InvariantCulture, $"for those who use it, {Probability:0.##} calls"),
        (false, <= 1) => string.Create(CultureInfo.InvariantCulture, $"P={Probability:0.##}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"calls={Probability:0.##}"),
    };

    private string Verb => Action switch
    {
        PreloadAction.Keep => "kept",
        PreloadAction.Load => "loaded",
        PreloadAction.Wait => "waits for its link",
        PreloadAction.Offload => "moved down",
        _ => throw new UnreachableException(),
    };

    private string Effect => Action is PreloadAction.Offload ? "saved" : "saves";

    private string Tail => Action is PreloadAction.Offload ? ", others are worth more" : "";

    private string Span => Horizon.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{Horizon.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Horizon.TotalMinutes:0} min");
}
