using LoraFaaS.Protocol.Data;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>A request whose prompt is to be prepared; of a prefix only the revision counts.</summary>
internal readonly record struct PromptArrival(ulong Sequence, GenerateRequest Request, bool IsPrefix)
{
    /// <summary>Set when the prefix was computed before: its name, and the image of its keys and values.</summary>
    public (string Name, SafeFileHandle Image)? Restored { get; init; }
}
