namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>LoRAX's way of failing.</summary>
internal sealed record LoraxError(string Error, string ErrorType);
