using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Fairness;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>One call of a function on its way through this worker, and the account of where its time goes. Owned by the request's own flow.</summary>
internal sealed class Invocation
{
    public required CallId CallId { get; init; }

    public required FunctionId Function { get; init; }

    public required SandboxKey Sandbox { get; init; }

    /// <summary>Null: the bare backbone.</summary>
    public required Digest? Adapter { get; init; }

    public required GenerateRequest Request { get; init; }

    /// <summary>The function's own code; null: the caller meets the adapter itself.</summary>
    public HandlerSpec? Code { get; init; }

    /// <summary>Null: no promise.</summary>
    public required TimeSpan? Slo { get; init; }

    /// <summary>On this worker's monotonic clock.</summary>
    public required long ArrivedAt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From <see cref="ArrivedAt"/> to the end of the caller's patience.</summary>
    public required TimeSpan TimeLimit { get; init; }

    public RevisionRef Revision => Request.Revision;

    /// <summary>Tokens the caller was sent, so that another sandbox can go on where one was lost.</summary>
    public List<int> SentTokens { get; } = [];

    /// <summary>The caller knows that prefill is done; it is told once.</summary>
    public bool HasToldStart { get; set; }

    public InvocationStage Stage { get; set; }

    /// <summary>Until its load began: reading and parsing it, its place in the line and on disk.</summary>
    public TimeSpan AdmissionTime { get; set; }

    public TimeSpan QueueTime { get; set; }

    public TimeSpan SandboxTime { get; set; }

    public TimeSpan MapTime { get; set; }

    public TimeSpan KernelTime { get; set; }

    public TimeSpan AdapterTime { get; set; }

    /// <summary>Its prompt may begin before its adapter is whole, and wait for it.</summary>
    public bool BeganOnArriving { get; set; }

    /// <summary>Chat template, tokenising, grammar.</summary>
    public TimeSpan PromptTime { get; set; }

    public TimeSpan PrefixTime { get; set; }

    /// <summary>Of it, what putting a prefix back took before the generation began.</summary>
    public TimeSpan RestoreTime { get; set; }

    public TimeSpan PrefillTime { get; set; }

    /// <summary>Of the ask and the first token between here and the sandbox.</summary>
    public TimeSpan RelayTime { get; set; }

    public bool PrefixWasCached { get; set; }

    /// <summary>Its nearest copy outside the device when the invocation came; remote: there was none.</summary>
    public StorageTier PrefixTier { get; set; }

    /// <summary>Of that copy.</summary>
    public ByteSize PrefixSize { get; set; }

    /// <summary>From there it was brought to the device for this invocation.</summary>
    public bool PrefixWasRestored { get; set; }

    public StorageTier BackboneTier { get; set; } = StorageTier.Device;

    /// <summary>Held from when it has to wait for artifacts until its first token; null: all was there.</summary>
    public IDisposable? Cold { get; set; }

    public TimeSpan? Ttft { get; set; }

    public TimeSpan TotalTime { get; set; }

    /// <summary>Until a handler took the call: its start, and the wait for a place in it.</summary>
    public TimeSpan HandlerTime { get; set; }

    /// <summary>The code's own time until its answer began: all that no other part accounts for.</summary>
    public TimeSpan CodeTime { get; set; }

    public bool SandboxWasWarm { get; set; }

    public StorageTier AdapterTier { get; set; } = StorageTier.Device;

    public int PromptTokens { get; set; }

    /// <summary>Computed here.</summary>
    public int CompletionTokens { get; set; }

    /// <summary>With those that the caller had from another worker: the answer's, as it is billed.</summary>
    public int AnswerTokens => Request.ResumeTokens.Count + CompletionTokens;

    /// <summary>Prompt tokens that did not need to be computed.</summary>
    public int CachedTokens { get; set; }

    /// <summary>Its function's share against others'.</summary>
    public double Weight => PriorityWeight.Of((FunctionPriority)Revision.Priority);

    /// <summary>When its first token was promised, on the monotonic clock; long.MaxValue: never.</summary>
    public long DueAt(TimeProvider time) => Slo is { } slo ? ArrivedAt + (long)(slo.TotalSeconds * time.TimestampFrequency) : long.MaxValue;

