namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What an API key used: requests let in, and tokens of those that ended.</summary>
public readonly record struct KeyUse(long Requests, long Tokens);
