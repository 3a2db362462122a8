namespace LoraFaaS.Bench.Workers;

/// <summary>What a function promises its callers. Null: nothing.</summary>
internal readonly record struct CallPromise(TimeSpan? FirstToken, TimeSpan? BetweenTokens = null);
