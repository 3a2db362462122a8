namespace LoraFaaS.Gateway.Admission;

/// <summary>Requests let in, and tokens of those that ended.</summary>
internal readonly record struct KeySpending(long Requests, long Tokens)
{
    public KeySpending Plus(KeySpending more) => new(Requests + more.Requests, Tokens + more.Tokens);
}
