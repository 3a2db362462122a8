using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>When things happened to one generation, as timestamps of the loop's clock.</summary>
internal sealed class SequenceTimes(TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();
    private long? _ready;
    private long? _scheduled;
    private long? _firstToken;
    private TimeSpan _prefix;

    /// <summary>Prompt and adapter are there.</summary>
    public void Ready() => _ready ??= time.GetTimestamp();

    public void Scheduled() => _scheduled ??= time.GetTimestamp();

    /// <summary>Looking for a cached beginning took this long.</summary>
    public void Prefix(long begun) => _prefix += time.GetElapsedTime(begun);

    public long Now() => time.GetTimestamp();

    public void Token() => _firstToken ??= time.GetTimestamp();

    /// <summary>What this process knows of the cold-start account; the worker adds what happened before.</summary>
    public ColdStart Account(TimeSpan map, TimeSpan kernels) => new()
    {
        PromptMs = Between(_begun, _ready),
        // The search for a cached beginning is done before a sequence is scheduled, and is a stage of its own.
        QueueMs = Math.Max(0, Between(_ready, _scheduled) - _prefix.TotalMilliseconds),
        PrefixMs = _prefix.TotalMilliseconds,
        PrefillMs = Between(_scheduled, _firstToken),
        TtftMs = Between(_begun, _firstToken),
        DecodeMs = _firstToken is { } first ? time.GetElapsedTime(first).TotalMilliseconds : 0,
        MapMs = map.TotalMilliseconds,
        KernelsMs = kernels.TotalMilliseconds,
    };

    private double Between(long? from, long? to) =>
        from is { } start && to is { } end ? time.GetElapsedTime(start, end).TotalMilliseconds : 0;
}
