using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Inference;

/// <summary>What an inference request asks.</summary>
/// <param name="Text">The prompt, as it is.</param>
/// <param name="Sampling">What was said about choosing tokens.</param>
/// <param name="IsRaw">Its texts came as raw contents, and so the answer's go.</param>
internal sealed record InferCall(string Text, SamplingOverrides Sampling, bool IsRaw);
