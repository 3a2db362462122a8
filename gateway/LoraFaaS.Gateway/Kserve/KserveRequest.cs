using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>A parsed body of the Open Inference Protocol.</summary>
internal sealed record KserveRequest(string TextInput, SamplingOverrides Sampling, bool Details)
{
    /// <summary>The caller's own name for it, of tensors alone; null: none.</summary>
    public string? Id { get; init; }
}
