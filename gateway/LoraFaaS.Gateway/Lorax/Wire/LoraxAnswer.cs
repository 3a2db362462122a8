namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>A whole answer.</summary>
internal sealed record LoraxAnswer(string GeneratedText, LoraxDetails? Details);
