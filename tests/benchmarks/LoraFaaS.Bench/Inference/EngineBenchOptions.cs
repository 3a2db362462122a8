namespace LoraFaaS.Bench.Inference;

/// <summary>How long the engine's cases run, and which.</summary>
internal sealed record EngineBenchOptions
{
    /// <summary>Those that have targets, and the ceilings: what is run unless something else is asked for.</summary>
    public static IReadOnlyList<string> TargetCases { get; } =
        ["load", "ceilings", "decode", "adapters", "ranks", "prefill", "chunked", "int8", "masks", "busy", "allocation"];

    public static IReadOnlyList<string> AllCases { get; } = [.. TargetCases, "product", "profile", "batches", "trace", "fusion", "prefix"];

    /// <summary>Turns of which the median is reported.</summary>
    public required int Rounds { get; init; }

    /// <summary>Decode steps in a turn, of which the median counts.</summary>
    public required int Steps { get; init; }

    /// <summary>0: all cores.</summary>
    public required int Threads { get; init; }

    public required IReadOnlyList<string> Cases { get; init; }

    /// <summary>Token limits of a step to try in the chunked case; 0: by measured time.</summary>
    public required IReadOnlyList<int> StepTokens { get; init; }
}
