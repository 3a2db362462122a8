namespace LoraFaaS.Policies.Batching;

/// <summary>One sequence's share of a step: so many of its pending tokens, for which so many pages are to be taken first.</summary>
public readonly record struct StepRow(int Key, int Tokens, int NewPages);
