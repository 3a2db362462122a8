namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>The protocol's way of failing.</summary>
internal sealed record KserveError(string Error);
