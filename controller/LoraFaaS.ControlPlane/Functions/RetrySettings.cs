using System.Collections.Immutable;
using LoraFaaS.Policies.Retries;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>What a function says of its own about retries of asynchronous calls (<c>com.openfaas.retry.*</c>). Null: the platform's.</summary>
public sealed record RetrySettings
{
    public int? Attempts { get; init; }

    public ImmutableArray<int>? Codes { get; init; }

    public TimeSpan? MinWait { get; init; }

    public TimeSpan? MaxWait { get; init; }

    public RetryRule Over(RetryRule platform)
    {
        var least = MinWait ?? (MaxWait < platform.MinWait ? MaxWait.Value : platform.MinWait);
        var most = MaxWait ?? platform.MaxWait;

        return platform with
        {
            Attempts = Attempts ?? platform.Attempts,
            Codes = Codes ?? platform.Codes,
            MinWait = least,
            MaxWait = most > least ? most : least,
        };
    }
}
