using System.Diagnostics;

namespace LoraFaaS.Worker.Invocations;

/// <summary>The stages in the words that callers read.</summary>
internal static class InvocationStages
{
    public static string ToWord(this InvocationStage stage) => stage switch
    {
        InvocationStage.Admission => "admission",
        InvocationStage.Sandbox => "sandbox",
        InvocationStage.Adapter => "adapter",
        InvocationStage.Queue => "queue",
        InvocationStage.Prefill => "prefill",
        InvocationStage.Decode => "decode",
        InvocationStage.Code => "code",
        _ => throw new UnreachableException(),
    };
}
