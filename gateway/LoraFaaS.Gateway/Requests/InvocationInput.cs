using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Requests;

/// <summary>What a function was asked, whatever dialect it came in.</summary>
internal sealed record InvocationInput(Prompt Prompt, SamplingOverrides Sampling);