    /// <summary>When its next token was promised, by its TPOT from the first one on: one that came early leaves the next more time. long.MaxValue: never.</summary>
    public long NextDueAt(TimeProvider time) => Revision.SloTpotMs > 0 && Ttft is { } ttft
        ? ArrivedAt + (long)((ttft.TotalSeconds + (CompletionTokens * Revision.SloTpotMs / 1_000.0)) * time.TimestampFrequency)
        : long.MaxValue;

    /// <summary>What it was served, in tokens of the backbone.</summary>
    public double Cost(long backboneBytes) => TokenCost.Of(PromptTokens, CachedTokens, CompletionTokens, Revision.AdapterBytes, backboneBytes);

    public TimeSpan LoadTime => SandboxTime + MapTime + KernelTime + AdapterTime;

    public TimeSpan DecodeTime => Ttft is { } ttft && TotalTime > ttft ? TotalTime - ttft : TimeSpan.Zero;

    /// <summary>What a sandbox is asked: the request, or its continuation after the tokens that were sent.</summary>
    public GenerateRequest Ask()
    {
        if (SentTokens.Count == 0)
        {
            return Request;
        }

        var rest = Request.Clone();
        rest.ResumeTokens.AddRange(SentTokens);
        return rest;
    }

    /// <summary>One generation that this invocation's code asks for: the same function and adapter, a clock of its own, and what is left of the time.</summary>
    public Invocation Generation(GenerateRequest request, long now, TimeSpan timeLeft) => new()
    {
        CallId = new CallId(request.CallId),
        Function = Function,
        Sandbox = Sandbox,
        Adapter = Adapter,
        Request = request,
        Slo = Slo,
        ArrivedAt = now,
        StartedAt = StartedAt,
        TimeLimit = timeLeft,
    };

    /// <summary>Takes over what one of its generations used. <paramref name="ledToAnswer"/>: the answer had not begun, so its times are part of TTFT.</summary>
    public void Add(Invocation generation, bool ledToAnswer)
    {
        PromptTokens += generation.PromptTokens;
        CompletionTokens += generation.CompletionTokens;

        if (!ledToAnswer)
        {
            return;
        }

        if (QueueTime + LoadTime + PrefillTime == TimeSpan.Zero)
        {
            // Where the first generation found the adapter is where the invocation did.
            (AdapterTier, SandboxWasWarm) = (generation.AdapterTier, generation.SandboxWasWarm);
            (BackboneTier, PrefixWasCached) = (generation.BackboneTier, generation.PrefixWasCached);
            (PrefixTier, PrefixSize, PrefixWasRestored) = (generation.PrefixTier, generation.PrefixSize, generation.PrefixWasRestored);
        }

        QueueTime += generation.QueueTime;
        SandboxTime += generation.SandboxTime;
        MapTime += generation.MapTime;
        KernelTime += generation.KernelTime;
        AdapterTime += generation.AdapterTime;
        PromptTime += generation.PromptTime;
        PrefixTime += generation.PrefixTime;
        PrefillTime += generation.PrefillTime;
        RelayTime += generation.RelayTime;
    }

    public ColdStart ColdStart() => ColdStarts.Join(Request.Before, new ColdStart
    {
        AdmissionMs = AdmissionTime.TotalMilliseconds,
        QueueMs = QueueTime.TotalMilliseconds,
        SandboxMs = SandboxTime.TotalMilliseconds,
        MapMs = MapTime.TotalMilliseconds,
        KernelsMs = KernelTime.TotalMilliseconds,
        AdapterMs = AdapterTime.TotalMilliseconds,
        PromptMs = PromptTime.TotalMilliseconds,
        PrefixMs = PrefixTime.TotalMilliseconds,
        PrefillMs = PrefillTime.TotalMilliseconds,
        RelayMs = RelayTime.TotalMilliseconds,
        TtftMs = Ttft?.TotalMilliseconds ?? 0,
        DecodeMs = DecodeTime.TotalMilliseconds,
        HandlerMs = HandlerTime.TotalMilliseconds,
        CodeMs = CodeTime.TotalMilliseconds,
        AdapterTier = (int)AdapterTier,
        BackboneTier = (int)BackboneTier,
        SandboxWarm = SandboxWasWarm,
        PrefixCached = PrefixWasCached,
        PrefixTier = (int)(!PrefixWasCached ? StorageTier.Remote : PrefixWasRestored ? PrefixTier : StorageTier.Device),
        PrefixBytes = PrefixWasCached && PrefixWasRestored ? PrefixSize.Bytes : 0,
    });
}
