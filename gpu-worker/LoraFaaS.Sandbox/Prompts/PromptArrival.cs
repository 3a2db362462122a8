using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>A request whose prompt is to be prepared; of a prefix only the revision counts.</summary>
internal readonly record struct PromptArrival(ulong Sequence, GenerateRequest Request, bool IsPrefix);
