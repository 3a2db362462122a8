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
    private long? _prepared;
    private TimeSpan _awaited;

    /// <summary>Prompt and adapter are there.</summary>
    public void Ready() => _ready ??= time.GetTimestamp();

    /// <summary>The prompt is there, the adapter is not.</summary>
    public void Prepared() => _prepared ??= time.GetTimestamp();

    /// <summary>Of the step that computed its prompt, what that waited for the adapter.</summary>
    public void Awaited(TimeSpan waited) => _awaited += waited;

    public void Scheduled() => _scheduled ??= time.GetTimestamp();

    /// <summary>Looking for a cached beginning took this long.</summary>
    public void Prefix(long begun) => _prefix += time.GetElapsedTime(begun);

    public long Now() => time.GetTimestamp();

    public void Token() => _firstToken ??= time.GetTimestamp();

    /// <summary>What this process knows of the cold-start account; the worker adds what happened before.</summary>
    public ColdStart Account(TimeSpan map, TimeSpan kernels) => new()
    {
        PromptMs = Between(_begun, _prepared ?? _ready),
        AdapterMs = Between(_prepared, _ready) + _awaited.TotalMilliseconds,
        // The search for a cached beginning is done before a sequence is scheduled, and is a stage of its own.
        QueueMs = Math.Max(0, Between(_ready, _scheduled) - _prefix.TotalMilliseconds),
        PrefixMs = _prefix.TotalMilliseconds,
        PrefillMs = Math.Max(0, Between(_scheduled, _firstToken) - _awaited.TotalMilliseconds),
        TtftMs = Between(_begun, _firstToken),
        DecodeMs = _firstToken is { } first ? time.GetElapsedTime(first).TotalMilliseconds : 0,
        MapMs = map.TotalMilliseconds,
        KernelsMs = kernels.TotalMilliseconds,
    };

    private double Between(long? from, long? to) =>
        from is { } start && to is { } end ? time.GetElapsedTime(start, end).TotalMilliseconds : 0;
}
