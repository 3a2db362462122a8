using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>What is left of a record once it is in the sums: enough to take it out of them again, should a later try of the same generation be reported. Null key: none will be.</summary>
internal sealed record CountedCall
{
    public string? Key { get; init; }

    public long Try { get; init; }

    public required FunctionId Function { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required UsageBucket Use { get; init; }

    /// <summary>Null: it failed.</summary>
    public double? TtftMs { get; init; }

    public bool Cold { get; init; }

    public ServedPrefixes Prefixes { get; init; }

    public ServedSum Served
    {
        get
        {
            var ttft = new long[TtftScale.Buckets];

            if (TtftMs is { } first)
            {
                ttft[TtftScale.BucketOf(first)] = 1;
            }

            return new ServedSum(1, TtftMs is null ? 1 : 0, Cold ? 1 : 0, Use.CompletionTokens, ttft) { Prefixes = Prefixes };
        }
    }

    public static CountedCall Of(UsageRecord record) => new()
    {
        Key = record.Key,
        Try = record.Try,
        Function = record.Function,
        StartedAt = record.StartedAt,
        Use = new UsageBucket(1, record.PromptTokens, record.CompletionTokens, record.DecodeMs, record.PrefillMs),
        TtftMs = record.Outcome == "ok" ? record.TtftMs : null,
        Cold = record.AdapterTier < StorageTier.Device,
        Prefixes = ServedPrefixes.Of(record.PrefixTier, record.PrefixBytes),
    };
}
