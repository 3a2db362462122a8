namespace LoraFaaS.Contracts.Admin;

/// <summary>One minute of <see cref="InvocationStats"/>.</summary>
public sealed record InvocationMinute(DateTimeOffset Minute, long Calls, long Failed, long Cold, long CompletionTokens);
