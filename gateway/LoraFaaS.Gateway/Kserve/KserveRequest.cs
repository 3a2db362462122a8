using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Kserve;

/// <summary>A parsed body of the Open Inference Protocol's generate extension.</summary>
internal sealed record KserveRequest(string TextInput, SamplingOverrides Sampling, bool Details);
