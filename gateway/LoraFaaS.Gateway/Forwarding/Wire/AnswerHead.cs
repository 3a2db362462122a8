namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>What of a worker's status line and headers matters here.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="Length">Bytes of the body; null: it comes in chunks.</param>
/// <param name="KeepsAlive">The connection is good for another request once the body has ended.</param>
/// <param name="IsEvents">The body is a stream of events.</param>
/// <param name="RetryAfter">Of a refusal.</param>
internal readonly record struct AnswerHead(int Status, long? Length, bool KeepsAlive, bool IsEvents, TimeSpan? RetryAfter)
{
    public bool IsInterim => Status < StatusCodes.Status200OK;
}
