using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>A parsed body of <c>/v1/completions</c>: P prompts with n answers each; the answer to prompt p, try i, has index p·n + i.</summary>
internal sealed record TextRequest(CompletionOptions Options, IReadOnlyList<Prompt> Prompts, SamplingOverrides Sampling);
