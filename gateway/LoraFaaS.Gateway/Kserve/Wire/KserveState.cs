namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>Answers about health: <c>live</c> of the server, <c>ready</c> of the server or of a model under its name.</summary>
internal sealed record KserveState(bool? Live = null, bool? Ready = null, string? Name = null);
