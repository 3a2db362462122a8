namespace LoraFaaS.Samples.Tickets;

/// <summary>Why there is no route.</summary>
/// <param name="Error">For a person.</param>
/// <param name="Answer">What the adapter said.</param>
public sealed record RouteFailure(string Error, string Answer);
