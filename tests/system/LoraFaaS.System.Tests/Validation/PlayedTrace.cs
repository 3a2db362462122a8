using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.SystemTests.Validation;

/// <summary>A trace of calls that were made.</summary>
internal static class PlayedTrace
{
    /// <summary>Seconds: so long the last call may take, and be looked at.</summary>
    private const double After = 1;

    public static Trace Of(string name, IReadOnlyList<PlayedCall> calls, int functions) => new()
    {
        Name = name,
        Arrival = [.. calls.Select(call => call.SentAt)],
        Function = [.. calls.Select(call => call.Function)],
        PromptTokens = new int[calls.Count],
        OutputTokens = [.. calls.Select(call => call.Call.Tokens)],
        Functions = [.. Enumerable.Range(0, functions).Select(function => new TraceFunction($"f{function}", 0, MachineTimings.AdapterMegabytes))],
        Length = calls.Max(call => call.DoneAt) + After,
    };
}
